"""Both sides deciding: people with passkeys, signers with keys, and what they approve together."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from passkeys import RP, Passkey
from sqlalchemy import text

from crypto import signing
from crypto.sides import SIDES, Side
from crypto.signing import SigningKey
from observatory.acts import enrolment
from observatory.acts.act import Act, What
from observatory.acts.approval import Approver
from observatory.acts.people import Interests, Person, Role, new_id
from observatory.audit import Kind
from observatory.decisions import acting, deciding
from observatory.decisions.founding import Founded
from observatory.instance import Instance, today

PASSPHRASE = "an old passphrase of nine words"


def secret_of(link: str) -> tuple[str, str]:
    """Return the pseudonym and the invitation's secret (hexadecimal) that a link carries."""
    person, _, secret = link.strip().rsplit("#", 1)[1].partition(".")
    return person, secret


def chair_link(founded: Founded, side: Side) -> str:
    """Return the link that founding handed out for the chair of a side."""
    text_ = (founded.shares / f"{side}-chair-link.txt").read_text()
    return next(line for line in text_.splitlines() if "/enrol#" in line)


def signer(founded: Founded, side: Side, number: int = 1) -> SigningKey:
    """Unlock a signer's file of a founded observatory."""
    return SigningKey.load(founded.shares / f"{side}-signer-{number}.json", PASSPHRASE)


def enrolled_by(
    secret: str,
    observatory: str,
    person: str,
    passkey: Passkey,
    *,
    made: str | None = None,
    **other: Any,
) -> dict[str, Any]:
    """Return an enrolment as the person's browser signs it with the invitation's secret.

    Args:
        secret: of the invitation, hexadecimal.
        observatory: root of the policy chain.
        person: pseudonym.
        passkey: what is enrolled, unless ``other`` names a ``password``.
        made: the day; today by default.
        other: arguments of :func:`enrolment.record` in place of the passkey.
    """
    body = enrolment.record(
        observatory,
        person,
        passkey.rp,
        made or today().isoformat(),
        **(other or {"credential": passkey.credential}),
    )
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    return {"record": body, "signature": key.sign(enrolment.message(body)).hex()}


def vouched_by(
    voucher: Mapping[str, Any], first: Passkey, passkey: Passkey, **record: Any
) -> dict[str, Any]:
    """Return the enrolment of a further device, which the first passkey vouches for."""
    was = voucher["record"]
    body = enrolment.record(
        was["observatory"],
        was["person"],
        passkey.rp,
        was["made"],
        **(record or {"credential": passkey.credential}),
    )
    challenge = bytes.fromhex(enrolment.digest_of(body))
    return {"record": body, "voucher": dict(voucher), "assertion": first.assertion(challenge)}


def keep(instance: Instance, evidence: Mapping[str, Any], person: Person) -> None:
    """Keep an enrolment as the server does: the row and the log's entry in one transaction."""
    found = enrolment.verify(evidence, person, instance.policy.root)
    row = {"digest": found.digest, "person": person.id, "evidence": signing.canonical(evidence)}
    with instance.vault.engine.begin() as connection:
        columns = "(digest, person, evidence) VALUES (:digest, :person, :evidence)"
        connection.execute(text(f"INSERT INTO enrolled {columns}"), row)
        change = str(enrolment.Logged(found.means, found.digest, person.invitation))
        instance.audit.append(
            connection, Kind.MEMBER_CHANGED, {"member": person.id, "change": change}
        )


@dataclass(frozen=True)
class Enrolled:
    """A person who can approve: a passkey with the enrolment that proves whose it is.

    Attributes:
        person: pseudonym.
        passkey: in software.
        evidence: the enrolment.
    """

    person: str
    passkey: Passkey
    evidence: Mapping[str, Any]

    def approval(self, act: Act, **other: Any) -> dict[str, Any]:
        """Return this person's approval of an act; ``other`` as :meth:`Passkey.assertion`."""
        return {
            "person": self.person,
            "enrolment": dict(self.evidence),
            "assertion": self.passkey.assertion(bytes.fromhex(act.digest), **other),
        }


