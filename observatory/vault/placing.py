"""Placing a set that was closed elsewhere or before: as it was, or not at all."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

from sqlalchemy import Connection, insert

from crypto.envelope import Envelope
from observatory.errors import IntegrityError
from observatory.vault.closing import SetRecord, digest, root_of, row_of
from observatory.vault.envelope import StoredEnvelope
from observatory.vault.weekly_set import WeeklySet


class Placing:
    """Places one set, a few envelopes at a time, within the caller's transaction."""

    def __init__(self, connection: Connection, kept: SetRecord) -> None:
        self._connection, self._kept = connection, kept
        self._digests: list[bytes] = []

    def add(self, envelopes: Iterable[Envelope]) -> None:
        """Store some of the set's envelopes."""
        rows = []
        for envelope in envelopes:
            self._digests.append(digest(envelope))
            rows.append(row_of(envelope, self._kept.id, secrets.token_bytes(16)))
        if rows:
            self._connection.execute(insert(StoredEnvelope), rows)

    def done(self) -> None:
        """Close the set.

        Raises:
            IntegrityError: its envelopes are not those of its root; roll back.
        """
        if not hmac.compare_digest(root_of(self._digests), self._kept.root):
            raise IntegrityError(
                f"The set of week {self._kept.week} is not the one that was closed: an envelope "
                "was added, altered or removed on the way. Nothing of it was taken."
            )
        self._connection.execute(insert(WeeklySet), vars(self._kept))
