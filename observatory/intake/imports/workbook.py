"""XLSX: sheets of typed cells.

Formulas count as the values stored with them, and a cell whose formula has none is refused where
the mapping reads it. Hidden rows, columns and sheets are read like others: hiding is for the eye,
and a report must not get lost by it. Macros (.xlsm) are never opened.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import overload

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from observatory.errors import BadInputError
from observatory.intake.imports import sheet, tables
from observatory.intake.imports.cells import Cell, Place, Row
from observatory.intake.imports.mapping import RegisterMapping
from observatory.intake.imports.package import Package, local

MOST_TEXT = 2**28
"""Bytes of the shared texts, which a workbook refers to from anywhere and must be held."""

EAST_ASIAN_DATES = frozenset((*range(27, 37), *range(50, 59)))
LONGEST_FORMAT = 255


class Workbook:
    """An XLSX register: one sheet, or several with the same header.

    Raises:
        BadInputError: it is no workbook, or which sheets to read is not clear.
    """

    def __init__(self, package: Package, name: str, mapping: RegisterMapping | None) -> None:
        self._package, self._name = package, name
        self._header_row = mapping.header_row if mapping else None
        book = self._book()
        self._types = {kind.rpartition("/")[2]: at for _, kind, at in package.relations(book)}
        self._epoch, every = self._listed(book)
        self._sheets = self._chosen(every, mapping.sheets if mapping else ())
        self._headers = {title: self._header(part) for title, part in self._sheets.items()}
        self._settle(bool(mapping and mapping.sheets))

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header, which all sheets read have."""
        return tuple(next(iter(self._headers.values())).values())

    def rows(self) -> Iterator[Row]:
        """Yield the rows under each header, sheet by sheet.

        Raises:
            BadInputError: a sheet turns out to be broken.
        """
        for title, header in self._headers.items():
            under = False
            for number, cells in sheet.rows(self._package, self._sheets[title], self._reading):
                if under and not sheet.is_empty(cells):
                    named = {name: cells.get(column, "") for column, name in header.items()}
                    yield Row(Place(number, title), named)
                under = under or self._is_header(number, cells)

    def _book(self) -> str:
        """Return the part that lists the sheets."""
        package = self._package
        if package.has("_rels/.rels"):
            for _, kind, part in package.relations(""):
                if kind.endswith("/officeDocument") and part.endswith(".bin"):
                    raise self._unfit("is a binary workbook (.xlsb)")
                if kind.endswith("/officeDocument") and "workbook" in part.lower():
                    return part
        if package.has("mimetype"):
            raise self._unfit("is an OpenDocument file")
        raise self._unfit("is packed like a workbook but is none")

    def _unfit(self, what: str) -> BadInputError:
        return self._package.fault(f"{what}: save it as .xlsx or as CSV (UTF-8)")

    def _listed(self, book: str) -> tuple[datetime, dict[str, str]]:
        """Return day 0 of the calendar, and the part of each sheet by its name."""
        targets = {
            key: part
            for key, kind, part in self._package.relations(book)
            if kind.endswith("/worksheet")
        }
        epoch, sheets = WINDOWS_EPOCH, {}
        for _, tag, attrs in self._package.elements(book):
            if tag == "workbookPr" and attrs.get("date1904") in {"1", "true", "on"}:
                epoch = MAC_EPOCH
            elif tag == "sheet" and attrs.get("id") in targets:
                sheets[attrs.get("name", "")] = targets[attrs["id"]]
        return epoch, sheets

    def _chosen(self, every: dict[str, str], wanted: Sequence[str]) -> dict[str, str]:
        missing = [title for title in wanted if title not in every]
        if missing:
            raise self._package.fault(
                f"has no sheet '{missing[0]}'. It has: {', '.join(every) or 'none'}. "
                "Correct the mapping"
            )
        return {title: part for title, part in every.items() if not wanted or title in wanted}

    def _settle(self, named: bool) -> None:
        """Leave out blank sheets; see that those left have one header."""
        blank = [title for title, header in self._headers.items() if not header]
        for title in blank:
            del self._headers[title]
        if not self._headers:
            raise BadInputError(f"{self._name} is empty: it needs a header row.")
        if len({frozenset(header.values()) for header in self._headers.values()}) > 1:
            advice = "Give them one header" if named else "Name those to read in the mapping"
            raise self._package.fault(
                f"has sheets with different headers: {', '.join(self._headers)}. {advice} "
                "(sheet: NAME, or a list)"
            )

    def _header(self, part: str) -> dict[int, str]:
        """Return the names of a sheet's columns by column number; empty for a blank sheet."""
        for number, cells in sheet.rows(self._package, part, self._reading):
            if self._is_header(number, cells):
                filled = {column: cell for column, cell in cells.items() if isinstance(cell, str)}
                width = max(filled, default=0)
                names = [filled.get(column, "") for column in range(1, width + 1)]
                listed = enumerate(tables.header(names, self._name), start=1)
                return {column: name for column, name in listed if name}
        return {}

    def _is_header(self, number: int, cells: dict[int, Cell]) -> bool:
        if self._header_row is not None:
            return number == self._header_row
        return not sheet.is_empty(cells)

    @cached_property
    def _reading(self) -> sheet.Reading:
        texts = self._types.get("sharedStrings")
        styles = self._types.get("styles")
        return sheet.Reading(
            _texts(self._package, texts) if texts else [],
            _dates(self._package, styles) if styles else frozenset(),
            self._epoch,
        )


def _dates(package: Package, part: str) -> frozenset[int]:
    """Return the numbers of the cell styles that show a date."""
    formats = dict(BUILTIN_FORMATS)
    shown: list[int] = []
    for parent, tag, attrs in package.elements(part):
        if (parent, tag) == ("numFmts", "numFmt"):
            formats[_whole(attrs.get("numFmtId"))] = attrs.get("formatCode", "")[:LONGEST_FORMAT]
        elif (parent, tag) == ("cellXfs", "xf"):
            shown.append(_whole(attrs.get("numFmtId")))
    days = {
        number
        for number, code in formats.items()
        if is_date_format(code) and not is_timedelta_format(code)
    } | (EAST_ASIAN_DATES - set(formats))
    return frozenset(style for style, number in enumerate(shown) if number in days)


def _whole(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else 0


class _Texts(Sequence[str]):
    """Hears the shared texts and holds them as one piece of bytes, a third of a list."""

    def __init__(self) -> None:
        self.steps = 0
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        self._parts: list[str] = []
        self._phonetic = 0
        self._collecting = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        name = local(tag)
        self._phonetic += name == "rPh"
        self._collecting = name == "t" and not self._phonetic

    def data(self, data: str) -> None:
        if self._collecting:
            self._parts.append(data)

    def end(self, tag: str) -> None:
        name = local(tag)
        self._collecting = False
        self._phonetic -= name == "rPh"
        if name == "si":
            whole = sheet.unescaped("".join(self._parts))
            self._bytes += whole.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._bytes))
            self._parts.clear()
            self.steps += 1

    def close(self) -> None:
        pass

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError
        held = self._bytes[self._ends[index] : self._ends[index + 1]]
        return held.decode("utf-8", "surrogatepass")


def _texts(package: Package, part: str) -> Sequence[str]:
    if package.has(part) and package.size(part) > MOST_TEXT:
        raise package.fault(f"holds over {MOST_TEXT >> 20} MiB of text: divide it, or save as CSV")
    heard = _Texts()
    for _ in package.hear(part, heard):
        pass
    return heard
