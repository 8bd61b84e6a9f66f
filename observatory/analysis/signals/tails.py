"""How surprising is a count: tail probabilities that own up to what the past does not settle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from observatory.analysis.signals.glm import Floats

_ENOUGH = 10  # below this many series a panel says little about its own dispersion
_LARGE = 1e5  # half the degrees of freedom that count as infinite
_ODD = 0.01  # a series as dispersed as this by chance stands for itself


@dataclass(frozen=True)
class Spread:
    """Dispersions of a panel, each drawn towards the panel's: arrays of shape (series,).

    Attributes:
        dispersion: at least 1 (counts never vary less than Poisson without a reason we lack).
        freedom: degrees of freedom; infinite where the panel settles the dispersion.
    """

    dispersion: Floats
    freedom: Floats


def _prior(dispersion: Floats, freedom: Floats) -> tuple[float, float]:
    """Moment estimates of the panel's dispersion and of its degrees of freedom.

    The centre is the plain mean, not Smyth's mean of logarithms: for sparse counts a Pearson
    dispersion is no scaled chi-square, and only its mean is right.
    """
    centred = np.log(dispersion) - special.digamma(freedom / 2) + np.log(freedom / 2)
    excess = float(centred.var(ddof=1) - special.polygamma(1, freedom / 2).mean())
    centre = float(np.average(dispersion, weights=freedom))
    if excess <= float(special.polygamma(1, _LARGE)):
        return centre, np.inf
    least = 1e-3
    excess = min(excess, float(special.polygamma(1, least)))
    half = optimize.brentq(lambda x: float(special.polygamma(1, x)) - excess, least, _LARGE)
    return centre, 2.0 * float(half)


def pool(dispersion: Floats, freedom: Floats) -> Spread:
    """Draw each dispersion towards the panel's by empirical Bayes.

    Method: Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3(1):3. Some
    twenty points say little about one dispersion, and hundreds of series say much about all.
    With fewer than ten series each stands for itself, and so does a series far more dispersed than
    its panel, a total of many codes say (Phipson et al. 2016, Annals of Applied Statistics 10:946).
    """
    own = np.maximum(freedom, 1.0)
    typical = (dispersion > 1e-6) & (freedom > 0)
    if typical.sum() < _ENOUGH:
        return Spread(np.maximum(dispersion, 1.0), own)
    for _ in range(2):  # the second look at the panel is not led by its odd members
        centre, weight = _prior(dispersion[typical], own[typical])
        odd = stats.f.sf(dispersion / centre, own, min(weight, 1e6)) < _ODD
        typical = typical & ~np.asarray(odd)
        if typical.sum() < _ENOUGH:
            break
    share = own / (own + weight)
    drawn = share * dispersion + (1.0 - share) * centre
    return Spread(
        np.maximum(np.where(odd, dispersion, drawn), 1.0), np.where(odd, own, own + weight)
    )


def widen(p: Floats, freedom: Floats) -> Floats:
    """Turn a one-sided normal tail into Student's: the dispersion behind it is an estimate."""
    z = stats.norm.isf(np.clip(p, 1e-300, 1.0))
    student = stats.t.sf(z, np.where(np.isinf(freedom), 1.0, freedom))
    return np.asarray(np.where(np.isinf(freedom), stats.norm.sf(z), student), dtype=np.float64)


def predictive_tail(observed: Floats, expected: Floats, variance: Floats, spread: Spread) -> Floats:
    """Return P(count >= observed) when the expectation itself is estimated.

    With dispersion 1 this is the exact conditional (binomial) test of one count against the
    reports of its past, for a past worth ``1 / variance`` reports; overdispersion widens it.

    Args:
        observed: counts, shape (series,).
        expected: expected counts, shape (series,).
        variance: squared error of log(expected) for a dispersion of 1, shape (series,).
        spread: dispersions of the series.
    """
    error = variance * spread.dispersion
    mean = expected * (1.0 + error)
    excess = error / (1.0 + error) + (spread.dispersion - 1.0) / np.maximum(mean, 1e-300)
    size = 1.0 / np.maximum(excess, 1e-12)
    p = np.where(
        observed >= 1, special.betainc(np.maximum(observed, 1.0), size, mean / (size + mean)), 1.0
    )
    return widen(np.where(np.isfinite(p), p, 1.0), spread.freedom)


