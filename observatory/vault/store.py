"""The store: one database for sealed things, whose refusals are told in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from crypto.envelope import PublicKey
from observatory.audit import AuditLog
from observatory.database.faults import reason
from observatory.errors import ResourceError


class VaultError(ResourceError):
    """The vault could not take or give sealed things; nothing was acknowledged."""


class Store:
    """What everything that the vault keeps rests on: the database, its log, the public keys."""

    def __init__(
        self, engine: Engine, public: PublicKey, earlier: Sequence[PublicKey] = ()
    ) -> None:
        self.engine = engine
        self.audit = AuditLog(engine)
        self._public = public
        self._keys = (public, *earlier)

    @contextmanager
    def _storing(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise VaultError(
                f"The database refused. Nothing was stored. {reason(error)}"
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise VaultError(f"The vault cannot be read. {reason(error)}") from error
