"""The vault: takes sealed envelopes durably, gives them back in no order that tells anything."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from crypto.envelope import Envelope
from observatory.errors import ResourceError
from observatory.vault.envelope import StoredEnvelope
from observatory.vault.run_state import RunState

BATCH = 500


class VaultError(ResourceError):
    """The vault could not take or give sealed things; nothing was acknowledged."""


class Vault:
    """Sealed reports and sealed run state in one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, envelopes: Iterable[Envelope]) -> int:
        """Store envelopes in one transaction, on the disk when this returns.

        Returns:
            How many were stored.

        Raises:
            VaultError: nothing was stored.
        """
        stored = 0
        try:
            with self._engine.begin() as connection:
                for batch in _batches(map(_row, envelopes)):
                    connection.execute(insert(StoredEnvelope), batch)
                    stored += len(batch)
        except SQLAlchemyError as error:
            raise VaultError(
                "The vault cannot store reports now: is the disk full or read-only, "
                f"is the database running? Nothing was stored. ({type(error).__name__})"
            ) from error
        return stored

    def envelopes(self) -> Iterator[Envelope]:
        """Yield every envelope, streaming, in the order of their random keys.

        Raises:
            VaultError: the database failed.
        """
        query = select(StoredEnvelope).order_by(StoredEnvelope.id)
        try:
            with Session(self._engine) as session:
                rows = session.execute(query.execution_options(yield_per=BATCH)).scalars()
                for row in rows:
                    yield Envelope(row.key_id, row.bucket, row.quarter, row.body)
                    session.expunge(row)
        except SQLAlchemyError as error:
            raise VaultError(
                f"The vault cannot be read: is the database running? ({type(error).__name__})"
            ) from error

    def __len__(self) -> int:
        """Return the number of envelopes."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(StoredEnvelope)).scalar_one()

    def state(self) -> dict[str, bytes]:
        """Return the sealed parts of the run state by name."""
        with Session(self._engine) as session:
            return {row.name: row.sealed for row in session.execute(select(RunState)).scalars()}

    def replace_state(self, parts: Mapping[str, bytes]) -> None:
        """Replace the run state as a whole, in one transaction.

        Raises:
            VaultError: the old state still stands.
        """
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(RunState))
                for name, sealed in parts.items():
                    connection.execute(insert(RunState), {"name": name, "sealed": sealed})
        except SQLAlchemyError as error:
            raise VaultError(
                f"The run's state cannot be stored; the old one stands. ({type(error).__name__})"
            ) from error


def _row(envelope: Envelope) -> dict[str, object]:
    return {
        "id": secrets.token_bytes(16),
        "key_id": envelope.key_id,
        "bucket": envelope.bucket,
        "quarter": envelope.quarter,
        "body": envelope.body,
    }


def _batches(rows: Iterable[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
