"""Signers of a document: whose signature counts, now, for this document.

A signature is valid if it is of a signer whom the policy in force names. It counts if that signer
may decide on this document:

- A signer on the roll must be in term, and without an interest in an office that the document
  covers, as with every other decision.
- A signer who is not on the roll counts only while no signer of that side is on it. A new
  observatory has chairs on its roll and signers in its policy, and must be able to publish; once a
  side has put a signer on the roll, its signers have terms and declared interests, and one without
  would be the way around both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crypto import signing
from crypto.sides import SIDES, Side
from observatory.acts.approval import SIGNATURE, ApprovalError, ConflictError
from observatory.acts.people import Person
from observatory.decisions.signed_file import SignedFile
from observatory.errors import IntegrityError, NotAllowedError
from observatory.instance import Instance, today


@dataclass(frozen=True)
class Signed:
    """A valid signature.

    Attributes:
        side: whose signer made it.
        who: pseudonym on the roll, or the start of the signer's key where the roll has no entry.
        record: the signature itself.
    """

    side: Side
    who: str
    record: Mapping[str, str]


def valid(instance: Instance, given: SignedFile) -> list[Mapping[str, str]]:
    """Return the valid signatures of a manifest: those in its file, and those on the docket.

    Signatures of others than the policy's signers add nothing.

    Raises:
        IntegrityError: one is not over this manifest, though it says to be a signer's of the
            policy: the manifest was altered, or the signature is another document's.
    """
    signers = instance.policy.signers
    known = {key.lower() for keys in signers.values() for key in keys}
    found: dict[str, Mapping[str, str]] = {}
    for record in [*given.signatures, *instance.docket.approvals(given.digest)]:
        forged = record.keys() != SIGNATURE
        if not forged and str(record["signer"]).lower() in known:
            forged = not signing.verify(given.signed, [record], signers)
            found.setdefault(str(record["signer"]).lower(), record)
        if forged:
            raise IntegrityError(
                "A signature does not belong to this manifest: the manifest was altered after it "
                "was signed, or the signature is another document's. It is not published."
            )
    return list(found.values())


def weigh(
    instance: Instance,
    signatures: Sequence[Mapping[str, str]],
    about: Mapping[str, Sequence[str]],
) -> list[Signed]:
    """Return the signatures that count, one or more a side.

    Args:
        instance: whose roll is in force.
        signatures: valid ones, as :func:`valid` returns them.
        about: offices and firms that the document covers.

    Raises:
        NotAllowedError: a side's is missing; the sentence says whose does not count, and why.
    """
    people = instance.roll.people
    counted: list[Signed] = []
    refused: list[str] = []
    for record in signatures:
        try:
            counted.append(_check(record, people, about))
        except ApprovalError as error:
            refused.append(f"{error}.")
    missing = [side for side in SIDES if not any(one.side == side for one in counted)]
    if missing:
        said = " ".join(sentence[0].upper() + sentence[1:] for sentence in refused)
        raise NotAllowedError(
            f"A signature of {' and of '.join(missing)} that counts is missing. {said} Have a "
            "signer sign the manifest (observatory sign FILE.manifest.json --key KEY)."
        )
    return counted


def _check(
    record: Mapping[str, str], people: Sequence[Person], about: Mapping[str, Sequence[str]]
) -> Signed:
    """Return a signature that counts.

    Raises:
        ConflictError: the signer has an interest in what the document covers, or has declared none.
        ApprovalError: the signer may not sign for that side now.
    """
    key = record["signer"].lower()
    side = next(one for one in SIDES if one == record["side"])
    person = next((one for one in people if one.signer == key), None)
    if person is None:
        if any(one.signer is not None and one.side == side for one in people):
            raise ConflictError(
                f"the {side} signer {key[:16]} is not on the roll, where others of the side are, "
                "and has declared no interests"
            )
        return Signed(side, f"{side}-signer {key[:16]}", record)
    if person.side != side:
        raise ApprovalError(f"{person.id} does not sign for {side}")
    if not person.in_term(today().isoformat()):
        raise ApprovalError(f"the term of {person.id} does not hold today")
    if person.interests.touches(about):
        raise ConflictError(
            f"{person.id} has declared an interest in an office that this covers, and takes no part"
        )
    return Signed(side, person.id, record)
