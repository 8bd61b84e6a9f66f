"""The counts: one row a report and code, tallied by week, cut into the listed tables and series.

A report counts once in each of its codes (up to three), so codes are never summed. Every count
keeps how many distinct weeks it came from and the most that one week gave: the door asks for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from observatory.analysis.opening import Report
from observatory.analysis.raw import NOTHING, RawCount, RawTable
from observatory.analysis.tallies import TIME, WEEK, Dimensions, Tallies, condense
from observatory.complaint import periods
from observatory.complaint.facets import BY_CODE
from observatory.complaint.offices import ELSEWHERE

NOT_SAID = "not_said"
OUTSIDE = "outside"
NO_PRACTICE = "none"

MULTIPLE = frozenset({"mo"})
"""Dimensions in which one report can stand several times; nothing adds up along them."""


@dataclass(frozen=True)
class Cut:
    """A listed cut: its name and its dimensions."""

    id: str
    dimensions: tuple[str, ...]


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
    Cut("topic_mo", ("topic", "mo")),
)


PROVEN, UNPROVEN = "proven", "unproven"
STANDINGS = (PROVEN, UNPROVEN)

BY_STANDING = Cut("standing_month", ("standing", "month"))
"""Cut only where bona fide tokens count; else it would call every report unproven."""


WATCHED: tuple[Dimensions, ...] = ((), ("office",), ("topic",), ("mo",), ("mo", "office"))
"""What series run by, beside the month."""


def tallied() -> tuple[Dimensions, ...]:
    """Return every combination of dimensions that cuts and series need, without those of time."""
    cuts = (tuple(name for name in cut.dimensions if name not in TIME) for cut in CUTS)
    return tuple(sorted({*cuts, *WATCHED, ("standing",)}))


def frame(
    reports: Sequence[Report],
    *,
    codes: Sequence[tuple[str, ...]],
    topics: Sequence[str],
    languages: Sequence[str],
    offices: frozenset[str],
    proven: Sequence[bool] = (),
) -> pd.DataFrame:
    """Return the table that every cut is made of.

    Args:
        reports: usable reports, one a row, in the run's order.
        codes: up to three modus operandi codes a report; ``()`` counts as ``other``, and
            ``(NO_PRACTICE,)`` stands for a report that all went as it should.
        topics: topic id a report.
        languages: language tag a report.
        offices: registered office codes; another place counts as ``elsewhere``.
        proven: whether a token proves a report; none does by default.

    Returns:
        One row per report and code, with a column per dimension but those of time, and
        ``report``, ``week``, ``kept``.
    """
    table = pd.DataFrame(
        {
            "report": np.arange(len(reports), dtype=np.int64),
            "week": [r.week for r in reports],
            "kept": [r.kept for r in reports],
            "office": [_office(r.facets.get("office"), offices) for r in reports],
            "topic": list(topics),
            "language": list(languages),
            "standing": [PROVEN if one else UNPROVEN for one in proven or [False] * len(reports)],
            **{
                code: [r.facets.get(code, NOT_SAID) for r in reports]
                for code in BY_CODE
                if code not in ("office", "month")
            },
        }
    )
    table["mo"] = [list(given) or ["other"] for given in codes]
    return table.explode("mo", ignore_index=True)


def _office(code: str | None, offices: frozenset[str]) -> str:
    if code is None:
        return NOT_SAID
    return code if code in offices else ELSEWHERE


def quarter_of_month(month: str) -> str:
    """Return ``2024-Q2`` for ``2024-05``."""
    if month == OUTSIDE:
        return OUTSIDE
    return f"{month[:4]}-Q{(int(month[5:]) - 1) // 3 + 1}"


@dataclass(frozen=True)
class Calendar:
    """The whole months that tables and series run over; every other week lies outside."""

    months: tuple[str, ...]

    def label(self, weekly: pd.Series[int], dimensions: Sequence[str]) -> pd.Series[int]:
        """Return weekly counts with the levels of ``dimensions``, those of time included."""
        inside = frozenset(self.months)
        frame = weekly.rename("reports").reset_index()
        weeks = {week: periods.month_of_week(week) for week in frame[WEEK].unique()}
        month = frame[WEEK].map({w: m if m in inside else OUTSIDE for w, m in weeks.items()})
        frame["month"], frame["quarter"] = month, month.map(quarter_of_month)
        return frame.set_index([*dimensions, WEEK])["reports"]


def counts_by(
    tallies: Tallies, calendar: Calendar, dimensions: Dimensions
) -> dict[Dimensions, RawCount]:
    """Return the distinct reports of every combination of levels that occurs."""
    return condense(_labelled(tallies, calendar, dimensions), dimensions)


def _labelled(tallies: Tallies, calendar: Calendar, dimensions: Dimensions) -> pd.Series[int]:
    timeless = tuple(name for name in dimensions if name not in TIME)
    return calendar.label(tallies.of(timeless), dimensions)


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
        weekly = _labelled(tallies, calendar, cut.dimensions)
        for name, values in kept.items():
            weekly = weekly[weekly.index.get_level_values(name).isin(values)]
        cuts.append(
            RawTable(
                cut.id,
                cut.dimensions,
                kept,
                condense(weekly, cut.dimensions),
                _additive(cut),
            )
        )
    return tuple(cuts)


def _additive(cut: Cut) -> frozenset[str]:
    """Return the dimensions whose margin another cut shows, or would if it were shown."""
    # How many were proven in all months together is shown nowhere; how many came in a month is.
    return frozenset({"standing"}) if cut is BY_STANDING else frozenset(cut.dimensions) - MULTIPLE


def calendar(tallies: Tallies, last_month: str, fewest: int) -> Calendar:
    """Return the months that tables and series run over, without a gap.

    They run from the first to the last month in which at least ``fewest`` reports came, so that
    levels never tell of a single early report; what lies before or after counts as ``outside``.

    Args:
        tallies: what was counted.
        last_month: the last month whose weeks are all over.
        fewest: reports.
    """
    weekly = tallies.of(()).reset_index(name="reports")
    sizes = weekly.groupby(weekly[WEEK].map(periods.month_of_week))["reports"].sum()
    used = sorted(month for month in sizes.index[sizes >= fewest] if month <= last_month)
    return Calendar(months_between(used[0], used[-1]) if used else ())


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Return every month from ``first`` to ``last``, both as YYYY-MM and both included."""
    return tuple(map(str, pd.period_range(first, last, freq="M")))


