"""Keeping of enrolments: proofs in the database, each of them named in the audit log.

A row proves itself by the invitation on the roll. The log adds which came first: a link that
leaked makes no second passkey, whoever can write into the database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from crypto import signing
from observatory.access.enrolled import Enrolled
from observatory.access.password import Password
from observatory.acts import enrolment
from observatory.acts.enrolment import Enrolment, EnrolmentError, Logged, Means
from observatory.acts.people import Person
from observatory.audit import AuditLog, Entry, Kind
from observatory.audit.log import Seen
from observatory.database.engine import exclusive
from observatory.database.faults import reason
from observatory.errors import ResourceError

MOST_DEVICES = 10
"""Passkeys that one invitation's passkey may vouch for."""


class Enrolments:
    """What the people of one observatory sign in and approve by."""

    def __init__(self, log: AuditLog) -> None:
        self._engine = log.engine
        self._log = log
        self._logged: tuple[Seen | None, Mapping[str, Sequence[Logged]]] = (None, {})
        self._known: tuple[object, list[str]] = (None, [])

    def _of(self, person: Person) -> list[Logged]:
        """Return what the log names of a person under the invitation on the roll."""
        seen = self._log.seen()
        if self._logged[0] is not seen:
            self._logged = seen, _by_person(seen.entries)
        return _of_invitation(self._logged[1].get(person.id, ()), person)

    def of(self, person: Person, observatory: str) -> list[Enrolment]:
        """Return what a person has enrolled and may use, in the log's order.

        Args:
            person: as on the roll in force.
            observatory: root of the policy chain.

        Raises:
            AuditError: the log was altered.
            ResourceError: the database cannot be read.
        """
        logged = self._of(person)
        with self._connected() as connection:
            rows = _rows(connection, person)
        return _counting(person, observatory, rows, logged)

    def find(
        self, credential: str, people: Iterable[Person], observatory: str
    ) -> tuple[Person, Enrolment] | None:
        """Return whose passkey a credential is, by its name, or None."""
        named = self._named(credential)
        for person in people:
            if person.id in named:
                for one in self.of(person, observatory):
                    if one.credential is not None and one.credential.id == credential:
                        return person, one
        return None

    def credentials(self, people: Sequence[Person], observatory: str) -> list[str]:
        """Return the names of everybody's passkeys: no authenticator is to be enrolled twice.

        Anybody may open the page that lists them, so they are gathered when roll or log changed.
        """
        key = (self._log.seen().end, tuple(person.invitation for person in people))
        if self._known[0] != key:
            found = [one.credential for person in people for one in self.of(person, observatory)]
            self._known = (key, [one.id for one in found if one is not None])
        return self._known[1]

    def locked(self, person: Person, observatory: str) -> bytes | None:
        """Return what is locked under a person's password, if that was enrolled."""
        with self._connected() as connection:
            query = select(Password.locked).where(Password.person == person.id)
            kept = bytes(connection.execute(query).scalar() or b"")
        # The same is done whether there is one or not, for whoever looks at the time.
        enrolled = [one.record.get("password") for one in self.of(person, observatory)]
        return kept if hashlib.sha256(kept).hexdigest() in enrolled else None

    def add(
        self, evidence: Any, person: Person, observatory: str, *, locked: bytes | None = None
    ) -> Enrolment:
        """Keep an enrolment, and log it in the same transaction.

        Args:
            evidence: the record with its proof.
            person: as on the roll in force.
            observatory: root of the policy chain.
            locked: what a password that is enrolled locks.

        Raises:
            EnrolmentError: it does not hold, or the link was used.
            ResourceError: the database refuses; nothing was enrolled.
        """
        new = enrolment.verify(evidence, person, observatory)
        if (new.credential is None) != (locked is not None) or (
            locked is not None and hashlib.sha256(locked).hexdigest() != new.record["password"]
        ):
            raise EnrolmentError("it is of another password")
        try:
            with self._engine.begin() as connection:
                exclusive(connection)
                self._add(connection, new, person, observatory, locked)
        except SQLAlchemyError as error:
            raise _refused(error) from error
        return new

    def _add(
        self,
        connection: Connection,
        new: Enrolment,
        person: Person,
        observatory: str,
        locked: bytes | None,
    ) -> None:
        rows = _rows(connection, person)
        named = _by_person(self._log.entries()).get(person.id, ())
        logged = _of_invitation(named, person)
        _check_unused(new, person, observatory, rows, logged)
        row = {
            "digest": new.digest,
            "person": person.id,
            "evidence": signing.canonical(new.evidence),
        }
        connection.execute(delete(Enrolled).where(Enrolled.digest == new.digest))
        connection.execute(insert(Enrolled), row)
        if locked is not None:
            connection.execute(delete(Password).where(Password.person == person.id))
            connection.execute(insert(Password), {"person": person.id, "locked": locked})
        change = str(Logged(new.means, new.digest, person.invitation))
        self._log.append(connection, Kind.MEMBER_CHANGED, {"member": person.id, "change": change})

    def _named(self, credential: str) -> set[str]:
        """Return the people whose rows claim a credential."""
        query = select(Enrolled.person, Enrolled.evidence)
        with self._connected() as connection:
            rows = connection.execute(query).all()
        name = credential.encode()
        return {row.person for row in rows if name and name in bytes(row.evidence)}

    def _connected(self) -> _Connected:
        return _Connected(self._engine)

    def __len__(self) -> int:
        with self._connected() as connection:
            return connection.execute(select(func.count()).select_from(Enrolled)).scalar_one()


