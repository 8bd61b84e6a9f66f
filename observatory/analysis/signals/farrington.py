"""Farrington Flexible: is a count above what the same season of earlier years explains?

Method: Noufaily et al. (2013), "An improved algorithm for outbreak detection in multiple
surveillance systems", Statistics in Medicine 32:1206; thresholds as described by Salmon et al.
(2016), Journal of Statistical Software 70(10).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from observatory.analysis.signals.baseline import Calendar, Reference, reference_rows
from observatory.analysis.signals.glm import Floats, PoissonFit, fit
from observatory.analysis.signals.tails import upper_quantile

Method = Literal["delta", "nbPlugin", "muan"]
_TREND_YEARS = 3  # with fewer years a trend cannot be told from chance


@dataclass(frozen=True)
class Forecast:
    """What the past says about one period, for every series: arrays of shape (series,).

    Attributes:
        expected: expected count.
        variance: unscaled variance of log(expected); times a dispersion it is the squared error.
        dispersion: Pearson dispersion of the past, not cut at 1.
        relative: dispersion of relative residuals, the scale put on ``variance`` by ``delta`` and
            ``muan``. Found by fitting the reference values, not stated in the papers cited; the
            detectors use ``dispersion`` instead.
        freedom: residual degrees of freedom.
    """

    expected: Floats
    variance: Floats
    dispersion: Floats
    relative: Floats
    freedom: Floats

    def replace(self, other: Forecast, where: npt.NDArray[np.bool_]) -> Forecast:
        """Return this forecast with the series ``where`` taken from ``other``."""
        names = ("expected", "variance", "dispersion", "relative", "freedom")
        return Forecast(*(np.where(where, getattr(other, n), getattr(self, n)) for n in names))


def _robust(design: Floats, counts: Floats, exposure: Floats | None, limit: float) -> PoissonFit:
    """Fit twice; in the second, past outbreaks weigh less (Anscombe residuals above ``limit``)."""
    first = fit(design, counts, exposure=exposure)
    spread = np.sqrt(np.maximum(first.dispersion, 1.0) * np.maximum(1.0 - first.leverage, 1e-12))
    powered = counts ** (2 / 3) * first.mean ** (-1 / 6)
    residual = 1.5 * (powered - np.sqrt(first.mean)) / spread
    heavy = residual > limit
    weights = np.where(heavy, np.where(heavy, residual, 1.0) ** -2.0, 1.0)
    if not heavy.any():
        return first
    return fit(design, counts, exposure=exposure, weights=weights / weights.mean(axis=0))


def _forecast(fitted: PoissonFit, now: Floats | None) -> Forecast:
    """Predict at the reference level and time zero, where only the intercept is left."""
    return Forecast(
        expected=np.exp(fitted.coef[:, 0]) * (1.0 if now is None else now),
        variance=fitted.covariance[:, 0, 0],
        dispersion=fitted.dispersion,
        relative=fitted.relative,
        freedom=fitted.freedom,
    )


def forecast(
    counts: Floats,
    row: int,
    calendar: Calendar,
    reference: Reference,
    *,
    exposure: Floats | None = None,
    weights_threshold: float = 2.58,
    p_trend: float = 1.0,
) -> Forecast:
    """Say what the past of ``row`` (from 1) leads one to expect there.

    A trend is kept when there are three years of past, its p-value is at most ``p_trend`` and the
    forecast does not exceed every past value.

    Args:
        counts: shape (periods, series).
        row: the period to explain, counted from 1.
        calendar: the time of the rows.
        reference: how the past is read.
        exposure: denominators, shape (periods, series).
        weights_threshold: Anscombe residual above which a past value weighs less.
        p_trend: largest p-value of a trend that is kept.
    """
    rows, levels = reference_rows(calendar, row, reference)
    past = counts[rows - 1]
    scale = None if exposure is None else exposure[rows - 1]
    now = None if exposure is None else exposure[row - 1]
    season = [(levels == level).astype(np.float64) for level in np.unique(levels) if level]
    flat = np.column_stack([np.ones(len(rows)), *season])
    if reference.years < _TREND_YEARS:
        return _forecast(_robust(flat, past, scale, weights_threshold), now)
    time = calendar.years[rows - 1] - calendar.years[row - 1]
    fitted = _robust(np.column_stack([flat, time]), past, scale, weights_threshold)
    trended = _forecast(fitted, now)
    rate = past if scale is None else past / np.where(scale > 0, scale, np.inf)
    level = trended.expected if now is None else np.exp(fitted.coef[:, 0])
    error = np.sqrt(np.maximum(fitted.dispersion, 1e-12) * fitted.covariance[:, -1, -1])
    p = 2.0 * stats.t.sf(np.abs(fitted.coef[:, -1]) / error, np.maximum(fitted.freedom, 1.0))
    drop = (level > rate.max(axis=0)) | (p > p_trend)
    if not drop.any():
        return trended
    chosen = None if scale is None else scale[:, drop]
    again = _robust(flat, past[:, drop], chosen, weights_threshold)
    plain = _forecast(again, None if now is None else now[drop])
    spread = np.flatnonzero(drop)
    position = np.zeros(counts.shape[1], dtype=np.int64)
    position[spread] = np.arange(len(spread))
    names = ("expected", "variance", "dispersion", "relative", "freedom")
    return trended.replace(Forecast(*(getattr(plain, n)[position] for n in names)), drop)


def upper_bound(past: Forecast, method: Method, alpha: float) -> Floats:
    """Return the count above which a period is out of line, shape (series,).

    ``delta`` is the 2/3-power prediction limit; ``nbPlugin`` a negative binomial quantile at the
    expected count; ``muan`` the same quantile at the upper limit of the expected count.
    """
    dispersion = np.maximum(past.dispersion, 1.0)
    error = np.sqrt(past.relative * past.variance)
    z = float(stats.norm.ppf(1.0 - alpha))
    if method == "nbPlugin":
        return upper_quantile(past.expected, dispersion, alpha)
    if method == "muan":
        return upper_quantile(past.expected * np.exp(z * error), dispersion, alpha)
    spread = np.sqrt(dispersion / past.expected + error**2)
    limit: Floats = past.expected * (1.0 + 2.0 / 3.0 * z * spread) ** 1.5
    return limit


def _column(values: npt.ArrayLike, name: str) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional")
    if not np.isfinite(column).all() or (column < 0).any():
        raise ValueError(f"{name} must be finite and not negative")
    return column


def farrington_flexible(
    counts: npt.ArrayLike | pd.Series,
    *,
    frequency: int = 52,
    b: int = 3,
    w: int = 3,
    noperiods: int = 10,
    method: Method = "nbPlugin",
    alpha: float = 0.01,
    start: int | None = None,
    past_not_included: int = 26,
    weights_threshold: float = 2.58,
    p_trend: float = 1.0,
    limit54: tuple[int, int] = (0, 4),
    offset: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Test each period of one series against the same season of earlier years.

    Earlier years lie ``frequency`` rows apart. A pandas Series with a date or period index is read
    by its dates instead: the row nearest to the same date, and a trend in days.

    Args:
        counts: one count a period, shape (periods,).
        frequency: periods a year.
        b: past years used.
        w: periods on each side of the same period of an earlier year.
        noperiods: seasonal levels.
        method: how the upper limit is made: ``delta``, ``nbPlugin`` or ``muan``.
        alpha: one-sided error rate of the limit.
        start: first row tested, counted from 1; by default ``b * frequency + w + 1``.
        past_not_included: latest periods left out of the past.
        weights_threshold: Anscombe residual above which a past value weighs less.
        p_trend: largest p-value of a trend that is kept.
        limit54: no alarm with fewer than the first number of reports in the latest so many periods.
        offset: denominators, positive, shape (periods,).

    Returns:
        Rows start..n: ``index`` (from 1), ``observed``, ``expected``, ``upperbound``, ``alarm``.

    Raises:
        ValueError: the series is too short, or a value is negative or not finite.
    """
    observed = _column(counts, "counts")
    reference = Reference(frequency, b, w, noperiods, past_not_included)
    first = reference.first if start is None else start
    if b < 1 or first < reference.first or len(observed) < first:
        raise ValueError(
            f"too short a series: {len(observed)} periods, while {b} years of past with windows "
            f"of {w} need at least {max(first, reference.first)} and a start not before "
            f"{reference.first}"
        )
    exposure = None if offset is None else _denominator(offset, len(observed))[:, None]
    calendar = Calendar.of(counts, len(observed), frequency)
    limits = []
    for row in range(first, len(observed) + 1):
        past = forecast(
            observed[:, None],
            row,
            calendar,
            reference,
            exposure=exposure,
            weights_threshold=weights_threshold,
            p_trend=p_trend,
        )
        limits.append((past.expected[0], upper_bound(past, method, alpha)[0]))
    frame = pd.DataFrame(limits, columns=["expected", "upperbound"])
    frame.insert(0, "index", np.arange(first, len(observed) + 1))
    frame.insert(1, "observed", observed[first - 1 :])
    cases, span = limit54
    recent = pd.Series(observed).rolling(span, min_periods=1).sum().to_numpy()[first - 1 :]
    frame["alarm"] = (frame["observed"] > frame["upperbound"]) & (recent >= cases)
    return frame


def _denominator(offset: npt.ArrayLike, size: int) -> Floats:
    exposure = _column(offset, "offset")
    if len(exposure) != size or (exposure <= 0).any():
        raise ValueError("offset must give one positive value a period")
    return exposure
