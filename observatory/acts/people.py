"""People: who takes part, for which side, in which roles, how long, and with which interests.

A person stands on the roll under a pseudonym, which is all that the audit log ever names. Nothing
here is about reporters: they have no account and are on no roll.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from crypto.sides import SIDES, Side

SIDE_OF_NEITHER = "neither"
Standing = Literal["customs", "business", "neither"]

TERM_YEARS = 5
"""No term is longer: whoever goes on is appointed again, by both sides."""
MOST_PEOPLE = 500
MOST_INTERESTS = 200
NAME_LENGTH = 80


class Role(StrEnum):
    """What a person may do; the matrix in ``observatory.access`` says which pages that is."""

    MEMBER = "member"
    CHAIR = "chair"
    CUSTODIAN = "custodian"
    SIGNER = "signer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    AGENCY = "agency"


OF_A_SIDE = frozenset({Role.MEMBER, Role.CHAIR, Role.CUSTODIAN, Role.SIGNER})
"""Roles that a side gives; whoever holds one belongs to that side alone."""

_ID = re.compile(r"(customs|business|neither)-[0-9a-f]{8}")
_HASH = re.compile(r"[0-9a-f]{64}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class PeopleError(ValueError):
    """A roll that cannot be; the sentence says why."""


@dataclass(frozen=True)
class Interests:
    """What a person has an interest in, and so takes no part in deciding.

    Attributes:
        offices: codes of offices.
        firms: names of firms.
    """

    offices: frozenset[str] = frozenset()
    firms: frozenset[str] = frozenset()

    def touches(self, about: Mapping[str, Sequence[str]]) -> bool:
        """Tell whether an act about these offices and firms concerns one of these interests."""
        firms = {_folded(name) for name in self.firms}
        return bool(
            self.offices & set(about.get("offices", ()))
            or firms & {_folded(name) for name in about.get("firms", ())}
        )

    def to_json(self) -> dict[str, list[str]]:
        """Return the interests as a roll lists them."""
        return {"offices": sorted(self.offices), "firms": sorted(self.firms)}


@dataclass(frozen=True)
class Person:
    """One person on the roll.

    Attributes:
        id: pseudonym, such as ``customs-3f9a2c01``.
        name: what the others call this person.
        side: customs, business, or neither (auditors, administrators, other agencies).
        roles: at least one.
        first: first day of the term, YYYY-MM-DD.
        last: last day of the term.
        mandate: title of the document by which the side, or the body, sent this person.
        mandate_sha256: its hash, so that another cannot take its place.
        interests: register of interests.
        invitation: Ed25519 public key (hexadecimal) of the invitation that the person enrols by.
        signer: the person's signing key, if the roles hold ``signer``.
    """

    id: str
    name: str
    side: Standing
    roles: frozenset[Role]
    first: str
    last: str
    mandate: str
    mandate_sha256: str
    interests: Interests
    invitation: str
    signer: str | None = None

    def in_term(self, day: str) -> bool:
        """Tell whether a day (YYYY-MM-DD) lies in the term."""
        return self.first <= day <= self.last

    def to_json(self) -> dict[str, Any]:
        """Return the person as a roll lists them."""
        body = {
            "id": self.id,
            "name": self.name,
            "side": self.side,
            "roles": sorted(self.roles),
            "first": self.first,
            "last": self.last,
            "mandate": {"title": self.mandate, "sha256": self.mandate_sha256},
            "interests": self.interests.to_json(),
            "invitation": self.invitation,
        }
        return body if self.signer is None else {**body, "signer": self.signer}


def new_id(side: Standing) -> str:
    """Return a new pseudonym."""
    return f"{side}-{secrets.token_hex(4)}"


def read(people: Any) -> tuple[Person, ...]:
    """Read the people of a roll, checked one by one and together.

    Raises:
        PeopleError: says who or what cannot be.
    """
    if not isinstance(people, list) or not 1 <= len(people) <= MOST_PEOPLE:
        raise PeopleError(f"a roll lists 1 to {MOST_PEOPLE} people")
    found = tuple(_person(one) for one in people)
    for what, values in (
        ("pseudonym", [one.id for one in found]),
        ("name", [_folded(one.name) for one in found]),
        ("invitation", [one.invitation for one in found]),
        ("signing key", [one.signer for one in found if one.signer]),
    ):
        if len(set(values)) != len(values):
            raise PeopleError(f"two people have the same {what}")
    for side in SIDES:
        if not any(one.side == side and Role.CHAIR in one.roles for one in found):
            raise PeopleError(f"{side} has no chair")
    return found


def _person(body: Any) -> Person:
    try:
        interests = body["interests"]
        found = Person(
            body["id"],
            body["name"],
            body["side"],
            frozenset(Role(role) for role in body["roles"]),
            body["first"],
            body["last"],
            body["mandate"]["title"],
            body["mandate"]["sha256"],
            Interests(frozenset(interests["offices"]), frozenset(interests["firms"])),
            body["invitation"],
            body.get("signer"),
        )
        if found.to_json() != body:
            raise PeopleError("an entry of the roll is not one that this version writes")
        _check(found)
    except PeopleError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PeopleError("an entry of the roll is not one that this version writes") from error
    return found


def _check(one: Person) -> None:
    _check_words(one)
    if not _ID.fullmatch(one.id) or not one.id.startswith(f"{one.side}-"):
        raise PeopleError(f"{one.name}: the pseudonym is not one of the side")
    if not one.roles:
        raise PeopleError(f"{one.name} has no role")
    sided = one.roles & OF_A_SIDE
    if (one.side in SIDES) != bool(sided) or (sided and sided != one.roles):
        raise PeopleError(
            f"{one.name}: members, chairs, custodians and signers belong to a side; auditors, "
            "administrators and other agencies to none"
        )
    if (Role.SIGNER in one.roles) != (one.signer is not None):
        raise PeopleError(f"{one.name}: a signer, and nobody else, has a signing key")
    for key in (one.invitation, one.mandate_sha256, one.signer or one.invitation):
        if not isinstance(key, str) or not _HASH.fullmatch(key):
            raise PeopleError(f"{one.name}: a key or hash is not 64 hexadecimal digits")
    _check_term(one)


def _check_words(one: Person) -> None:
    words = [one.name, one.mandate, *one.interests.offices, *one.interests.firms]
    if not all(is_name(text) for text in words):
        raise PeopleError(
            f"a name on the roll has 1 to {NAME_LENGTH} characters, and none that cannot be seen"
        )
    if len(words) > MOST_INTERESTS:
        raise PeopleError(f"{one.name} has more than {MOST_INTERESTS} interests")


def _check_term(one: Person) -> None:
    try:
        first, last = (date.fromisoformat(day) for day in (one.first, one.last))
        plain = (first.isoformat(), last.isoformat()) == (one.first, one.last)
    except (TypeError, ValueError) as error:
        raise PeopleError(f"{one.name}: the days of the term are YYYY-MM-DD") from error
    years = last.year - first.year - ((last.month, last.day) < (first.month, first.day))
    if not plain or not first <= last or years >= TERM_YEARS:
        raise PeopleError(f"{one.name}: a term ends after it begins, within {TERM_YEARS} years")


def is_name(text: object) -> bool:
    """Tell whether this names somebody or something: a line that can be seen as it is."""
    return (
        isinstance(text, str)
        and 1 <= len(text) <= NAME_LENGTH
        and text == text.strip()
        and not _UNSEEN.search(text)
    )


def side_of(one: Person) -> Side | None:
    """Return the side that a person belongs to, or None."""
    return next((side for side in SIDES if side == one.side), None)


def in_words(one: Person) -> str:
    """Return a person in a line, for whoever approves: role, side, term, interests."""
    roles = " and ".join(sorted(one.roles))
    of = f" of {one.side.capitalize()}" if one.side in SIDES else ""
    said = f"{one.name} ({one.id}), {roles}{of}, {one.first} to {one.last}, by “{one.mandate}”"
    offices, firms = sorted(one.interests.offices), sorted(one.interests.firms)
    if offices or firms:
        said += "; interests: " + ", ".join([*offices, *firms])
    return said


def changes(before: Sequence[Person], after: Sequence[Person]) -> list[str]:
    """Return what a roll changes in the one before it, a line each."""
    old, new = {one.id: one for one in before}, {one.id: one for one in after}
    said = [f"joins: {in_words(new[id_])}" for id_ in new if id_ not in old]
    said += [f"leaves: {in_words(old[id_])}" for id_ in old if id_ not in new]
    for id_, one in new.items():
        was = old.get(id_, one)
        if was != one:
            said.append(f"changes: {was.name} ({id_}): {'; '.join(differences(was, one))}")
    return said


def differences(was: Person, one: Person) -> list[str]:
    """Return what an entry changes in the one before it, a clause each."""
    said = [
        f"{label} {new}, before {old}"
        for label, old, new in (
            ("name", was.name, one.name),
            ("roles", " and ".join(sorted(was.roles)), " and ".join(sorted(one.roles))),
            ("term", f"{was.first} to {was.last}", f"{one.first} to {one.last}"),
            ("mandate", f"“{was.mandate}”", f"“{one.mandate}”"),
        )
        if old != new
    ]
    if was.mandate == one.mandate and was.mandate_sha256 != one.mandate_sha256:
        said.append(f"mandate “{one.mandate}” in another text")
    for old, new in (
        (was.interests.offices, one.interests.offices),
        (was.interests.firms, one.interests.firms),
    ):
        said += [f"declares an interest in {name}" for name in sorted(new - old)]
        said += [f"no longer declares an interest in {name}" for name in sorted(old - new)]
    if was.signer != one.signer:
        said.append(f"signing key {one.signer or 'none'}, before {was.signer or 'none'}")
    if was.invitation != one.invitation:
        said.append("enrols anew; what was enrolled before no longer counts")
    return said


def _folded(name: str) -> str:
    """Return a name as it is compared: case, width, spaces and joiners make no other of it."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(c for c in folded if unicodedata.category(c) != "Cf").split())
