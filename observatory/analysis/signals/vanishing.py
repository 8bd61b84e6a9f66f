"""Series that were heard, and then fell silent for a year or more: births read backwards."""

from __future__ import annotations

import numpy as np
import pandas as pd

from observatory.analysis.signals.births import birth
from observatory.analysis.signals.panel import exposures, frequency_of, nothing, rows, values_of
from observatory.analysis.signals.tails import predictive_limit

kind = "vanishing"
METHOD = (
    "A series that was present and then silent, or nearly so, for at least a year is tested as a "
    "birth read backwards in time."
)


def detect(counts: pd.DataFrame, offset: pd.Series | None) -> pd.DataFrame:
    """Test every series for a lasting silence.

    Args:
        counts: periods x series; ``counts.attrs["frequency"]`` gives periods a year (12).
        offset: denominators by period.

    Returns:
        One row a series, dated at the first silent period; ``expected`` is what the level before
        would have given.
    """
    values, frequency = values_of(counts), frequency_of(counts)
    if len(values) <= frequency:
        return nothing()
    scale = exposures(counts, offset)
    found = birth(values[::-1], scale[::-1], frequency)
    place = np.minimum(len(values) - found.place, len(values) - 1)
    before = np.arange(len(values))[:, None] < place[None, :]
    level = (values * before).sum(axis=0) / np.maximum((scale * before).sum(axis=0), 1e-12)
    expected = level * scale[place, np.arange(values.shape[1])]
    return rows(
        counts,
        place,
        expected=expected,
        upper=predictive_limit(expected, found.spread.dispersion),
        p=found.p,
    )
