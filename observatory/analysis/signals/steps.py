"""Where a series splits in two: the exact test of every date, shared by the change detectors."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy import special

from observatory.analysis.signals.glm import Floats, fit
from observatory.analysis.signals.panel import seasonal
from observatory.analysis.signals.tails import Spread, share_tail

_GRID = 41  # dates tried; every date of four years of months

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


@dataclass(frozen=True)
class Step:
    """One step per series, fitted with its season: arrays over the series.

    Attributes:
        place: row (from 0) of the first period of the new level.
        unchanged: expected shape had nothing changed, shape (periods, series).
        deviance: residual deviance.
        gain: deviance that the step takes away, season fitted either way.
        dispersion: Pearson dispersion, not cut at 1.
        freedom: residual degrees of freedom.
    """

    place: Places
    unchanged: Floats
    deviance: Floats
    gain: Floats
    dispersion: Floats
    freedom: Floats


def likeliest_step(counts: Floats, scale: Floats, frequency: int, shortest: int) -> Step:
    """Return the date and season that together fit each series best.

    Season and step are fitted jointly at each date, since a step in the low season looks like a
    season. With three years, a series gets a season only where that pays by Akaike's criterion: a
    season read into chance would move the date. With less, a missed season would pass for a step,
    so each has one. Long histories are searched on a grid of dates.
    """
    plain = _profile(counts, scale, np.ones((len(counts), 1)), shortest)
    wave = seasonal(len(counts), frequency)
    if wave.shape[1] == 1:
        return plain
    waved = _profile(counts, scale, wave, shortest)
    if len(counts) < 3 * frequency:
        return waved
    pays = (plain.deviance - waved.deviance) / np.maximum(waved.dispersion, 1.0)
    season = pays > 2.0 * (wave.shape[1] - 1)
    return Step(
        place=np.where(season, waved.place, plain.place),
        unchanged=np.where(season, waved.unchanged, plain.unchanged),
        deviance=np.where(season, waved.deviance, plain.deviance),
        gain=np.where(season, waved.gain, plain.gain),
        dispersion=np.where(season, waved.dispersion, plain.dispersion),
        freedom=np.where(season, waved.freedom, plain.freedom),
    )


def _profile(counts: Floats, scale: Floats, base: Floats, shortest: int) -> Step:
    """Fit ``base`` and one step at each date; keep the best date of each series."""
    grid = np.linspace(shortest, len(counts) - shortest, _GRID).round().astype(np.int64)
    without = fit(base, counts, exposure=scale).deviance
    best: Step | None = None
    for date in np.unique(grid):
        after = np.arange(len(counts)) >= date
        fitted = fit(np.column_stack([base, after]).astype(np.float64), counts, exposure=scale)
        step = Step(
            place=np.full(counts.shape[1], date),
            unchanged=np.exp(np.clip(base @ fitted.coef[:, :-1].T, -40.0, 40.0)) * scale,
            deviance=fitted.deviance,
            gain=np.maximum(without - fitted.deviance, 0.0),
            dispersion=fitted.dispersion,
            freedom=fitted.freedom,
        )
        best = step if best is None else _better(best, step)
    if best is None:
        raise ValueError("too short a series for a step")
    return best


def _better(old: Step, new: Step) -> Step:
    """Return for each series the step that fits better."""
    wins = new.deviance < old.deviance
    return Step(
        *(
            np.where(wins, getattr(new, field.name), getattr(old, field.name))
            for field in fields(Step)
        )
    )
