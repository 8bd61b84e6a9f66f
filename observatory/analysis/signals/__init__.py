"""Signals: counts above, or below, what their past explains.

A detector is one module with ``kind``, ``METHOD`` (one sentence, shown beside its signals) and
``detect(counts, offset) -> frame``, plus one line in ``DETECTORS``.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd

from observatory.analysis.signals import births, drift, level_shift, rise, vanishing
from observatory.analysis.signals.ears import ears
from observatory.analysis.signals.farrington import farrington_flexible
from observatory.analysis.signals.panel import FREQUENCY, exposures, values_of
from observatory.analysis.signals.tails import benjamini_hochberg

__all__ = ["DETECTORS", "SIGNAL_COLUMNS", "Detector", "ears", "farrington_flexible", "scan"]

SIGNAL_COLUMNS = ("series", "period", "observed", "expected", "upper", "p", "q", "kind")


class Detector(Protocol):
    """What the modules in ``DETECTORS`` offer.

    ``detect`` returns one row a test: series, period, observed, expected, upper, p. A test that a
    detector was ready to make and set aside on the data (too few reports, say) has p = 1.
    """

    kind: str
    METHOD: str

    def detect(self, counts: pd.DataFrame, offset: pd.Series | None) -> pd.DataFrame:
        """Test a panel."""


DETECTORS: tuple[Detector, ...] = (rise, level_shift, births, vanishing, drift)


def scan(
    counts: pd.DataFrame,
    offset: pd.Series | None = None,
    *,
    frequency: int = 12,
    q: float = 0.05,
) -> pd.DataFrame:
    """Look for signals in many series at once.

    Benjamini and Hochberg's rate is held over all rows that all detectors tested, taken together:
    a reader sees one list, so one list is what the promise must cover. Rows that a detector set
    aside count as tested, with p = 1.

    Args:
        counts: one row a period without gaps, oldest first; one column a series.
        offset: denominators, or all reports, by period. A series that equals the offset (the
            count of all reports) is tested without it.
        frequency: periods a year.
        q: share of false signals that is accepted.

    Returns:
        Signals only: series, period, observed, expected, upper, p, q, kind. ``observed`` is the
        count of that period; ``expected`` and ``upper`` (exceeded once in a hundred) are what the
        past leads one to expect of it. A rise is dated at its period, a level shift at the first
        period of the new level, "new" and "vanishing" at the first period after the change, a
        drift at the last period. A series told as new or vanishing is not told again as a level
        shift or a drift.

    Raises:
        ValueError: counts or offset are unusable, or series or periods are named twice.
    """
    values_of(counts)
    exposures(counts, offset)
    panel = counts.copy()
    panel.attrs[FREQUENCY] = frequency
    tested = [_tested(detector, panel, offset) for detector in DETECTORS] if counts.size else []
    tested = [frame for frame in tested if len(frame)]
    if not tested:
        return pd.DataFrame(columns=list(SIGNAL_COLUMNS))
    table = pd.concat(tested, ignore_index=True)
    table["q"] = benjamini_hochberg(table["p"].to_numpy(dtype=np.float64))
    signals = _once(table[table["q"] <= q])
    return signals.sort_values(["q", "series", "period", "kind"], key=_sortable, kind="stable")[
        list(SIGNAL_COLUMNS)
    ].reset_index(drop=True)


def _tested(detector: Detector, panel: pd.DataFrame, offset: pd.Series | None) -> pd.DataFrame:
    return detector.detect(panel, offset).assign(kind=detector.kind)


def _sortable(column: pd.Series) -> pd.Series:
    """Names sort as text, whatever their type; numbers as numbers."""
    return column if column.dtype.kind == "f" else column.astype(str)


def _once(signals: pd.DataFrame) -> pd.DataFrame:
    """Leave out level shifts and drifts of series whose birth or end says it better."""
    named = signals.loc[signals["kind"].isin([births.kind, vanishing.kind]), "series"]
    general = signals["kind"].isin([level_shift.kind, drift.kind])
    return signals[~(general & signals["series"].isin(named))]