class _Connected:
    """A connection whose failures are the database's, in words."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Connection:
        try:
            self._connection = self._engine.connect()
        except SQLAlchemyError as error:
            raise _refused(error) from error
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._connection.close()
        if isinstance(error, SQLAlchemyError):
            raise _refused(error) from error


def _rows(connection: Connection, person: Person) -> dict[str, Any]:
    query = select(Enrolled.digest, Enrolled.evidence).where(Enrolled.person == person.id)
    return {row.digest: _read(bytes(row.evidence)) for row in connection.execute(query)}


def _read(data: bytes) -> Any:
    """Return a proof; what is none stays something that no check accepts."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _by_person(entries: Iterable[Entry]) -> dict[str, list[Logged]]:
    """Return what the log names of each person, in order."""
    found: dict[str, list[Logged]] = {}
    for entry in entries:
        if entry.kind is Kind.MEMBER_CHANGED:
            one = enrolment.from_log(str(entry.facts["change"]))
            if one is not None:
                found.setdefault(str(entry.facts["member"]), []).append(one)
    return found


def _of_invitation(logged: Iterable[Logged], person: Person) -> list[Logged]:
    return [one for one in logged if one.invitation == person.invitation]


def _first(logged: Iterable[Logged], means: Means) -> str | None:
    """Return the digest that the log names first of a kind: of one link no other counts."""
    return next((one.digest for one in logged if one.means is means), None)


def _counting(
    person: Person, observatory: str, rows: Mapping[str, Any], logged: Sequence[Logged]
) -> list[Enrolment]:
    """Return the enrolments that count."""
    passkey, password = (_first(logged, means) for means in (Means.PASSKEY, Means.PASSWORD))
    found: dict[str, Enrolment] = {}
    for one in logged:
        try:
            row = enrolment.verify(rows.get(one.digest), person, observatory)
        except EnrolmentError:
            continue
        rests_on = password if one.means is Means.PASSWORD else passkey
        if (row.digest, row.means, row.first) == (one.digest, one.means, rests_on):
            found[row.digest] = row
    return list(found.values())


def _check_unused(
    new: Enrolment,
    person: Person,
    observatory: str,
    rows: Mapping[str, Any],
    logged: Sequence[Logged],
) -> None:
    """Return only if the link, or the vouching passkey, may enrol this as well.

    Raises:
        EnrolmentError: it may not.
    """
    if new.means is not Means.DEVICE:
        # Whatever became of the row: the link stays used.
        if _first(logged, new.means) is not None:
            raise EnrolmentError("this link was used already")
        return
    known = _counting(person, observatory, rows, logged)
    if new.first not in {one.digest for one in known}:
        raise EnrolmentError("the passkey that vouches was not enrolled here")
    if len(known) >= MOST_DEVICES:
        raise EnrolmentError(f"nobody has more than {MOST_DEVICES} devices")
    if new.credential is not None and new.credential.id in _ids(known):
        raise EnrolmentError("this passkey is enrolled already")


def _ids(known: Iterable[Enrolment]) -> set[str]:
    return {one.credential.id for one in known if one.credential is not None}


def _refused(error: SQLAlchemyError) -> ResourceError:
    return ResourceError(f"Enrolments cannot be read or written. {reason(error)}")
