"""A two-way cut as a table with shades: figure and shade together, never shade alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.names import NOT_SAID, OTHER_CODE, count, least

if TYPE_CHECKING:
    from collections.abc import Sequence

    from observatory.disclosure import SafeAnalysis
    from observatory.figures.names import Names

SHADES = 5


@dataclass(frozen=True)
class Field:
    """One cell: its count in words, or "" for fewer than k, and its shade (0 for none)."""

    said: str
    shade: int


@dataclass(frozen=True)
class Matrix:
    """Groups of rows by columns; each row has its code, its name and one field a column."""

    title: str
    columns: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[str, str, tuple[Field, ...]], ...]], ...]


def matrix(
    analysis: SafeAnalysis,
    names: Names,
    table_id: str,
    *,
    title: str,
    groups: Sequence[tuple[str, frozenset[str]]],
) -> Matrix | None:
    """Return a cut of two dimensions without its empty lines, or None if nothing is shown.

    A line in which every cell is under the threshold is left out: it says no more than that.

    Args:
        analysis: the Safe products.
        names: labels.
        table_id: the cut.
        title: the question that it answers.
        groups: (heading, levels of the first dimension) in the order shown.
    """
    try:
        table = analysis.table(table_id)
    except KeyError:
        return None
    down, across = table.dimensions
    used = {cell.key for cell in table.cells}
    columns = [level for level in table.levels[across] if any(key[1] == level for key in used)]

    def line(level: str, members: frozenset[str]) -> tuple[Field, ...]:
        # Shades compare within a group only: who gains decides who reports. What no code explains,
        # and where no step was said, is much of it; shaded, it would draw the eye to the least
        # known.
        told = [
            cell.reports for cell in table.cells if cell.key[0] in members and said(cell.key[1])
        ]
        top = max(told, default=1)
        return tuple(
            _field(
                table.count(level, column),
                least(analysis, level, column),
                top if level != OTHER_CODE and said(column) else None,
            )
            for column in columns
        )

    def said(column: str) -> bool:
        return column != NOT_SAID

    found = tuple(
        (
            heading,
            tuple(
                (level, names.label(down, level), line(level, members))
                for level in table.levels[down]
                if level in members and any(key[0] == level for key in used)
            ),
        )
        for heading, members in groups
    )
    found = tuple((heading, rows) for heading, rows in found if rows)
    if not found:
        return None
    return Matrix(title, tuple(names.label(across, column) for column in columns), found)


def _field(reports: int | None, threshold: int, top: int | None) -> Field:
    if reports is None:
        return Field("", 0)
    if top is None:
        return Field(count(reports, threshold), 0)
    # Square root: most counts are small, and the difference between them is what one looks for.
    return Field(count(reports, threshold), 1 + int((SHADES - 1) * (reports / top) ** 0.5))
