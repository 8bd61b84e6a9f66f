"""Membership: who joins, leaves, goes on or comes back, as the next roll that both sides approve.

A roll is always proposed whole. Nothing is changed in place, and nothing here counts before it is
approved (:mod:`observatory.decisions.deciding`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from observatory.acts import people, roll
from observatory.acts.act import Act, What
from observatory.acts.people import Interests, PeopleError, Person
from observatory.config import Config
from observatory.decisions import deciding
from observatory.errors import BadInputError, UsageError
from observatory.instance import Instance, today

People = tuple[Person, ...]


@dataclass(frozen=True)
class Mandate:
    """The document by which a side, or another body, sends somebody.

    Attributes:
        title: what it is called.
        sha256: its hash, hexadecimal; of the title where the title is all there is.
    """

    title: str
    sha256: str

    @classmethod
    def of(cls, title: str | None, file: Path | None = None) -> Mandate:
        """Return a mandate from its file, its title, or both.

        Raises:
            UsageError: neither is given.
            BadInputError: the file cannot be read.
        """
        if file is None and not title:
            raise UsageError("Say by which document this person is sent: --mandate FILE.")
        if file is None:
            return cls(str(title), hashlib.sha256(str(title).encode()).hexdigest())
        try:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise BadInputError(f"{file} cannot be opened: {error.strerror}.") from error
        return cls(title or file.stem[: people.NAME_LENGTH].strip(), digest)


def find(listed: Iterable[Person], id_: str) -> Person:
    """Return the person with a pseudonym.

    Raises:
        BadInputError: nobody on the roll has it.
    """
    found = next((one for one in listed if one.id == id_), None)
    if found is None:
        raise BadInputError(f"Nobody on the roll is {id_}. See: observatory member list")
    return found


def joined(listed: Sequence[Person], one: Person) -> People:
    """Return the people after somebody joined."""
    return (*listed, one)


def without(listed: Sequence[Person], id_: str) -> People:
    """Return the people after somebody left.

    Raises:
        BadInputError: nobody on the roll has this pseudonym.
    """
    leaving = find(listed, id_)
    return tuple(one for one in listed if one != leaving)


def changed(listed: Sequence[Person], id_: str, **fields: Any) -> People:
    """Return the people after an entry was replaced by one with other fields.

    A new ``invitation`` is how somebody comes back who lost every passkey: what was enrolled by
    the old one no longer counts.

    Raises:
        BadInputError: nobody on the roll has this pseudonym.
    """
    before = find(listed, id_)
    return tuple(replace(one, **fields) if one == before else one for one in listed)


def again(was: Sequence[Person], wanted: Sequence[Person], now: Sequence[Person]) -> People:
    """Return the people now, with what an earlier proposal wanted to change in those before.

    Raises:
        BadInputError: an entry that it changes was changed otherwise in the meantime.
    """
    old, new, here = ({one.id: one for one in some} for some in (was, wanted, now))
    touched = [id_ for id_ in {**old, **new} if old.get(id_) != new.get(id_)]
    for id_ in touched:
        if here.get(id_) not in (old.get(id_), new.get(id_)):
            raise BadInputError(
                f"The entry of {id_} was changed in the meantime. Propose what you want anew."
            )
    after = {**here, **{id_: new[id_] for id_ in touched if id_ in new}}
    return tuple(one for id_, one in after.items() if id_ not in touched or id_ in new)


def wanted_again(instance: Instance, act: Act) -> People:
    """Return the people in force with what an earlier act wanted to change.

    Raises:
        BadInputError: the act changes no roll, or an entry that was changed otherwise.
    """
    if act.what is not What.MEMBERS:
        raise BadInputError("This proposal changes no roll. Propose it anew where it was made.")
    now = instance.roll
    electorate = now.electorate_of(act)
    try:
        wanted = people.read(act.body.get("people"))
    except PeopleError as error:
        raise BadInputError(f"No roll can be so: {error}.") from error
    if electorate is None:
        raise BadInputError("It was made under a roll that never was. Propose it anew.")
    return again(electorate.people, wanted, now.people)


def propose(instance: Instance, after: Sequence[Person], by: str) -> Act:
    """Put the roll that is wanted on the docket.

    Args:
        instance: the observatory.
        after: everybody who is to be on it.
        by: pseudonym of who proposes it, or ``plain_words.COMMAND``.

    Raises:
        BadInputError: there can be no such roll.
        UsageError: it is the one in force.
        ResourceError: the database refuses.
    """
    before = instance.roll.people
    body = [one.to_json() for one in after]
    try:
        people.read(body)
        roll.check_people(after, instance.policy.signers)
    except PeopleError as error:
        raise BadInputError(f"This roll cannot be: {error}. Nothing was proposed.") from error
    known = {one.id: one for one in before}
    if tuple(after) == before:
        raise UsageError("This changes nothing. Say what to change.")
    for one in after:
        was = known.get(one.id)
        if was != one:
            _check_offices(instance, one, was.interests if was else Interests())
            _check_over(one, was)
    return deciding.propose(instance, What.MEMBERS, {"people": body}, by=by)


def _check_offices(instance: Instance, one: Person, before: Interests) -> None:
    """A misspelt office would be an interest that nothing ever touches."""
    known = {office.code for office in instance.offices}
    unknown = sorted(one.interests.offices - before.offices - known)
    if unknown:
        raise BadInputError(
            f"The register of offices has no {', '.join(unknown)}. Nothing was proposed."
        )


def _check_over(one: Person, was: Person | None) -> None:
    """A term may be ended today; one that begins over would be a mistyped year."""
    if one.last < today().isoformat() and (was is None or was.last != one.last):
        raise BadInputError(f"The term of {one.name} would be over already. Nothing was proposed.")


def address(settings: Config) -> str:
    """Return where members' pages are."""
    return settings.members_url or f"http://{settings.members_host}:{settings.members_port}"
