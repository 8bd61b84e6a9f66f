"""Approvals: who said yes to an act, as proof that anybody can check again.

Two kinds: the signature of a signer whom the policy names, and the assertion of a passkey whose
enrolment the roll's invitation signed. Each proof carries all it needs, so that nothing that the
server keeps is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crypto import signing
from crypto.sides import SIDES, Side
from observatory.acts import assertion, enrolment
from observatory.acts.act import NOBODY, Act
from observatory.acts.assertion import AssertionRefusedError
from observatory.acts.enrolment import EnrolmentError
from observatory.acts.people import Person, Role, side_of

SIGNATURE = frozenset({"side", "signer", "signature"})
PASSKEY = frozenset({"person", "enrolment", "assertion"})


class ApprovalError(ValueError):
    """An approval that does not count; the sentence says why, to whoever gave it."""


class ConflictError(ApprovalError):
    """An approval by somebody with an interest in what is decided."""


class ForgedError(ApprovalError):
    """An approval that nobody on the roll and no signer gave."""


@dataclass(frozen=True)
class Electorate:
    """Who may approve an act: as it stood when the act was made.

    Attributes:
        observatory: root of the policy chain.
        policy: fingerprint of the policy.
        signers: side -> public keys, from that policy.
        roll: digest of the roll, ``NOBODY`` before the first.
        people: who is on it.
    """

    observatory: str
    policy: str
    signers: Mapping[str, Sequence[str]]
    roll: str
    people: Sequence[Person]

    def person(self, id_: str) -> Person | None:
        """Return a person by pseudonym."""
        return next((one for one in self.people if one.id == id_), None)


@dataclass(frozen=True)
class Approver:
    """Who approved, for which side.

    Attributes:
        side: customs or business.
        who: pseudonym on the roll, or the start of a signer's key where the roll has no entry.
        passkey: digest of the enrolment whose passkey approved; None for a signature.
        first: digest of the enrolment by the invitation that ``passkey`` rests on.
        key: the public key that approved, of a signer or a passkey.
    """

    side: Side
    who: str
    passkey: str | None = None
    first: str | None = None
    key: str = field(default="", repr=False)


def check(act: Act, evidence: Any, electorate: Electorate, day: date) -> Approver:
    """Return who approved, once it is known that the approval counts.

    Args:
        act: what was approved.
        evidence: a signature record, or a passkey's proof.
        electorate: who may approve.
        day: the person's term must hold this day, as on the day on which the act was made.

    Raises:
        ConflictError: the person has an interest in what the act is about.
        ApprovalError: the approval counts for nothing.
    """
    named = tuple(act.signed[name] for name in ("observatory", "policy", "roll"))
    if named != (electorate.observatory, electorate.policy, electorate.roll):
        raise ApprovalError("the act was made for another observatory, policy or roll")
    if not isinstance(evidence, dict):
        raise ForgedError("this is no approval")
    if evidence.keys() == SIGNATURE:
        return _by_signature(act, evidence, electorate, day)
    if evidence.keys() == PASSKEY:
        return _by_passkey(act, evidence, electorate, day)
    raise ForgedError("this is no approval")


def _by_signature(
    act: Act, evidence: Mapping[str, str], electorate: Electorate, day: date
) -> Approver:
    sides = signing.verify(act.signed, [evidence], electorate.signers)
    side = next(iter(sides), None)
    if side is None or evidence["signer"] != evidence["signer"].lower():  # a key has one name
        raise ForgedError("this is not the signature of a signer whom the policy names")
    person = next((one for one in electorate.people if one.signer == evidence["signer"]), None)
    if person is not None:
        if person.side != side:
            raise ApprovalError(f"{person.id} does not sign for {side}")
        _check_standing(act, person, day)
    elif electorate.roll != NOBODY and any(act.about.values()):
        raise ConflictError("a signer who is not on the roll has declared no interests")
    who = person.id if person else f"{side}-signer {evidence['signer'][:16]}"
    return Approver(side, who, key=evidence["signer"])


def _by_passkey(
    act: Act, evidence: Mapping[str, Any], electorate: Electorate, day: date
) -> Approver:
    person = electorate.person(str(evidence["person"]))
    side = side_of(person) if person else None
    if person is None or side is None:
        raise ApprovalError("this person approves for no side")
    if not person.roles & act.rule.roles:
        wanted = " or ".join(sorted(act.rule.roles))
        raise ApprovalError(f"this is approved by a {wanted}, which {person.id} is not")
    _check_standing(act, person, day)
    try:
        enrolled = enrolment.verify(evidence["enrolment"], person, electorate.observatory)
        if enrolled.credential is None:
            raise ApprovalError("a password approves nothing")
        assertion.verify(evidence["assertion"], enrolled.credential, bytes.fromhex(act.digest))
    except (EnrolmentError, AssertionRefusedError, AttributeError) as error:
        raise ForgedError(f"the approval of {person.id} does not hold: {error}") from error
    return Approver(
        side, person.id, enrolled.digest, enrolled.first, enrolled.credential.public_key
    )


def _check_standing(act: Act, person: Person, day: date) -> None:
    if not person.in_term(day.isoformat()) or not person.in_term(act.made):
        raise ApprovalError(f"the term of {person.id} does not hold, or did not when it was made")
    if person.interests.touches(act.about):
        raise ConflictError(
            f"{person.id} has declared an interest in what this is about, and takes no part"
        )


@dataclass(frozen=True)
class Verdict:
    """What the approvals of an act amount to.

    Attributes:
        approvers: those that count, one or more a side.
        refused: a sentence for each that does not.
        forged: those of the sentences that tell of a proof that nobody gave.
        proofs: of the approvers, in their order.
    """

    approvers: Sequence[Approver]
    refused: Sequence[str]
    forged: Sequence[str] = ()
    proofs: Sequence[Mapping[str, Any]] = ()

    @property
    def missing(self) -> tuple[Side, ...]:
        """Sides that have not approved."""
        given = {one.side for one in self.approvers}
        return tuple(side for side in SIDES if side not in given)


def weigh(act: Act, approvals: Iterable[Any], electorate: Electorate, day: date) -> Verdict:
    """Check every approval of an act; arguments as :func:`check`.

    One key counts for one person: whoever enrolled by the links of two approves once.
    """
    counted: dict[str, Approver] = {}
    proofs: dict[str, Mapping[str, Any]] = {}
    refused, forged = [], []
    for evidence in approvals:
        try:
            found = check(act, evidence, electorate, day)
            if any(one.key == found.key and one.who != found.who for one in counted.values()):
                raise ApprovalError(f"{found.who} approved by the key of another person")
        except ApprovalError as error:
            refused.append(f"{error}.")
            if isinstance(error, ForgedError):
                forged.append(f"{error}.")
        else:
            counted[found.who] = found
            proofs[found.who] = evidence
    return Verdict(tuple(counted.values()), tuple(refused), tuple(forged), tuple(proofs.values()))


def may_approve(act: Act, person: Person, day: date) -> bool:
    """Tell whether a passkey of this person would count for an act."""
    return (
        side_of(person) is not None
        and bool(person.roles & act.rule.roles)
        and person.in_term(day.isoformat())
        and person.in_term(act.made)
        and not person.interests.touches(act.about)
    )


def recused(about: Mapping[str, Sequence[str]], people: Iterable[Person]) -> list[Person]:
    """Return who takes no part in deciding what this is about, and would otherwise."""
    deciding = {Role.MEMBER, Role.CHAIR, Role.SIGNER}
    return [one for one in people if one.roles & deciding and one.interests.touches(about)]
