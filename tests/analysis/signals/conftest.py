from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SHARED = Path(__file__).parents[4] / "shared" / "data" / "surveillance" / "reference"
MONTHS = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(36)]


@pytest.fixture(scope="session")
def reference():
    if not SHARED.is_dir():
        pytest.skip("the reference values are kept outside the repository")
    return SHARED


@pytest.fixture(scope="session")
def null_panel():
    """Independent Poisson series of 36 months, mean 1 to 60, one season of amplitude .2."""

    def make(seed, series=300, highest=60.0):
        rng = np.random.default_rng(seed)
        mean = np.exp(rng.uniform(0.0, np.log(highest), series))
        season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(36) / 12 + rng.uniform(0, 2 * np.pi))
        counts = rng.poisson(season[:, None] * mean)
        return pd.DataFrame(counts, index=MONTHS, columns=[f"s{i:03d}" for i in range(series)])

    return make


@pytest.fixture(scope="session")
def planted_panel():
    """Three hundred quiet series, the four planted facts, and all reports."""

    def make(seed, series=300):
        rng = np.random.default_rng(seed)
        month = np.arange(36)
        lift = (1 + 0.2 * np.sin(2 * np.pi * month / 12)) * np.where(
            (month == 29) | (month == 30), 1.8, 1.0
        )
        mean = np.exp(rng.uniform(0.0, np.log(20.0), series))
        panel = pd.DataFrame(
            rng.poisson(lift[:, None] * mean),
            index=MONTHS,
            columns=[f"s{i:03d}" for i in range(series)],
        )
        levels = {
            "mo:MO01|office:X": np.where(month >= 26, 9, 2),
            "topic:new": np.where(month >= 19, 8, 0),
            "mo:MO04|office:A": np.where(month >= 18, 2, 6),
            "mo:MO04|office:B": np.where(month >= 18, 11, 6),
        }
        for name, level in levels.items():
            panel[name] = rng.poisson(level * lift)
        panel["all"] = panel.sum(axis=1)
        return panel

    return make
