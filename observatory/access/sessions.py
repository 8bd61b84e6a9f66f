"""Who is signed in: in the memory of the members' process only, by hash, for a working day."""

from __future__ import annotations

import hashlib
import secrets
import time
from threading import Lock

SESSION_SECONDS = 8 * 60 * 60


class Sessions:
    """Signed-in sessions; all end with the process."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}
        self._lock = Lock()

    def start(self) -> str:
        """Return the secret of a new session, to be kept in a cookie."""
        secret = secrets.token_urlsafe(32)
        now = time.monotonic()
        with self._lock:
            self._ends = {key: end for key, end in self._ends.items() if end > now}
            self._ends[_key(secret)] = now + SESSION_SECONDS
        return secret

    def holds(self, secret: str) -> bool:
        """Tell whether a session of this secret is running."""
        with self._lock:
            return self._ends.get(_key(secret), 0.0) > time.monotonic()

    def end(self, secret: str) -> None:
        """End a session, if it runs."""
        with self._lock:
            self._ends.pop(_key(secret), None)


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