def enrol(instance: Instance, person: str, secret: str, *, rp: str = RP) -> Enrolled:
    """Enrol a person of the roll by the secret of the invitation.

    Args:
        instance: the observatory.
        person: pseudonym.
        secret: hexadecimal, as :func:`secret_of` finds it.
        rp: host name of the members' pages.
    """
    origin = {} if rp == RP else {"origin": f"https://{rp}"}
    passkey = Passkey(rp, **origin)
    evidence = enrolled_by(secret, instance.policy.root, person, passkey)
    on_roll = instance.roll.person(person)
    assert on_roll is not None
    keep(instance, evidence, on_roll)
    return Enrolled(person, passkey, evidence)


def enrol_chairs(founded: Founded) -> dict[Side, Enrolled]:
    """Enrol the chairs of both sides by the links that founding handed out."""
    return {side: enrol(founded.instance, *secret_of(chair_link(founded, side))) for side in SIDES}


def approval_by(act: Act, who: Enrolled | SigningKey) -> dict[str, Any]:
    """Return the approval of an act by a passkey or a signer's key."""
    return dict(who.sign(act.signed)) if isinstance(who, SigningKey) else who.approval(act)


def approve(instance: Instance, act: Act, *approvers: Enrolled | SigningKey) -> list[Approver]:
    """Approve an act by passkeys or signers' keys."""
    return [deciding.approve(instance, act, approval_by(act, who)) for who in approvers]


def carry(instance: Instance, act: Act) -> tuple[Approver, ...]:
    """Carry an act out."""
    return acting.carry_out(instance, act)


def decide(
    instance: Instance,
    what: What,
    body: Mapping[str, Any],
    approvers: Sequence[Enrolled | SigningKey],
    **other: Any,
) -> Act:
    """Propose an act, approve it and, unless it opens a run, carry it out.

    Args:
        instance: the observatory.
        what: kind of act.
        body: what exactly.
        approvers: of both sides.
        other: arguments of :func:`deciding.propose`, such as ``about``.
    """
    first = approvers[0]
    by = first.signer.name if isinstance(first, SigningKey) else first.person
    act = deciding.propose(instance, what, body, **{"by": by, **other})
    approve(instance, act, *approvers)
    if what is not What.OPEN_RUN:
        carry(instance, act)
    return act


def new_person(
    side: str, *roles: Role, name: str | None = None, **other: Any
) -> tuple[Person, str]:
    """Return somebody for the roll, in term today, and the secret of the invitation.

    Args:
        side: customs, business or neither.
        roles: at least one.
        name: made up by default.
        other: fields of :class:`Person` to set, such as ``interests`` or ``last``.
    """
    invitation, secret = enrolment.new_invitation()
    id_ = new_id(side)  # type: ignore[arg-type]
    usual = Person(
        id_,
        name or f"Person {secrets.token_hex(3)}",
        side,  # type: ignore[arg-type]
        frozenset(roles),
        today().isoformat(),
        today().replace(year=today().year + 1, day=1).isoformat(),
        "Letter of appointment",
        "ab" * 32,
        Interests(),
        invitation,
    )
    return replace(usual, **other), secret


def change_roll(
    instance: Instance,
    approvers: Sequence[Enrolled | SigningKey],
    change: Callable[[list[Person]], Sequence[Person]],
) -> Act:
    """Put another roll in force: what ``change`` makes of the people on the roll.

    Args:
        instance: the observatory.
        approvers: of both sides; the first one proposes.
        change: people before -> people after.
    """
    after = change(list(instance.roll.people))
    return decide(instance, What.MEMBERS, {"people": [one.to_json() for one in after]}, approvers)


def invite(
    instance: Instance,
    approvers: Sequence[Enrolled | SigningKey],
    side: str,
    *roles: Role,
    **other: Any,
) -> Enrolled:
    """Add somebody to the roll and enrol them; arguments as :func:`new_person`."""
    person, secret = new_person(side, *roles, **other)
    change_roll(instance, approvers, lambda people: [*people, person])
    return enrol(instance, person.id, secret)
