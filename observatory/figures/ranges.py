"""How far a part would stray by chance alone if it kept its share of all reports.

A reading aid made of shown figures only: no series is fitted here, and no signal is judged by it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from observatory.disclosure import SafeAnalysis

CHANCE = 0.05
"""Share of periods that lie outside the range by chance, at most."""


def even_share(
    analysis: SafeAnalysis, part: int | None, along: str = "month"
) -> dict[str, tuple[int, int]]:
    """Return, by period, the range of a part that keeps its share of all reports throughout.

    The expected count of a period is its share of all usable reports (``part`` over all) times all
    reports of that period, so a campaign that lifts everything lifts the range, too. The range
    holds 19 of 20 counts of a Poisson distribution with that mean.

    Args:
        analysis: the Safe products.
        part: shown reports of the part; None where they are too few.
        along: the period of the table of all reports.

    Returns:
        (lowest, highest) of each period whose count of all reports is shown; nothing where the
        part, or all, may not be shown.
    """
    whole = analysis.reports.get("usable")
    if not part or not whole:
        return {}
    return {
        period: poisson_range(part / whole * reports)
        for period, reports in _all(analysis, along)
        if reports is not None
    }


def _all(analysis: SafeAnalysis, along: str) -> Iterable[tuple[str, int | None]]:
    try:
        return list(analysis.table(along).series(along))
    except KeyError:
        return []


def poisson_range(mean: float, chance: float = CHANCE) -> tuple[int, int]:
    """Return the counts between which a Poisson count lies but for ``chance``, half on each side.

    Args:
        mean: its mean, 0 or more.
        chance: the probability left outside.
    """
    # Past some hundreds the sum below would underflow, and the normal limits are as good.
    if mean > 500:
        reach = 1.959964 * math.sqrt(mean)
        return math.floor(mean - reach), math.ceil(mean + reach)
    number, term = 0, math.exp(-mean)
    reached, low = term, None
    while reached < 1 - chance / 2:
        if low is None and reached >= chance / 2:
            low = number
        number += 1
        term *= mean / number
        reached += term
    return number if low is None else low, number
