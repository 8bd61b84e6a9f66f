"""Cuts: the listed tables, their fixed levels, and the counts that fill them.

Every count keeps how many distinct weeks it came from and the most that one week gave: the door
asks for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from observatory.analysis.counts import NOT_SAID
from observatory.analysis.months import OUTSIDE, Calendar, quarter_of_month
from observatory.analysis.raw import RawCount, RawTable
from observatory.analysis.series import WATCHED
from observatory.analysis.tallies import TIME, Dimensions, Tallies, condense
from observatory.complaint.facets import BY_CODE
from observatory.complaint.offices import ELSEWHERE

MULTIPLE = frozenset({"mo"})
"""Dimensions in which one report can stand several times; nothing adds up along them."""


@dataclass(frozen=True)
class Cut:
    """A listed cut: its name and its dimensions."""

    id: str
    dimensions: tuple[str, ...]

    @property
    def additive(self) -> frozenset[str]:
        """The dimensions whose margin another cut shows, or would if it were shown."""
        # How many were proven in all months is shown nowhere; how many came in a month is.
        return (
            frozenset({"standing"})
            if self is BY_STANDING
            else frozenset(self.dimensions) - MULTIPLE
        )


CUTS: tuple[Cut, ...] = (
    Cut("month", ("month",)),
    Cut("office", ("office",)),
    Cut("stage", ("stage",)),
    Cut("sides", ("reporter_side", "subject_side")),
    Cut("asked", ("asked",)),
    Cut("outcome", ("outcome",)),
    Cut("experience", ("experience",)),
    Cut("language", ("language",)),
    Cut("office_month", ("office", "month")),
    Cut("mo_month", ("mo", "month")),
    Cut("mo_office", ("mo", "office")),
    Cut("mo_stage", ("mo", "stage")),
    Cut("mo_reporter_side", ("mo", "reporter_side")),
    Cut("mo_subject_side", ("mo", "subject_side")),
    Cut("mo_outcome", ("mo", "outcome")),
    Cut("mo_office_quarter", ("mo", "office", "quarter")),
    Cut("topic_month", ("topic", "month")),
    Cut("topic_office", ("topic", "office")),
    Cut("topic_stage", ("topic", "stage")),
    Cut("topic_reporter_side", ("topic", "reporter_side")),
    Cut("topic_language", ("topic", "language")),
    Cut("topic_mo", ("topic", "mo")),
)


BY_STANDING = Cut("standing_month", ("standing", "month"))
"""Cut only where bona fide tokens count; else it would call every report unproven."""


def tallied(*, tokens: bool) -> tuple[Dimensions, ...]:
    """Return every combination of dimensions that cuts and series need, without those of time.

    Args:
        tokens: whether proven reports are counted apart.
    """
    cuts = {tuple(name for name in cut.dimensions if name not in TIME) for cut in CUTS}
    apart = {("standing", *watched) for watched in WATCHED} if tokens else set()
    return tuple(sorted({*cuts, *WATCHED, *apart}))


def tables(
    tallies: Tallies, calendar: Calendar, levels: Mapping[str, tuple[str, ...]]
) -> tuple[RawTable, ...]:
    """Return every listed cut.

    Args:
        tallies: what was counted.
        calendar: the whole months.
        levels: the fixed levels of each dimension; combinations outside them are left out.
    """
    cuts = []
    for cut in (*CUTS, BY_STANDING) if "standing" in levels else CUTS:
        kept = {name: levels[name] for name in cut.dimensions}
        weekly = calendar.weekly(tallies, cut.dimensions)
        for name, values in kept.items():
            weekly = weekly[weekly.index.get_level_values(name).isin(values)]
        cuts.append(
            RawTable(
                cut.id,
                cut.dimensions,
                kept,
                condense(weekly, cut.dimensions),
                cut.additive,
            )
        )
    return tuple(cuts)


def counts_by(
    tallies: Tallies, calendar: Calendar, dimensions: Dimensions
) -> dict[Dimensions, RawCount]:
    """Return the distinct reports of every combination of levels that occurs."""
    return condense(calendar.weekly(tallies, dimensions), dimensions)


def left_over(tallies: Tallies, calendar: Calendar) -> dict[str, tuple[str, ...]]:
    """Return, by dimension, the levels that catch what no list holds and that some report needs.

    They make each line add up to its margin. One that nobody needs would be a true zero that a
    neighbour had to be hidden for.
    """
    catching = {
        "month": (OUTSIDE,),
        "quarter": (OUTSIDE,),
        "office": (ELSEWHERE, NOT_SAID),
        **{facet.code: (NOT_SAID,) for facet in BY_CODE.values() if facet.kind == "choice"},
    }
    used: dict[str, set[str]] = {name: set() for name in catching}
    for cut in CUTS:
        index = calendar.weekly(tallies, cut.dimensions).index
        for name in used.keys() & set(cut.dimensions):
            used[name].update(index.get_level_values(name))
    return {
        dimension: tuple(name for name in names if name in used[dimension])
        for dimension, names in catching.items()
    }


def levels(
    *,
    months: tuple[str, ...],
    codes: Sequence[str],
    offices: Sequence[str],
    topics: Sequence[str],
    languages: Sequence[str],
    rest: Mapping[str, tuple[str, ...]],
    standings: tuple[str, ...] = (),
) -> dict[str, tuple[str, ...]]:
    """Return the levels of every dimension: from lists, never from what reports said.

    Args:
        months: the whole months of the run.
        codes: the catalogue's codes.
        offices: registered office codes.
        topics: topic ids.
        languages: language tags.
        rest: see :func:`left_over`.
        standings: :data:`STANDINGS` where tokens count.
    """
    listed = {
        "month": months,
        "quarter": tuple(sorted({quarter_of_month(month) for month in months})),
        "mo": (*codes, "other"),
        "office": tuple(offices),
        "topic": tuple(topics),
        "language": tuple(languages),
        **({"standing": standings} if standings else {}),
        **{
            facet.code: tuple(value.code for value in facet.values)
            for facet in BY_CODE.values()
            if facet.kind == "choice"
        },
    }
    return {name: (*values, *rest.get(name, ())) for name, values in listed.items()}
