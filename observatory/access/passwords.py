"""Passwords with one-time codes: for whoever has no device that makes passkeys.

What is kept is the secret of the codes, locked under the password (Argon2id). To open it is to
know the password; without the password nobody reads the secret, and no code can be made. A
password signs in and approves nothing. Sources: RFC 9106; RFC 6238; NIST SP 800-63B, 3.1.1.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any

import pyotp

from crypto import passphrase, signing
from crypto.errors import CryptoError
from observatory.access.guessing import soon_guessed

MINIMUM = 12
LONGEST = 256
SECRET_BYTES = 20
STEP_SECONDS = 30
AT_ONCE = 2
"""Each takes 64 MiB and a core for a moment: more wait at the door, not in memory."""
SLOT_SECONDS = 0.5
LONGEST_DELAY = 300
MOST_ACCOUNTS = 10_000
FORMAT = "jio-password/v1"


class PasswordError(ValueError):
    """A password that cannot be, or does not fit; the sentence says so to whoever typed it."""


class BusyError(Exception):
    """Too many passwords are tried at this moment, or this account's was tried too often.

    Attributes:
        seconds: when to come back.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def check_words(password: str, person: str) -> None:
    """Return only if a password may be chosen.

    Raises:
        PasswordError: it is too short, too long, or soon guessed.
    """
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < MINIMUM:
        raise PasswordError(f"A password has at least {MINIMUM} characters. Five words are good.")
    if len(plain) > LONGEST:
        raise PasswordError(f"A password has at most {LONGEST} characters.")
    if soon_guessed(plain, person) or person in plain:
        raise PasswordError("This password is among the first that anybody tries. Take another.")


def new_secret() -> bytes:
    """Return a new secret of one-time codes."""
    return secrets.token_bytes(SECRET_BYTES)


def in_letters(secret: bytes) -> str:
    """Return a secret as applications for codes take it, base32."""
    return base64.b32encode(secret).decode()


def link(secret: bytes, person: str, observatory: str) -> str:
    """Return the address that opens a telephone's application for codes."""
    return pyotp.TOTP(in_letters(secret)).provisioning_uri(name=person, issuer_name=observatory)


def has_usual_costs(locked: Any) -> bool:
    """Tell whether a locked secret asks for the work that this service asks for, and no more."""
    costs = locked.get("kdf") if isinstance(locked, dict) else None
    return isinstance(costs, dict) and passphrase.KDF.items() <= costs.items()


class Passwords:
    """The trying of passwords and codes: slowed by account, bounded in all, each code once."""

    def __init__(self) -> None:
        self._slots = BoundedSemaphore(AT_ONCE)
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._last: dict[str, int] = {}
        self._lock = Lock()

    def lock(self, secret: bytes, password: str, person: str) -> bytes:
        """Return a secret of codes, locked under a password.

        Raises:
            PasswordError: the password may not be chosen.
            BusyError: too many are at it.
        """
        check_words(password, person)
        with self._slot():
            locked = passphrase.lock(secret, password, {"format": FORMAT, "person": person})
        return signing.canonical(locked)

    def check(self, name: str, locked: bytes | None, password: str, code: str) -> bool:
        """Tell whether password and code are an account's; the work is the same without account.

        Args:
            name: what the visitor calls the account.
            locked: what is kept of its password; None if there is none.
            password: as typed.
            code: six figures.

        Raises:
            BusyError: this account's was tried too often, or too many are at it.
        """
        self._wait_for(name)
        with self._slot():
            self._begin(name)
            secret = _opened(locked, password)
        good = secret is not None and self._take(name, secret, code)
        if good:
            with self._lock:
                self._failures.pop(name, None)
        return good

    def _take(self, name: str, secret: bytes, code: str) -> bool:
        """Use a code up; codes of the step before and the next one count, for clocks that err."""
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", code))
        codes = pyotp.TOTP(in_letters(secret))
        now = int(time.time()) // STEP_SECONDS
        with self._lock:
            for step in (now - 1, now, now + 1):
                right = secrets.compare_digest(
                    codes.at(step * STEP_SECONDS).encode(), plain.encode()
                )
                if right and step > self._last.get(name, 0):
                    self._last[name] = step
                    return True
        return False

    def _wait_for(self, name: str) -> None:
        with self._lock:
            self._check_wait(name)

    def _check_wait(self, name: str) -> None:
        failed, until = self._failures.get(name, (0, 0.0))
        left = until - time.monotonic()
        if failed and left > 0:
            raise BusyError(int(left) + 1)

    def _begin(self, name: str) -> None:
        """Count a try before its work, as failed: of many sent at once, one is tried."""
        with self._lock:
            self._check_wait(name)
            failed, _ = self._failures.pop(name, (0, 0.0))
            delay = min(2.0 ** min(failed, 16), LONGEST_DELAY)
            self._failures[name] = (failed + 1, time.monotonic() + delay)
            while len(self._failures) > MOST_ACCOUNTS:
                self._failures.popitem(last=False)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=SLOT_SECONDS):
            raise BusyError(5)
        try:
            yield
        finally:
            self._slots.release()


def _opened(locked: bytes | None, password: str) -> bytes | None:
    """Return the secret that a password opens, or None after as much work."""
    try:
        body: Any = _nothing() if locked is None else json.loads(locked)
        secret = passphrase.unlock(body, password[:LONGEST])
    except (CryptoError, ValueError):
        return None
    return secret if len(secret) == SECRET_BYTES else None


def _nothing() -> dict[str, Any]:
    """Return what looks like a locked secret and opens to no password."""
    kdf = {"name": "argon2id", **passphrase.KDF, "salt": secrets.token_hex(passphrase.SALT_BYTES)}
    text = secrets.token_hex(SECRET_BYTES + 16)
    nonce = secrets.token_hex(passphrase.NONCE_BYTES)
    cipher = {"name": "aes-256-gcm", "nonce": nonce, "ciphertext": text}
    return {"format": FORMAT, "person": "", "kdf": kdf, "cipher": cipher}
