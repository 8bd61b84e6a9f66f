"""Poisson regression of many series on one design, by iteratively reweighted least squares.

A run fits some ten thousand small models that share their design matrix, so the iterations run
over all series at once in numpy. Start values, stopping rule (relative change of the deviance
below 1e-8, at most 25 steps) and working quantities are those of McCullagh and Nelder,
*Generalized Linear Models* (1989), chapter 2; they decide the seventh digit and are kept so that
published reference values are met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

_EPSILON = 1e-8
_STEPS = 25
_LOG_RANGE = 40.0  # beyond exp(40) a mean is a failed fit; the bound keeps arithmetic finite


@dataclass(frozen=True)
class PoissonFit:
    """A fitted panel.

    Attributes:
        coef: coefficients, shape (series, terms).
        mean: fitted means, shape (periods, series).
        working: working weights of the last step, shape (periods, series).
        covariance: unscaled covariance of the coefficients, shape (series, terms, terms).
        leverage: diagonal of the hat matrix, shape (periods, series).
        dispersion: Pearson dispersion, not cut at 1, shape (series,).
        relative: the same sum over squared relative residuals, shape (series,).
        deviance: residual deviance, shape (series,).
        freedom: residual degrees of freedom, shape (series,).
    """

    coef: Floats
    mean: Floats
    working: Floats
    covariance: Floats
    leverage: Floats
    dispersion: Floats
    relative: Floats
    deviance: Floats
    freedom: Floats


def deviance(counts: Floats, mean: Floats, weights: Floats) -> Floats:
    """Return the Poisson deviance of each column, shape (series,)."""
    ratio = np.where(counts > 0, counts, 1.0) / mean
    terms = np.where(counts > 0, counts * np.log(ratio), 0.0) - (counts - mean)
    total: Floats = 2.0 * (weights * terms).sum(axis=0)
    return total


def _squares(design: Floats) -> Floats:
    """Return the outer product of each row with itself, shape (periods, terms * terms)."""
    return np.asarray((design[:, :, None] * design[:, None, :]).reshape(len(design), -1))


def _gram(squares: Floats, working: Floats) -> tuple[Floats, Floats]:
    """Return scaled normal matrices (series, terms, terms) and their scale (series, terms)."""
    terms = int(np.sqrt(squares.shape[1]))
    gram = (working.T @ squares).reshape(-1, terms, terms)
    size = np.sqrt(np.maximum(np.einsum("spp->sp", gram), 1e-300))
    return gram / (size[:, :, None] * size[:, None, :]), size


def _inverse(gram: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(gram), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(gram, hermitian=True), dtype=np.float64)


def _solve(design: Floats, squares: Floats, working: Floats, target: Floats) -> Floats:
    """Weighted least squares of each column; minimum norm where a design is deficient."""
    gram, size = _gram(squares, working)
    right = ((working * target).T @ design) / size
    try:
        scaled = np.linalg.solve(gram, right[..., None])[..., 0]
    except np.linalg.LinAlgError:
        scaled = np.einsum("spq,sq->sp", _inverse(gram), right)
    coef: Floats = scaled / size
    return coef


def fit(
    design: Floats,
    counts: Floats,
    *,
    exposure: Floats | None = None,
    weights: Floats | None = None,
) -> PoissonFit:
    """Fit log(mean) = design @ coef + log(exposure) to each column of ``counts``.

    Args:
        design: shape (periods, terms), shared by the series.
        counts: shape (periods, series).
        exposure: shape (periods, series), positive; a period of zero exposure is left out.
        weights: prior weights, shape (periods, series).

    Returns:
        The fit of every series.
    """
    offset = np.zeros_like(counts)
    weights = np.ones_like(counts) if weights is None else weights
    if exposure is not None:
        offset = np.log(np.where(exposure > 0, exposure, 1.0))
        weights = np.where(exposure > 0, weights, 0.0)
    coef = np.zeros((counts.shape[1], design.shape[1]))
    mean = counts + 0.1
    working = weights * mean
    squares = _squares(design)
    current = deviance(counts, mean, weights)
    active = np.arange(counts.shape[1])
    for _ in range(_STEPS):
        y, mu, shift = counts[:, active], mean[:, active], offset[:, active]
        step = weights[:, active] * mu
        solved = _solve(design, squares, step, np.log(mu) - shift + (y - mu) / mu)
        eta = np.clip(design @ solved.T + shift, -_LOG_RANGE, _LOG_RANGE)
        moved = deviance(y, np.exp(eta), weights[:, active])
        coef[active], working[:, active], mean[:, active] = solved, step, np.exp(eta)
        going = np.abs(moved - current[active]) >= _EPSILON * (np.abs(moved) + 0.1)
        current[active] = moved
        active = active[going]
        if active.size == 0:
            break
    return _finish(design, counts, weights, coef=coef, mean=mean, working=working)


def _finish(
    design: Floats,
    counts: Floats,
    weights: Floats,
    *,
    coef: Floats,
    mean: Floats,
    working: Floats,
) -> PoissonFit:
    squares = _squares(design)
    gram, size = _gram(squares, working)
    covariance = _inverse(gram) / (size[:, :, None] * size[:, None, :])
    leverage = working * (squares @ covariance.reshape(len(covariance), -1).T)
    freedom = np.maximum((weights > 0).sum(axis=0) - design.shape[1], 0).astype(np.float64)
    squared = ((counts - mean) / mean) ** 2
    usable = np.maximum(freedom, 1.0)
    return PoissonFit(
        coef=coef,
        mean=mean,
        working=working,
        covariance=covariance,
        leverage=leverage,
        dispersion=(working * squared).sum(axis=0) / usable,
        relative=(weights * squared).sum(axis=0) / usable,
        deviance=deviance(counts, mean, weights),
        freedom=freedom,
    )
