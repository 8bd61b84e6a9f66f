"""Restoring a backup into an empty instance: all of it, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, Engine, delete, inspect, literal, select, table
from sqlalchemy.exc import SQLAlchemyError

from crypto.envelope import Envelope, EnvelopeError
from observatory import config, durable, policy
from observatory.audit import Kind
from observatory.audit.signed_heads import SignedHead
from observatory.backup import tables
from observatory.backup.container import BackupError, Record, read
from observatory.backup.keys import REST, Keys
from observatory.backup.making import LENGTH, digest_of
from observatory.database import engine as database
from observatory.database.base import Base
from observatory.decisions.upkeep import check_log, kept_since
from observatory.errors import BadInputError, NotAllowedError, ResourceError
from observatory.instance import Instance, today
from observatory.policy import Policy
from observatory.vault import Vault, keeping
from observatory.vault.closing import SetRecord
from observatory.vault.placing import Placing

VERSIONS = "alembic_version"
"""The table in which alembic notes the version of the others."""


def restore(source: Path, key_file: Path, folder: Path, database_url: str | None) -> int:
    """Restore a backup.

    The instance is built beside its place, read through, and put there last. Sets of months whose
    key the key file does not hold are left out, and the log says so.

    Args:
        source: the backup.
        key_file: the key file written with it, or a later one.
        folder: the new instance; must not exist or be empty.
        database_url: another database than the backup's settings name.

    Returns:
        How many sets were left out because their month's key was destroyed.

    Raises:
        NotAllowedError: folder or database are in use.
        BadInputError: no such file, or no key file.
        IntegrityError: the backup was altered, or what it holds is not what both sides had; nothing
            was restored.
        ResourceError: disk or database refuse; nothing was restored.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotAllowedError(
            f"{folder} is not empty. A backup is restored into a new folder only."
        )
    keys = Keys.read(key_file)
    # Once through the whole file before anything is written, once more to write.
    files = {r.name: r.body or b"" for r in _records(source, keys) if r.kind == "file"}
    beside = folder.with_name(f".{folder.name}.restoring")
    shutil.rmtree(beside, ignore_errors=True)  # of a restore that was killed
    try:
        beside.mkdir(mode=0o700, parents=True)
        left_out = _fill(source, keys, beside, files, database_url)
        with _emptied_unless_done(beside):
            _check(beside)
            beside.replace(folder)
        durable.sync_folder(folder.parent)
    except (OSError, SQLAlchemyError) as error:
        raise ResourceError(
            f"The backup could not be restored ({type(error).__name__}): is the disk full, is the "
            "database running? Nothing was restored."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return left_out


def _records(source: Path, keys: Keys) -> Iterator[Record]:
    try:
        with source.open("rb") as file:
            yield from read(file, keys)
    except OSError as error:
        raise BadInputError(f"{source} cannot be opened: {error.strerror}.") from error


def _fill(source: Path, keys: Keys, folder: Path, files: dict[str, bytes], url: str | None) -> int:
    rules = _write_files(folder, files, url)
    _check_complete(source, keys, rules)
    settings = config.read(folder / config.FILE_NAME)
    engine = database.open_engine(settings.database_url, folder)
    try:
        _refuse_used(engine)
        database.migrate(engine)
        vault = Vault(engine, rules.public_key)
        with engine.begin() as connection:
            filling = _Filling(connection, vault, keys)
            for record in _records(source, keys):
                filling.add(record)
            filling.done(digest_of(source))
        return len(filling.left_out)
    finally:
        engine.dispose()


def _check_complete(source: Path, keys: Keys, rules: Policy) -> None:
    """Refuse a key file that lacks the key of a month which the policy still keeps."""
    first = kept_since(today(), rules.rules["retention_months"])
    for record in _records(source, keys):
        if record.body is None and record.month is not None and record.month >= first:
            raise BadInputError(
                f"The key file lacks the key of {record.month}, which the policy keeps. Give the "
                "one that was written with this backup, or a later one. Nothing was restored."
            )


@contextmanager
def _emptied_unless_done(folder: Path) -> Iterator[None]:
    """Empty the filled database again, which may lie outside the folder, if what follows fails."""
    try:
        yield
    except BaseException:
        settings = config.read(folder / config.FILE_NAME)
        engine = database.open_engine(settings.database_url, folder)
        with engine.begin() as connection:
            for one in Base.metadata.sorted_tables:
                connection.execute(delete(one))
        engine.dispose()
        raise


def _refuse_used(engine: Engine) -> None:
    """Return only if the database has no table, or those of a restore that came to nothing."""
    ours = {*Base.metadata.tables, VERSIONS}
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        for name in tables:
            rows = select(literal(1)).select_from(table(name)).limit(1)
            if name not in ours or (name != VERSIONS and connection.execute(rows).first()):
                raise NotAllowedError(
                    f"The database is in use: it has a table '{name}'. Name an empty one with "
                    "--database."
                )


def _write_files(folder: Path, files: dict[str, bytes], url: str | None) -> Policy:
    """Write the instance's files; the policy, by which it becomes one, comes last."""
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
        self._entries: list[bytes] = []
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
            self._entries.append(body)
        elif record.kind == "head":
            self._vault.audit.replay_head(self._connection, SignedHead.from_bytes(body))
        elif record.kind == "state":
            self._state[record.name] = body
        elif record.kind == "set":
            self._placing = Placing(self._connection, _set_of(record, body))
        elif record.kind == "envelopes" and self._placing is not None:
            self._placing.add(_envelopes(body))
        elif record.kind == tables.KIND:
            tables.put(self._connection, record.name, body)

    def done(self, sha256: str) -> None:
        """Store log and run state; log which sets were left out, and the restoring itself."""
        audit, connection = self._vault.audit, self._connection
        audit.replay(connection, self._entries)
        keeping.place(connection, self._state)
        for name, month in self.left_out:
            audit.append(connection, Kind.SET_REMOVED, {"set": name, "month": month})
        audit.append(connection, Kind.RESTORED, {"sha256": sha256})


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


def _check(folder: Path) -> None:
    """Read a restored instance through: policy, roll, log, heads, sets and roots.

    Raises:
        IntegrityError: something is not what both sides had.
    """
    instance = Instance.open(folder)
    try:
        check_log(instance)
        for kept in instance.vault.sets():
            for _ in instance.vault.envelopes_of(kept):
                pass
    finally:
        instance.vault.engine.dispose()
