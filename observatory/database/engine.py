"""Engines that keep what they acknowledge and forget what they delete."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from observatory.database.faults import READ_ONLY, reason
from observatory.errors import BadInputError, ResourceError, UsageError

HEAD = "0003"

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a commit is on the disk before it is acknowledged
    "PRAGMA secure_delete=ON",  # deleted rows are overwritten with zeros
    "PRAGMA temp_store=MEMORY",
    "PRAGMA busy_timeout=60000",  # an import or a closing week may hold the lock for a while
    "PRAGMA foreign_keys=ON",
)


def open_engine(url: str, folder: Path) -> Engine:
    """Return an engine for ``url``; a relative SQLite path is taken from ``folder``.

    Statements are never echoed and errors never carry parameters, since those are envelopes.

    Raises:
        BadInputError: the URL is not one, or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            parsed = parsed.set(database=str(folder / parsed.database))
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise BadInputError(
            f"database_url in config.toml cannot be used ({type(error).__name__}). Use "
            "sqlite:///FILE, or postgresql+psycopg://USER@HOST/DATABASE with the extra 'postgres'."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
    else:
        event.listen(engine, "connect", _set_synchronous_commit)
    return engine


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _set_synchronous_commit(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("SET synchronous_commit TO on")
    connection.commit()
    cursor.close()


_LOG_LOCK = 0x4A494F  # any numbers that no other program on the server uses
_RUN_LOCK = 0x4A4950


def exclusive(connection: Connection) -> None:
    """Make this transaction alone in closing sets and appending to the log, until it ends.

    A second call in the same transaction does nothing.
    """
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.dbapi_connection
        if not raw.in_transaction:
            # pysqlite begins with the first change only; what is read before must hold as well.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(_LOG_LOCK)))


@contextmanager
def alone(engine: Engine) -> Iterator[bool]:
    """Hold the database for one run at a time, across machines; yield whether that succeeded.

    SQLite lies on one machine, where a lock of the folder does. PostgreSQL gives the lock back
    when the connection ends, however it ends.
    """
    if engine.dialect.name == "sqlite":
        yield True
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            yield bool(connection.execute(select(func.pg_try_advisory_lock(_RUN_LOCK))).scalar())
        finally:
            connection.invalidate()  # in a pool it would keep the lock


def settle(engine: Engine) -> None:
    """Let no copy of what a transaction moved or deleted linger beside the tables.

    SQLite: the write-ahead log is written back and emptied. PostgreSQL: dead rows are removed.

    Raises:
        ResourceError: the database refused; what was to be done is done all the same.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                connection.exec_driver_sql("VACUUM open_envelope, envelope, run_state, month_key")
    except SQLAlchemyError as error:
        raise ResourceError(
            "What was to be stored is stored, but the database could not be tidied afterwards, "
            f"as the next command that stores something does. {reason(error)}"
        ) from error


def migrate(engine: Engine, last: Callable[[Connection], None] = lambda _: None) -> None:
    """Bring the database forward to this version.

    Args:
        engine: of the database.
        last: done in the same transaction, before it is committed.

    Raises:
        ResourceError: the database cannot be reached or written.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
            last(connection)
    except SQLAlchemyError as error:
        raise ResourceError(f"The database cannot be set up. {reason(error)}") from error


@contextmanager
def new(engine: Engine) -> Iterator[None]:
    """Fill an empty database; when the body fails, a SQLite file that it made is removed.

    Raises:
        UsageError: the database holds a table already; an observatory never shares one.
        ResourceError: the database cannot be reached.
    """
    file = _file(engine)
    there = file is None or file.exists()
    try:
        _check_empty(engine)
        yield
    except BaseException:
        engine.dispose()
        if file is not None and not there:
            for suffix in ("", "-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
        raise


def _check_empty(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
    except SQLAlchemyError as error:
        raise ResourceError(f"The database cannot be opened. {reason(error)}") from error
    if tables:
        raise UsageError(
            f"The database is not empty: it has a table '{min(tables)}'. Name one that is."
        )


def _file(engine: Engine) -> Path | None:
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    return Path(name) if name else None


def check_writable(engine: Engine) -> None:
    """Return only if this process may write to the database, which is left alone.

    Raises:
        ResourceError: it may not.
    """
    file = _file(engine)
    if file is not None:
        if not all(os.access(place, os.W_OK) for place in (file, file.parent)):
            raise ResourceError(f"The database cannot be written. {READ_ONLY}")
        return
    try:
        with engine.connect() as connection:
            answer = connection.execute(text("SHOW transaction_read_only")).scalar()
    except SQLAlchemyError as error:
        raise ResourceError(f"The database cannot be opened. {reason(error)}") from error
    if answer != "off":
        raise ResourceError(f"The database cannot be written. {READ_ONLY}")


def check_version(engine: Engine) -> None:
    """Refuse a database that this version does not know.

    Raises:
        ResourceError: the database cannot be reached.
        BadInputError: it was made by a newer version, or by something else.
        IntegrityError: it is damaged.
    """
    file = _file(engine)
    if file is not None and not file.exists():  # to connect would make a new, empty one
        raise BadInputError(
            f"The database holds no observatory: {file} is not there. Put it back from the last "
            "backup, or correct database_url in config.toml."
        )
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                raise BadInputError(
                    "The database holds no observatory. Check database_url in config.toml."
                )
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        raise ResourceError(f"The database cannot be opened. {reason(error)}") from error
    if found != HEAD:
        raise BadInputError(
            f"The database has schema {found}; this version knows {HEAD}. "
            "Install the version that made it, or a newer one."
        )
