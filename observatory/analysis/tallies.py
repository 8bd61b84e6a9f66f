"""Tallies: distinct reports by week in every combination of levels that a cut or series needs.

They are all that tables and signals are made of, and they add up: those of months whose reports
retention has removed stay as the long series, and no single report can be told from them.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from observatory.analysis.raw import RawCount

Dimensions = tuple[str, ...]

WEEK = "week"
TIME: frozenset[str] = frozenset({"month", "quarter"})
"""Dimensions that a week decides."""


@dataclass(frozen=True)
class Tallies:
    """Reports by week, cut every way that is listed.

    Attributes:
        by: dimensions -> counts (int64), indexed by a level of each dimension and the week.
        base: received, usable, duplicate and junk reports.
    """

    by: Mapping[Dimensions, pd.Series[int]] = field(repr=False)
    base: Mapping[str, int] = field(repr=False)

    def without(self, dimension: str) -> Tallies:
        """Return the tallies that do not go by ``dimension``."""
        return Tallies({by: n for by, n in self.by.items() if dimension not in by}, self.base)

    def at(self, dimension: str, level: str) -> Tallies:
        """Return the tallies of one level of ``dimension``, by what else they go by."""
        return Tallies(
            {
                tuple(name for name in by if name != dimension): counted[
                    counted.index.get_level_values(dimension) == level
                ].droplevel(dimension)
                for by, counted in self.by.items()
                if dimension in by
            },
            self.base,
        )

    def with_standing(self, unproven: str, wanted: Iterable[Dimensions]) -> Tallies:
        """Return the tallies with every report ``unproven`` where they are from before tokens.

        Args:
            unproven: name of that level of ``standing``.
            wanted: combinations of dimensions; those that begin with ``standing`` are looked at.
        """
        made = {
            by: pd.concat({unproven: self.by[by[1:]]}, names=["standing"])
            for by in wanted
            if by[:1] == ("standing",) and by not in self.by and by[1:] in self.by
        }
        return Tallies({**self.by, **made}, self.base) if made else self

    def of(self, dimensions: Dimensions) -> pd.Series[int]:
        """Return the counts by these dimensions (in any listed order) and week."""
        return self.by[dimensions]


def take(table: pd.DataFrame, wanted: Iterable[Dimensions], base: Mapping[str, int]) -> Tallies:
    """Count a run's reports.

    Args:
        table: the rows of :func:`observatory.analysis.counts.frame`.
        wanted: combinations of dimensions, without those of time.
        base: what was received and kept.
    """
    return Tallies({dimensions: _tally(table, dimensions) for dimensions in wanted}, base)


def _tally(table: pd.DataFrame, dimensions: Dimensions) -> pd.Series[int]:
    by = [*dimensions, WEEK]
    distinct = table.drop_duplicates([*by, "report"])
    counted: pd.Series[int] = distinct.groupby(by, sort=True).size()
    if not dimensions:
        counted.index = pd.MultiIndex.from_arrays([counted.index], names=by)
    return counted.astype("int64")


def add(tallies: Iterable[Tallies], wanted: Iterable[Dimensions]) -> Tallies:
    """Return the sum of tallies of distinct reports, by the combinations wanted."""
    by = {dimensions: _nothing(dimensions) for dimensions in wanted}
    base: Counter[str] = Counter()
    for one in tallies:
        base.update(one.base)
        for dimensions in by.keys() & one.by.keys():
            counted = one.by[dimensions]
            summed = by[dimensions].add(counted, fill_value=0) if len(by[dimensions]) else counted
            by[dimensions] = summed.astype("int64")
    return Tallies(by, base)


def _nothing(dimensions: Dimensions) -> pd.Series[int]:
    names = [*dimensions, WEEK]
    index = pd.MultiIndex.from_arrays([[] for _ in names], names=names)
    return pd.Series([0], index=[""], dtype="int64").iloc[:0].set_axis(index)


def condense(weekly: pd.Series[int], by: Sequence[str]) -> dict[Dimensions, RawCount]:
    """Return the count of each combination of levels, with its weeks and its largest week.

    Args:
        weekly: reports by levels and week.
        by: the levels to keep, in order.
    """
    if weekly.empty:
        return {}
    if not by:
        return {(): RawCount(int(weekly.sum()), len(weekly), int(weekly.max()))}
    grouped = weekly.groupby(level=list(by), sort=True).agg(["sum", "size", "max"])
    return {
        (key if isinstance(key, tuple) else (key,)): RawCount(*map(int, row))
        for key, row in zip(grouped.index, grouped.to_numpy(), strict=True)
    }


def pack(tallies: Tallies) -> bytes:
    """Return the bytes of tallies, to be sealed."""
    arrays: dict[str, NDArray[Any]] = {"base": np.array(sorted(tallies.base.items()), np.str_)}
    for dimensions, counted in tallies.by.items():
        name = ",".join(dimensions)
        levels = [list(map(str, level)) for level in counted.index]
        arrays[f"levels:{name}"] = np.array(levels, np.str_).reshape(-1, len(dimensions) + 1)
        arrays[f"counts:{name}"] = counted.to_numpy()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack(data: bytes) -> Tallies:
    """Read what :func:`pack` wrote."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        by = {}
        for key in arrays.files:
            kind, _, name = key.partition(":")
            if kind != "levels":
                continue
            dimensions = tuple(filter(None, name.split(",")))
            index = pd.MultiIndex.from_arrays(
                [column.astype(object) for column in arrays[key].T], names=[*dimensions, WEEK]
            )
            by[dimensions] = pd.Series(arrays[f"counts:{name}"], index=index, dtype="int64")
        return Tallies(by, {str(name): int(number) for name, number in arrays["base"]})
