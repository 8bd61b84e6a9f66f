"""The container of a backup: records under AES-256-GCM, in an order that cannot be changed.

``magic || file id || record*``; a record is ``u32 head length || head || u64 length || nonce ||
ciphertext``. The head (JSON: kind, name, month, number) is clear and authenticated with the file's
id; the number runs from 0, and the last record is of kind ``end``. So nothing can be altered, left
out, added, or brought over from another backup.
"""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from observatory.backup.keys import Keys
from observatory.errors import IntegrityError, ResourceError

MAGIC = b"JIOB1\n"
ID_BYTES, NONCE_BYTES, TAG_BYTES = 16, 12, 16
MAX_HEAD, MAX_BODY = 4096, 1 << 30
"""A database keeps no larger part either; what is longer is refused when it is written."""

_HEAD, _BODY = struct.Struct(">I"), struct.Struct(">Q")


class BackupError(IntegrityError):
    """The backup is not the one that was made; nothing was restored."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The backup {what}. Nothing was restored. Take another backup, or the key file that "
            "was written with this one."
        )


@dataclass(frozen=True)
class Record:
    """One part of a backup.

    Attributes:
        kind: ``file``, ``entry``, ``head``, ``state``, ``table``, ``set``, ``envelopes`` or
            ``end``.
        name: which one.
        month: the month whose key it is under, or None.
        body: its bytes; None where the month's key was destroyed.
    """

    kind: str
    name: str = ""
    month: str | None = None
    body: bytes | None = field(default=b"", repr=False)


class Writer:
    """Writes records to a file."""

    def __init__(self, file: BinaryIO, keys: Keys) -> None:
        self._file, self._keys, self._number = file, keys, 0
        self._id = secrets.token_bytes(ID_BYTES)
        file.write(MAGIC + self._id)

    def add(self, record: Record) -> None:
        """Write one record; its month's key must be there."""
        key = self._keys.of(record.month)
        if key is None or record.body is None:
            raise ValueError("a record without its key or its body")
        if len(record.body) > MAX_BODY:
            raise ResourceError(f"{record.name} has over a gigabyte: no backup can hold it.")
        head = json.dumps(
            [self._number, record.kind, record.name, record.month], separators=(",", ":")
        ).encode()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, record.body, self._id + head)
        self._file.write(_HEAD.pack(len(head)) + head)
        self._file.write(_BODY.pack(len(sealed)) + nonce + sealed)
        self._number += 1


def read(file: BinaryIO, keys: Keys) -> Iterator[Record]:
    """Yield the records of a backup, each once it is known to be genuine.

    Only after the last one (``end``) is it known that none is missing.

    Raises:
        BackupError: anything differs from what was written.
    """
    if file.read(len(MAGIC)) != MAGIC:
        raise BackupError("is no backup of this version")
    identity = _exactly(file, ID_BYTES)
    number = 0
    while True:
        head = _exactly(file, _bounded(_HEAD.unpack(_exactly(file, _HEAD.size))[0], MAX_HEAD))
        length = _BODY.unpack(_exactly(file, _BODY.size))[0]
        nonce = _exactly(file, NONCE_BYTES)
        sealed = _exactly(file, _bounded(length, MAX_BODY + TAG_BYTES))
        record = _record(head, number)
        key = keys.of(record.month)
        if key is not None:
            try:
                body = AESGCM(key).decrypt(nonce, sealed, identity + head)
            except InvalidTag:
                raise BackupError("was altered, or the key file is another backup's") from None
            record = Record(record.kind, record.name, record.month, body)
        yield record
        if record.kind == "end":
            break
        number += 1
    if file.read(1):
        raise BackupError("goes on after its end")


def _record(head: bytes, number: int) -> Record:
    try:
        place, kind, name, month = json.loads(head)
    except ValueError:
        raise BackupError("was altered") from None
    if place != number or not isinstance(kind, str) or not isinstance(name, str):
        raise BackupError("has parts that are missing or out of order")
    if not (month is None or isinstance(month, str)) or (kind == "end" and month is not None):
        raise BackupError("was altered")
    return Record(kind, name, month, None)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise BackupError("was cut short")
    return data


def _bounded(length: int, limit: int) -> int:
    if length > limit:
        raise BackupError("was altered")
    return length
