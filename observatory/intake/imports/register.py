"""Reading a register row by row: good rows become reports, bad ones a refusal with a reason."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rfc8785

from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint, NarrativeError
from observatory.errors import BadInputError
from observatory.intake.imports.mapping import CellError, RegisterMapping, plain

LONGEST_CELL = 4 * 2**20

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

    row: int
    column: str
    reason: str


def read(
    path: Path, mapping: RegisterMapping | None, today: date
) -> Iterator[ImportedRow | Refusal]:
    """Yield each row of a CSV register, in file order; row 1 is the header.

    Raises:
        BadInputError: the file as a whole cannot be read (missing, encoding, header, columns).
    """
    csv.field_size_limit(LONGEST_CELL)
    encoding = mapping.encoding if mapping else "utf-8-sig"
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=mapping.delimiter if mapping else ",", strict=True)
            header = next(reader, None)
            if not header:
                raise BadInputError(f"{path.name} is empty: it needs a header row.")
            rules = mapping or plain(header, source_name(path))
            _check_header(header, rules, path)
            yield from _rows(reader, header, rules, today)
    except OSError as error:
        raise BadInputError(f"{path} cannot be opened: {error.strerror}.") from error
    except LookupError as error:
        raise BadInputError(f"The mapping names an unknown encoding: {error}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{path.name} is not {encoding.removesuffix('-sig').upper()}. Save it as UTF-8, or "
            "name its encoding in the mapping. Nothing was sealed."
        ) from error
    except csv.Error as error:
        raise BadInputError(
            f"{path.name} is not well-formed CSV near line {reader.line_num}: {error}. "
            "Nothing was sealed."
        ) from error


def source_name(path: Path) -> str:
    """Return the source name of a file imported without a mapping."""
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in path.stem.lower())
    return name.strip("-")[:64] or "register"


def _check_header(header: list[str], mapping: RegisterMapping, path: Path) -> None:
    doubled = [name for name, times in Counter(header).items() if times > 1]
    if doubled:
        raise BadInputError(f"{path.name} has the column '{doubled[0]}' twice. Rename one.")
    missing = sorted(mapping.columns - set(header))
    if missing:
        raise BadInputError(
            f"{path.name} lacks the column '{missing[0]}'. It has: {', '.join(header)}. "
            "Correct the mapping or the file; nothing was sealed."
        )


def _rows(
    reader: Iterator[list[str]], header: list[str], mapping: RegisterMapping, today: date
) -> Iterator[ImportedRow | Refusal]:
    seen: Counter[bytes] = Counter()
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            yield Refusal(number, "", f"has {len(cells)} cells, the header has {len(header)}")
            continue
        row = dict(zip(header, cells, strict=True))
        canonical = rfc8785.dumps([mapping.source, row])
        ordinal = seen[hashlib.sha256(canonical).digest()]
        seen[hashlib.sha256(canonical).digest()] += 1
        once = hashlib.sha256(rfc8785.dumps([mapping.source, row, ordinal])).digest()
        yield _row(number, row, mapping, today, once)


def _row(
    number: int, row: dict[str, str], mapping: RegisterMapping, today: date, once: bytes
) -> ImportedRow | Refusal:
    column = ", ".join(mapping.narrative)
    try:
        narrative = plaintext.check_narrative(mapping.words(row))
        day = today
        if mapping.reported_on:
            column = mapping.reported_on.column
            day = mapping.reported_on.read(row[column], today)
        facets = {}
        for rule in mapping.facets:
            column = rule.column or ""
            value = rule.read(row[column] if column else "", today)
            if value is not None:
                facets[rule.facet.code] = value
    except NarrativeError as error:
        return Refusal(number, column, REASONS[error.code].format(excess=error.excess))
    except CellError as error:
        return Refusal(number, column, str(error))
    return ImportedRow(Complaint(narrative, facets), periods.week_of(day), once)
