"""Reporting periods: ISO weeks, the months and quarters they fall in, and when they are over.

A week belongs to the month, quarter and year that hold its Thursday (ISO 8601's own rule for the
year), so that every week has exactly one of each.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")
_THURSDAY = 4


class PeriodError(ValueError):
    """A string names no ISO week."""


def week_of(day: date) -> str:
    """Return the ISO week of a day, such as ``2026-W48``."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def thursday(week: str) -> date:
    """Return the Thursday of an ISO week.

    Raises:
        PeriodError: not of the form YYYY-Www, or the year has no such week.
    """
    match = _WEEK.fullmatch(week)
    if match is None:
        raise PeriodError("A week is written like 2026-W48.")
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), _THURSDAY)
    except ValueError:
        raise PeriodError(f"There is no week {week}.") from None


def month_of_week(week: str) -> str:
    """Return the month that holds the week's Thursday, such as ``2026-11``."""
    return thursday(week).isoformat()[:7]


def quarter_code(week: str) -> int:
    """Return the retention quarter of a week: year * 4 + (quarter - 1), by its Thursday."""
    day = thursday(week)
    return day.year * 4 + (day.month - 1) // 3


def quarter_name(code: int) -> str:
    """Return a retention quarter in words, such as ``2026-Q4``."""
    return f"{code // 4:04d}-Q{code % 4 + 1}"


def is_over(week: str, today: date) -> bool:
    """Tell whether the week's Sunday lies before ``today``."""
    return today > thursday(week) + timedelta(days=3)
