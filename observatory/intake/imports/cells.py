"""Cells and rows, whatever kind of file they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


class CellError(Exception):
    """A cell cannot be read; the message is a reason that never repeats the cell."""


@dataclass(frozen=True)
class Unreadable:
    """A cell whose value the file does not hold; it matters only where the mapping reads it."""

    reason: str


Cell = str | date | Unreadable
"""What stands in a cell; a spreadsheet tells dates from text, a CSV holds text only."""


@dataclass(frozen=True)
class Place:
    """Where a row stands, as the program that shows the file numbers it.

    Attributes:
        row: 1 is the first row; the header counts.
        sheet: name of the sheet; empty where a file has none.
    """

    row: int
    sheet: str = ""


@dataclass(frozen=True)
class Row:
    """One row that is not blank.

    Attributes:
        place: where it stands.
        cells: by column name; columns without a name are left out.
        fault: why the row as a whole cannot be read; empty where it can.
    """

    place: Place
    cells: Mapping[str, Cell] = field(default_factory=dict, repr=False)
    fault: str = ""


class Table(Protocol):
    """A register, read row by row; memory does not grow with its rows."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header, in order, each once."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows under the header.

        Raises:
            BadInputError: the file turns out to be broken.
        """


def text(cell: Cell) -> str:
    """Return a cell as text, dates as ``YYYY-MM-DD``.

    Raises:
        CellError: its value cannot be read.
    """
    if isinstance(cell, Unreadable):
        raise CellError(cell.reason)
    return cell if isinstance(cell, str) else cell.isoformat()


def written(cells: Mapping[str, Cell]) -> dict[str, str]:
    """Return a row's cells as text, unreadable ones as empty: what an import id is made of."""
    return {
        name: "" if isinstance(cell, Unreadable) else text(cell) for name, cell in cells.items()
    }


def is_blank(cell: Cell) -> bool:
    """Whether nothing stands in a cell."""
    return isinstance(cell, str) and not cell.strip()