def share_tail(part: Floats, total: Floats, share: Floats, spread: Spread) -> Floats:
    """Return P(at most ``part`` of ``total`` reports fall in a stretch of this share).

    Counts whose variance is a fixed multiple of their mean are negative binomial with sizes in
    proportion to their means; given the total, the part is then beta-binomial. Dispersion 1 gives
    the binomial.

    Args:
        part: reports in the stretch, shape (series,).
        total: all reports of the series, shape (series,).
        share: share of the exposure that lies in the stretch, shape (series,).
        spread: dispersions of the series.
    """
    single = np.ones_like(part)
    for place in np.flatnonzero(part < total):
        beyond = spread.dispersion[place] - 1.0
        reports = np.arange(part[place] + 1.0)
        whole = total[place]
        if beyond < 1e-3:
            single[place] = special.betainc(
                whole - part[place], part[place] + 1.0, 1.0 - share[place]
            )
            continue
        inside = max(whole * share[place] / beyond, 1e-9)
        outside = max(whole * (1.0 - share[place]) / beyond, 1e-9)
        log_chance = (
            special.gammaln(whole + 1.0)
            - special.gammaln(reports + 1.0)
            - special.gammaln(whole - reports + 1.0)
            + special.betaln(inside + reports, outside + whole - reports)
            - special.betaln(inside, outside)
        )
        single[place] = min(float(np.exp(special.logsumexp(log_chance))), 1.0)
    return widen(single, spread.freedom)


def _below(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """Return P(a count of this mean and dispersion is at most ``count``)."""
    over = dispersion > 1.0
    size = np.maximum(mean / np.where(over, dispersion - 1.0, 1.0), 1e-300)
    broad = special.betainc(size, count + 1.0, 1.0 / dispersion)
    return np.asarray(np.where(over, broad, special.gammaincc(count + 1.0, mean)), dtype=np.float64)


def upper_quantile(mean: Floats, dispersion: Floats, alpha: float) -> Floats:
    """Return the least count exceeded with probability ``alpha`` at most, by bisection.

    Negative binomial with variance ``dispersion`` times the mean; Poisson where that is 1. (The
    quantiles of scipy.stats end the whole process on some very small means.)

    Args:
        mean: expected counts, shape (series,).
        dispersion: at least 1, shape (series,).
        alpha: chance of a larger count.
    """
    low, high = np.full_like(mean, -1.0), np.ones_like(mean)
    for _ in range(60):
        short = _below(high, mean, dispersion) < 1.0 - alpha
        if not short.any():
            break
        low, high = np.where(short, high, low), np.where(short, 2.0 * high, high)
    while (high - low > 1.0).any():
        middle = np.floor((low + high) / 2.0)
        short = _below(np.maximum(middle, 0.0), mean, dispersion) < 1.0 - alpha
        moving = high - low > 1.0
        low = np.where(short & moving, middle, low)
        high = np.where(~short & moving, middle, high)
    return high


def predictive_limit(expected: Floats, dispersion: Floats, alpha: float = 0.01) -> Floats:
    """Return the count that a period with this expectation exceeds with probability ``alpha``."""
    return upper_quantile(np.maximum(expected, 0.0), dispersion, alpha)


def benjamini_hochberg(p: Floats) -> Floats:
    """Return adjusted p-values (Benjamini and Hochberg 1995), shape as ``p``."""
    if p.size == 0:
        return p
    order = np.argsort(p, kind="stable")
    scaled = p[order] * p.size / np.arange(1, p.size + 1)
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
