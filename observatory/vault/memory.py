"""Memory: the sealed state that a run keeps for the next, and the keys of its months."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from observatory.audit import Kind
from observatory.audit.entries import Fact
from observatory.database.engine import exclusive
from observatory.database.faults import reason
from observatory.vault import keeping
from observatory.vault.run_state import RunState
from observatory.vault.store import Store, VaultError


class Memory(Store):
    """The run state of a store."""

    def state(self) -> dict[str, bytes]:
        """Return the sealed parts of the run state by name.

        Raises:
            IntegrityError: a part does not open under its month's key.
        """
        with self._reading() as connection:
            keys = keeping.keys(connection)
            rows = connection.execute(select(RunState.name, RunState.sealed)).all()
        parts = {}
        for row in rows:
            month = keeping.month_of(row.name)
            sealed = bytes(row.sealed)
            parts[row.name] = (
                sealed if month is None else keeping.unwrap(keys, month, row.name, sealed)
            )
        return parts

    def replace_state(
        self, parts: Mapping[str, bytes], closed: Mapping[str, Fact] | None = None
    ) -> None:
        """Replace the run state as a whole, in one transaction.

        Args:
            parts: sealed parts by name.
            closed: what identifies the run that leaves them, for the log; None if no run does.

        Raises:
            VaultError: the old state still stands.
        """
        try:
            with self.engine.begin() as connection:
                exclusive(connection)
                connection.execute(delete(RunState))
                keeping.place(connection, parts)
                if closed is not None:
                    self.audit.append(connection, Kind.RUN_CLOSED, closed)
        except SQLAlchemyError as error:
            raise VaultError(
                f"The run's state cannot be stored; the old one stands. {reason(error)}"
            ) from error

    def state_keys(self) -> set[bytes]:
        """Return the ids of the keys that the run state is sealed to."""
        return {keeping.key_id_of(part) for part in self.state().values()}

    def month_keys(self, months: Iterable[str]) -> dict[str, bytes]:
        """Return the keys of these months and of every month that has one; made when needed.

        Raises:
            VaultError: the database failed.
        """
        with self._storing() as connection:
            exclusive(connection)
            for month in sorted(months):
                keeping.key_of(connection, month)
            return keeping.keys(connection)
