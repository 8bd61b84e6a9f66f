"""The mapping file: which column of a register is which facet, and how its values read.

.. code-block:: yaml

    source: border-hotline            # names the register; part of each row's import id
    encoding: utf-8                   # optional, of a CSV
    delimiter: ","                    # optional, of a CSV
    sheet: Register                   # optional, of a workbook: a name or a list; else all of them
    header_row: 3                     # optional; else the first row that is not blank
    narrative: [title, text]          # columns, joined by a line break
    control_characters: refuse        # or drop: take invisible characters out of the words
    reported_on: {column: date, formats: ["%Y-%m-%d"]}
    offices:                          # optional: added to the register of offices
      - {code: NORTH, name: Northern crossing, region: North}
    facets:
      office: {column: place, values: {"North gate": NORTH}, otherwise: skip}
      month: {column: date, formats: ["%Y-%m-%d"]}
      amount: {column: paid, bands: {under_day: 0, day_week: 20, week_month: 140}}
      reporter_side: {always: business}

Dates of a workbook are read as dates, whatever format they are shown in; ``formats`` are for text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from observatory.complaint.facets import BY_CODE, FACETS, Facet
from observatory.complaint.offices import Office
from observatory.errors import BadInputError
from observatory.intake.imports.cells import Cell, CellError, text

SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
ISO = ("%Y-%m-%d",)
EARLIEST = date(1990, 1, 1)
NUMBER = re.compile(r"[^0-9.,-]")
AMOUNT = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)


@dataclass(frozen=True)
class DateRule:
    """A column of dates and the formats (of ``strptime``) that it may have."""

    column: str
    formats: tuple[str, ...] = ISO

    def read(self, cell: Cell, today: date) -> date:
        """Return the date of a cell.

        Raises:
            CellError: no format fits, two formats disagree, or the date is out of range.
        """
        day = cell if isinstance(cell, date) else self._parsed(text(cell))
        if not EARLIEST <= day <= today:
            raise CellError(f"lies outside {EARLIEST} to today")
        return day

    def _parsed(self, written: str) -> date:
        found = set()
        for pattern in self.formats:
            try:
                found.add(datetime.strptime(written.strip(), pattern).date())  # noqa: DTZ007
            except ValueError:
                continue
        if not found:
            raise CellError(f"is no date of the form {' or '.join(self.formats)}")
        if len(found) > 1:
            raise CellError("could be two different dates; give one format for the whole column")
        return found.pop()


@dataclass(frozen=True)
class FacetRule:
    """How one facet is read from a row.

    Attributes:
        always: a fixed value, when no column is read.
        values: cell text to facet value; empty when the cell holds the value itself.
        bands: facet value to the least amount in it, for amounts.
        dates: for a month.
        otherwise: what to do with an unknown cell: refuse the row, or skip the facet.
    """

    facet: Facet
    column: str | None = None
    always: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[tuple[str, float], ...] = ()
    dates: DateRule | None = None
    otherwise: Literal["refuse", "skip"] = "refuse"

    def read(self, cell: Cell, today: date) -> str | None:
        """Return the facet's value for a cell, or None where it says nothing.

        Raises:
            CellError: the cell cannot be read and the rule says to refuse.
        """
        if self.always is not None:
            return self.always
        try:
            if isinstance(cell, str) and not cell.strip():
                return None
            value = self._value(cell, today)
            if not self.facet.accepts(value):
                raise CellError(_expectation(self.facet, self.values))
        except CellError:
            if self.otherwise == "skip":
                return None
            raise
        return value

    def _value(self, cell: Cell, today: date) -> str:
        if self.dates is not None:
            return self.dates.read(cell, today).isoformat()[:7]
        written = text(cell).strip()
        if self.bands:
            return _band(written, self.bands)
        if self.values:
            if written not in self.values:
                raise CellError(_expectation(self.facet, self.values))
            return self.values[written]
        return written


@dataclass(frozen=True)
class RegisterMapping:
    """A whole mapping file."""

    source: str
    narrative: tuple[str, ...]
    reported_on: DateRule | None
    facets: tuple[FacetRule, ...]
    offices: tuple[Office, ...] = ()
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    sheets: tuple[str, ...] = ()
    header_row: int | None = None
    drop_controls: bool = False

    def words(self, row: Mapping[str, Cell]) -> str:
        """Return the narrative of a row, its columns joined by line breaks.

        Raises:
            CellError: a cell of it cannot be read.
        """
        joined = "\n".join(filter(None, (text(row[name]).strip() for name in self.narrative)))
        if not self.drop_controls:
            return joined
        return "".join(c for c in joined if c in "\n\t" or unicodedata.category(c) != "Cc")

    @property
    def columns(self) -> set[str]:
        """Every column that the mapping reads."""
        dates = {self.reported_on.column} if self.reported_on else set()
        return {*self.narrative, *dates, *(r.column for r in self.facets if r.column)}


def plain(columns: Sequence[str], source: str) -> RegisterMapping:
    """Return the mapping of a file whose columns are named as the facets are.

    Raises:
        BadInputError: it has no column ``narrative``.
    """
    if "narrative" not in columns:
        raise BadInputError(
            "The file has no column 'narrative'. Rename the column with the words of the "
            "complaint, or give a mapping file with --map (see examples/)."
        )
    rules = tuple(FacetRule(facet, column=facet.code) for facet in FACETS if facet.code in columns)
    dates = DateRule("reported_on") if "reported_on" in columns else None
    return RegisterMapping(source, ("narrative",), dates, rules)


def read(path: Path) -> RegisterMapping:
    """Read a mapping file.

    Raises:
        BadInputError: it is missing, not YAML, or an entry cannot work; the message says which.
    """
    try:
        body = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInputError(f"The mapping {path} cannot be read: {error}") from error
    if not isinstance(body, dict):
        raise BadInputError(f"The mapping {path} is empty or not a list of settings.")
    try:
        return _mapping(body)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInputError(f"The mapping {path} cannot work: {error}") from error


def _mapping(body: Mapping[str, Any]) -> RegisterMapping:
    if not SOURCE.fullmatch(str(body.get("source", ""))):
        raise ValueError("'source' must be a name of small letters, digits, '.', '_' and '-'")
    narrative = body.get("narrative")
    columns = [narrative] if isinstance(narrative, str) else narrative
    if not columns:
        raise ValueError("'narrative' must name one or more columns")
    dates = body.get("reported_on")
    delimiter, sheets = body.get("delimiter", ","), body.get("sheet") or ()
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise ValueError("'delimiter' must be one character")
    return RegisterMapping(
        source=body["source"],
        narrative=tuple(columns),
        reported_on=_dates(dates) if dates else None,
        facets=tuple(_rule(code, entry) for code, entry in (body.get("facets") or {}).items()),
        offices=tuple(Office(**entry) for entry in body.get("offices") or ()),
        encoding={"utf-8": "utf-8-sig"}.get(
            body.get("encoding", "utf-8"), body.get("encoding", "")
        ),
        delimiter=delimiter,
        sheets=tuple(map(str, [sheets] if isinstance(sheets, str | int) else sheets)),
        header_row=_row_number(body.get("header_row")),
        drop_controls=_choice(body, "control_characters", "refuse", "drop") == "drop",
    )


def _row_number(value: object) -> int | None:
    if value is not None and (type(value) is not int or value < 1):
        raise ValueError("'header_row' must be the number of a row, from 1")
    return value if isinstance(value, int) else None


def _dates(entry: Mapping[str, Any]) -> DateRule:
    return DateRule(entry["column"], tuple(entry.get("formats", ISO)))


def _rule(code: str, entry: Mapping[str, Any]) -> FacetRule:
    if code not in BY_CODE:
        raise ValueError(f"there is no facet '{code}'; there are: {', '.join(BY_CODE)}")
    facet = BY_CODE[code]
    if "always" in entry:
        if not facet.accepts(entry["always"]):
            raise ValueError(f"facet '{code}': {_expectation(facet, {})}")
        return FacetRule(facet, always=entry["always"])
    values = {str(cell): value for cell, value in (entry.get("values") or {}).items()}
    for value in values.values():
        if not facet.accepts(value):
            raise ValueError(f"facet '{code}' does not know the value '{value}'")
    bands = tuple(sorted((entry.get("bands") or {}).items(), key=lambda band: band[1]))
    return FacetRule(
        facet,
        column=entry["column"],
        values=values,
        bands=bands,
        dates=_dates(entry) if facet.kind == "month" else None,
        otherwise="skip" if _choice(entry, "otherwise", "refuse", "skip") == "skip" else "refuse",
    )


def _choice(entry: Mapping[str, Any], key: str, default: str, other: str) -> str:
    chosen = str(entry.get(key, default))
    if chosen not in (default, other):
        raise ValueError(f"'{key}' is either {default} or {other}")
    return chosen


def _band(written: str, bands: tuple[tuple[str, float], ...]) -> str:
    digits = NUMBER.sub("", written).replace(",", "")
    if not AMOUNT.fullmatch(digits):
        raise CellError("is no amount")
    reached = [value for value, least in bands if float(digits) >= least]
    if not reached:
        raise CellError("lies below the lowest band")
    return reached[-1]


def _expectation(facet: Facet, values: Mapping[str, str]) -> str:
    if facet.kind == "month":
        return "is no month of the form YYYY-MM"
    if facet.kind == "office":
        return "is no office code; map it with 'values', or set 'otherwise: skip'"
    known = list(values) or [value.code for value in facet.values]
    return f"is not one of: {', '.join(known)}"
