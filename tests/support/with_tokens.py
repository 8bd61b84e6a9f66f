"""Made-up products of an observatory in which tokens count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from observatory.disclosure import SafeComparison, SafeStanding
from observatory.disclosure.products import SafeCell, SafeTable

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis

VERDICTS = (
    SafeComparison("mo:MO01", "", "rise", "up", True, False),
    SafeComparison("all", "", "level_shift", "up", True, True),
    SafeComparison("mo:MO02", "", "rise", "up", False, True),
)


def with_tokens(safe: SafeAnalysis, months: int = 12) -> SafeAnalysis:
    """Return the products with their last months looked at with and without unproven reports."""
    every = [month for month in safe.table("month").levels["month"] if month[:2] == "20"]
    last = tuple(every[-months:])
    cells = tuple(
        SafeCell((standing, month), reports)
        for standing, reports in (("proven", 41), ("unproven", 67))
        for month in last[1:]
    )
    levels = {"standing": ("proven", "unproven"), "month": tuple(every)}
    table = SafeTable("standing_month", ("standing", "month"), levels, cells)
    verdicts = tuple(replace(one, period=last[-1]) for one in VERDICTS)
    standing = SafeStanding(last, verdicts if months > 9 else ())
    return replace(safe, tables=(*safe.tables, table), standing=standing)
