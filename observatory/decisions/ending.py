"""Ending a proposal: once, by an entry of the log, in a transaction that nobody else is in.

What was read and verified before the entry is written still holds when it is: whoever carries out
or withdraws waits for whoever does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from observatory.audit import Entry, Kind
from observatory.audit.entries import Fact
from observatory.audit.models import StoredEntry
from observatory.database.engine import exclusive
from observatory.database.faults import reason
from observatory.errors import NotAllowedError, ResourceError
from observatory.instance import Instance

ENDS: Mapping[Kind, str] = {Kind.ACT_DONE: "done", Kind.ACT_WITHDRAWN: "withdrawn"}


def endings(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return by digest the entry that ended each proposal: the first that names it."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind in ENDS:
            found.setdefault(str(entry.facts["act"]), entry)
    return found


@contextmanager
def alone(instance: Instance) -> Iterator[Connection]:
    """Be alone in appending to the log, in a transaction that stands or falls as a whole.

    Raises:
        ResourceError: the database refuses; the log is as it was.
    """
    try:
        with instance.vault.engine.begin() as connection:
            exclusive(connection)
            yield connection
    except SQLAlchemyError as error:
        raise ResourceError(f"The audit log cannot be written. {reason(error)}") from error


def log_end(
    instance: Instance, connection: Connection, kind: Kind, facts: Mapping[str, Fact]
) -> None:
    """Log that a proposal ends, in the transaction of what it does.

    Args:
        instance: whose log.
        connection: in that transaction.
        kind: ``act-done`` or ``act-withdrawn``.
        facts: of the entry; ``act`` is the proposal's digest.

    Raises:
        NotAllowedError: it ended before.
    """
    exclusive(connection)
    query = select(StoredEntry.entry).order_by(StoredEntry.number)
    entries = [Entry.from_bytes(row.entry) for row in connection.execute(query)]
    ended = endings(entries).get(str(facts["act"]))
    if ended is not None:
        raise NotAllowedError(f"Nothing was done: this proposal is {ENDS[ended.kind]}.")
    instance.audit.append(connection, kind, facts)
