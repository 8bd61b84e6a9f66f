"""Keeping of proposals and approvals in the observatory's database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from crypto import signing
from crypto.errors import CryptoError
from observatory.database.engine import exclusive
from observatory.database.faults import reason
from observatory.docket.approved import Approved
from observatory.docket.proposed import Proposed
from observatory.errors import BadInputError, IntegrityError, ResourceError

MOST_PROPOSALS = 1000
SHORTEST_NAME = 12
"""Digits of a digest that name a proposal, if no other begins so."""


@dataclass(frozen=True)
class Proposal:
    """A proposal as it stands on the docket.

    Attributes:
        digest: SHA-256 of its canonical form, hexadecimal.
        kind: an act's kind, ``policy`` or ``document-manifest``.
        signed: the object that approvals are made over.
    """

    digest: str
    kind: str
    signed: Mapping[str, Any]


class Docket:
    """The proposals of one observatory."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, kind: str, signed: Mapping[str, Any]) -> Proposal:
        """Put a proposal on the docket; the same one twice is there once.

        Raises:
            BadInputError: the docket is full.
            ResourceError: the database refuses.
        """
        data = signing.canonical(signed)
        digest = hashlib.sha256(data).hexdigest()
        try:
            with self._engine.begin() as connection:
                exclusive(connection)
                known = connection.execute(select(Proposed.digest)).scalars().all()
                if digest not in known:
                    if len(known) >= MOST_PROPOSALS:
                        raise BadInputError("The docket is full. Withdraw what nobody wants.")
                    row = {"digest": digest, "kind": kind, "signed": data}
                    connection.execute(insert(Proposed), row)
        except SQLAlchemyError as error:
            raise _refused(error) from error
        return Proposal(digest, kind, signed)

    def proposals(self) -> list[Proposal]:
        """Return every proposal, by digest.

        Raises:
            IntegrityError: one was altered.
            ResourceError: the database cannot be read.
        """
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(
                    select(Proposed.__table__).order_by(Proposed.digest)
                ).all()
        except SQLAlchemyError as error:
            raise _refused(error) from error
        return [_proposal(row.digest, row.kind, bytes(row.signed)) for row in rows]

    def find(self, name: str) -> Proposal:
        """Return the proposal whose digest begins so.

        Raises:
            BadInputError: there is none, or more than one.
            IntegrityError: it was altered.
            ResourceError: the database cannot be read.
        """
        start = name.strip().lower()
        if len(start) < SHORTEST_NAME or any(digit not in "0123456789abcdef" for digit in start):
            raise BadInputError(
                f"A proposal is named by the first {SHORTEST_NAME} digits or more of its digest."
            )
        found = [one for one in self.proposals() if one.digest.startswith(start)]
        if len(found) != 1:
            raise BadInputError(f"{len(found)} proposals on the docket begin with {start}.")
        return found[0]

    def approvals(self, digest: str) -> list[dict[str, Any]]:
        """Return the proofs that came in for a proposal.

        Raises:
            ResourceError: the database cannot be read.
        """
        query = select(Approved.evidence).where(Approved.digest == digest).order_by(Approved.who)
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).scalars().all()
        except SQLAlchemyError as error:
            raise _refused(error) from error
        return [_evidence(bytes(row)) for row in rows]

    def approve(self, digest: str, who: str, evidence: Mapping[str, Any]) -> None:
        """Keep a proof; one that the same person gave before is replaced.

        Raises:
            ResourceError: the database refuses.
        """
        own = (Approved.digest == digest, Approved.who == who)
        row = {"digest": digest, "who": who, "evidence": signing.canonical(evidence)}
        try:
            with self._engine.begin() as connection:
                exclusive(connection)
                connection.execute(delete(Approved).where(*own))
                connection.execute(insert(Approved), row)
        except SQLAlchemyError as error:
            raise _refused(error) from error

    def remove(self, digests: Sequence[str]) -> None:
        """Remove proposals with their approvals; what is done is never among them.

        Raises:
            ResourceError: the database refuses; nothing was removed.
        """
        try:
            with self._engine.begin() as connection:
                exclusive(connection)
                for table in (Approved, Proposed):
                    connection.execute(delete(table).where(table.digest.in_(digests)))
        except SQLAlchemyError as error:
            raise _refused(error) from error

    def __len__(self) -> int:
        try:
            with self._engine.connect() as connection:
                return connection.execute(select(func.count()).select_from(Proposed)).scalar_one()
        except SQLAlchemyError as error:
            raise _refused(error) from error


def _proposal(digest: str, kind: str, data: bytes) -> Proposal:
    try:
        signed = json.loads(data)
        if hashlib.sha256(data).hexdigest() != digest or signing.canonical(signed) != data:
            raise ValueError("not under its own digest")
        if not isinstance(signed, dict):
            raise TypeError("no object")
    except (ValueError, TypeError, CryptoError, RecursionError) as error:
        raise IntegrityError(
            f"Proposal {digest[:16]} was altered in the database. Nothing is done by it. Put back "
            "the last good backup, and record what happened."
        ) from error
    return Proposal(digest, kind, signed)


def _evidence(data: bytes) -> dict[str, Any]:
    """Return a proof; what is none stays something that no check accepts."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _refused(error: SQLAlchemyError) -> ResourceError:
    return ResourceError(f"The docket cannot be used, and nothing was done. {reason(error)}")
