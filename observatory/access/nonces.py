"""Random numbers that a page carries to be signed: good for five minutes, and once.

Nothing is kept of a number that is given out, so strangers fill no memory; it carries its own
seal. Kept are those that were used, until they would be too old anyway.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import struct
import time
from threading import Lock

SECONDS = 5 * 60
RANDOM_BYTES, TIME_BYTES, SEAL_BYTES = 32, 8, 32

TOO_LATE = "This page lay open for too long, or was used before. Here it is anew: try again."


class NonceError(ValueError):
    """A number that was not given out here, is too old, or was used."""


class Nonces:
    """The numbers of one process."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._used: dict[bytes, float] = {}
        self._lock = Lock()

    def new(self) -> str:
        """Return a new number, base64url."""
        body = secrets.token_bytes(RANDOM_BYTES) + struct.pack(">d", time.monotonic())
        return base64.urlsafe_b64encode(body + self._seal(body)).decode()

    def read(self, text: str) -> bytes:
        """Return a number's bytes, if it may still be used.

        Raises:
            NonceError: it may not.
        """
        try:
            data = base64.b64decode(text.encode("ascii"), b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise NonceError("no number of this site") from error
        body, seal = data[:-SEAL_BYTES], data[-SEAL_BYTES:]
        if len(body) != RANDOM_BYTES + TIME_BYTES or not hmac.compare_digest(
            self._seal(body), seal
        ):
            raise NonceError("no number of this site")
        if time.monotonic() - _made(body) > SECONDS or data in self._used:
            raise NonceError("too old, or used before")
        return data

    def use(self, data: bytes) -> None:
        """Use a number up, once what was signed is known to be good.

        Raises:
            NonceError: somebody was quicker.
        """
        now = time.monotonic()
        with self._lock:
            self._used = {one: made for one, made in self._used.items() if now - made <= SECONDS}
            if data in self._used:
                raise NonceError("used before")
            self._used[data] = _made(data)

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")


def _made(body: bytes) -> float:
    (made,) = struct.unpack(">d", body[RANDOM_BYTES : RANDOM_BYTES + TIME_BYTES])
    return float(made)
