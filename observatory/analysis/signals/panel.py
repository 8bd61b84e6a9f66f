"""A panel of counts: what every detector reads, and the rows that every detector returns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from observatory.analysis.signals.glm import Floats

FREQUENCY = "frequency"  # key in ``counts.attrs``: periods a year
COLUMNS = ("series", "period", "observed", "expected", "upper", "p")


def frequency_of(counts: pd.DataFrame) -> int:
    """Return the periods a year of a panel: 12 unless ``counts.attrs`` says otherwise."""
    return int(counts.attrs.get(FREQUENCY, 12))


def values_of(counts: pd.DataFrame) -> Floats:
    """Return the counts, shape (periods, series).

    Raises:
        ValueError: a count is negative or not finite, or two series bear one name.
    """
    values = counts.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("counts must be finite and not negative")
    if not counts.columns.is_unique or not counts.index.is_unique:
        raise ValueError("series and periods must be named once each")
    return values


def exposures(counts: pd.DataFrame, offset: pd.Series | None) -> Floats:
    """Return relative denominators, mean 1, shape (periods, series).

    A series that is itself the offset (or a multiple of it) is tested without one: divided by
    itself it would be constant. A period with no denominator tells nothing and weighs nothing.

    Raises:
        ValueError: the offset misses a period, is negative, not finite, or nought throughout, or
            is nought where something was counted.
    """
    values = counts.to_numpy(dtype=np.float64)
    if offset is None:
        return np.ones_like(values)
    base = offset.reindex(counts.index).to_numpy(dtype=np.float64)
    if not np.isfinite(base).all() or (base < 0).any() or not (base > 0).any():
        raise ValueError("offset must give one value a period, not negative, and not all nought")
    if (values[base == 0] > 0).any():
        raise ValueError("offset is nought in a period that has reports")
    base = base / base[base > 0].mean()
    level = values.mean(axis=0)
    itself = (level > 0) & np.isclose(values, base[:, None] * level * np.mean(base > 0), rtol=1e-9,
                                      atol=1e-9).all(axis=0)  # fmt: skip
    return np.where(itself[None, :], 1.0, base[:, None])


def seasonal(size: int, frequency: int) -> Floats:
    """Return a constant and, given two years, one yearly wave; shape (periods, 1 or 3)."""
    if frequency < 4 or size < 2 * frequency:
        return np.ones((size, 1))
    angle = 2 * np.pi * np.arange(size) / frequency
    return np.column_stack([np.ones(size), np.sin(angle), np.cos(angle)])


def rows(
    counts: pd.DataFrame,
    place: npt.NDArray[np.int64],
    *,
    expected: Floats,
    upper: Floats,
    p: Floats,
) -> pd.DataFrame:
    """Return one row a series, dated at the period with row number ``place`` (from 0)."""
    values = counts.to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "series": counts.columns.to_numpy(),
            "period": counts.index.to_numpy()[place],
            "observed": values[place, np.arange(values.shape[1])],
            "expected": expected,
            "upper": upper,
            "p": np.where(np.isfinite(p), np.clip(p, 0.0, 1.0), 1.0),
        },
        columns=list(COLUMNS),
    )


def nothing() -> pd.DataFrame:
    """Return a frame of no rows: the answer where a panel is too short to test."""
    return pd.DataFrame(columns=list(COLUMNS))
