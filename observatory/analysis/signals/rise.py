"""Single periods above what the same season of earlier years explains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from observatory.analysis.signals.baseline import Calendar, Reference
from observatory.analysis.signals.farrington import Forecast, forecast
from observatory.analysis.signals.glm import Floats
from observatory.analysis.signals.panel import exposures, frequency_of, nothing, rows, values_of
from observatory.analysis.signals.tails import pool, predictive_limit, predictive_tail

kind = "rise"
METHOD = (
    "Each period is compared with the same season of two to five earlier years (Farrington "
    "Flexible); with less than two years of past, with seven recent periods (EARS C2)."
)

_MOST_YEARS = 5
_FEWEST_YEARS = 2
_FEWEST_REPORTS = 5  # a rise rests on at least five reports
_RECENT, _GAP = 7, 2  # EARS C2


def reference_for(size: int, frequency: int) -> Reference | None:
    """Choose the past from what there is; None where two whole years are not to be had.

    Half-window, seasonal levels and excluded periods keep the weekly defaults (3 of 52, 10, 26)
    in proportion: months get a window of 1, four levels and the latest 6 left out.
    """
    half = max(1, round(3 * frequency / 52))
    years = min(_MOST_YEARS, (size - half - 1) // frequency)
    if years < _FEWEST_YEARS:
        return None
    levels = max(1, min(10, frequency // (2 * half + 1)))
    return Reference(frequency, years, half, levels, frequency // 2)


def detect(counts: pd.DataFrame, offset: pd.Series | None) -> pd.DataFrame:
    """Test every period that has a past.

    Args:
        counts: periods x series; ``counts.attrs["frequency"]`` gives periods a year (12).
        offset: denominators by period.

    Returns:
        One row a series and tested period: series, period, observed, expected, upper, p.
    """
    frequency = frequency_of(counts)
    values, scale = values_of(counts), exposures(counts, offset)
    reference = reference_for(len(values), frequency)
    if reference is None:
        first = _RECENT + _GAP + 1
    else:
        first = reference.first
        calendar = Calendar(len(values), frequency)
    tested = range(first, len(values) + 1)
    if reference is None:
        pasts = _regime(values, [_recent(values, scale, row) for row in tested], tested)
    else:
        pasts = [forecast(values, row, calendar, reference, exposure=scale) for row in tested]
    judged = [
        _judge(counts, row - 1, past, values[row - 1])
        for row, past in zip(tested, pasts, strict=True)
    ]
    return pd.concat(judged, ignore_index=True) if judged else nothing()


def _regime(values: Floats, pasts: list[Forecast], tested: range) -> list[Forecast]:
    """Add what seven periods cannot tell: season and slow change.

    The relative squared error that earlier forecasts of the whole panel made beyond chance is put
    on every forecast. Each error weighs by its precision, the largest series no more than others.
    """
    if not pasts:
        return pasts
    mean = np.maximum(np.array([past.expected for past in pasts]), 1e-6)
    chance = 1.0 / mean + np.array([past.variance for past in pasts])
    error = (np.array([values[row - 1] for row in tested]) / mean - 1.0) ** 2 - chance
    regime = max(float(np.average(error, weights=(chance + 0.02) ** -2.0)), 0.0)
    return [replace(past, variance=past.variance + regime) for past in pasts]


def _recent(values: Floats, scale: Floats, row: int) -> Forecast:
    """Expect the mean of seven recent periods, two left out (rate times denominator)."""
    window = slice(row - 1 - _GAP - _RECENT, row - 1 - _GAP)
    past, exposure = values[window], scale[window]
    total = np.maximum(past.sum(axis=0), 1e-6)
    weight = np.maximum(exposure.sum(axis=0), 1e-9)
    mean = np.where(exposure > 0, exposure, 1.0) * total / weight
    pearson = np.where(exposure > 0, (past - mean) ** 2 / mean, 0.0).sum(axis=0) / (_RECENT - 1)
    return Forecast(
        expected=scale[row - 1] * total / weight,
        variance=1.0 / total,
        dispersion=pearson,
        relative=pearson / mean.mean(axis=0),
        freedom=np.full_like(total, _RECENT - 1.0),
    )


def _judge(counts: pd.DataFrame, place: int, past: Forecast, observed: Floats) -> pd.DataFrame:
    spread = pool(past.dispersion, past.freedom)
    p = predictive_tail(observed, past.expected, past.variance, spread)
    return rows(
        counts,
        np.full(len(observed), place),
        expected=past.expected,
        upper=predictive_limit(past.expected, spread.dispersion),
        p=np.where(observed >= _FEWEST_REPORTS, p, 1.0),
    )
