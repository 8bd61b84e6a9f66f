"""Restoring a backup into an empty instance: all of it, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from crypto.envelope import Envelope, EnvelopeError
from observatory import config, durable, policy
from observatory.audit import Kind
from observatory.audit.log import SignedHead
from observatory.backup.container import BackupError, Record, read
from observatory.backup.keys import REST, Keys
from observatory.backup.making import LENGTH
from observatory.database import engine as database
from observatory.errors import BadInputError, NotAllowedError, ObservatoryError, ResourceError
from observatory.instance import Instance
from observatory.policy import Policy
from observatory.vault import Vault, keeping
from observatory.vault.closing import SetRecord
from observatory.vault.placing import Placing


def restore(source: Path, key_file: Path, folder: Path, database_url: str | None) -> int:
    """Restore a backup.

    Sets of months whose key the key file does not hold are left out, and the log says so.

    Args:
        source: the backup.
        key_file: the key file written with it, or a later one.
        folder: the new instance; must not exist or be empty.
        database_url: another database than the backup's settings name.

    Returns:
        How many sets were left out because their month's key was destroyed.

    Raises:
        NotAllowedError: folder or database hold an observatory already.
        BadInputError: no such file, or no key file.
        BackupError: the backup was altered; nothing was restored.
        ResourceError: disk or database refuse; nothing was restored.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotAllowedError(
            f"{folder} is not empty. A backup is restored into a new folder only."
        )
    keys = Keys.read(key_file)
    # Once through the whole file before anything is written, once more to write.
    files = {r.name: r.body or b"" for r in _records(source, keys) if r.kind == "file"}
    made = not folder.exists()
    try:
        left_out = _fill(source, keys, folder, files, database_url)
    except (OSError, SQLAlchemyError, ObservatoryError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if not made:
            folder.mkdir(mode=0o700, exist_ok=True)
        if isinstance(error, ObservatoryError):
            raise
        raise ResourceError(
            f"The backup could not be restored ({type(error).__name__}): is the disk full, is the "
            "database running? Nothing was restored."
        ) from error
    return left_out


def _records(source: Path, keys: Keys) -> Iterator[Record]:
    try:
        with source.open("rb") as file:
            yield from read(file, keys)
    except OSError as error:
        raise BadInputError(f"{source} cannot be opened: {error.strerror}.") from error


def _fill(source: Path, keys: Keys, folder: Path, files: dict[str, bytes], url: str | None) -> int:
    rules = _write_files(folder, files, url)
    settings = config.read(folder / config.FILE_NAME)
    engine = database.open_engine(settings.database_url, folder)
    try:
        database.migrate(engine)
        vault = Vault(engine, rules.public_key)
        if len(vault) or vault.audit.encoded():
            raise NotAllowedError(
                "The database holds an observatory already. Name an empty one with --database."
            )
        with engine.begin() as connection:
            filling = _Filling(connection, vault, keys)
            for record in _records(source, keys):
                filling.add(record)
            filling.done()
        return len(filling.left_out)
    finally:
        engine.dispose()


def _write_files(folder: Path, files: dict[str, bytes], url: str | None) -> Policy:
    """Write the instance's files; the policy, by which it becomes one, comes last."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if url is not None:
        files = {**files, config.FILE_NAME: config.with_database(files[config.FILE_NAME], url)}
    for name, body in sorted(files.items(), key=lambda one: one[0] == policy.FILE_NAME):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise BackupError("names a file outside the instance")
        target = folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.write(target, body)
    rules = policy.read(folder / policy.FILE_NAME)
    rules.verify()
    return rules


class _Filling:
    """Puts records into the empty database, within the caller's transaction."""

    def __init__(self, connection: Connection, vault: Vault, keys: Keys) -> None:
        self._connection, self._vault = connection, vault
        self._state: dict[str, bytes] = {}
        self._placing: Placing | None = None
        self.left_out: list[tuple[str, str]] = []
        keeping.place_keys(connection, {**keys.months, REST: keys.rest})

    def add(self, record: Record) -> None:
        """Store one record; a set is complete when the next other record comes."""
        if self._placing is not None and record.kind != "envelopes":
            self._placing.done()
            self._placing = None
        if record.body is not None:
            self._store(record, record.body)
        elif record.kind == "set":
            self.left_out.append((record.name, record.month or ""))

    def _store(self, record: Record, body: bytes) -> None:
        if record.kind == "entry":
            self._vault.audit.replay(self._connection, body)
        elif record.kind == "head":
            self._vault.audit.replay_head(self._connection, SignedHead.from_bytes(body))
        elif record.kind == "state":
            self._state[record.name] = body
        elif record.kind == "set":
            self._placing = Placing(self._connection, _set_of(record, body))
        elif record.kind == "envelopes" and self._placing is not None:
            self._placing.add(_envelopes(body))

    def done(self) -> None:
        """Store the run state, and log which sets were left out."""
        keeping.place(self._connection, self._state)
        for name, month in self.left_out:
            facts = {"set": name, "month": month}
            self._vault.audit.append(self._connection, Kind.SET_REMOVED, facts)


def _set_of(record: Record, body: bytes) -> SetRecord:
    source, week, root = body.decode().split("\n")
    return SetRecord(
        bytes.fromhex(record.name), source, week, record.month or "", bytes.fromhex(root)
    )


def _envelopes(body: bytes) -> Iterator[Envelope]:
    place = 0
    try:
        while place < len(body):
            (length,) = LENGTH.unpack_from(body, place)
            place += LENGTH.size
            yield Envelope.from_bytes(body[place : place + length])
            place += length
    except (EnvelopeError, ValueError) as error:
        raise BackupError("holds something that is no envelope") from error


def check(instance: Instance) -> None:
    """Read a restored instance through: log, sets and roots.

    Raises:
        IntegrityError: something is not what both sides had.
    """
    for kept in instance.vault.sets():
        for _ in instance.vault.envelopes_of(kept):
            pass
