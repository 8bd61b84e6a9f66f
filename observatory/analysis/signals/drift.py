"""Slow rises and falls over the whole history."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from observatory.analysis.signals.glm import fit
from observatory.analysis.signals.panel import (
    exposures,
    frequency_of,
    nothing,
    rows,
    seasonal,
    values_of,
)
from observatory.analysis.signals.steps import likeliest_step
from observatory.analysis.signals.tails import pool, predictive_limit, widen

kind = "drift"
METHOD = (
    "A steady rise or fall over the whole history is tested with season allowed for "
    "(quasi-Poisson likelihood ratio), and told only where it explains more than one step would."
)

_FEWEST_REPORTS = 20
_PROMISING = 0.05  # only such slopes are compared with a step


def detect(counts: pd.DataFrame, offset: pd.Series | None) -> pd.DataFrame:
    """Test every series for a slope.

    Args:
        counts: periods x series; ``counts.attrs["frequency"]`` gives periods a year (12).
        offset: denominators by period.

    Returns:
        One row a series, dated at the last period; ``expected`` is the level of the first year.
    """
    values, frequency = values_of(counts), frequency_of(counts)
    shortest = max(3, round(frequency / 4))
    if len(values) < max(2 * frequency, 4 * shortest):
        return nothing()
    scale = exposures(counts, offset)
    base = seasonal(len(values), frequency)
    time = np.linspace(-1.0, 1.0, len(values))
    flat = fit(base, values, exposure=scale)
    slope = fit(np.column_stack([base, time]), values, exposure=scale)
    spread = pool(slope.dispersion, slope.freedom)
    ratio = np.maximum(flat.deviance - slope.deviance, 0.0) / spread.dispersion
    p = np.minimum(2.0 * widen(stats.norm.sf(np.sqrt(ratio)), spread.freedom), 1.0)
    p = np.where(values.sum(axis=0) >= _FEWEST_REPORTS, p, 1.0)
    steady = np.flatnonzero(p <= _PROMISING)
    if steady.size:
        step = likeliest_step(values[:, steady], scale[:, steady], frequency, shortest)
        p[steady[slope.deviance[steady] >= step.deviance]] = 1.0
    last = np.full(values.shape[1], len(values) - 1)
    gap = slope.coef[:, -1] * (time[-1] - time[:frequency].mean())
    expected = slope.mean[-1] * np.exp(-np.clip(gap, -40.0, 40.0)) * (scale[-1] > 0)
    return rows(
        counts,
        last,
        expected=expected,
        upper=predictive_limit(expected, spread.dispersion),
        p=p,
    )
