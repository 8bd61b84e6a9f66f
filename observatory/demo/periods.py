"""Reporting periods of the made-up corpus: months, and the ISO weeks each holds.

A month takes the ISO weeks whose Thursday it holds, as everywhere in the service.
"""

from __future__ import annotations

from datetime import date, timedelta

_THURSDAY = 3


def months_from(start: str, count: int) -> tuple[str, ...]:
    """Give ``count`` months as YYYY-MM, the first of them ``start``.

    Raises:
        ValueError: ``start`` is no YYYY-MM or ``count`` is below 1.
    """
    year, month = (int(part) for part in start.split("-"))
    if not 1 <= month <= 12 or count < 1:
        raise ValueError(f"no such months: {count} from {start!r}")
    serial = year * 12 + month - 1
    return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(serial, serial + count))


def month_before(month: str, back: int) -> str:
    """Give the month ``back`` months before ``month`` (both YYYY-MM)."""
    year, number = (int(part) for part in month.split("-"))
    serial = year * 12 + number - 1 - back
    return f"{serial // 12:04d}-{serial % 12 + 1:02d}"


def weeks_of(month: str) -> tuple[str, ...]:
    """Give the ISO weeks (YYYY-Www) whose Thursday lies in ``month``."""
    year, number = (int(part) for part in month.split("-"))
    day = date(year, number, 1)
    day += timedelta(days=(_THURSDAY - day.weekday()) % 7)
    weeks = []
    while day.month == number:
        iso = day.isocalendar()
        weeks.append(f"{iso.year:04d}-W{iso.week:02d}")
        day += timedelta(days=7)
    return tuple(weeks)
