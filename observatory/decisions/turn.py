"""Turns: what must not run twice at a time on one observatory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy.exc import SQLAlchemyError

from observatory import locks
from observatory.database import engine as database
from observatory.database.faults import reason
from observatory.errors import ResourceError
from observatory.instance import Instance

BUSY = (
    "Another analysis of this observatory is under way. Wait until it is done, then run again; "
    "nothing was changed."
)


LOOKS_PASS = 0.3
"""Seconds to wait for a turn: a look (:func:`under_way`) holds the lock for an instant."""


def under_way(instance: Instance) -> bool:
    """Tell whether an analysis, or a change of what one reads, is under way on this machine."""
    return locks.taken(instance.folder)


@contextmanager
def turn(instance: Instance) -> Iterator[None]:
    """Be the only one that runs an analysis or changes what one reads.

    The turn is a lock on the instance's folder and, with PostgreSQL, one in the database, since
    other machines may use that. Both end with the process, however it ends.

    Raises:
        BusyError: another process has its turn.
        ResourceError: the folder or the database cannot be locked.
    """
    with ExitStack() as locked:
        try:
            locked.enter_context(locks.held(instance.folder, BUSY, wait=LOOKS_PASS))
            mine = locked.enter_context(database.alone(instance.vault.engine))
        except SQLAlchemyError as error:
            raise ResourceError(f"The database cannot be locked. {reason(error)}") from error
        except OSError as error:
            raise ResourceError(
                f"{instance.folder} cannot be locked: {error.strerror}. Keep the observatory on a "
                "disk of this machine."
            ) from error
        if not mine:
            raise locks.BusyError(BUSY)
        yield
