"""Where a series splits in two: the exact test of every date, shared by the change detectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from observatory.analysis.signals.glm import Floats, PoissonFit, fit
from observatory.analysis.signals.panel import seasonal
from observatory.analysis.signals.tails import Spread, share_tail

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """The best split of every series: arrays of shape (series,).

    Attributes:
        place: row (from 0) of the first period after the split.
        before: reports before it.
        share: share of the exposure that lies before it.
        total: all reports.
    """

    place: Places
    before: Floats
    share: Floats
    total: Floats

    def p(self, spread: Spread) -> Floats:
        """Return the two-sided chance at this date alone, shape (series,)."""
        few = share_tail(self.before, self.total, self.share, spread)
        many = share_tail(self.total - self.before, self.total, 1.0 - self.share, spread)
        return np.asarray(np.minimum(2.0 * np.minimum(few, many), 1.0), dtype=np.float64)


def split_at(counts: Floats, exposure: Floats, place: Places) -> Split:
    """Return the split of each series before row ``place`` (from 0)."""
    column = np.arange(counts.shape[1])
    share = np.cumsum(exposure, axis=0)
    part = share[place - 1, column] / np.maximum(share[-1], 1e-300)
    before = np.cumsum(counts, axis=0)
    return Split(place, before[place - 1, column], np.clip(part, 0.0, 1.0), before[-1])


def tails(counts: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    """Return the chance of so few, and of so many, reports before each date.

    Given a series' total, the reports before a date are binomial with the share of the exposure
    that lies before it, whatever the level: the conditional test of Przyborowski and Wilenski
    (1940), Biometrika 31:313.

    Args:
        counts: shape (periods, series).
        exposure: expected shape of an unchanged series, shape (periods, series).

    Returns:
        Two arrays of shape (periods - 1, series); row i splits before period i + 1.
    """
    before = np.cumsum(counts, axis=0)
    share = np.cumsum(exposure, axis=0)
    total = before[-1]
    fraction = np.clip(share[:-1] / np.maximum(share[-1], 1e-300), 0.0, 1.0)
    before, after = before[:-1], total - before[:-1]
    few = special.betainc(np.maximum(after, 1.0), before + 1.0, 1.0 - fraction)
    many = special.betainc(np.maximum(before, 1.0), after + 1.0, fraction)
    return np.where(after > 0, few, 1.0), np.where(before > 0, many, 1.0)


def best_split(counts: Floats, exposure: Floats, shortest: int) -> Split:
    """Return the date that is hardest to explain by chance, both sides at least ``shortest``."""
    few, many = tails(counts, exposure)
    surprise = np.minimum(few, many)[shortest - 1 : len(counts) - shortest]
    return split_at(counts, exposure, np.argmin(surprise, axis=0) + shortest)


def stepped(counts: Floats, scale: Floats, frequency: int, place: Places) -> PoissonFit:
    """Fit season and one step per series; the last coefficient is the log of the step."""
    parts: dict[int, PoissonFit] = {}
    base = seasonal(len(counts), frequency)
    for date in np.unique(place):
        chosen = place == date
        step = (np.arange(len(counts)) >= date).astype(np.float64)
        parts[int(date)] = fit(
            np.column_stack([base, step]), counts[:, chosen], exposure=scale[:, chosen]
        )
    return _gather(parts, place)


def _gather(parts: dict[int, PoissonFit], place: Places) -> PoissonFit:
    """Put the fits of each date back in the order of the series."""
    order = np.concatenate([np.flatnonzero(place == date) for date in parts])
    back = np.argsort(order)
    by_series = ("coef", "covariance", "dispersion", "relative", "deviance", "freedom")
    by_period = ("mean", "working", "leverage")
    first = {n: np.concatenate([getattr(f, n) for f in parts.values()])[back] for n in by_series}
    second = {
        n: np.concatenate([getattr(f, n) for f in parts.values()], axis=1)[:, back]
        for n in by_period
    }
    return PoissonFit(**first, **second)
