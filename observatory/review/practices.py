"""What the page of all modus operandi shows: by step of the process, and how many each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.bars import WIDTH, Bar, Bars
from observatory.figures.matrix import Matrix, matrix
from observatory.figures.names import NOT_SAID, OTHER_CODE, count, least

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis
    from observatory.figures.names import Names

# Shown apart and never added up: who gains decides who reports (design: domain facts).
DIRECTIONS = (
    ("extortive", "Extortive", "One side forces the other. Who is forced often reports."),
    (
        "collusive",
        "Collusive",
        "Both sides gain, so they seldom report. Few reports do not mean few cases.",
    ),
    ("internal", "Internal", "Within the administration. Reported by officials for the most part."),
    ("private-to-private", "Private to private", "Between businesses. No official is needed."),
)


@dataclass(frozen=True)
class Direction:
    """Modus operandi of one direction.

    Attributes:
        css: name of its colour.
        name: what it is called.
        meaning: how its counts must be read.
        bars: its modus operandi, the most reported first.
        more: how many more may be shown, where only the first are.
    """

    css: str
    name: str
    meaning: str
    bars: Bars
    more: int


@dataclass(frozen=True)
class PracticesPage:
    """Everything on the page of all modus operandi.

    Attributes:
        stages: by step of the process, or None where nothing is shown.
        peaks: (direction, sentence) on the step where most of its reports stand, each apart.
        directions: how many reports name each.
    """

    stages: Matrix | None
    peaks: tuple[tuple[str, str], ...]
    directions: tuple[Direction, ...]


def practices_page(analysis: SafeAnalysis, names: Names) -> PracticesPage:
    """Return the page of all modus operandi."""
    stages = matrix(
        analysis,
        names,
        "mo_stage",
        title="Which modus operandi are reported at which step?",
        groups=by_direction(names),
    )
    return PracticesPage(stages, _peaks(analysis, names), directions(analysis, names))


def by_direction(names: Names) -> list[tuple[str, frozenset[str]]]:
    """Return (heading, codes) of each direction, and of what no code explains."""
    practices = names.catalogue.modus_operandi.values()
    return [
        (name, frozenset(p.code for p in practices if p.direction == code))
        for code, name, _ in DIRECTIONS
    ] + [("Without a code", frozenset({OTHER_CODE}))]


def _peaks(analysis: SafeAnalysis, names: Names) -> tuple[tuple[str, str], ...]:
    try:
        cells = analysis.table("mo_stage").cells
    except KeyError:
        return ()
    found = []
    for heading, codes in by_direction(names)[:-1]:
        known = [cell for cell in cells if cell.key[0] in codes and cell.key[1] != NOT_SAID]
        if known:
            top = max(known, key=lambda cell: (cell.reports, cell.key))
            code, stage = top.key
            said = count(top.reports, least(analysis, code, stage))
            practice, step = names.practice(code), names.label("stage", stage)
            told = f"most often “{practice}” at the step “{step}” ({said} reports)"
            found.append((heading, told))
    return tuple(found)


def directions(
    analysis: SafeAnalysis, names: Names, *, first: int | None = None
) -> tuple[Direction, ...]:
    """Return the lists of modus operandi, one a direction.

    Args:
        analysis: the Safe products.
        names: labels.
        first: at most so many of each; None for all.
    """
    return tuple(_direction(analysis, names, first, entry) for entry in DIRECTIONS)


def _direction(
    analysis: SafeAnalysis, names: Names, first: int | None, entry: tuple[str, str, str]
) -> Direction:
    code, name, meaning = entry
    shown: list[tuple[int, str]] = []
    hidden = 0
    for practice in names.catalogue.modus_operandi.values():
        if practice.direction != code:
            continue
        reports = analysis.code_count(practice.code)
        if reports is None:
            hidden += 1
        else:
            shown.append((reports, practice.code))
    # The length of bars is comparable within one direction only, on purpose.
    top = max([reports for reports, _ in shown], default=1)
    rows = tuple(
        Bar(
            level=practice_code,
            label=names.practice(practice_code),
            said=count(reports, analysis.k),
            share="",
            width=round(WIDTH * reports / top),
            few=False,
            link=f"/modus-operandi/{practice_code}",
        )
        for reports, practice_code in sorted(shown, key=lambda pair: (-pair[0], pair[1]))
    )
    title = f"Which {name.lower()} modus operandi are reported?"
    bars = Bars(title, meaning, "Modus operandi", rows[:first], hidden)
    return Direction(code.partition("-")[0], name, meaning, bars, len(rows) - len(bars.rows))
