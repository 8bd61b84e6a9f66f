"""EARS C1, C2 and C3: limits from the latest seven periods, for series with little past.

Method: Fricker, Hegler and Dunfee (2008), "Comparing syndromic surveillance detection methods",
Statistics in Medicine 27:3407.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from observatory.analysis.signals.glm import Floats

Variant = Literal["C1", "C2", "C3"]
_LAG = {"C1": 0, "C2": 2, "C3": 2}


def ears(
    counts: npt.ArrayLike, *, variant: Variant = "C1", baseline: int = 7, alpha: float = 0.001
) -> pd.DataFrame:
    """Test each period of one series against the ``baseline`` periods before it.

    C1 uses the periods just before; C2 leaves two out, so that a slow rise does not hide itself;
    C3 also adds what the two latest periods had above one standard deviation.

    Args:
        counts: one count a period, shape (periods,).
        variant: which of the three rules.
        baseline: periods that make the mean and the standard deviation.
        alpha: one-sided error rate.

    Returns:
        Rows with ``index`` (from 1), ``observed``, ``expected``, ``upperbound``, ``alarm``, from
        the first period that has a whole past.

    Raises:
        ValueError: the series is too short.
    """
    observed = np.asarray(counts, dtype=np.float64)
    lag = _LAG[variant]
    first = baseline + lag + (2 if variant == "C3" else 0)
    if observed.ndim != 1 or len(observed) <= first:
        raise ValueError(f"too short a series: {variant} needs more than {first} periods")
    past = pd.Series(observed).shift(lag + 1).rolling(baseline)
    mean: Floats = past.mean().to_numpy(dtype=np.float64)
    # Running sums leave rounding dust where the window is constant: take each window afresh.
    deviation: Floats = past.apply(lambda x: np.std(x, ddof=1), raw=True).to_numpy(np.float64)
    limit = mean + float(stats.norm.ppf(1.0 - alpha)) * deviation
    if variant == "C3":
        # The limit of C3 moves with the count and is cut at 0: read off the reference values.
        excess = _recent_excess(observed, mean, deviation)
        limit = np.maximum(limit + (observed - mean) - deviation * excess, 0.0)
    frame = pd.DataFrame(
        {
            "index": np.arange(1, len(observed) + 1),
            "observed": observed,
            "expected": mean,
            "upperbound": limit,
            "alarm": observed > limit,
        }
    )
    return frame.iloc[first:].reset_index(drop=True)


def _recent_excess(observed: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Sum over the two previous periods of how far each lay above one standard deviation."""
    flat = np.where(observed > mean, np.inf, 0.0)
    score = np.where(deviation > 0, (observed - mean) / np.where(deviation > 0, deviation, 1), flat)
    excess = pd.Series(np.maximum(score - 1.0, 0.0))
    total: Floats = (excess.shift(1) + excess.shift(2)).to_numpy(dtype=np.float64)
    return total
