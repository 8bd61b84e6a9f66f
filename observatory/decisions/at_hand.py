"""A proposal at hand: to be read, signed, withdrawn or carried out at the machine.

Acts and the files that signers decide (a policy, a document) look alike here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from crypto.signing import SigningKey
from observatory import terms
from observatory.acts import approval
from observatory.acts.act import What
from observatory.acts.approval import ApprovalError
from observatory.acts.people import Person
from observatory.decisions import (
    acting,
    deciding,
    plain_words,
    signed_file,
    signed_matters,
    succession,
)
from observatory.decisions.deciding import Matter, State
from observatory.decisions.signed_file import SignedFile
from observatory.decisions.signed_matters import POLICY, SHORT, SignedMatter
from observatory.errors import NotAllowedError
from observatory.instance import Instance, today


class AtHand(Protocol):
    """A proposal with what can be done about it; every answer is lines to show."""

    @property
    def summary(self) -> str:
        """It in a line, as the list of what waits has it."""

    @property
    def lines(self) -> list[str]:
        """It in plain words, with who approved and what is missing."""

    @property
    def digest(self) -> str:
        """Its name."""

    @property
    def complete(self) -> bool:
        """Whether both sides approved it, and it is not done."""

    @property
    def file(self) -> SignedFile:
        """It as a file that signers can sign elsewhere."""

    @property
    def waiting(self) -> bool:
        """Whether something can still be done about it."""

    def take_over(self, file: SignedFile) -> list[str]:
        """Keep the signatures that a file of it bears."""

    def approve(self, key: SigningKey) -> list[str]:
        """Sign it and keep the signature."""

    def withdraw(self, key: SigningKey) -> list[str]:
        """Take it off, for ever."""

    def carry_out(self) -> list[str]:
        """Do it if both sides approved; otherwise say what is missing."""


@dataclass(frozen=True)
class ActAtHand:
    """An act of the docket."""

    instance: Instance
    matter: Matter

    @cached_property
    def _before(self) -> Sequence[Person]:
        electorate = self.instance.roll.electorate_of(self.matter.act)
        return electorate.people if electorate else ()

    @property
    def digest(self) -> str:
        """Its name on the docket."""
        return self.matter.act.digest

    @property
    def complete(self) -> bool:
        """Whether both sides approved it, and it is not done."""
        return self.matter.state is State.APPROVED or self._half_done

    @property
    def waiting(self) -> bool:
        """Whether something can still be done about it."""
        return self.matter.waiting or self._half_done

    @property
    def _half_done(self) -> bool:
        """Whether the machine stopped between a roll and its entry in the log."""
        act = self.matter.act
        return self.matter.state is not State.DONE and self.instance.roll.digest == act.digest

    @property
    def summary(self) -> str:
        """It in a line."""
        act = self.matter.act
        return (
            f"{act.digest[:SHORT]}  {plain_words.title(act)}, until {plain_words.day(act.until)}: "
            f"{_still(self.matter.verdict.missing)}"
        )

    @property
    def lines(self) -> list[str]:
        """It in plain words, and where it stands."""
        return [
            *plain_words.lines(self.matter.act, self._before),
            *plain_words.standing(self.matter, self._before),
        ]

    @property
    def file(self) -> SignedFile:
        """It as a file that signers can sign elsewhere."""
        proofs = self.instance.docket.approvals(self.matter.act.digest)
        records = [one for one in proofs if one.keys() == approval.SIGNATURE]
        return SignedFile(self.matter.act.signed, records)

    def take_over(self, file: SignedFile) -> list[str]:
        """Keep the signatures that a file of it bears."""
        act, known = self.matter.act, self.instance.docket.approvals(self.matter.act.digest)
        said = []
        for record in file.signatures:
            if record not in known:
                approver = deciding.approve(self.instance, act, record)
                said.append(f"Taken over: the signature of {approver.who} for {approver.side}.")
        return said

    def approve(self, key: SigningKey) -> list[str]:
        """Sign it and keep the signature."""
        act = self.matter.act
        approver = deciding.approve(self.instance, act, key.sign(act.signed))
        return [f"Approved for {approver.side} by {approver.who}."]

    def withdraw(self, key: SigningKey) -> list[str]:
        """Take it off, for ever."""
        act, now = self.matter.act, self.instance.roll.electorate
        if self.matter.waiting:
            try:
                approver = approval.check(act, key.sign(act.signed), now, today())
            except ApprovalError as error:
                raise NotAllowedError(f"Nothing was withdrawn: {error}.") from error
            deciding.withdraw(self.instance, act, approver)
            return ["Withdrawn. It can never be carried out."]
        raise NotAllowedError(f"Nothing was withdrawn: this proposal is {self.matter.state}.")

    def carry_out(self) -> list[str]:
        """Do it if both sides approved; otherwise say what is missing."""
        act, state = self.matter.act, self.matter.state
        if state is State.OPEN:
            return [f"Not done yet: {_still(self.matter.verdict.missing)}."]
        if act.what is What.OPEN_RUN and state is State.APPROVED:
            return ["Both sides approved. Custodians bring their shares: observatory analyse."]
        if state is State.DONE:
            return ["It is done already."]
        acting.carry_out(self.instance, act)
        return ["Both sides approved, and it is done."]


@dataclass(frozen=True)
class FileAtHand:
    """A policy or a document of the docket."""

    instance: Instance
    matter: SignedMatter

    @property
    def digest(self) -> str:
        """Its name on the docket."""
        return self.matter.digest

    @property
    def complete(self) -> bool:
        """Whether both sides approved it, and it is not done."""
        return self.matter.state is State.APPROVED

    @property
    def waiting(self) -> bool:
        """Whether something can still be done about it."""
        return self.matter.waiting

    @property
    def summary(self) -> str:
        """It in a line."""
        found = self.matter
        return f"{found.digest[:SHORT]}  {found.title}: {_still(found.missing)}"

    @property
    def lines(self) -> list[str]:
        """It in plain words, and where it stands."""
        found = self.matter
        said = [f"{found.title}. {self._sentence}"]
        said += [f"  {line}" for line in changes(self.instance, found)]
        said += [f"Digest: {found.digest}", f"It is {plain_words.STATES[found.state]}."]
        said += [f"Signed for {side}." for side in sorted(found.signed)]
        return said

    @property
    def _sentence(self) -> str:
        if self.matter.kind == POLICY:
            return "In force when a signer of each side has signed it."
        return "It can be published when a signer of each side has signed it."

    @property
    def file(self) -> SignedFile:
        """It as a file that signers can sign elsewhere."""
        return self.matter.file

    def take_over(self, file: SignedFile) -> list[str]:
        """Keep the signatures that a file of it bears."""
        after = signed_matters.take_over(self.instance, self.matter, file.signatures)
        new = sorted(after.signed - self.matter.signed)
        return [f"Taken over: a signature of {side}." for side in new]

    def approve(self, key: SigningKey) -> list[str]:
        """Sign it and keep the signature."""
        record = key.sign(self.matter.file.signed)
        signed_matters.sign(self.instance, self.matter, record)
        return [f"Signed for {key.signer.side} by {key.signer.name}."]

    def withdraw(self, key: SigningKey) -> list[str]:
        """Take it off, for ever."""
        side = key.signer.side
        if key.signer.public_key not in self.instance.policy.signers[side]:
            raise NotAllowedError("Nothing was withdrawn: the policy names no such signer.")
        by = f"{side}-signer {key.signer.public_key[:16]}"
        signed_matters.withdraw(self.instance, self.matter, by)
        return ["Withdrawn."]

    def carry_out(self) -> list[str]:
        """Do it if both sides approved; otherwise say what is missing."""
        if self.matter.state is State.DONE:
            return ["It is done already."]
        if self.matter.state is State.OPEN:
            return [f"Not done yet: {_still(self.matter.missing)}."]
        if self.matter.state is not State.APPROVED:
            raise NotAllowedError(f"Nothing was done: this proposal is {self.matter.state}.")
        if self.matter.kind != POLICY:
            return ["Both sides signed. It is published where it is: observatory publish DOCUMENT."]
        after = succession.install(self.instance, self.matter.file)
        return [f"Both sides signed. Policy {after.version} is in force: {after.fingerprint}."]


def changes(instance: Instance, found: SignedMatter) -> list[str]:
    """Return what a signed matter would do, a line each, safe to show on a terminal."""
    if found.kind != POLICY:
        return signed_matters.in_words(found)
    if found.state is State.STALE:
        return signed_file.in_words(found.file.signed)
    before = next(
        (one for one in instance.policy.chain
         if one.fingerprint == found.file.signed.get("previous")),
        instance.policy,
    )  # fmt: skip
    try:
        terms.check(found.file.signed)
        said = terms.changes(before.rules, found.file.signed)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"No policy may set this, whoever signs it: {error}."]
    return [f"{name}: {text}" for name, text in said.items()]


def _still(missing: Sequence[str]) -> str:
    if not missing:
        return "both sides approved it"
    return f"an approval of {' and of '.join(missing)} is missing"
