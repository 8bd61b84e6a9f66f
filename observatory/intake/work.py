"""Work that a browser does before it sends, so that a flood costs its sender something.

The page asks for a number that gives the sealed report a hash with so many zeros in front
(Dwork and Naor, CRYPTO 1992; Back, Hashcash, 2002). What is asked is the same for everybody in the
same hours, so it marks nobody; and it is bound to the sealed bytes, so that each report needs its
own. Who brings none is not refused: there is a smaller part of the capacity for that.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crypto.envelope import Envelope

FIELD = "work"
LABEL = b"jio/work/v1\0"
WINDOW_SECONDS = 6 * 3600
"""A page may stay open for this long at least, twice as long at most."""
CHALLENGE_BYTES = 16
NUMBER_BYTES = 8
_DIGITS = 10


class Work:
    """What is asked in this process, and which reports came with it.

    The key is random and lives as long as the process: nothing of earlier work is worth anything
    to the next.
    """

    def __init__(self, bits: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._bits, self._clock = bits, clock
        self._key = secrets.token_bytes(32)
        self._stored: dict[int, set[bytes]] = {}

    @property
    def asked(self) -> str:
        """What the page gives its script: bits and challenge; empty if no work is asked for."""
        if not self._bits:
            return ""
        return f"{self._bits}.{self._challenge(self._window).hex()}"

    def done(self, envelope: Envelope, answer: str) -> bool:
        """Tell whether a number is the work for a sealed report, asked in these hours."""
        if not self._bits or not (answer.isascii() and answer.isdecimal()):
            return False
        if len(answer) > _DIGITS:
            return False
        number, data = int(answer).to_bytes(NUMBER_BYTES, "big"), envelope.to_bytes()
        return any(
            zeros(self._challenge(window), data, number) >= self._bits
            for window in (self._window, self._window - 1)
        )

    def has_stored(self, envelope: Envelope) -> bool:
        """Tell whether this very report was stored; sent twice, it needs no room twice."""
        mark = self._mark(envelope)
        return any(mark in marks for marks in list(self._stored.values()))

    def stored(self, envelope: Envelope) -> None:
        """Remember, in memory only and for hours, that a report came with its work.

        A mark means nothing without the key, and a set has no order of arrival.
        """
        window = self._window
        for old in [one for one in list(self._stored) if one < window - 1]:
            self._stored.pop(old, None)
        self._stored.setdefault(window, set()).add(self._mark(envelope))

    @property
    def _window(self) -> int:
        return int(self._clock() // WINDOW_SECONDS)

    def _challenge(self, window: int) -> bytes:
        about = window.to_bytes(8, "big", signed=True) + bytes([self._bits])
        return hmac.digest(self._key, about, "sha256")[:CHALLENGE_BYTES]

    def _mark(self, envelope: Envelope) -> bytes:
        return hmac.digest(self._key, envelope.to_bytes(), "sha256")[:NUMBER_BYTES]


def zeros(challenge: bytes, data: bytes, number: bytes) -> int:
    """Return with how many zero bits the hash of a report and a number begins."""
    start = hashlib.sha256(LABEL + challenge + data).digest()
    found = hashlib.sha256(start + number).digest()
    return len(found) * 8 - int.from_bytes(found, "big").bit_length()
