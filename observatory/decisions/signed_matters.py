"""Signed matters: what stands on the docket and is decided by signers' keys alone.

A policy, and a document that is to be published. The signatures are kept as the docket's approvals,
each under its signer's public key; whoever acts on them verifies them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crypto import signing
from crypto.sides import SIDES, Side
from observatory.audit import Entry, Kind
from observatory.decisions.deciding import State
from observatory.decisions.ending import alone, log_end
from observatory.decisions.signed_file import SignedFile
from observatory.docket import Proposal
from observatory.errors import BadInputError, NotAllowedError
from observatory.instance import Instance

POLICY = "policy"
MANIFEST = "document-manifest"
KINDS = (POLICY, MANIFEST)
SHORT = 12
"""Digits of a digest by which lists and sentences name a proposal."""
TITLES = {POLICY: "Other rules: a policy", MANIFEST: "A document to be published"}


@dataclass(frozen=True)
class SignedMatter:
    """A proposal that signers decide, with what became of it.

    Attributes:
        digest: SHA-256 of its canonical form, hexadecimal.
        kind: one of ``KINDS``.
        file: the body with the signatures that came in.
        state: where it stands.
        signed: the sides of which a signer whom the policy in force names has signed.
    """

    digest: str
    kind: str
    file: SignedFile
    state: State
    signed: frozenset[Side]

    @property
    def waiting(self) -> bool:
        """Whether signers may still sign it, or it can be put in force."""
        return self.state in (State.OPEN, State.APPROVED)

    @property
    def missing(self) -> tuple[Side, ...]:
        """Sides that have not signed."""
        return tuple(side for side in SIDES if side not in self.signed)

    @property
    def title(self) -> str:
        """What kind of decision this is, in a few words."""
        return TITLES[self.kind]


def all_of(instance: Instance) -> list[SignedMatter]:
    """Return everything on the docket that signers decide, what waits first.

    Raises:
        IntegrityError: docket or log were altered.
        ResourceError: the database cannot be read.
    """
    entries = instance.audit.entries()
    found = [
        _matter(instance, one, entries) for one in instance.docket.proposals() if one.kind in KINDS
    ]
    return sorted(found, key=lambda one: (not one.waiting, one.digest))


def find(instance: Instance, name: str) -> SignedMatter:
    """Return the signed matter whose digest begins so.

    Raises:
        BadInputError: there is none.
        IntegrityError: docket or log were altered.
    """
    found = instance.docket.find(name)
    if found.kind not in KINDS:
        raise BadInputError(f"{found.digest[:16]} is an act, and no file that signers decide.")
    return _matter(instance, found, instance.audit.entries())


def _matter(instance: Instance, found: Proposal, entries: Sequence[Entry]) -> SignedMatter:
    file = SignedFile(found.signed, instance.docket.approvals(found.digest))
    signed = frozenset(file.sides(instance.policy.signers))
    return SignedMatter(
        found.digest, found.kind, file, _state(instance, found, signed, entries), signed
    )


def _state(
    instance: Instance, found: Proposal, signed: frozenset[Side], entries: Sequence[Entry]
) -> State:
    if _is_done(instance, found, entries):
        return State.DONE
    if any(e.kind is Kind.ACT_WITHDRAWN and e.facts["act"] == found.digest for e in entries):
        return State.WITHDRAWN
    rules = instance.policy
    made_under = found.signed.get("previous" if found.kind == POLICY else "policy")
    if made_under != rules.fingerprint:
        return State.STALE
    return State.APPROVED if len(signed) == len(SIDES) else State.OPEN


def _is_done(instance: Instance, found: Proposal, entries: Sequence[Entry]) -> bool:
    if found.kind == POLICY:
        return any(link.fingerprint == found.digest for link in instance.policy.chain)
    published = {e.facts["sha256"] for e in entries if e.kind is Kind.DOCUMENT_PUBLISHED}
    return _document(found.signed).get("sha256") in published


def _document(signed: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a manifest says of its document; nothing if it is no manifest."""
    found = signed.get("document")
    return found if isinstance(found, dict) else {}


def put(instance: Instance, file: SignedFile) -> SignedMatter:
    """Put a policy proposal on the docket, with the signatures that its file bears.

    Raises:
        BadInputError: it is of a kind that is not decided here, or the docket is full.
        ResourceError: the database refuses.
    """
    if file.what != POLICY:
        raise BadInputError("Only the proposal of a policy is put on the docket as a file.")
    proposal = instance.docket.put(POLICY, file.signed)
    return take_over(instance, find(instance, proposal.digest), file.signatures)


def take_over(
    instance: Instance, matter: SignedMatter, records: Sequence[Mapping[str, Any]]
) -> SignedMatter:
    """Keep those of these signatures that are valid and of signers whom the policy names.

    Raises:
        NotAllowedError: one is of a signer who takes no part in approving a document.
    """
    signers = instance.policy.signers
    for record in records:
        if signing.verify(matter.file.signed, [dict(record)], signers):
            _check_part(instance, matter, record["signer"])
            instance.docket.approve(matter.digest, record["signer"], record)
    return find(instance, matter.digest)


def _check_part(instance: Instance, matter: SignedMatter, signer: str) -> None:
    """Return only if a signer may take part in approving a document, as the manifest tells.

    Publishing checks interests again, against the products.
    """
    person = next((one for one in instance.roll.people if one.signer == signer), None)
    if matter.kind == MANIFEST and person is not None and person.id in recused(matter):
        raise NotAllowedError(
            f"This approval does not count: {person.id} has declared an interest in what this "
            "document covers, and takes no part."
        )


def recused(matter: SignedMatter) -> list[str]:
    """Return who takes no part in approving a document, by pseudonym, as its manifest tells."""
    try:
        sides = matter.file.signed["recusals"]["sides"]
        return [str(one["id"]) for side in sides for one in side["people"]]
    except (KeyError, TypeError):
        return []


def in_words(matter: SignedMatter) -> list[str]:
    """Return what a document's manifest is of, a line each, safe to show on a terminal."""
    about = _document(matter.file.signed)
    said = [f"{name}: {json.dumps(about[name])}" for name in sorted(about)]
    apart = recused(matter)
    return [*said, f"recused: {json.dumps(apart)}"] if apart else said


def sign(instance: Instance, matter: SignedMatter, record: Mapping[str, Any]) -> SignedMatter:
    """Keep a signer's signature.

    Raises:
        NotAllowedError: the policy names no such signer, or the proposal is over.
    """
    if not matter.waiting:
        raise NotAllowedError(f"Nothing was signed: this proposal is {matter.state}.")
    if not signing.verify(matter.file.signed, [dict(record)], instance.policy.signers):
        raise NotAllowedError(
            "This approval does not count: this is not the signature of a signer whom the policy "
            "names."
        )
    return take_over(instance, matter, [record])


def withdraw(instance: Instance, matter: SignedMatter, by: str) -> None:
    """Take a proposal off, for ever.

    Args:
        instance: the observatory.
        matter: what to withdraw.
        by: a signer or a chair, as the log names them.

    Raises:
        NotAllowedError: it is over already.
    """
    if not matter.waiting:
        raise NotAllowedError(f"Nothing was withdrawn: this proposal is {matter.state}.")
    with alone(instance) as connection:
        log_end(instance, connection, Kind.ACT_WITHDRAWN, {"act": matter.digest, "by": by})