def within(table: pd.DataFrame, months: tuple[str, ...]) -> pd.DataFrame:
    """Return the table with every month that is not in ``months`` called ``outside``."""
    kept = table["month"].where(table["month"].isin(months), OUTSIDE)
    return table.assign(month=kept, quarter=kept.map(quarter_of_month))


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
        index = _labelled(tallies, calendar, cut.dimensions).index
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


def series(
    tallies: Tallies, calendar: Calendar, *, codes: Sequence[str], least: int
) -> tuple[pd.DataFrame, dict[tuple[str, str], RawCount]]:
    """Return the monthly series that signals are looked for in.

    Args:
        tallies: what was counted.
        calendar: the whole months of the run.
        codes: the modus operandi codes to watch.
        least: a series with fewer reports in all is not watched.

    Returns:
        Counts (months x series: ``all``, ``office:X``, ``mo:X``, ``topic:X``, ``mo:X|office:Y``)
        and the count behind every (series, month).
    """
    found: dict[tuple[str, str], RawCount] = {}
    for dimensions in WATCHED:
        weekly = _watched(tallies, calendar, dimensions, codes)
        for key, cell in condense(weekly, (*dimensions, "month")).items():
            parts = zip(dimensions, key[:-1], strict=True)
            found["|".join(f"{name}:{level}" for name, level in parts) or "all", key[-1]] = cell
    months = list(calendar.months)
    reports = pd.Series({key: cell.reports for key, cell in found.items()}, dtype="int64")
    if reports.empty:
        return pd.DataFrame(index=months), found
    wide = reports.unstack(0, fill_value=0).reindex(months, fill_value=0)
    return wide.loc[:, wide.sum() >= least], found


def _watched(
    tallies: Tallies, calendar: Calendar, dimensions: Dimensions, codes: Sequence[str]
) -> pd.Series[int]:
    """Return the weekly counts of whole months, of watched codes and of registered offices."""
    weekly = _labelled(tallies, calendar, (*dimensions, "month"))
    keep = weekly.index.get_level_values("month") != OUTSIDE
    if "mo" in dimensions:
        keep &= weekly.index.get_level_values("mo").isin(codes)
    if "office" in dimensions:
        keep &= ~weekly.index.get_level_values("office").isin([ELSEWHERE, NOT_SAID])
    return weekly[keep]


def since(tallies: Tallies, calendar: Calendar, series_name: str, month: str) -> RawCount:
    """Return the reports of a series in a month and all later whole months.

    Args:
        tallies: what was counted.
        calendar: the whole months of the run.
        series_name: as :func:`series` names it, such as ``mo:MO01|office:NORTH``.
        month: YYYY-MM.
    """
    parts = [] if series_name == "all" else [p.split(":", 1) for p in series_name.split("|")]
    dimensions = tuple(name for name, _ in parts)
    weekly = _labelled(tallies, calendar, (*dimensions, "month"))
    months = weekly.index.get_level_values("month")
    keep = (months >= month) & (months != OUTSIDE)
    for name, level in parts:
        keep &= weekly.index.get_level_values(name) == level
    return condense(weekly[keep].droplevel([*dimensions, "month"]), ()).get((), NOTHING)
