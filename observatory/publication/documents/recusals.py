"""Recusals: who takes no part in approving a document, because of an interest in what it covers.

Pseudonyms only, as on the roll and in the audit log. Terms are left aside: a document is the same
whatever day it is made on.
"""

from __future__ import annotations

from crypto.sides import SIDES
from observatory.acts.approval import recused
from observatory.acts.people import Person
from observatory.complaint.offices import ELSEWHERE
from observatory.disclosure import SafeAnalysis
from observatory.figures.names import NOT_SAID
from observatory.publication.documents.source import Entry, Source, parts

NO_ROLL = "There is no roll of members, so that nobody has declared interests."
NONE = "none declared"


def covered(analysis: SafeAnalysis) -> list[str]:
    """Return the codes of the offices that products list, whether a figure of theirs is shown."""
    found = {
        level
        for table in analysis.tables
        if "office" in table.dimensions
        for level in table.levels["office"]
    }
    found |= {parts(signal.series).get("office", ELSEWHERE) for signal in analysis.signals}
    return sorted(found - {ELSEWHERE, NOT_SAID})


def recusals(source: Source) -> Entry:
    """Return, by side, who takes no part in approving and for which of the offices covered."""
    if not source.people:
        return {"sides": [], "text": NO_ROLL}
    about = covered(source.analysis)
    apart = recused({"offices": about, "firms": []}, source.people)
    sides = [
        {
            "side": side,
            "people": [
                {"id": one.id, "offices": _offices(source, one, about)}
                for one in sorted(apart, key=lambda person: person.id)
                if one.side == side
            ],
        }
        for side in SIDES
    ]
    return {"roll": source.roll, "sides": sides, "text": " ".join(map(_said, sides))}


def _offices(source: Source, person: Person, about: list[str]) -> list[Entry]:
    """Return which of the offices covered concern a person; no other interest is told."""
    return [
        {"code": code, "label": source.names.label("office", code)}
        for code in about
        if code in person.interests.offices
    ]


def _said(side: Entry) -> str:
    who = [
        f"{one['id']} ({', '.join(office['label'] for office in one['offices'])})"
        for one in side["people"]
    ]
    name = side["side"].capitalize()
    if not who:
        return f"{name}: {NONE}."
    number = f"{len(who)} {'takes' if len(who) == 1 else 'take'} no part in approving"
    return f"{name}: {number}, with an interest in an office covered: {'; '.join(who)}."
