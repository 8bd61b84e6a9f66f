"""The roll: everybody who takes part, valid only as a chain of acts of both sides.

``roll.json`` holds every roll there was. Each is an act; the first is approved by signers of both
sides, each later one by signers or by people of the roll before it. Whoever can write files on the
machine can edit it, and then its approvals no longer hold. That the chain was not cut short is
seen from the audit log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from observatory import durable
from observatory.acts import act as acts
from observatory.acts import approval, people
from observatory.acts.act import NOBODY, Act, ActError, What
from observatory.acts.approval import Approver, Electorate, Verdict
from observatory.acts.people import PeopleError, Person
from observatory.audit import Entry, Kind
from observatory.errors import IntegrityError
from observatory.policy import Policy

FILE_NAME = "roll.json"
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Link:
    """One roll of the chain.

    Attributes:
        act: the act that made it.
        approvals: the proofs of both sides.
    """

    act: Act
    approvals: Sequence[Mapping[str, Any]]

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Who is on it.

        Raises:
            PeopleError: it lists no people that this version knows.
        """
        return people.read(self.act.body.get("people"))


@dataclass(frozen=True)
class Roll:
    """The chain of rolls of one observatory; empty before the first.

    Attributes:
        chain: the first one first.
        policy: the chain of policies whose signers count.
    """

    chain: tuple[Link, ...]
    policy: Policy

    @property
    def version(self) -> int:
        """How many rolls there were."""
        return len(self.chain)

    @property
    def digest(self) -> str:
        """The name of the roll in force, or ``NOBODY``."""
        return self.chain[-1].act.digest if self.chain else NOBODY

    @property
    def people(self) -> tuple[Person, ...]:
        """Who is on the roll in force."""
        return self.chain[-1].people if self.chain else ()

    def person(self, id_: str) -> Person | None:
        """Return a person on the roll in force."""
        return self.electorate.person(id_)

    @property
    def electorate(self) -> Electorate:
        """Who may approve what is proposed now."""
        return self._electorate(self.policy.fingerprint, len(self.chain))

    def electorate_of(self, proposal: Act) -> Electorate | None:
        """Return who might approve an act when it was made, or None if no such time was."""
        digests = [NOBODY, *(link.act.digest for link in self.chain)]
        if proposal.signed["roll"] not in digests:
            return None
        return self._electorate(proposal.signed["policy"], digests.index(proposal.signed["roll"]))

    def followed_by(self, link: Link) -> Roll:
        """Return the chain with one more roll; call :meth:`verify` on it."""
        return Roll((*self.chain, link), self.policy)

    def check_next(self, proposal: Act) -> None:
        """Return only if what an act proposes can be the next roll, once both sides approve it.

        Raises:
            PeopleError: it cannot.
        """
        link = Link(proposal, ())
        check_people(link.people, self.policy.signers)
        _check_nobody_returns((*self.chain, link))

    def verify(self) -> tuple[tuple[Approver, ...], ...]:
        """Check the whole chain; return who approved each roll.

        Raises:
            IntegrityError: a roll is not what both sides approved, or does not follow the one
                before it.
        """
        try:
            self._check_order()
            _check_nobody_returns(self.chain)
            return tuple(self._approved(number) for number in range(len(self.chain)))
        except (ActError, PeopleError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IntegrityError(
                f"{FILE_NAME} is not what both sides approved: {error}. Put back the file that the "
                "audit log names last; nobody signs in and nothing is decided by another."
            ) from error

    def check_log(self, entries: Sequence[Entry]) -> None:
        """Return only if the log names every roll there was, each under the policy of its time.

        Whoever was a signer or a chair once, and holds the key still, can make another roll that
        follows an early one. It stands in no log but one that is rewritten from there on.

        Raises:
            IntegrityError: an older or another roll was put in its place.
        """
        chain = [(link.act.digest, link.act.signed["policy"]) for link in self.chain]
        if chain != _installed(entries, chain):
            raise IntegrityError(
                f"{FILE_NAME} is not the roll that the audit log names last: an older or another "
                "one was put in its place. Nobody signs in and nothing is decided by it. Put back "
                "the file that both sides approved last, and record it. If a change was stopped "
                "half-way, carry the same act out once more on the command line."
            )

    def _check_order(self) -> None:
        """Return only if no roll is of an older policy, or an earlier day, than the one before."""
        versions = {one.fingerprint: place for place, one in enumerate(self.policy.chain)}
        places = [versions.get(link.act.signed["policy"], -1) for link in self.chain]
        if -1 in places or places != sorted(places):
            raise ActError("a roll was made under no policy, or an older one than the roll before")
        days = [link.act.made for link in self.chain]
        if days != sorted(days):
            raise ActError("a roll was made on an earlier day than the roll before")

    def _approved(self, number: int) -> tuple[Approver, ...]:
        link = self.chain[number]
        electorate = self._electorate(link.act.signed["policy"], number)
        if link.act.what is not What.MEMBERS:
            raise ActError(f"roll {number + 1} decides something else")
        check_people(link.people, electorate.signers)
        verdict = approval.weigh(
            link.act, link.approvals, electorate, date.fromisoformat(link.act.made)
        )
        if verdict.missing or verdict.refused or len(verdict.approvers) != len(link.approvals):
            raise ActError(f"roll {number + 1}: {_why_not(verdict)}")
        return tuple(verdict.approvers)

    def _electorate(self, policy: str, number: int) -> Electorate:
        """Return who could approve under a policy and the roll before place ``number``."""
        signers = next((one.signers for one in self.policy.chain if one.fingerprint == policy), {})
        before = self.chain[number - 1] if number else None
        return Electorate(
            self.policy.root,
            policy if signers else "",
            signers,
            before.act.digest if before else NOBODY,
            before.people if before else (),
        )

    def to_bytes(self) -> bytes:
        """Return the bytes of ``roll.json``."""
        body = [{"act": link.act.signed, "approvals": list(link.approvals)} for link in self.chain]
        return (
            json.dumps({"chain": body}, indent=2, sort_keys=True, ensure_ascii=False).encode()
            + b"\n"
        )

    def write(self, path: Path) -> None:
        """Write ``roll.json``, whole or not at all.

        Raises:
            OSError: the disk refuses; a roll that was there stands.
        """
        durable.write(path, self.to_bytes())


def check_people(listed: Sequence[Person], signers: Mapping[str, Sequence[str]]) -> None:
    """Return only if every signer on a roll is one of the side's signers in the policy.

    Raises:
        PeopleError: one is not.
    """
    for one in listed:
        if one.signer is not None and one.signer not in signers.get(one.side, ()):
            raise PeopleError(f"{one.name} is listed with a key that is no signer's of the policy")


def _installed(
    entries: Sequence[Entry], chain: Sequence[tuple[str, str]]
) -> list[tuple[object, object]]:
    """Return the rolls that the log names, each with the policy in force when it was installed.

    A log of the first schema does not name its first policy: what the chain says of it is taken.
    """
    found: list[tuple[object, object]] = []
    policy: object = None
    for entry in entries:
        if entry.kind in (Kind.FOUNDED, Kind.POLICY_INSTALLED):
            policy = entry.facts["policy"]
        elif entry.kind is Kind.ROLL_INSTALLED:
            said = chain[len(found)][1] if len(found) < len(chain) else None
            found.append((entry.facts["roll"], policy or said))
    return found


def _check_nobody_returns(chain: Sequence[Link]) -> None:
    """Return only if no invitation passes to another person, or comes back once it was taken off.

    Its passkeys would count again with it, and may be why it was taken off.
    """
    whose: dict[str, str] = {}
    before: set[str] = set()
    for number, link in enumerate(chain, start=1):
        for one in link.people:
            if whose.get(one.invitation, one.id) != one.id:
                raise PeopleError(f"roll {number} gives {one.name} another's invitation")
        now = {one.invitation for one in link.people}
        if (now - before) & whose.keys():
            raise PeopleError(f"roll {number} brings back an invitation that was taken off")
        whose |= {one.invitation: one.id for one in link.people}
        before = now


def _why_not(verdict: Verdict) -> str:
    if verdict.missing:
        return f"an approval of {' and of '.join(verdict.missing)} is missing"
    return verdict.refused[0].rstrip(".") if verdict.refused else "somebody approved twice"


def read(path: Path, policy: Policy) -> Roll:
    """Read ``roll.json``, the empty roll if there is none; call :meth:`Roll.verify` on it.

    Raises:
        IntegrityError: the file is no roll, or is not byte for byte as written.
    """
    if not path.exists() and not path.is_symlink():
        return Roll((), policy)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        entries = json.loads(data)["chain"]
        chain = tuple(Link(acts.read(one["act"]), list(one["approvals"])) for one in entries)
        found = Roll(chain, policy)
        if data != found.to_bytes() or not chain:
            raise ValueError("not as written")
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError,
    ) as error:  # fmt: skip
        raise IntegrityError(
            f"{path} cannot be read as a roll ({type(error).__name__}). Put back the file that "
            "the audit log names last."
        ) from error
    return found
