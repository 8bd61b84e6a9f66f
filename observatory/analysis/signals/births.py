"""Series that were silent for a year or more, and then were heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from observatory.analysis.signals.glm import Floats, fit
from observatory.analysis.signals.panel import (
    exposures,
    frequency_of,
    nothing,
    rows,
    seasonal,
    values_of,
)
from observatory.analysis.signals.steps import Places, split_at, tails
from observatory.analysis.signals.tails import Spread, pool, predictive_limit, share_tail

kind = "new"
METHOD = (
    "A series silent, or nearly so, for at least a year and then present is tested against the "
    "chance that all its reports fall after that date (conditional binomial test widened by "
    "overdispersion, times the number of dates)."
)

_FEWEST_REPORTS = 5
_NEARLY = 0.05  # a silent level is at most this share of the later one


@dataclass(frozen=True)
class Birth:
    """The likeliest birth of every series: arrays of shape (series,).

    Attributes:
        place: row (from 0) of the first period after the silence.
        p: chance of such a birth at any date; 1 where there was no silence.
        quiet: mean reports a period during the silence, for one unit of exposure.
        spread: dispersions of the series.
    """

    place: Places
    p: Floats
    quiet: Floats
    spread: Spread


def birth(values: Floats, scale: Floats, frequency: int) -> Birth:
    """Find and test the birth of every series.

    The silence lasts a whole year at least, so that an off season is not taken for one.

    Args:
        values: counts, shape (periods, series), more than ``frequency`` periods.
        scale: exposures, shape (periods, series).
        frequency: periods a year.
    """
    few, _ = tails(values, scale)
    few = few[frequency - 1 :]
    heard, open_ = np.cumsum(values, axis=0), np.cumsum(scale, axis=0)
    before, after = heard[frequency - 1 : -1], heard[-1] - heard[frequency - 1 : -1]
    quiet = before / np.maximum(open_[frequency - 1 : -1], 1e-12)
    loud = after / np.maximum(open_[-1] - open_[frequency - 1 : -1], 1e-12)
    silent = (quiet <= _NEARLY * loud) & (after >= _FEWEST_REPORTS)
    single = np.where(silent, few, 1.0)
    best = np.argmin(single, axis=0)
    column = np.arange(values.shape[1])
    spread = _spread(values, scale, frequency, best + frequency)
    split = split_at(values, scale, best + frequency)
    p = share_tail(split.before, split.total, split.share, spread) * len(single)
    p = np.where(silent[best, column], np.minimum(p, 1.0), 1.0)
    return Birth(best + frequency, p, quiet[best, column], spread)


def _spread(values: Floats, scale: Floats, frequency: int, place: Places) -> Spread:
    """Dispersion of the panel, and of what each series did once it was heard."""
    fitted = fit(seasonal(len(values), frequency), values, exposure=scale)
    heard = (np.arange(len(values))[:, None] >= place[None, :]) & (scale > 0)
    many = heard.sum(axis=0)
    rate = (values * heard).sum(axis=0) / np.maximum((scale * heard).sum(axis=0), 1e-12)
    mean = np.maximum(scale * rate, 1e-12)
    pearson = np.where(heard, (values - mean) ** 2 / mean, 0.0).sum(axis=0)
    known = many > 3
    freedom = np.where(known, many - 1.0, fitted.freedom)
    return pool(np.where(known, pearson / np.maximum(many - 1.0, 1.0), fitted.dispersion), freedom)


def detect(counts: pd.DataFrame, offset: pd.Series | None) -> pd.DataFrame:
    """Test every series for a birth.

    Args:
        counts: periods x series; ``counts.attrs["frequency"]`` gives periods a year (12).
        offset: denominators by period.

    Returns:
        One row a series, dated at the first period after the silence.
    """
    values, frequency = values_of(counts), frequency_of(counts)
    if len(values) <= frequency:
        return nothing()
    scale = exposures(counts, offset)
    found = birth(values, scale, frequency)
    expected = found.quiet * scale[found.place, np.arange(values.shape[1])]
    return rows(
        counts,
        found.place,
        expected=expected,
        upper=predictive_limit(expected, found.spread.dispersion),
        p=found.p,
    )
