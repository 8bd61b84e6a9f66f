"""The lowest costs of stretching that a file may state, so that many passphrases can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crypto import passphrase


@contextmanager
def low_costs() -> Iterator[None]:
    """Lock at these costs within; what is locked states them, as every file states its own."""
    usual = dict(passphrase.KDF)
    passphrase.KDF.update(iterations=1, lanes=1, memory_kib=1024)
    try:
        yield
    finally:
        passphrase.KDF.update(usual)
