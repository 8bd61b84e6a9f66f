"""CSV: one table of text, read line by line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from observatory.errors import BadInputError
from observatory.intake.imports import tables
from observatory.intake.imports.cells import Place, Row
from observatory.intake.imports.mapping import RegisterMapping

LONGEST_CELL = 4 * 2**20
LONGEST_RECORD = 4 * LONGEST_CELL
"""Characters; what a machine holds of a row at once, far above what a report may have."""

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8"),
)


class Delimited:
    """A CSV register.

    Args:
        file: opened for bytes, at its start.
        name: of the file, for messages.
        mapping: may name encoding, delimiter and the row of the header.
        start: the first bytes of the file.

    Raises:
        BadInputError: the encoding is not what was said, or there is no header.
    """

    def __init__(
        self, file: BinaryIO, name: str, mapping: RegisterMapping | None, start: bytes
    ) -> None:
        self._name = name
        self._encoding = _encoding(mapping.encoding if mapping else "utf-8", name, start)
        csv.field_size_limit(LONGEST_CELL)
        self._file = io.TextIOWrapper(file, self._encoding, newline="")
        self._left = LONGEST_RECORD
        self._delimiter = mapping.delimiter if mapping else ","
        self._reader = csv.reader(self._lines(), delimiter=self._delimiter, strict=True)
        self._row = 0
        for _ in range((mapping.header_row or 1) - 1 if mapping else 0):
            self._record()
        first = self._record()
        if not first:
            raise BadInputError(f"{name} is empty: it needs a header row.")
        self._check_delimiter(first)
        self._header = tables.header(first, name)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header."""
        return tuple(filter(None, self._header))

    def rows(self) -> Iterator[Row]:
        """Yield the rows under the header; a row is a record, as spreadsheets number them.

        Raises:
            BadInputError: the file turns out not to be well-formed.
        """
        width = len(self._header)
        while (cells := self._record()) is not None:
            if not any(cell.strip() for cell in cells):
                continue
            place = Place(self._row)
            if len(cells) != width:
                yield Row(place, fault=f"has {len(cells)} cells, the header has {width}")
                continue
            pairs = zip(self._header, cells, strict=True)
            yield Row(place, {name: cell for name, cell in pairs if name})

    def _record(self) -> list[str] | None:
        self._left = LONGEST_RECORD
        # Faults are raised outside the handlers: an error of decoding holds bytes of the file.
        try:
            cells = next(self._reader, None)
        except UnicodeError:
            fault = (
                f"is not {self._encoding.removesuffix('-sig').upper()}. Save it as UTF-8 (in a "
                "spreadsheet program: 'CSV UTF-8'), or name its encoding in the mapping, such as "
                "encoding: cp1252."
            )
        except csv.Error as error:
            fault = f"is not well-formed CSV near line {self._reader.line_num}: {error}."
        else:
            self._row += 1
            return cells
        raise BadInputError(f"{self._name} {fault} Nothing was sealed.")

    def _lines(self) -> Iterator[str]:
        """Yield lines; what one record may take is bounded, also where no line or quote ends."""
        while line := self._file.readline(self._left):
            self._left -= len(line)
            if self._left <= 0:
                raise BadInputError(
                    f"{self._name} has a row of over {LONGEST_RECORD} characters after line "
                    f"{self._reader.line_num}: is a quotation mark left open, or the line end "
                    "missing? Nothing was sealed."
                )
            yield line

    def _check_delimiter(self, first: list[str]) -> None:
        others = [mark for mark in ";\t|" if len(first) == 1 and mark in first[0]]
        if others:
            shown = {"\t": "a tab"}.get(others[0], f"'{others[0]}'")
            raise BadInputError(
                f"The columns of {self._name} seem to be parted by {shown}. Say so in the "
                f"mapping (delimiter: {others[0]!r}). Nothing was sealed."
            )


def _encoding(wanted: str, name: str, start: bytes) -> str:
    """Return the encoding to read by, or say which one the file's first bytes give away."""
    try:
        codec = codecs.lookup(wanted).name
        "".encode(codec)
    except (LookupError, ValueError):
        raise BadInputError(f"The mapping names an unknown encoding: {wanted}.") from None
    mark = next((known for bom, known in MARKS if start.startswith(bom)), None)
    if mark is not None and codec.startswith(mark):
        return "utf-8-sig" if mark == "utf-8" else mark  # takes the mark off
    if mark is None and not codec.startswith(("utf-16", "utf-32")) and _wide(start):
        mark = "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    if mark is not None:
        raise BadInputError(
            f"{name} is {mark.upper()}, not {wanted.removesuffix('-sig').upper()}. Save it as "
            f"'CSV UTF-8', or name its encoding in the mapping (encoding: {mark}). "
            "Nothing was sealed."
        )
    return codec


def _wide(start: bytes) -> bool:
    """Whether every second of the first bytes is zero, as in UTF-16 without a mark."""
    pairs = start[: len(start) // 2 * 2]
    return len(pairs) >= 4 and (not any(pairs[1::2]) or not any(pairs[::2])) and any(pairs)
