"""Making a backup: closed weeks, run state, log, policy, roll, docket and what belongs to them."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from observatory import config, durable, policy
from observatory.acts import roll
from observatory.audit import Kind
from observatory.audit.signed_heads import SignedHead
from observatory.backup import tables
from observatory.backup.container import Record, Writer
from observatory.backup.keys import REST, Keys
from observatory.complaint import offices
from observatory.decisions import token_epochs
from observatory.decisions.upkeep import check_log, keep_up
from observatory.errors import IntegrityError, ResourceError, UsageError
from observatory.instance import CATALOGUE, PRODUCTS, PUBLISHED, Instance
from observatory.vault.closing import SetRecord
from observatory.vault.keeping import month_of

FILES = (config.FILE_NAME, policy.FILE_NAME, offices.FILE_NAME)
FOLDERS = (CATALOGUE, PRODUCTS, PUBLISHED, token_epochs.FOLDER)
TOGETHER = 100
"""Envelopes in one record."""

TRIES = 5
AT_WORK = "Others are at work on the observatory. Make the backup when they are done."

LENGTH = struct.Struct(">I")


def make(instance: Instance, out: Path, key_file: Path) -> str:
    """Write a backup and its key file.

    The open week is in no backup: two of them would tell what came between.

    Returns:
        The SHA-256 of the backup, which the audit log names.

    Raises:
        UsageError: a path that cannot be.
        ResourceError: the disk or the database refuses; no backup was written.
        IntegrityError: the log, or a set, is not what it was.
    """
    if out.resolve() == key_file.resolve():
        raise UsageError("The key file must be another file, to be kept apart from the backup.")
    for place in (out, key_file):
        instance.refuse_inside(place)
    if out.exists():
        raise UsageError(f"{out} is there already. Name a new file for the backup.")
    check_log(instance)
    keep_up(instance)
    now = _moment(instance)
    keys = Keys.of_vault(instance.vault.month_keys({REST, *(one.month for one in now.sets)}))
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("wb") as file:
            writer = Writer(file, keys)
            for record in _records(instance, now):
                writer.add(record)
            file.flush()
            os.fsync(file.fileno())
        digest = digest_of(draft)
        keys.write(key_file)
        draft.replace(out)
        durable.sync_folder(out.parent)
    except OSError as error:
        raise ResourceError(f"{out} cannot be written: {error.strerror}.") from error
    except IntegrityError as error:
        if instance.audit.encoded() == now.entries:
            raise
        raise ResourceError(AT_WORK) from error  # a set was sealed again, or removed
    finally:
        draft.unlink(missing_ok=True)
    instance.audit.record(Kind.BACKUP_MADE, {"sha256": digest})
    return digest


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a backup."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class _Moment:
    """What belongs together: a log, and what it speaks of.

    Attributes:
        roll: bytes of ``roll.json``; None on an intake host, which has no members.
        tables: docket, enrolments and passwords, a record each.
    """

    entries: Sequence[bytes]
    heads: Sequence[SignedHead]
    state: Mapping[str, bytes]
    sets: Sequence[SetRecord]
    roll: bytes | None
    tables: Sequence[Record]


def _moment(instance: Instance) -> _Moment:
    """Read all that must be of one moment, however often others change it meanwhile.

    Raises:
        ResourceError: they change it all the time.
    """
    entries = instance.audit.encoded()
    for _ in range(TRIES):
        path = instance.folder / roll.FILE_NAME
        found = _Moment(
            entries,
            instance.audit.signed_heads(),
            instance.vault.state(),
            instance.vault.sets(),
            path.read_bytes() if path.exists() else None,
            tables.carried(instance.vault.engine),
        )
        entries = instance.audit.encoded()
        if entries == found.entries:
            return found
    raise ResourceError(AT_WORK)


def _records(instance: Instance, now: _Moment) -> Iterator[Record]:
    for name in FILES:
        yield Record("file", name, body=(instance.folder / name).read_bytes())
    if now.roll is not None:
        yield Record("file", roll.FILE_NAME, body=now.roll)
    for folder in FOLDERS:
        for path in sorted((instance.folder / folder).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                name = path.relative_to(instance.folder).as_posix()
                yield Record("file", name, body=path.read_bytes())
    for number, entry in enumerate(now.entries, start=1):
        yield Record("entry", str(number), body=entry)
    for signed in now.heads:
        yield Record("head", str(signed.head.size), body=signed.to_bytes())
    for name, part in sorted(now.state.items()):
        yield Record("state", name, month_of(name), part)
    yield from now.tables
    for kept in now.sets:
        yield from _set(instance, kept)
    yield Record("end")


def _set(instance: Instance, kept: SetRecord) -> Iterator[Record]:
    """Yield a set's own record, then its envelopes, a hundred at a time."""
    about = f"{kept.source}\n{kept.week}\n{kept.root.hex()}"
    yield Record("set", kept.id.hex(), kept.month, about.encode())
    pieces: list[bytes] = []
    for envelope in instance.vault.envelopes_of(kept):
        data = envelope.to_bytes()
        pieces += [LENGTH.pack(len(data)), data]
        if len(pieces) == 2 * TOGETHER:
            yield Record("envelopes", kept.id.hex(), kept.month, b"".join(pieces))
            pieces = []
    if pieces:
        yield Record("envelopes", kept.id.hex(), kept.month, b"".join(pieces))
