"""The first roll: a chair of each side, each with an invitation that works once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crypto.sides import SIDES, Side
from crypto.signing import SigningKey
from observatory.acts import act as acts
from observatory.acts import enrolment, people
from observatory.acts.act import NOBODY, What
from observatory.acts.people import Interests, Person, Role
from observatory.acts.roll import Link, Roll
from observatory.config import Config
from observatory.custody.files import write_new
from observatory.instance import today
from observatory.policy import Policy

MANDATE = "Founding of the observatory"


@dataclass(frozen=True)
class FirstRoll:
    """The roll, and by side what each chair is given to enrol by.

    Attributes:
        roll: signed by a signer of each side.
        links: side -> the invitation's link. Whoever has it becomes the side's chair.
    """

    roll: Roll
    links: Mapping[Side, str]

    def write_links(self, shares: Path) -> tuple[Path, ...]:
        """Write a file a side into the folder of what is handed out."""
        texts = {f"{side}-chair-link.txt": _letter(side, self.links[side]) for side in SIDES}
        return tuple(write_new(shares, texts))


def first_roll(policy: Policy, signers: Mapping[Side, SigningKey]) -> FirstRoll:
    """Make the first roll of an observatory.

    Args:
        policy: the first policy.
        signers: side -> a signer of it.
    """
    chairs, links = [], {}
    for side in SIDES:
        invitation, secret = enrolment.new_invitation()
        chair = _chair(side, invitation, policy.root)
        chairs.append(chair.to_json())
        links[side] = link_of(chair, secret)
    act = acts.propose(
        What.MEMBERS,
        {"people": chairs},
        observatory=policy.root,
        policy=policy.fingerprint,
        roll=NOBODY,
        by="customs-signer-1",
        today=today(),
    )
    approvals = [signers[side].sign(act.signed) for side in SIDES]
    made = Roll((Link(act, approvals),), policy)
    made.verify()
    return FirstRoll(made, links)


def _chair(side: Side, invitation: str, root: str) -> Person:
    first = today()
    return Person(
        people.new_id(side),
        f"Chair of {side.capitalize()}",
        side,
        frozenset({Role.CHAIR, Role.MEMBER}),
        first.isoformat(),
        a_year_after(first).isoformat(),
        MANDATE,
        root,
        Interests(),
        invitation,
    )


def a_year_after(day: date) -> date:
    """Return the last day of a year that begins on this one."""
    return date.fromordinal(day.replace(year=day.year + 1, day=min(day.day, 28)).toordinal() - 1)


def link_of(person: Person, secret: str, base: str | None = None) -> str:
    """Return the link by which a person enrols; what follows ``#`` never leaves the browser.

    Args:
        person: on the roll, or proposed.
        secret: of the invitation, hexadecimal.
        base: address of the members' pages; that of new settings by default.
    """
    usual = Config()
    where = base or f"http://{usual.members_host}:{usual.members_port}"
    return f"{where}/enrol#{person.id}.{secret}"


def _letter(side: Side, link: str) -> bytes:
    return (
        f"Link of the chair of {side.capitalize()}. Open it once, in the browser of the device "
        "that you will use,\nand make your passkey. Whoever opens it first is the chair: hand it "
        "over as you would a key,\nand delete this file here. Behind another address than the one "
        "below, keep what follows it.\n\n"
        f"{link}\n"
    ).encode()
