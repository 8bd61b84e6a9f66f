"""The course over time of what a signal watches: which table holds it, and how it is charted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from observatory.figures.names import least
from observatory.figures.ranges import even_share
from observatory.figures.sentences import of_series, parts_of
from observatory.figures.trend import Trend, trend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from observatory.disclosure import SafeAnalysis, SafeSignal

QUESTIONS = {
    "rise": "Did it rise in {when}?",
    "level_shift": "Has the level changed since {when}?",
    "new": "Did it begin in {when}?",
    "vanishing": "Did it end in {when}?",
    "drift": "Is it changing slowly?",
}
"""What the chart beside a signal asks, by kind."""


def course(analysis: SafeAnalysis, series: str, *, title: str) -> Trend | None:
    """Return the chart of a series by month, or by quarter where no months are listed.

    Args:
        analysis: the Safe products.
        series: as signals name it: ``all``, ``mo:MO01``, ``topic:T0001``, ``mo:MO01|office:X``.
        title: the question that the chart answers.

    Returns:
        The chart, or None where no table lists this series.
    """
    parts = parts_of(series)
    for along in ("month", "quarter"):
        table_id = "_".join((*parts, along))
        try:
            cells = list(analysis.table(table_id).series(along, **parts))
        except KeyError:
            continue
        monthly = along == "month"
        raised = of_series(analysis, series)
        return trend(
            cells,
            title=title,
            threshold=least(analysis, *parts.values()),
            signals=raised if monthly else _by_quarter(raised),
            # What was expected of a month cannot be drawn beside a quarter.
            measured=monthly,
            usual=even_share(analysis, _whole(analysis, parts)) if parts and monthly else None,
        )
    return None


def _whole(analysis: SafeAnalysis, parts: Mapping[str, str]) -> int | None:
    """Return the shown reports of a series over all periods."""
    if set(parts) == {"mo"}:
        return analysis.code_count(parts["mo"])
    if set(parts) == {"topic"}:
        return next((t.reports for t in analysis.topics if t.id == parts["topic"]), None)
    try:
        return analysis.table("_".join(parts)).count(*parts.values())
    except KeyError:
        return None


def _by_quarter(raised: Mapping[str, SafeSignal]) -> dict[str, SafeSignal]:
    found: dict[str, SafeSignal] = {}
    for month, signal in raised.items():
        quarter = f"{month[:4]}-Q{(int(month[5:7]) - 1) // 3 + 1}"
        found.setdefault(quarter, signal)
    return found
