"""Series: the monthly counts that signals are looked for in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observatory.analysis.counts import NOT_SAID
from observatory.analysis.months import OUTSIDE, Calendar
from observatory.analysis.raw import NOTHING, RawCount
from observatory.analysis.tallies import Dimensions, Tallies, condense
from observatory.complaint.offices import ELSEWHERE

WATCHED: tuple[Dimensions, ...] = ((), ("office",), ("topic",), ("mo",), ("mo", "office"))
"""What series run by, beside the month."""


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
    weekly = calendar.weekly(tallies, (*dimensions, "month"))
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
    weekly = calendar.weekly(tallies, (*dimensions, "month"))
    months = weekly.index.get_level_values("month")
    keep = (months >= month) & (months != OUTSIDE)
    for name, level in parts:
        keep &= weekly.index.get_level_values(name) == level
    return condense(weekly[keep].droplevel([*dimensions, "month"]), ()).get((), NOTHING)
