"""False signals on quiet panels, and the power to find a rise: python benchmarks/signals.py [N].

Prints, for N simulated panels of 300 series over 36 months (mean 1 to 60, season of amplitude .2),
how many gave any signal (at most 5% is promised where nothing changed), and how often a lasting
rise of a series with a mean of 6 a month is found, by its size.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from observatory.analysis.signals import scan

SERIES, MONTHS, CHANGED = 300, 36, 18


def quiet(
    seed: int, *, months: int = MONTHS, dispersion: float = 1.0, mean: float | None = None
) -> pd.DataFrame:
    """Return a panel in which nothing changes, shape (months, 300)."""
    rng = np.random.default_rng(seed)
    level = np.full(SERIES, mean or 1.0)
    if mean is None:
        level = np.exp(rng.uniform(0.0, np.log(60.0), SERIES))
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(months) / 12 + rng.uniform(0, 2 * np.pi))
    expected = season[:, None] * level
    if dispersion > 1.0:
        expected = rng.gamma(expected / (dispersion - 1.0), dispersion - 1.0)
    return pd.DataFrame(rng.poisson(expected))


def false_signals(panels: int) -> None:
    """Print the share of quiet panels with a signal, by kind of panel."""
    cases: dict[str, dict[str, float]] = {
        "Poisson, mean 1 to 60": {},
        "Poisson, mean 1": {"mean": 1.0},
        "variance 1.5 x mean": {"dispersion": 1.5},
        "variance 3 x mean": {"dispersion": 3.0},
        "24 months": {"months": 24},
        "18 months": {"months": 18},
    }
    for name, options in cases.items():
        began = time.perf_counter()
        hits = sum(len(scan(quiet(seed, **options))) > 0 for seed in range(panels))  # type: ignore[arg-type]
        each = (time.perf_counter() - began) / panels
        print(f"{name:24} {hits:4} of {panels} panels with a signal   {each:.2f} s a panel")


def power(panels: int) -> None:
    """Print how often a lasting rise from 6 a month in month 19 is found and dated."""
    for factor in (1.5, 1.8, 2.0, 2.5, 3.0):
        found = 0
        for seed in range(panels):
            panel = quiet(seed)
            level = np.where(np.arange(MONTHS) >= CHANGED, 6.0 * factor, 6.0)
            panel["changed"] = np.random.default_rng(seed).poisson(level)
            signals = scan(panel)
            told = signals[(signals["series"] == "changed") & (signals["kind"] == "level_shift")]
            found += int((told["period"] - CHANGED).abs().le(2).any())
        print(f"rise x {factor}: found and dated within two months {found} of {panels}")


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    false_signals(many)
    power(many)
