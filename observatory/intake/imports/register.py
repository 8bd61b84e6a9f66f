"""Reading a register row by row: good rows become reports, bad ones a refusal with a reason."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rfc8785

from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint, NarrativeError
from observatory.errors import BadInputError
from observatory.intake.imports import tables
from observatory.intake.imports.cells import CellError, Place, Row, Table, written
from observatory.intake.imports.mapping import RegisterMapping, plain

HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair: no character, and no UTF-8."""

REASONS = {
    "empty": "holds no words",
    "too_long": "is {excess} bytes longer than a report may be",
    "control": "holds an invisible control character; take it out, or let the mapping drop them "
    "(control_characters: drop)",
}


@dataclass(frozen=True)
class ImportedRow:
    """A row that can be sealed."""

    complaint: Complaint
    week: str
    once: bytes


@dataclass(frozen=True)
class Refusal:
    """A row that cannot be sealed; the reason never repeats what the row says."""

    place: Place
    column: str
    reason: str


def read(
    path: Path, mapping: RegisterMapping | None, today: date
) -> Iterator[ImportedRow | Refusal]:
    """Yield each row of a register, CSV or XLSX, in the order of the file.

    Raises:
        BadInputError: the file as a whole cannot be read (missing, damaged, encoding, columns).
    """
    with tables.opened(path, mapping) as table:
        rules = mapping or plain(table.columns, source_name(path))
        _check_columns(table.columns, rules, path.name)
        yield from _rows(table, rules, today)


def source_name(path: Path) -> str:
    """Return the source name of a file imported without a mapping."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in path.stem.lower())
    return name.strip("-")[:64] or "register"


def _check_columns(columns: Sequence[str], mapping: RegisterMapping, name: str) -> None:
    """See that the columns are there.

    Names that the mapping does not know are not repeated: where a file has no header, its first
    row is a report.
    """
    missing = sorted(mapping.columns - set(columns))
    if not missing:
        return
    folded = {column.casefold().replace(" ", "") for column in columns}
    near = [column for column in missing if column.casefold().replace(" ", "") in folded]
    found = sorted(mapping.columns & set(columns))
    raise BadInputError(
        f"{name} lacks the column '{(near or missing)[0]}'"
        + (" (one differs in capitals or blanks only)" if near else "")
        + f". Of the columns that the mapping reads it has: {', '.join(found) or 'none'}. Correct "
        "the mapping or the file; where the header is further down, set header_row. "
        "Nothing was sealed."
    )


def _rows(table: Table, mapping: RegisterMapping, today: date) -> Iterator[ImportedRow | Refusal]:
    seen: Counter[bytes] = Counter()
    for row in table.rows():
        words = written(row.cells)
        if row.fault or any(HALF.search(cell) for cell in words.values()):
            yield Refusal(row.place, "", row.fault or "holds half of a character: type it again")
            continue
        canonical = rfc8785.dumps([mapping.source, words])
        ordinal = seen[hashlib.sha256(canonical).digest()]
        seen[hashlib.sha256(canonical).digest()] += 1
        once = hashlib.sha256(rfc8785.dumps([mapping.source, words, ordinal])).digest()
        yield _row(row, mapping, today, once)


def _row(row: Row, mapping: RegisterMapping, today: date, once: bytes) -> ImportedRow | Refusal:
    column = ", ".join(mapping.narrative)
    try:
        narrative = plaintext.check_narrative(mapping.words(row.cells))
        day = today
        if mapping.reported_on:
            column = mapping.reported_on.column
            day = mapping.reported_on.read(row.cells[column], today)
        facets = {}
        for rule in mapping.facets:
            column = rule.column or ""
            value = rule.read(row.cells[column] if column else "", today)
            if value is not None:
                facets[rule.facet.code] = value
    except NarrativeError as error:
        return Refusal(row.place, column, REASONS[error.code].format(excess=error.excess))
    except CellError as error:
        return Refusal(row.place, column, str(error))
    return ImportedRow(Complaint(narrative, facets), periods.week_of(day), once)
