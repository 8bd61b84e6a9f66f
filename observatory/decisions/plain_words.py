"""Plain words: what a proposal is and what it would do, for whoever is about to approve it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date

from observatory.acts import people
from observatory.acts.act import Act, What
from observatory.acts.approval import Approver
from observatory.acts.people import PeopleError, Person
from observatory.decisions import signed_file
from observatory.decisions.deciding import Matter, State

COMMAND = "command-line"
"""Who proposed what was proposed at the machine itself, where nobody signs in."""

TITLES = {
    What.MEMBERS: "Change of the roll",
    What.OPEN_RUN: "An analysis run",
    What.CATALOGUE: "The catalogue of modus operandi and measures",
    What.OFFICES: "The register of offices",
    What.MEASURE: "A measure in force",
}
STATES = {
    State.OPEN: "waits for approval",
    State.APPROVED: "approved by both sides, not carried out yet",
    State.DONE: "done",
    State.WITHDRAWN: "withdrawn",
    State.EXPIRED: "lapsed: its last day has passed",
    State.STALE: "void: rules or roll changed after it was proposed",
}
_NAME = re.compile(r"[a-z0-9 -]{1,80}")


def title(act: Act) -> str:
    """Return what kind of decision this is, in a few words."""
    return TITLES[act.what]


def day(text: str) -> str:
    """Return a day as people write it: 2026-03-09, 9 March 2026."""
    found = date.fromisoformat(text)
    return f"{found.day} {found:%B %Y}"


def sentence(text: str) -> str:
    """Return a sentence with a capital, whatever else stands in it."""
    return text[:1].upper() + text[1:]


def effects(act: Act, before: Sequence[Person] | None) -> list[str]:
    """Return what an act would do, a line each, safe to show on a terminal.

    Args:
        act: what is proposed.
        before: who was on the roll that it was made under; None where that is not known.
    """
    if act.what is not What.MEMBERS:
        return signed_file.in_words(act.body) or ["Nothing more is said."]
    try:
        after = people.read(act.body.get("people"))
    except PeopleError as error:
        return [f"No roll can be so: {error}. It cannot be carried out."]
    if before is None:
        return [f"on the roll: {people.in_words(one)}" for one in after]
    return people.changes(before, after) or ["Nothing changes."]


def who(name: str, listed: Sequence[Person]) -> str:
    """Return a person by name and pseudonym, or a place by its name."""
    if name == COMMAND:
        return "somebody at the machine itself"
    found = next((one for one in listed if one.id == name), None)
    if found is not None:
        return f"{found.name} ({found.id})"
    return name if _NAME.fullmatch(name) else "somebody not named as people are"


def approval(one: Approver, listed: Sequence[Person]) -> str:
    """Return who approved, and by what."""
    return f"{who(one.who, listed)}, by {'passkey' if one.passkey else 'signature'}"


def lines(act: Act, before: Sequence[Person] | None) -> list[str]:
    """Return an act as a signer reads it before signing, line by line."""
    listed = before or ()
    concerned = [*act.about["offices"], *act.about["firms"]]
    return [
        f"{title(act)}. {act.rule.sentence}",
        *(f"  {line}" for line in effects(act, before)),
        *([f"It concerns: {', '.join(map(json.dumps, concerned))}"] if concerned else []),
        f"Proposed by {who(act.by, listed)} on {day(act.made)}; it lapses after {day(act.until)}.",
        f"Digest: {act.digest}",
    ]


def standing(matter: Matter, before: Sequence[Person]) -> list[str]:
    """Return where a proposal stands: who approved, whose approval does not count, and what next.

    Args:
        matter: the proposal with its verdict.
        before: who was on the roll that it was made under.
    """
    said = [f"It is {STATES[matter.state]}." if matter.state is not State.OPEN else "It is open."]
    said += [
        f"Approved for {one.side.capitalize()} by {approval(one, before)}"
        for one in matter.verdict.approvers
    ]
    said += [f"Does not count: {sentence}" for sentence in matter.verdict.refused]
    if matter.state is State.OPEN:
        said.append(f"An approval of {' and of '.join(matter.verdict.missing)} is missing.")
    return said
