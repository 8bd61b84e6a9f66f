"""Which past periods explain a present one: windows around the same season of earlier years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from observatory.analysis.signals.glm import Floats


@dataclass(frozen=True)
class Reference:
    """How the past is read (Noufaily et al. 2013, section 3).

    Attributes:
        frequency: periods a year.
        years: number of past years used.
        half_window: periods taken on each side of the same period of an earlier year.
        levels: seasonal levels; level 0 is the window, the rest split the remaining year evenly.
        excluded: most recent periods left out, so that an outbreak does not explain itself.
    """

    frequency: int
    years: int
    half_window: int
    levels: int
    excluded: int

    @property
    def first(self) -> int:
        """First period, counted from 1, that has a whole past."""
        return self.years * self.frequency + self.half_window + 1


class Calendar:
    """The time of each row: row numbers, or days when the series carries dates.

    With dates, "the same period a year earlier" is the row nearest to that date and the trend runs
    in days; without, it is ``frequency`` rows back.
    """

    def __init__(self, size: int, frequency: int, index: pd.DatetimeIndex | None = None) -> None:
        self.frequency = frequency
        self.index = index
        if index is None:
            self.years: Floats = np.arange(1, size + 1, dtype=np.float64) / frequency
        else:
            days = np.asarray((index - index[0]) / pd.Timedelta(days=1), dtype=np.float64)
            self.years = days / 365.25

    @classmethod
    def of(cls, counts: object, size: int, frequency: int) -> Calendar:
        """Read the dates of a pandas Series with a date or period index, if it has one."""
        index = counts.index if isinstance(counts, pd.Series) else None
        if isinstance(index, pd.PeriodIndex):
            index = index.to_timestamp()
        return cls(size, frequency, index if isinstance(index, pd.DatetimeIndex) else None)

    def earlier(self, row: int, years: int) -> int:
        """Return the row (from 1) of the same period ``years`` before ``row``."""
        if self.index is None:
            return row - years * self.frequency
        target = self.index[row - 1] - pd.DateOffset(years=years)
        distance = np.abs(np.asarray(self.index - target).astype(np.int64))
        return int(np.argmin(distance)) + 1


def reference_rows(
    calendar: Calendar, row: int, reference: Reference
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the past rows (from 1) that explain ``row``, and the seasonal level of each."""
    half = reference.half_window
    centres = [calendar.earlier(row, year) for year in range(reference.years, 0, -1)]
    level: dict[int, int] = {}
    if reference.levels > 1:
        for centre, following in zip(centres, [*centres[1:], row], strict=True):
            between = following - centre - 2 * half - 1
            for place in range(between):
                level[centre + half + 1 + place] = 1 + place * (reference.levels - 1) // between
    for centre in centres:
        level.update(dict.fromkeys(range(centre - half, centre + half + 1), 0))
    rows = sorted(past for past in level if 1 <= past < row - reference.excluded)
    return np.array(rows, dtype=np.int64), np.array([level[past] for past in rows], dtype=np.int64)
