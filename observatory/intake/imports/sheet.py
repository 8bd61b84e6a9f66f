"""One sheet of a workbook as it streams by: rows of cells with the numbers that people see.

``openpyxl`` knows number formats and the two calendars of spreadsheets. Its reader is not used: it
keeps every row and text, fills a sheet up to the size it claims, and drops the difference between
an empty cell and a formula that was never computed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from openpyxl.utils import coordinate_to_tuple
from openpyxl.utils.datetime import from_excel

from observatory.intake.imports.cells import Cell, Unreadable, is_blank
from observatory.intake.imports.package import Package, local

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_MERGES = 10_000

UNCOMPUTED = Unreadable(
    "is a formula without a stored value; open the file in a spreadsheet program and save it"
)
ERROR = Unreadable("holds an error of the spreadsheet, such as #N/A")
BROKEN = Unreadable("holds a value that cannot be read")
MERGED = Unreadable("is merged with another cell; take the merging apart and fill each row")

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGE = re.compile(rb"<(?:\w{1,20}:)?mergeCell\s[^>]{0,80}?ref=[\"']([A-Z]+\d+):([A-Z]+\d+)[\"']")


@dataclass(frozen=True)
class Reading:
    """What the cells of a workbook need to be read.

    Attributes:
        texts: the shared texts.
        dates: numbers of the cell styles that show a date.
        epoch: day 0 of the workbook's calendar.
    """

    texts: Sequence[str] = field(repr=False)
    dates: frozenset[int]
    epoch: datetime


def rows(package: Package, part: str, reading: Reading) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Yield (row number, cells by column number) of the rows that a sheet holds; both from 1.

    A formula counts as the value that was stored with it. A merged area's value stands in its
    first cell; the others are unreadable, for what they mean is the author's to say.

    Raises:
        BadInputError: the sheet is broken.
    """
    merges = _merges(package, part)
    heard = _Sheet(reading)
    last = 0
    for _ in package.hear(part, heard):
        for number, cells in heard.taken():
            if not last < number <= MOST_ROWS:
                raise package.fault("has rows out of order: save it again")
            last = number
            merges.spread(number, cells)
            yield number, cells
        if heard.done:
            return


def is_empty(cells: dict[int, Cell]) -> bool:
    """Whether nothing stands in a row; the rest of a merged area is nothing."""
    return all(cell is MERGED or is_blank(cell) for cell in cells.values())


class _Sheet:
    """Hears a sheet's XML (ISO/IEC 29500-1, section 18.3)."""

    def __init__(self, reading: Reading) -> None:
        self.steps = 0
        self.done = False
        self._reading = reading
        self._rows: list[tuple[int, dict[int, Cell]]] = []
        self._inside = False
        self._row = self._column = self._phonetic = 0
        self._cells: dict[int, Cell] = {}
        self._attrs: dict[str, str] = {}
        self._formula = self._collecting = False
        self._text: list[str] | None = None

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = local(tag)
        if name == "sheetData":
            self._inside = True
        elif not self._inside:
            return
        elif name == "row":
            self._row = int(attrs.get("r", self._row + 1))
            self._column, self._cells = 0, {}
        elif name == "c":
            at = attrs.get("r")
            self._column = coordinate_to_tuple(at)[1] if at else self._column + 1
            if not 1 <= self._column <= MOST_COLUMNS:
                raise ValueError
            self._attrs, self._formula, self._text = attrs, False, None
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic += 1
        elif name in {"v", "t"} and not self._phonetic:
            self._text = [] if self._text is None else self._text
            self._collecting = True

    def data(self, data: str) -> None:
        if self._collecting and self._text is not None:
            self._text.append(data)

    def end(self, tag: str) -> None:
        name = local(tag)
        if name in {"v", "t"}:
            self._collecting = False
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "c" and self._inside:
            self._cells[self._column] = self._cell()
        elif name == "row" and self._inside:
            self._rows.append((self._row, self._cells))
            self.steps += 1
        elif name == "sheetData":
            self._inside, self.done = False, True

    def close(self) -> None:
        pass

    def taken(self) -> list[tuple[int, dict[int, Cell]]]:
        """Return the rows heard since the last call."""
        found, self._rows = self._rows, []
        return found

    def _cell(self) -> Cell:
        kind = self._attrs.get("t", "n")
        held = "".join(self._text or ())
        if self._formula and not held and (kind != "str" or self._text is None):
            return UNCOMPUTED
        if kind == "e":
            return ERROR
        if kind in {"str", "inlineStr"}:
            return unescaped(held)
        held = held.strip()
        if not held:
            return ""
        try:
            return self._valued(kind, held)
        except (ValueError, OverflowError, IndexError, ArithmeticError):
            return BROKEN

    def _valued(self, kind: str, held: str) -> Cell:
        if kind == "s":
            return self._reading.texts[int(held)]
        if kind == "b":
            return "TRUE" if int(held) else "FALSE"
        if kind == "d":
            return datetime.fromisoformat(held).date()
        number = float(held)
        if int(self._attrs.get("s", 0)) in self._reading.dates:
            return _day(from_excel(number, self._reading.epoch))
        return _number(number)


def _day(found: object) -> Cell:
    if isinstance(found, datetime):
        return found.date()
    if isinstance(found, date):
        return found
    return found.isoformat() if isinstance(found, time) else BROKEN


def _number(number: float) -> str:
    """Return a number as people write it: no exponent, no ".0"."""
    if number.is_integer():
        return str(int(number))
    exact = Decimal(repr(number))
    if not exact.is_finite():
        raise ValueError
    return f"{exact:f}"


def unescaped(text: str) -> str:
    """Return a text with its escapes read: ``_x000D_`` is a carriage return (section 22.9.2.19)."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


class _Merges:
    """Merged areas by their first row."""

    def __init__(self, areas: set[tuple[int, int, int, int]]) -> None:
        self._areas = sorted(areas)
        self._tops = [area[0] for area in self._areas]
        self._open: list[tuple[int, int, int, int]] = []
        self._seen = 0

    def spread(self, row: int, cells: dict[int, Cell]) -> None:
        """Mark what merging blanked in a row; rows come in order."""
        reached = bisect_right(self._tops, row)
        self._open += self._areas[self._seen : reached]
        self._seen = reached
        self._open = [area for area in self._open if area[2] >= row]
        for top, left, _, right in self._open:
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    cells[column] = MERGED


def _merges(package: Package, part: str) -> _Merges:
    """Find the merged areas, which a sheet lists after its rows; by their bytes, which is fast."""
    areas: set[tuple[int, int, int, int]] = set()
    kept = b""
    for piece in package.pieces(part):
        window = kept + piece
        for first, last in _MERGE.findall(window):
            try:
                top, left = coordinate_to_tuple(first.decode())
                bottom, right = coordinate_to_tuple(last.decode())
            except ValueError:
                continue
            areas.add((top, left, bottom, min(right, MOST_COLUMNS)))
        if len(areas) > MOST_MERGES:
            raise package.fault(f"has over {MOST_MERGES} merged cells: take the merging apart")
        kept = window[-200:]
    return _Merges(areas)
