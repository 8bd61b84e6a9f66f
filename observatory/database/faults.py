"""Faults of a database in plain words: why it refused, and what to do about it."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from observatory.errors import IntegrityError

FULL = "The disk is full: free space, then do it again."
READ_ONLY = (
    "It may not be written to: check that this user owns the observatory's folder and that the "
    "disk is not read-only or full."
)
BUSY = "Another command is writing to it: wait until that one is done, then do it again."
FAILS = "The disk failed or is full: free space, or replace it, then do it again."
SILENT = "It does not answer: is it running, and is database_url in config.toml right?"
REFUSED = "It refuses this user: check database_url in config.toml and the rights of its user."

_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: READ_ONLY,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_IOERR: FAILS,
}
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_POSTGRESQL = {  # https://www.postgresql.org/docs/current/errcodes-appendix.html
    "53": FULL,
    "58": FAILS,
    "25": READ_ONLY,
    "28": REFUSED,
    "42501": REFUSED,
    "55": BUSY,
    "40": BUSY,
}
_POSTGRESQL_DAMAGED = ("XX001", "XX002")


def reason(error: SQLAlchemyError) -> str:
    """Return why the database refused and what to do, as a sentence.

    Raises:
        IntegrityError: what is stored is damaged.
    """
    cause = getattr(error, "orig", None)
    state = str(getattr(cause, "sqlstate", None) or "")
    code = getattr(cause, "sqlite_errorcode", None)
    if state in _POSTGRESQL_DAMAGED or (code is not None and code & 0xFF in _DAMAGED):
        raise IntegrityError(
            "The database is damaged: what it holds is not what was written. Nothing was changed. "
            "Put back the last good backup, and record what happened."
        ) from error
    if code is not None and code & 0xFF in _SQLITE:
        return _SQLITE[code & 0xFF]
    for start, sentence in _POSTGRESQL.items():
        if state.startswith(start):
            return sentence
    if isinstance(error, OperationalError) and code is None:
        return SILENT
    return f"It reports {type(cause or error).__name__}: see the database's own log."
