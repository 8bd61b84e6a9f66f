"""The vault: takes sealed envelopes durably, closes weeks, gives back sets whose root holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Engine, func, insert, select

from crypto.envelope import Envelope, PublicKey
from observatory.vault.envelope import OpenEnvelope, StoredEnvelope, open_row
from observatory.vault.memory import Memory
from observatory.vault.receiving import GroupCommit, Row
from observatory.vault.sets import ClosedSets


class Vault(ClosedSets, Memory):
    """Sealed reports and sealed run state in one database."""

    def __init__(
        self, engine: Engine, public: PublicKey, earlier: Sequence[PublicKey] = ()
    ) -> None:
        super().__init__(engine, public, earlier)
        self._receiving = GroupCommit(self._insert)

    def receive(self, envelopes: Iterable[Envelope], week: str) -> None:
        """Store envelopes of the open week, all or none; on the disk when this returns.

        Raises:
            VaultError: nothing was stored.
        """
        self._receiving.add([open_row(one, week) for one in envelopes])

    def _insert(self, rows: Sequence[Row]) -> None:
        with self._storing() as connection:
            if rows:
                connection.execute(insert(OpenEnvelope), rows)

    def open_keys(self) -> set[bytes]:
        """Return the ids of the keys that reports of weeks not closed are sealed to."""
        with self._reading() as connection:
            found = connection.execute(select(OpenEnvelope.key_id).distinct()).scalars()
            return {bytes(one) for one in found}

    def __len__(self) -> int:
        """Return the number of envelopes, open and closed, dummies included."""
        with self._reading() as connection:
            return sum(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (OpenEnvelope, StoredEnvelope)
            )
