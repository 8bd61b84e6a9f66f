"""Propose, second, act: the one way in which both sides decide.

A proposal goes on the docket; people of both sides approve it; then it is carried out, once, before
its last day. Whoever carries it out verifies every proof again, and the entry in the audit log
stands in the same transaction as what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from observatory.acts import act as acts
from observatory.acts import approval
from observatory.acts.act import Act, ActError, What
from observatory.acts.approval import ApprovalError, Approver, Verdict
from observatory.acts.people import PeopleError, Person, Role
from observatory.acts.roll import Roll
from observatory.audit import Entry, Kind
from observatory.decisions.ending import ENDS, alone, endings, log_end
from observatory.decisions.passkeys import check_enrolled
from observatory.decisions.upkeep import check_log
from observatory.docket import MOST_PROPOSALS, Proposal
from observatory.errors import BadInputError, IntegrityError, NotAllowedError
from observatory.instance import Instance, today


class State(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    STALE = "stale"


@dataclass(frozen=True)
class Matter:
    """A proposal with what became of it.

    Attributes:
        act: what is proposed.
        state: where it stands.
        verdict: who approved, and whose approval does not count.
    """

    act: Act
    state: State
    verdict: Verdict

    @property
    def waiting(self) -> bool:
        """Whether somebody may still approve it or carry it out."""
        return self.state in (State.OPEN, State.APPROVED)


def matters(instance: Instance) -> list[Matter]:
    """Return every act on the docket, the newest first.

    Raises:
        IntegrityError: docket, roll or log were altered.
    """
    ends, roll = endings(instance.audit.entries()), instance.roll
    found = [
        _matter(instance, _act(one), ends, roll)
        for one in instance.docket.proposals()
        if _is_act(one)
    ]
    return sorted(found, key=lambda one: (one.act.made, one.act.digest), reverse=True)


def matter(instance: Instance, name: str) -> Matter:
    """Return the act whose digest begins so.

    Raises:
        BadInputError: there is none.
        IntegrityError: docket, roll or log were altered.
    """
    found = instance.docket.find(name)
    if not _is_act(found):
        raise BadInputError(f"{found.digest[:16]} is no act: signers decide it with their keys.")
    return _matter(instance, _act(found), endings(instance.audit.entries()), instance.roll)


def _is_act(proposal: Proposal) -> bool:
    return proposal.kind in set(What) or proposal.signed.get("schema") == acts.SCHEMA


def _act(proposal: Proposal) -> Act:
    try:
        found = acts.read(proposal.signed)
        if found.what != proposal.kind:
            raise ActError("it stands there as something else")
    except ActError as error:
        raise IntegrityError(
            f"Proposal {proposal.digest[:16]} on the docket was altered: {error}. Nothing is done "
            "while it stands there. Put back the last good backup, and record what happened."
        ) from error
    return found


def _matter(instance: Instance, act: Act, ends: Mapping[str, Entry], roll: Roll) -> Matter:
    ended = ends.get(act.digest)
    day = date.fromisoformat(ended.day) if ended else today()
    electorate = roll.electorate_of(act)
    verdict = Verdict((), ())
    if electorate is not None:
        verdict = approval.weigh(act, instance.docket.approvals(act.digest), electorate, day)
    state = State(ENDS[ended.kind]) if ended else _state(act, verdict, roll)
    return Matter(act, state, verdict)


def _state(act: Act, verdict: Verdict, roll: Roll) -> State:
    now = roll.electorate
    if not act.stands_on(today().isoformat()):
        return State.EXPIRED
    if (act.signed["policy"], act.signed["roll"]) != (now.policy, now.roll):
        return State.STALE
    return State.OPEN if verdict.missing else State.APPROVED


def propose(
    instance: Instance,
    what: What,
    body: Mapping[str, Any],
    *,
    by: str,
    about: Mapping[str, Sequence[str]] | None = None,
    days: int | None = None,
) -> Act:
    """Put an act on the docket; it counts for nothing until both sides approve it.

    Args:
        instance: the observatory.
        what: its kind.
        body: what exactly.
        by: pseudonym of who proposes it, or a place such as ``customs-signer-1``.
        about: offices and firms that it concerns.
        days: how long it stands.

    Raises:
        BadInputError: it cannot be.
        ResourceError: the database refuses.
    """
    roll = instance.roll
    electorate = roll.electorate
    try:
        act = acts.propose(
            what,
            body,
            observatory=electorate.observatory,
            policy=electorate.policy,
            roll=electorate.roll,
            by=by,
            today=today(),
            about=about,
            days=days,
        )
        if what is What.MEMBERS:
            roll.check_next(act)
    except (ActError, PeopleError) as error:
        raise BadInputError(f"This cannot be proposed: {error}.") from error
    _make_room(instance)
    instance.docket.put(what, act.signed)
    return act


def _make_room(instance: Instance) -> None:
    """Clear a full docket of what is over and was never done."""
    if len(instance.docket) >= MOST_PROPOSALS:
        over = (State.WITHDRAWN, State.EXPIRED, State.STALE)
        instance.docket.remove([m.act.digest for m in matters(instance) if m.state in over])


def approve(instance: Instance, act: Act, evidence: Mapping[str, Any]) -> Approver:
    """Keep an approval that counts.

    Raises:
        NotAllowedError: it does not count; the sentence says why.
        IntegrityError: docket, roll or log were altered.
    """
    found = matter(instance, act.digest)
    if not found.waiting:
        raise NotAllowedError(f"Nothing was approved: this proposal is {found.state}.")
    try:
        approver = approval.check(found.act, evidence, instance.roll.electorate, today())
    except ApprovalError as error:
        raise NotAllowedError(f"This approval does not count: {error}.") from error
    check_enrolled(instance.audit.entries(), approver)
    instance.docket.approve(act.digest, approver.who, evidence)
    return approver


def withdraw(instance: Instance, act: Act, by: Person | Approver) -> None:
    """Take a proposal off, for ever: by who proposed it, by a chair, or by a signer.

    Args:
        instance: the observatory.
        act: what to withdraw.
        by: who is signed in, or the signer whose key is at hand, as :func:`approval.check` says.

    Raises:
        NotAllowedError: this person may not, or it is over already.
    """
    with alone(instance) as connection:
        found = matter(instance, act.digest)
        if isinstance(by, Person):
            _check_may_withdraw(instance, found.act, by)
        if not found.waiting:
            raise NotAllowedError(f"Nothing was withdrawn: this proposal is {found.state}.")
        name = by.id if isinstance(by, Person) else by.who
        log_end(instance, connection, Kind.ACT_WITHDRAWN, {"act": act.digest, "by": name})


def _check_may_withdraw(instance: Instance, act: Act, person: Person) -> None:
    now = instance.roll.person(person.id)
    if now is None or not now.in_term(today().isoformat()):
        raise NotAllowedError("A proposal is withdrawn by somebody whose term holds.")
    if now.id == act.by:
        return
    if Role.CHAIR not in now.roles:
        raise NotAllowedError("A proposal is withdrawn by who made it, or by a chair of a side.")
    if now.interests.touches(act.about):
        raise NotAllowedError(
            f"{now.id} has declared an interest in what this is about, and takes no part."
        )


def decided(instance: Instance, act: Act) -> tuple[Approver, ...]:
    """Return who approved an act, as :func:`decision` finds it."""
    return tuple(decision(instance, act).approvers)


def decision(instance: Instance, act: Act) -> Verdict:
    """Return the approvals of an act, once it is known that it can be carried out now.

    Raises:
        NotAllowedError: a side has not approved, or the proposal is over.
        IntegrityError: a proof was altered, or roll, docket or log were.
    """
    check_log(instance)
    found = matter(instance, act.digest)
    if found.verdict.forged:
        raise IntegrityError(
            f"An approval of {act.digest[:16]} was altered or forged: {found.verdict.forged[0]} "
            "Nothing is done by it. Withdraw the proposal, and record what happened."
        )
    if found.state is State.OPEN:
        raise NotAllowedError(
            f"An approval of {' and of '.join(found.verdict.missing)} is missing. "
            + " ".join(found.verdict.refused)
        )
    if found.state is not State.APPROVED:
        raise NotAllowedError(f"Nothing was done: this proposal is {found.state}.")
    entries = instance.audit.entries()
    for approver in found.verdict.approvers:
        check_enrolled(entries, approver)
    return found.verdict


def log_done(
    instance: Instance, connection: Connection, act: Act, approvers: Sequence[Approver]
) -> None:
    """Log an act that is carried out, in the transaction of what it does.

    Raises:
        NotAllowedError: it was carried out or withdrawn meanwhile.
    """
    facts = {"act": act.digest, "what": str(act.what), "approved": [one.who for one in approvers]}
    log_end(instance, connection, Kind.ACT_DONE, facts)
