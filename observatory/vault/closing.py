"""Closing a set: filled with dummies, rewritten in random order, committed to by its root.

Two copies of the database from different days must not tell how many reports came between them
finer than a week, nor in which order (design: trust and threats). So a closed set holds a power of
two of each size, and nothing of how it grew.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from sqlalchemy import Connection, delete, insert, select

from crypto import merkle
from crypto.envelope import BUCKETS, Envelope, PublicKey, seal
from observatory.audit import AuditLog, Kind
from observatory.complaint import periods, plaintext
from observatory.vault.envelope import OpenEnvelope, StoredEnvelope
from observatory.vault.weekly_set import WeeklySet

FEWEST = 32
"""Every closed set holds at least so many envelopes of each size."""

BATCH = 200
STAGED = "import"
"""In place of a week, on rows of an import that is being sealed; no transaction leaves any."""


@dataclass(frozen=True)
class SetRecord:
    """A closed set as its row has it; see :class:`WeeklySet`."""

    id: bytes
    source: str
    week: str
    month: str
    root: bytes


@dataclass(frozen=True)
class _Place:
    """Where an envelope will lie: a random new id for one that came, or for a dummy."""

    new: bytes
    old: bytes | None
    key_id: bytes
    bucket: int
    quarter: int


def filled(count: int) -> int:
    """Return how many envelopes of a size a set of ``count`` holds: a power of two, 32 or more."""
    return max(FEWEST, 1 << max(count - 1, 0).bit_length())


def root_of(digests: Sequence[bytes]) -> bytes:
    """Return the root of a set whose envelopes have these SHA-256 digests, in any order."""
    return merkle.sorted_root(digests)


def digest(envelope: Envelope) -> bytes:
    """Return the digest by which an envelope stands in the root of its set."""
    return hashlib.sha256(envelope.to_bytes()).digest()


def close(
    connection: Connection, audit: AuditLog, keys: Sequence[PublicKey], source: str, week: str
) -> SetRecord:
    """Close a set within the caller's transaction.

    Args:
        connection: alone in its transaction (:func:`observatory.database.engine.exclusive`).
        audit: gets the set's root.
        keys: the key in force, and those given up that reports may still come under.
        source: ``form`` takes what came up to the week's end, ``import`` what is staged.
        week: the week received in.
    """
    staged = OpenEnvelope.week == STAGED if source == "import" else OpenEnvelope.week <= week
    made = SetRecord(secrets.token_bytes(16), source, week, periods.month_of_week(week), b"")
    columns = (OpenEnvelope.id, OpenEnvelope.key_id, OpenEnvelope.bucket, OpenEnvelope.quarter)
    rows = connection.execute(select(*columns).where(staged))
    came = [(bytes(r.id), bytes(r.key_id), r.bucket, r.quarter) for r in rows]
    known = {key.id: key for key in keys}
    digests = [
        digest
        for batch in _batches(_places(came, known, week))
        for digest in _move(connection, known, made, batch)
    ]
    connection.execute(delete(OpenEnvelope).where(staged))
    made = SetRecord(made.id, source, week, made.month, root_of(digests))
    connection.execute(insert(WeeklySet), vars(made))
    audit.append(
        connection,
        Kind.SET_CLOSED,
        {"set": made.id.hex(), "source": source, "week": week, "root": made.root.hex()},
    )
    return made


def _places(
    came: Sequence[tuple[bytes, bytes, int, int]], keys: Collection[bytes], week: str
) -> list[_Place]:
    """Return every envelope of the set in the order of its new random id.

    Each combination of what is clear (key, size, quarter) is filled: while a new key is put in
    force, reports still come under the one before and must not stand out.
    """
    groups = Counter((key_id, bucket, quarter) for _, key_id, bucket, quarter in came)
    for clear in product(keys, BUCKETS, _quarters(week)):
        groups.setdefault(clear, 0)
    places = [_Place(secrets.token_bytes(16), *row) for row in came]
    for (key_id, bucket, quarter), count in groups.items():
        if key_id in keys:
            places += [
                _Place(secrets.token_bytes(16), None, key_id, bucket, quarter)
                for _ in range(filled(count) - count)
            ]
    return sorted(places, key=lambda place: place.new)


def _quarters(week: str) -> set[int]:
    """Return the quarters a report of this week may bear.

    A page opened in the last week of a quarter may be sent in the first of the next. Such a report
    would stand out if that week's set had no dummies of the old quarter.
    """
    before = periods.week_of(periods.thursday(week) - timedelta(days=7))
    return {periods.quarter_code(week), periods.quarter_code(before)}


def _move(
    connection: Connection,
    keys: Mapping[bytes, PublicKey],
    made: SetRecord,
    batch: Sequence[_Place],
) -> Iterator[bytes]:
    """Write one batch of a set, and return the digests of its envelopes."""
    old = [place.old for place in batch if place.old is not None]
    rows = connection.execute(select(OpenEnvelope.__table__).where(OpenEnvelope.id.in_(old)))
    bodies = {bytes(row.id): bytes(row.body) for row in rows}
    values = []
    for place in batch:
        if place.old is None:
            padded = plaintext.encode_dummy(made.week, place.bucket)
            envelope = seal(padded, keys[place.key_id], place.quarter)
        else:
            body = bodies[place.old]
            envelope = Envelope(place.key_id, place.bucket, place.quarter, body)
        values.append(row_of(envelope, made.id, place.new))
        yield digest(envelope)
    connection.execute(insert(StoredEnvelope), values)


def row_of(envelope: Envelope, set_id: bytes, new: bytes) -> dict[str, object]:
    """Return the columns of an envelope in a closed set."""
    return {
        "set_id": set_id,
        "id": new,
        "key_id": envelope.key_id,
        "bucket": envelope.bucket,
        "quarter": envelope.quarter,
        "body": envelope.body,
    }


def _batches(places: Sequence[_Place]) -> Iterator[Sequence[_Place]]:
    for start in range(0, len(places), BATCH):
        yield places[start : start + BATCH]
