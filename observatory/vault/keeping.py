"""Run state under the keys of its months: what retention destroys is gone from backups as well."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, insert, select

from crypto.envelope import BLOB_MAGIC, KEY_ID_BYTES
from observatory.errors import IntegrityError
from observatory.vault.month_key import MonthKey
from observatory.vault.run_state import RunState

NONCE_BYTES = 12
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def month_of(name: str) -> str | None:
    """Return the month that a part of the state is of, or None for what outlives its reports."""
    return name if _MONTH.fullmatch(name) else None


def key_id_of(part: bytes) -> bytes:
    """Return the id of the key that a part of the state is sealed to, from its clear head."""
    return part[len(BLOB_MAGIC) :][:KEY_ID_BYTES]


def keys(connection: Connection) -> dict[str, bytes]:
    """Return the keys of the months that are kept."""
    rows = connection.execute(select(MonthKey.month, MonthKey.key))
    return {row.month: bytes(row.key) for row in rows}


def key_of(connection: Connection, month: str) -> bytes:
    """Return a month's key; it is made when first needed."""
    found = connection.execute(select(MonthKey.key).where(MonthKey.month == month)).scalar()
    if found is None:
        found = secrets.token_bytes(32)
        connection.execute(insert(MonthKey), {"month": month, "key": found})
    return bytes(found)


def place_keys(connection: Connection, known: Mapping[str, bytes]) -> None:
    """Store the keys of months that a backup brings."""
    for month, key in known.items():
        connection.execute(insert(MonthKey), {"month": month, "key": key})


def place(connection: Connection, parts: Mapping[str, bytes]) -> None:
    """Store sealed parts of the run state, those of a month under its key."""
    for name, sealed in parts.items():
        month = month_of(name)
        kept = sealed if month is None else wrap(key_of(connection, month), name, sealed)
        connection.execute(insert(RunState), {"name": name, "sealed": kept})


def wrap(key: bytes, name: str, data: bytes) -> bytes:
    """Put data under a month's key, bound to its name (AES-256-GCM, random nonce)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, name.encode())


def unwrap(known: Mapping[str, bytes], month: str, name: str, wrapped: bytes) -> bytes:
    """Take data from under its month's key.

    Raises:
        IntegrityError: the month's key is gone, or the data were altered.
    """
    if month not in known:
        raise IntegrityError(f"The key of {month} is gone, and with it what was kept under it.")
    try:
        return AESGCM(known[month]).decrypt(
            wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], name.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise IntegrityError(
            f"What was kept of {month} does not open under its key: it was altered. "
            "Put back the last good backup, and record what happened."
        ) from error
