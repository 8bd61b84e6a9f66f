"""How surprising is a count: tail probabilities that own up to what the past does not settle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from observatory.analysis.signals.glm import Floats

_ENOUGH = 10  # below this many series a panel says little about its own dispersion


@dataclass(frozen=True)
class Spread:
    """Dispersions of a panel, each drawn towards the panel's: arrays of shape (series,).

    Attributes:
        dispersion: at least 1 (counts never vary less than Poisson without a reason we lack).
        freedom: degrees of freedom; infinite where the panel settles the dispersion.
    """

    dispersion: Floats
    freedom: Floats


def _prior(log_dispersion: Floats, freedom: Floats) -> tuple[float, float]:
    """Moment estimates of the panel's log dispersion and of its degrees of freedom."""
    centred = log_dispersion - special.digamma(freedom / 2) + np.log(freedom / 2)
    excess = float(centred.var(ddof=1) - special.polygamma(1, freedom / 2).mean())
    mean = float(centred.mean())
    if excess <= 1e-4:
        return mean, np.inf
    half = float(
        optimize.brentq(lambda x: float(special.polygamma(1, x)) - excess, 1e-3, 1e5)
        if excess < float(special.polygamma(1, 1e-3))
        else 1e-3
    )
    return mean + float(special.digamma(half)) - float(np.log(half)), 2.0 * half


def pool(dispersion: Floats, freedom: Floats) -> Spread:
    """Draw each dispersion towards the panel's by empirical Bayes.

    Method: Smyth (2004), Statistical Applications in Genetics and Molecular Biology 3(1):3. Some
    twenty points say little about one dispersion, and hundreds of series say much about all.
    With fewer than ten series each stands for itself.
    """
    known = (dispersion > 1e-6) & (freedom > 0)
    own = np.maximum(freedom, 1.0)
    if known.sum() < _ENOUGH:
        return Spread(np.maximum(dispersion, 1.0), own)
    centre, weight = _prior(np.log(dispersion[known]), own[known])
    if np.isinf(weight):
        return Spread(
            np.maximum(np.full_like(dispersion, np.exp(centre)), 1.0),
            np.full_like(dispersion, np.inf),
        )
    drawn = (own * dispersion + weight * np.exp(centre)) / (own + weight)
    return Spread(np.maximum(drawn, 1.0), own + weight)


def widen(p: Floats, spread: Floats, freedom: Floats) -> Floats:
    """Turn a one-sided Poisson-like tail into Student's, scaled by the root of ``spread``."""
    z = stats.norm.isf(np.clip(p, 1e-300, 1.0)) / np.sqrt(spread)
    student = stats.t.sf(z, np.where(np.isinf(freedom), 1.0, freedom))
    return np.asarray(np.where(np.isinf(freedom), stats.norm.sf(z), student), dtype=np.float64)


def predictive_tail(observed: Floats, expected: Floats, variance: Floats, spread: Spread) -> Floats:
    """Return P(count >= observed) when the expectation itself is estimated.

    With dispersion 1 this is the exact conditional (binomial) test of one count against the
    reports of its past, for a past worth ``1 / variance`` reports; overdispersion widens it.

    Args:
        observed: counts, shape (series,).
        expected: expected counts, shape (series,).
        variance: unscaled variance of log(expected), shape (series,).
        spread: dispersions of the series.
    """
    mean = expected * (1.0 + variance)
    excess = variance / (1.0 + variance) + (spread.dispersion - 1.0) / np.maximum(mean, 1e-300)
    size = 1.0 / np.maximum(excess, 1e-12)
    p = stats.nbinom.sf(observed - 1.0, size, size / (size + mean))
    return widen(np.where(np.isfinite(p), p, 1.0), np.ones_like(p), spread.freedom)


def predictive_limit(expected: Floats, dispersion: Floats, alpha: float = 0.01) -> Floats:
    """Return the count that a period with this expectation exceeds with probability ``alpha``."""
    size = expected / np.maximum(dispersion - 1.0, 1e-9)
    share = 1.0 / np.maximum(dispersion, 1.0 + 1e-9)
    limit = stats.nbinom.ppf(1.0 - alpha, np.maximum(size, 1e-9), share)
    return np.asarray(limit, dtype=np.float64)


def benjamini_hochberg(p: Floats) -> Floats:
    """Return adjusted p-values (Benjamini and Hochberg 1995), shape as ``p``."""
    if p.size == 0:
        return p
    order = np.argsort(p, kind="stable")
    scaled = p[order] * p.size / np.arange(1, p.size + 1)
    q = np.empty_like(p)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
