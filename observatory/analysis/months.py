"""Months: the whole ones that tables and series run over; all else lies outside."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from observatory.analysis.tallies import TIME, WEEK, Dimensions, Tallies
from observatory.complaint import periods

OUTSIDE = "outside"


@dataclass(frozen=True)
class Calendar:
    """The whole months that tables and series run over; every other week lies outside."""

    months: tuple[str, ...]

    def weekly(self, tallies: Tallies, dimensions: Dimensions) -> pd.Series[int]:
        """Return the counts by ``dimensions``, those of time included, and week."""
        timeless = tuple(name for name in dimensions if name not in TIME)
        inside = frozenset(self.months)
        frame = tallies.of(timeless).rename("reports").reset_index()
        weeks = {week: periods.month_of_week(week) for week in frame[WEEK].unique()}
        month = frame[WEEK].map({w: m if m in inside else OUTSIDE for w, m in weeks.items()})
        frame["month"], frame["quarter"] = month, month.map(quarter_of_month)
        return frame.set_index([*dimensions, WEEK])["reports"]


def quarter_of_month(month: str) -> str:
    """Return ``2024-Q2`` for ``2024-05``."""
    if month == OUTSIDE:
        return OUTSIDE
    return f"{month[:4]}-Q{(int(month[5:]) - 1) // 3 + 1}"


def months_between(first: str, last: str) -> tuple[str, ...]:
    """Return every month from ``first`` to ``last``, both as YYYY-MM and both included."""
    return tuple(map(str, pd.period_range(first, last, freq="M")))


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
