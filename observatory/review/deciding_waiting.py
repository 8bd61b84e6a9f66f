"""What waits, as it concerns one visitor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.acts import act as acts
from observatory.acts import approval
from observatory.acts.act import What
from observatory.acts.people import Role
from observatory.audit import Kind
from observatory.decisions import deciding, signed_matters
from observatory.decisions.deciding import Matter, State
from observatory.instance import today
from observatory.review import deciding_page
from observatory.review.deciding_page import Row

if TYPE_CHECKING:
    from observatory.access.visitor import Visitor
    from observatory.acts.approval import Electorate
    from observatory.acts.people import Person
    from observatory.audit import Entry
    from observatory.instance import Instance


@dataclass(frozen=True)
class Waiting:
    """What waits, as it concerns one visitor.

    Attributes:
        mine: what this visitor may approve and has not.
        complete: what both sides approved and nobody has carried out.
        others: what waits for somebody else, after this visitor approved it, say.
        signers: what signers decide.
        recused: what this visitor has declared an interest in.
    """

    mine: Sequence[Row]
    complete: Sequence[Row]
    others: Sequence[Row]
    signers: Sequence[Row]
    recused: Sequence[Row]


def waiting(instance: Instance, visitor: Visitor) -> Waiting:
    """Return what waits, as it concerns a visitor."""
    person = visitor.person
    found: dict[str, list[Row]] = {
        name: [] for name in ("mine", "complete", "others", "signers", "recused")
    }
    for matter in deciding.matters(instance):
        if matter.waiting:
            found[_heap(matter, person)].append(deciding_page.row_of(instance, matter))
    found["signers"] = [
        deciding_page.signed_row(instance, one)
        for one in signed_matters.all_of(instance)
        if one.waiting
    ]
    return Waiting(**found)


def count(visitor: Visitor, instance: Instance, entries: Sequence[Entry], now: Electorate) -> int:
    """Return how many acts a visitor may approve and has not, for the navigation.

    No proof is checked for this: nothing is done by it.

    Args:
        visitor: who asks.
        instance: whose docket.
        entries: of the audit log.
        now: who may approve what is proposed now.
    """
    person = visitor.person
    if person is None or not person.roles & {Role.MEMBER, Role.CHAIR}:
        return 0
    over = {e.facts["act"] for e in entries if e.kind in (Kind.ACT_DONE, Kind.ACT_WITHDRAWN)}
    found = 0
    for one in instance.docket.proposals():
        if one.kind not in set(What) or one.digest in over:
            continue
        act = acts.read(one.signed)
        if (act.signed["policy"], act.signed["roll"]) != (now.policy, now.roll):
            continue
        given = {proof.get("person") for proof in instance.docket.approvals(one.digest)}
        day = today()
        found += (
            person.id not in given
            and act.until >= day.isoformat()
            and approval.may_approve(act, person, day)
        )
    return found


def _heap(matter: Matter, person: Person | None) -> str:
    act = matter.act
    if person is not None and person.interests.touches(act.about):
        return "recused"
    if matter.state is State.APPROVED:
        return "complete"
    if person is None or any(one.who == person.id for one in matter.verdict.approvers):
        return "others"
    return "mine" if approval.may_approve(act, person, today()) else "others"
