"""False signals where nothing changes, and the power to find a rise.

python benchmarks/signals.py [PANELS]. A panel has 300 series over 36 months (mean 1 to 60, season
of amplitude .2). Seeds start at 1000: the rules were tuned on the seeds from 0, so these panels
are new to them.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from observatory.analysis.signals import scan

SERIES, MONTHS, CHANGED = 300, 36, 18
FIRST_SEED = 1000
BASE = 6.0
FACTORS = (1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


@dataclass(frozen=True)
class Quiet:
    """A kind of panel in which nothing changes.

    Attributes:
        name: how the table calls it.
        months: length.
        dispersion: variance over mean.
        mean: of every series; None draws 1 to 60.
        whole: read each series against all reports, as a run does.
        campaign: all reporting doubles for three months.
    """

    name: str
    months: int = MONTHS
    dispersion: float = 1.0
    mean: float | None = None
    whole: bool = False
    campaign: bool = False


KINDS = (
    Quiet("Poisson, mean 1 to 60"),
    Quiet("Poisson, mean 1", mean=1.0),
    Quiet("variance 1.5 x mean", dispersion=1.5),
    Quiet("variance 3 x mean", dispersion=3.0),
    Quiet("24 months", months=24),
    Quiet("18 months", months=18),
    Quiet("against all reports", whole=True),
    Quiet("against all reports, which a campaign doubles", whole=True, campaign=True),
)


def panel(kind: Quiet, seed: int) -> pd.DataFrame:
    """Return a panel of a kind, shape (months, 300)."""
    rng = np.random.default_rng(seed)
    level = np.full(SERIES, kind.mean or 1.0)
    if kind.mean is None:
        level = np.exp(rng.uniform(0.0, np.log(60.0), SERIES))
    months = np.arange(kind.months)
    volume = 1 + 0.2 * np.sin(2 * np.pi * months / 12 + rng.uniform(0, 2 * np.pi))
    if kind.campaign:
        volume[24:27] *= 2
    expected: NDArray[np.float64] = volume[:, None] * level
    if kind.dispersion > 1.0:
        expected = rng.gamma(expected / (kind.dispersion - 1.0), kind.dispersion - 1.0)
    return pd.DataFrame(rng.poisson(expected))


def is_false(kind: Quiet, seed: int) -> bool:
    """Return whether a panel of a kind has any signal."""
    counts = panel(kind, seed)
    return len(scan(counts, counts.sum(axis=1) if kind.whole else None)) > 0


def is_found(factor: float, seed: int) -> tuple[bool, bool]:
    """Return whether a lasting rise is told at all, and as a shift dated within two months.

    One series with a mean of 6 a month among 300 quiet ones is at ``factor`` times that from the
    19th month on.
    """
    counts = panel(KINDS[0], seed)
    level = np.where(np.arange(MONTHS) >= CHANGED, BASE * factor, BASE)
    counts["changed"] = np.random.default_rng((seed, 1)).poisson(level)
    signals = scan(counts)
    own = signals[signals["series"] == "changed"]
    shift = own[own["kind"] == "level_shift"]
    return len(own) > 0, bool((shift["period"] - CHANGED).abs().le(2).any())


def share(hits: int, panels: int) -> str:
    """Return a share with its exact 95% interval (Clopper and Pearson 1934)."""
    interval = binomtest(hits, panels).proportion_ci(0.95, "exact")
    return f"{hits / panels:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def main(panels: int) -> None:
    """Print both tables."""
    seeds = range(FIRST_SEED, FIRST_SEED + panels)
    with ProcessPoolExecutor() as pool:
        print("| nothing changes | panels with any signal | share, 95% interval |\n|---|--:|--:|")
        every = 0
        for kind in KINDS:
            hits = sum(pool.map(partial(is_false, kind), seeds))
            every += hits
            print(f"| {kind.name} | {hits} of {panels} | {share(hits, panels)} |", flush=True)
        many = panels * len(KINDS)
        print(f"| **all** | {every} of {many:,} | {share(every, many)} |")
        print(
            "\n| rise of one series in 301, from 6 a month | found | as a shift, within 2 months |"
        )
        print("|---|--:|--:|")
        for factor in FACTORS:
            found = list(pool.map(partial(is_found, factor), seeds))
            told, dated = (sum(column) for column in zip(*found, strict=True))
            print(f"| x {factor:g} | {share(told, panels)} | {share(dated, panels)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
