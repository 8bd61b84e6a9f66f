"""What the pages about decisions show: each proposal in plain words, and what a visitor may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crypto.sides import SIDES, Side
from observatory.acts import approval
from observatory.acts.act import Act, What
from observatory.acts.people import Role
from observatory.decisions import at_hand, deciding, plain_words, signed_matters
from observatory.decisions.deciding import Matter, State
from observatory.decisions.signed_matters import SHORT, SignedMatter
from observatory.instance import today

if TYPE_CHECKING:
    from observatory.access.visitor import Visitor
    from observatory.acts.people import Person
    from observatory.instance import Instance

ENDED = {State.WITHDRAWN, State.EXPIRED, State.STALE}


@dataclass(frozen=True)
class Row:
    """A proposal in a list.

    Attributes:
        digest: its name.
        title: what kind of decision it is.
        said: what it would do, one line each, the first few.
        more: how many lines are not among them.
        state: where it stands.
        until: last day, in words; empty for what does not lapse.
        missing: what is still wanted, in words.
        command: what a signer runs to sign it; empty where a passkey does.
    """

    digest: str
    title: str
    said: Sequence[str]
    more: int
    state: State
    until: str
    missing: str
    command: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing can be done about it any more."""
        return self.state not in (State.OPEN, State.APPROVED)


SHOWN_LINES = 3


def row_of(instance: Instance, matter: Matter) -> Row:
    """Return an act as lists show it."""
    act = matter.act
    lines = plain_words.effects(act, before(instance, act))
    concerned = [*act.about["offices"], *act.about["firms"]]
    if concerned:
        lines = [f"concerns {', '.join(concerned)}", *lines]
    return Row(
        act.digest,
        plain_words.title(act),
        lines[:SHOWN_LINES],
        len(lines[SHOWN_LINES:]),
        matter.state,
        plain_words.day(act.until),
        _and(matter.verdict.missing),
    )


def signed_row(instance: Instance, matter: SignedMatter) -> Row:
    """Return a signed matter as lists show it."""
    lines = at_hand.changes(instance, matter)
    short = matter.digest[:SHORT]
    return Row(
        matter.digest,
        matter.title,
        lines[:SHOWN_LINES],
        len(lines[SHOWN_LINES:]),
        matter.state,
        "",
        _and(matter.missing),
        f"observatory approve {short} --key YOUR-SIGNER-FILE",
    )


def before(instance: Instance, act: Act) -> Sequence[Person]:
    """Return who was on the roll that an act was made under."""
    electorate = instance.roll.electorate_of(act)
    return electorate.people if electorate else ()


def all_rows(instance: Instance) -> list[Row]:
    """Return every proposal there is: what waits first."""
    acts = [row_of(instance, one) for one in deciding.matters(instance)]
    files = [signed_row(instance, one) for one in signed_matters.all_of(instance)]
    return sorted([*acts, *files], key=lambda row: row.over)


@dataclass(frozen=True)
class Decision:
    """One act as its page shows it.

    Attributes:
        matter: the act, where it stands, and who approved.
        effects: (verb, text) of what it would do; the verb may be empty.
        proposer: who proposed it, in words.
        approved: side -> who approved for it, in words.
        recused: who takes no part, in words.
        why_not: why this visitor cannot approve it; empty if they can.
        may_withdraw: whether this visitor may take it off.
        may_carry_out: whether it can be done now, by this visitor.
        may_repeat: whether this visitor can propose it once more, for the roll in force.
        concerns: offices and firms that it is about.
    """

    matter: Matter
    effects: Sequence[tuple[str, str]]
    proposer: str
    approved: Mapping[Side, Sequence[str]]
    recused: Sequence[str]
    why_not: str
    may_withdraw: bool
    may_carry_out: bool
    may_repeat: bool
    concerns: Sequence[str]

    @property
    def act(self) -> Act:
        """What is proposed."""
        return self.matter.act

    @property
    def title(self) -> str:
        """What kind of decision it is."""
        return plain_words.title(self.act)

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        return plain_words.STATES[self.matter.state]

    @property
    def text(self) -> str:
        """The canonical form: exactly what approvals are made over."""
        return self.act.canonical.decode()


def decision(instance: Instance, visitor: Visitor, name: str) -> Decision:
    """Return an act's page.

    Raises:
        BadInputError: there is no such act.
        IntegrityError: docket, roll or log were altered.
    """
    matter = deciding.matter(instance, name)
    act, person = matter.act, visitor.person
    listed = before(instance, act)
    by_side = {
        side: [
            plain_words.approval(one, listed)
            for one in matter.verdict.approvers
            if one.side == side
        ]
        for side in SIDES
    }
    chair = person is not None and Role.CHAIR in person.roles
    half_done = matter.state is not State.DONE and instance.roll.digest == act.digest
    complete = (matter.state is State.APPROVED and act.what is not What.OPEN_RUN) or half_done
    return Decision(
        matter,
        [_parted(line) for line in plain_words.effects(act, listed)],
        plain_words.who(act.by, listed),
        by_side,
        [f"{one.name} ({one.id})" for one in approval.recused(act.about, listed)],
        _why_not(matter, visitor),
        matter.waiting and person is not None and (chair or person.id == act.by),
        complete and person is not None,
        act.what is What.MEMBERS and matter.state in ENDED and chair,
        [*act.about["offices"], *act.about["firms"]],
    )


def _why_not(matter: Matter, visitor: Visitor) -> str:
    """Return why a visitor's passkey would not count, or nothing."""
    act, person = matter.act, visitor.person
    wanted = " or a ".join(sorted(act.rule.roles, reverse=True))
    if person is None:
        return "Whoever came by a one-time link decides nothing."
    reasons = (
        (not matter.waiting, "Nothing can be approved here any more."),
        (
            person.interests.touches(act.about),
            "You have declared an interest in what this is about, and take no part.",
        ),
        (person.id in {one.who for one in matter.verdict.approvers}, "You have approved this."),
        (
            not approval.may_approve(act, person, today()),
            f"This is approved by a {wanted} of a side, or by a signer’s key.",
        ),
        (
            not visitor.passkeys,
            "Approving needs a passkey. You signed in by password; enrol a passkey first.",
        ),
    )
    return next((sentence for holds, sentence in reasons if holds), "")


def _parted(line: str) -> tuple[str, str]:
    """Return a line's verb and the rest of it."""
    verb, colon, rest = line.partition(": ")
    return (verb, rest) if colon and verb in ("joins", "leaves", "changes") else ("", line)


def _and(sides: Sequence[str]) -> str:
    return " and ".join(side.capitalize() for side in sides)
