"""The log itself: append within a transaction, verify against what both sides signed.

Entries are the leaves of a Merkle tree (RFC 9162, section 2.1). Beside each stands the root of the
tree that ends with it, so that a careless change is found at its entry; a change that recomputes
those is found between two signed heads, or against a copy of the log that somebody kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row, insert, select
from sqlalchemy.exc import SQLAlchemyError

from crypto import merkle
from observatory.audit.entries import Entry, Fact, Kind
from observatory.audit.heads import Head
from observatory.audit.models import StoredEntry, StoredHead
from observatory.audit.signed_heads import AuditError, SignedHead, Signers, check_signatures
from observatory.database.engine import exclusive
from observatory.database.faults import reason
from observatory.errors import ResourceError


@dataclass(frozen=True)
class Seen:
    """The log as it was when all of it was last read and checked.

    Attributes:
        end: how many entries it had, and the root that stands beside the last.
        entries: oldest first.
        newest: the last entry of each kind.
    """

    end: tuple[int, bytes]
    entries: Sequence[Entry]
    newest: Mapping[Kind, Entry]


class AuditLog:
    """The log of one observatory, in its database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._seen: Seen | None = None

    def append(
        self,
        connection: Connection,
        kind: Kind,
        facts: Mapping[str, Fact],
        day: date | None = None,
    ) -> None:
        """Append an entry within the caller's transaction: act and entry stand or fall together.

        Args:
            connection: in a transaction, which from here on is alone in changing the log.
            kind: which act.
            facts: what identifies it.
            day: when; today by default.
        """
        exclusive(connection)
        when = day or datetime.now(UTC).date()
        tree = merkle.GrowingTree()
        before = connection.execute(select(StoredEntry.entry).order_by(StoredEntry.number))
        for row in before:
            tree.append(row.entry)
        _add(connection, tree, Entry(kind, when.isoformat(), facts).to_bytes())

    def replay(self, connection: Connection, entries: Iterable[bytes]) -> None:
        """Fill an empty log with entries that were logged before: for a backup that is restored."""
        tree = merkle.GrowingTree()
        for entry in entries:
            _add(connection, tree, entry)

    def replay_head(self, connection: Connection, signed: SignedHead) -> None:
        """Keep a head that was kept before."""
        row = {"size": signed.head.size, "signed": signed.to_bytes()}
        connection.execute(insert(StoredHead), row)

    def record(self, kind: Kind, facts: Mapping[str, Fact]) -> None:
        """Append an entry in a transaction of its own.

        Raises:
            ResourceError: the database refused; the act must not be reported as done.
        """
        try:
            with self.engine.begin() as connection:
                self.append(connection, kind, facts)
        except SQLAlchemyError as error:
            raise ResourceError(
                f"The audit log cannot be written, and nothing was done. {reason(error)}"
            ) from error

    def entries(self) -> list[Entry]:
        """Return every entry, oldest first, once it is known that none was altered.

        Raises:
            AuditError: names the first bad entry.
            ResourceError: the database cannot be read.
        """
        return [Entry.from_bytes(data) for data, _ in self._checked()]

    def seen(self) -> Seen:
        """Return the log for pages: it is read and checked when it has another end than it had.

        The last root names all entries before it. While the log ends with the one that was checked,
        what is returned is what that log says, whatever somebody changed behind it since; commands
        that act check the whole log each time. Errors as :meth:`entries`.
        """
        if self._seen is None or self._seen.end != self._end():
            rows = self._checked()
            entries = [Entry.from_bytes(data) for data, _ in rows]
            end = (len(rows), rows[-1][1] if rows else merkle.EMPTY_ROOT)
            self._seen = Seen(end, entries, {entry.kind: entry for entry in entries})
        return self._seen

    def last(self, kind: Kind) -> Entry | None:
        """Return the newest entry of a kind, as :meth:`seen` tells."""
        return self.seen().newest.get(kind)

    def _end(self) -> tuple[int, bytes]:
        query = select(StoredEntry.number, StoredEntry.root).order_by(StoredEntry.number.desc())
        found = ((row.number, row.root) for row in self._rows(query.limit(1)))
        return next(found, (0, merkle.EMPTY_ROOT))

    def _rows(self, query: Executable) -> Sequence[Row[Any]]:
        try:
            with self.engine.connect() as connection:
                return connection.execute(query).all()
        except SQLAlchemyError as error:
            raise ResourceError(f"The audit log cannot be read. {reason(error)}") from error

    def encoded(self) -> list[bytes]:
        """Return every entry's bytes, oldest first; errors as :meth:`entries`."""
        return [data for data, _ in self._checked()]

    def head(self) -> Head:
        """Return the head of the log as it stands.

        Raises:
            AuditError: an entry was altered.
        """
        rows = self._checked()
        return Head(len(rows), rows[-1][1] if rows else merkle.EMPTY_ROOT)

    def extends(self, size: int, root: bytes) -> bool:
        """Tell whether the log begins with the ``size`` entries that had this root.

        Raises:
            AuditError: an entry was altered.
        """
        rows = self._checked()
        return 1 <= size <= len(rows) and rows[size - 1][1] == root

    def signed_heads(self) -> list[SignedHead]:
        """Return the heads that both sides signed, oldest first.

        Raises:
            AuditError: a stored head cannot be read.
        """
        with self.engine.connect() as connection:
            rows = connection.execute(select(StoredHead.signed).order_by(StoredHead.size))
            return [SignedHead.from_bytes(row.signed) for row in rows]

    def install(self, signed: SignedHead, signers: Sequence[Signers]) -> None:
        """Keep a head that both sides signed.

        Raises:
            AuditError: it is not signed by both, or not a head of this log.
        """
        self.check([signed], signers)
        with self.engine.begin() as connection:
            exclusive(connection)
            known = connection.execute(select(StoredHead.size)).scalars().all()
            if signed.head.size not in known:
                row = {"size": signed.head.size, "signed": signed.to_bytes()}
                connection.execute(insert(StoredHead), row)

    def check(self, kept: Iterable[SignedHead], signers: Sequence[Signers]) -> None:
        """Return only if the log extends every head, the stored ones and those that people kept.

        Args:
            kept: signed heads from outside, such as those on published documents.
            signers: who may have signed them.

        Raises:
            AuditError: names the first bad entry, the head that does not fit, or the rollback.
        """
        roots = [root for _, root in self._checked()]
        good = 0
        for signed in sorted([*self.signed_heads(), *kept], key=lambda one: one.head.size):
            head = signed.head
            check_signatures([signed], signers)
            if head.size > len(roots):
                raise AuditError(
                    f"The audit log was rolled back: both sides signed a head of {head.size} "
                    f"entries, and there are {len(roots)}. Entry {len(roots) + 1} is the "
                    "first that is missing. Put back the last good backup, and record it."
                )
            if roots[head.size - 1] != head.root:
                raise AuditError(
                    f"The audit log is not the one that both sides signed: an entry between "
                    f"{good + 1} and {head.size} was altered. Compare with a copy "
                    "(`audit verify --copy FILE`) to see which, and record it."
                )
            good = head.size

    def compare(self, copy: Sequence[bytes]) -> None:
        """Return only if the log begins with a copy that somebody kept.

        Raises:
            AuditError: names the first entry that differs or is missing.
        """
        entries = self.encoded()
        for place, (mine, theirs) in enumerate(zip(entries, copy, strict=False), start=1):
            if mine != theirs:
                raise _bad(place, "is not that of the copy")
        if len(entries) < len(copy):
            raise _bad(len(entries) + 1, "is missing: the log was rolled back")

    def _checked(self) -> list[tuple[bytes, bytes]]:
        """Return each entry's bytes with the root of the tree that ends with it."""
        rows = self._rows(select(StoredEntry.__table__).order_by(StoredEntry.number))
        tree = merkle.GrowingTree()
        for place, row in enumerate(rows, start=1):
            if row.number != place:
                raise _bad(place, f"is missing: the next one there is entry {row.number}")
            if not isinstance(row.entry, bytes):  # SQLite keeps whatever somebody puts there
                raise _bad(place, "is not what was written")
            tree.append(row.entry)
            if tree.root != row.root or not _readable(row.entry):
                raise _bad(place, "or its root is not what was written")
        return [(row.entry, row.root) for row in rows]


def _add(connection: Connection, tree: merkle.GrowingTree, new: bytes) -> None:
    tree.append(new)
    connection.execute(insert(StoredEntry), {"number": tree.size, "entry": new, "root": tree.root})


def _readable(data: bytes) -> bool:
    try:
        Entry.from_bytes(data)
    except ValueError:
        return False
    return True


def _bad(number: int, what: str) -> AuditError:
    return AuditError(
        f"The audit log was altered: entry {number} {what}. Nothing runs on it. Put back the last "
        "good backup, and record what happened."
    )
