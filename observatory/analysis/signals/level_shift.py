"""Lasting changes of level, up or down, with their date."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from ruptures.base import BaseCost
from ruptures.detection.pelt import Pelt
from scipy import stats

from observatory.analysis.signals.glm import Floats
from observatory.analysis.signals.panel import (
    exposures,
    frequency_of,
    nothing,
    rows,
    values_of,
)
from observatory.analysis.signals.steps import best_split, likeliest_step
from observatory.analysis.signals.tails import pool, predictive_limit, widen

kind = "level_shift"
METHOD = (
    "Every date is tested for a lasting change of level (exact conditional test, and likelihood "
    "ratio with season fitted, widened by overdispersion, times the number of dates); the change "
    "is dated by penalised segmentation."
)

_YEARS = 2  # with fewer, a season passes for a change
_SHORTEST = 3  # periods on each side of a change
_FEWEST_REPORTS = 10  # below this a series cannot say anything about two levels
_PROMISING = 0.05  # only such series are segmented: segmentation dates, it does not decide
_PENALTY = 3.0  # times dispersion times log(periods), for each change (BIC plus one for the date)


class PoissonCost(BaseCost):
    """Poisson deviance of a segment with one rate; signal columns: counts, exposures."""

    model = "poisson_exposure"
    min_size = _SHORTEST

    def fit(self, signal: Floats) -> PoissonCost:
        """Take the signal, shape (periods, 2)."""
        self.signal = signal
        self._counts, self._exposure = np.cumsum(np.vstack([[0.0, 0.0], signal]), axis=0).T
        return self

    def error(self, start: int, end: int) -> float:
        """Return minus twice the log-likelihood of rows start..end, up to a constant."""
        total = self._counts[end] - self._counts[start]
        if total <= 0:
            return 0.0
        exposure = max(self._exposure[end] - self._exposure[start], 1e-12)
        return float(-2.0 * total * np.log(total / exposure))


def detect(counts: pd.DataFrame, offset: pd.Series | None) -> pd.DataFrame:
    """Test every series for one lasting change.

    Args:
        counts: periods x series; ``counts.attrs["frequency"]`` gives periods a year (12).
        offset: denominators by period.

    Returns:
        One row a series, dated at the first period of the new level: ``observed`` is that
        period's count, ``expected`` and ``upper`` what the earlier level would have given.
    """
    values, frequency = values_of(counts), frequency_of(counts)
    shortest = max(_SHORTEST, round(frequency / 4))
    if len(values) < max(_YEARS * frequency, 4 * shortest):
        return nothing()
    scale = exposures(counts, offset)
    total = values.sum(axis=0)
    step = likeliest_step(values, scale, frequency, shortest)
    # The likelihood sets the season; given the season, the exact test looks at every date.
    split = best_split(values, step.unchanged, shortest)
    spread = pool(step.dispersion, step.freedom)
    # The exact test takes the season as known; the likelihood ratio pays for estimating it.
    ratio = stats.norm.sf(np.sqrt(step.gain / spread.dispersion))
    single = np.maximum(split.p(spread), 2.0 * widen(ratio, spread.freedom))
    p = np.minimum(single * (len(values) - 2 * shortest + 1), 1.0)
    p = np.where(total >= _FEWEST_REPORTS, p, 1.0)
    place, before = split.place.copy(), np.empty(len(p))
    for series in range(len(p)):
        start, signal = 0, np.column_stack([values[:, series], step.unchanged[:, series]])
        if p[series] <= _PROMISING:
            start, place[series] = _dated(
                signal, split.place[series], spread.dispersion[series], shortest
            )
        past = signal[start : place[series]].sum(axis=0)
        before[series] = past[0] / max(past[1], 1e-12)
    column = np.arange(values.shape[1])
    expected = before * step.unchanged[place, column]
    return rows(
        counts,
        place,
        expected=expected,
        upper=predictive_limit(expected, spread.dispersion),
        p=p,
    )


def _dated(signal: Floats, place: int, dispersion: float, shortest: int) -> tuple[int, int]:
    """Return where the level before begins, and the date, of the change that explains most."""
    cost = PoissonCost()
    search: Any = Pelt
    penalty = _PENALTY * dispersion * float(np.log(len(signal)))
    found = search(custom_cost=cost, min_size=shortest, jump=1).fit_predict(signal, pen=penalty)
    ends = [0, *found]
    best = (-np.inf, 0, place)
    for start, date, end in zip(ends, ends[1:], ends[2:], strict=False):
        gain = cost.error(start, end) - cost.error(start, date) - cost.error(date, end)
        best = max(best, (gain, start, date))
    return best[1:]
