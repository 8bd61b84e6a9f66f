"""Closed sets: made once, named in the log with their root, read back only if they are the same."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, delete, func, insert, select, update

from crypto.envelope import Envelope
from observatory.audit import Kind
from observatory.complaint import periods
from observatory.database.engine import exclusive, settle
from observatory.errors import IntegrityError
from observatory.vault import closing, keeping, logged
from observatory.vault.closing import STAGED, SetRecord
from observatory.vault.envelope import OpenEnvelope, StoredEnvelope, open_row
from observatory.vault.month_key import MonthKey
from observatory.vault.placing import Placing
from observatory.vault.run_state import RunState
from observatory.vault.store import Store, VaultError
from observatory.vault.weekly_set import WeeklySet

BATCH = 500


class ClosedSets(Store):
    """The sets of a store: weeks that are over, and imports."""

    def add_set(self, envelopes: Iterable[Envelope], week: str) -> int:
        """Store an import: a set of its own, closed at once, in one transaction.

        Returns:
            How many were stored, dummies not counted.

        Raises:
            VaultError: nothing was stored.
        """
        with self._storing() as connection:
            exclusive(connection)
            stored = _stage(connection, envelopes, STAGED)
            if stored:
                closing.close(connection, self.audit, self._keys, "import", week)
        settle(self.engine)
        return stored

    def take_set(self, carried: SetRecord, envelopes: Iterable[Envelope], host: str) -> None:
        """Store a set that another host closed, as it was, in one transaction.

        Args:
            carried: what the set is.
            envelopes: its own.
            host: fingerprint of the host that closed it, hex.

        Raises:
            IntegrityError: it differs from its root; nothing was stored.
            VaultError: nothing was stored.
        """
        with self._storing() as connection:
            exclusive(connection)
            placing = Placing(connection, carried)
            for batch in _batches(envelopes):
                placing.add(batch)
            placing.done()
            facts = {"set": carried.id.hex(), "source": carried.source, "week": carried.week}
            root = {"root": carried.root.hex(), "host": host}
            self.audit.append(connection, Kind.SET_TAKEN, {**facts, **root})
        settle(self.engine)

    def close_weeks(self, today: date) -> list[SetRecord]:
        """Close every week that is over and not closed, also those in which nothing came.

        A week without a set would tell that nobody wrote in it.

        Raises:
            VaultError: the weeks stay open.
            ClockError: nothing was closed.
        """
        closed = []
        with self._storing() as connection:
            exclusive(connection)
            first = connection.execute(select(func.min(OpenEnvelope.week))).scalar()
            for week in logged.weeks_to_close(self.audit.entries(), first, today):
                made = closing.close(connection, self.audit, self._keys, "form", week)
                closed.append(made)
        if closed:
            settle(self.engine)
        return closed

    def sets(self) -> list[SetRecord]:
        """Return the closed sets, once it is known that they are those that the log commits to.

        Raises:
            IntegrityError: a set is missing, was added, or its root is not the one logged.
            VaultError: the database failed.
        """
        held, entries = self._sets(), self.audit.entries()
        # An import or a week's end may come between the two readings; then both are read again.
        while (again := self._sets()) != held:
            held, entries = again, self.audit.entries()
        logged.check(entries, held)
        return held

    def _sets(self) -> list[SetRecord]:
        with self._reading() as connection:
            rows = connection.execute(select(WeeklySet.__table__)).all()
        return sorted(
            # The month follows from the week, which the log names; a column can be edited.
            (
                SetRecord(
                    bytes(r.id), r.source, r.week, periods.month_of_week(r.week), bytes(r.root)
                )
                for r in rows
            ),
            key=lambda one: (one.week, one.source, one.id),
        )

    def envelopes_of(self, kept: SetRecord) -> Iterator[Envelope]:
        """Yield a set's envelopes, streaming, and check its root at the end.

        Raises:
            IntegrityError: after the last envelope, if the set differs from its root. Whoever
                reads must use nothing of it before.
            VaultError: the database failed, or the set was removed meanwhile, as the log says.
        """
        digests = []
        query = select(StoredEnvelope.__table__).where(StoredEnvelope.set_id == kept.id)
        with self._reading() as connection:
            rows = connection.execution_options(yield_per=BATCH).execute(
                query.order_by(StoredEnvelope.id)
            )
            for row in rows:
                envelope = Envelope(bytes(row.key_id), row.bucket, row.quarter, bytes(row.body))
                digests.append(closing.digest(envelope))
                yield envelope
        if not hmac.compare_digest(closing.root_of(digests), kept.root):
            if kept not in self.sets():
                raise VaultError(
                    f"The set of week {kept.week} was removed, or sealed again, while it was read. "
                    "Nothing was changed by this; do it once more."
                )
            raise IntegrityError(
                f"The set of week {kept.week} ({kept.source}) is not the one that was closed: "
                "an envelope was added, altered or removed. Nothing was analysed. Put back the "
                "last good backup of the vault, and record what happened."
            )

    def closed_keys(self) -> set[bytes]:
        """Return the ids of the keys that closed sets are sealed to."""
        with self._reading() as connection:
            found = connection.execute(select(StoredEnvelope.key_id).distinct()).scalars()
            return {bytes(one) for one in found}

    def replace_set(self, kept: SetRecord, envelopes: Iterable[Envelope]) -> SetRecord:
        """Put the same reports, sealed to the key that now holds, in place of a set.

        One transaction, so that a crash leaves the old set or the new.

        Raises:
            VaultError: the old set stands.
        """
        with self._storing() as connection:
            exclusive(connection)
            connection.execute(delete(StoredEnvelope).where(StoredEnvelope.set_id == kept.id))
            placed = sorted(
                ((secrets.token_bytes(16), one) for one in envelopes), key=lambda pair: pair[0]
            )
            for start in range(0, len(placed), BATCH):
                rows = [closing.row_of(one, kept.id, n) for n, one in placed[start : start + BATCH]]
                connection.execute(insert(StoredEnvelope), rows)
            root = closing.root_of([closing.digest(one) for _, one in placed])
            connection.execute(update(WeeklySet).where(WeeklySet.id == kept.id).values(root=root))
            self.audit.append(
                connection,
                Kind.SET_RESEALED,
                {"set": kept.id.hex(), "root": root.hex(), "key": self._public.id.hex()},
            )
        settle(self.engine)
        return SetRecord(kept.id, kept.source, kept.week, kept.month, root)

    def remove_before(self, month: str) -> int:
        """Remove every set of months before ``month``, their state and their keys.

        What stays is the sealed series of counts, which are of no single report.

        Returns:
            How many sets were removed.

        Raises:
            VaultError: everything stands as it was.
            IntegrityError: the sets are not those of the log.
        """
        old = [one for one in self.sets() if one.month < month]
        with self._storing() as connection:
            exclusive(connection)
            for one in old:
                connection.execute(delete(StoredEnvelope).where(StoredEnvelope.set_id == one.id))
                connection.execute(delete(WeeklySet).where(WeeklySet.id == one.id))
                facts = {"set": one.id.hex(), "month": one.month}
                self.audit.append(connection, Kind.SET_REMOVED, facts)
            connection.execute(delete(MonthKey).where(MonthKey.month < month))
            names = connection.execute(select(RunState.name)).scalars()
            gone = [name for name in names if (keeping.month_of(name) or month) < month]
            connection.execute(delete(RunState).where(RunState.name.in_(gone)))
        settle(self.engine)
        return len(old)


def _stage(connection: Connection, envelopes: Iterable[Envelope], week: str) -> int:
    stored = 0
    for batch in _batches(envelopes):
        connection.execute(insert(OpenEnvelope), [open_row(one, week) for one in batch])
        stored += len(batch)
    return stored


def _batches(envelopes: Iterable[Envelope]) -> Iterator[list[Envelope]]:
    batch: list[Envelope] = []
    for envelope in envelopes:
        batch.append(envelope)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
