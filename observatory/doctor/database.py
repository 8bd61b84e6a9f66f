"""The database: durable when it says so, and keeping no history that tells who came when."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine

from observatory.doctor.findings import Finding, failure, fine

# Setting -> what it must be, and what another value would do.
_POSTGRESQL = {
    "fsync": ("on", "acknowledged reports can be lost with the power"),
    "full_page_writes": ("on", "acknowledged reports can be lost with the power"),
    "synchronous_commit": ("on", "acknowledged reports can be lost with the power"),
    "archive_mode": ("off", "archived write-ahead logs keep every arrival and its time"),
    "track_commit_timestamp": ("off", "every row keeps the time it came"),
    "log_statement": ("none", "the log keeps the time of every arrival"),
    "log_min_duration_statement": ("-1", "the log keeps the time of slow arrivals"),
    "log_duration": ("off", "the log keeps the time of every arrival"),
    "log_connections": ("off", "the log keeps the times at which the intake was used"),
}
_SQLITE = {
    "journal_mode": "wal",
    "synchronous": 2,
    "secure_delete": 1,
}


def examine(engine: Engine) -> Iterator[Finding]:
    """Look at the settings of the database, as this program sees them."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            yield _sqlite(connection)
        else:
            yield from _postgresql(connection)


def _sqlite(connection: Connection) -> Finding:
    wrong = [
        name
        for name, value in _SQLITE.items()
        if connection.exec_driver_sql(f"PRAGMA {name}").scalar() != value
    ]
    if wrong:
        return failure(
            "database",
            f"SQLite runs with another {', '.join(wrong)} than this program sets.",
            "Is the folder on a network file system? Use a local disk.",
        )
    return fine("database", "SQLite commits to the disk before it answers, and erases on delete.")


def _postgresql(connection: Connection) -> Iterator[Finding]:
    wrong = False
    for name, (value, otherwise) in _POSTGRESQL.items():
        found = connection.exec_driver_sql(f"SHOW {name}").scalar()
        if found != value and not (name == "log_connections" and found == ""):
            wrong = True
            yield failure(
                "database",
                f"PostgreSQL has {name} = {found}: {otherwise}.",
                f"ALTER SYSTEM SET {name} = '{value}'; then restart PostgreSQL.",
            )
    if not wrong:
        yield fine("database", "PostgreSQL commits before it answers, and keeps no times.")
