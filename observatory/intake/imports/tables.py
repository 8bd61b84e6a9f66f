"""Opening a register: its kind is known by its first bytes, never by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from observatory.errors import BadInputError
from observatory.intake.imports.cells import Table
from observatory.intake.imports.mapping import RegisterMapping

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Opens old .xls workbooks, and every workbook under a password ([MS-CFB], section 2.2)."""

FOREIGN = {
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"{\\rtf": "an RTF text",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
PAGES = (b"<html", b"<!doctype", b"<?xml", b"<table")


@contextmanager
def opened(path: Path, mapping: RegisterMapping | None) -> Iterator[Table]:
    """Open a CSV or XLSX register.

    Nothing is copied: the file is read where it lies, a piece at a time, and no temporary file is
    written. Macros, links to other files and formulas are never followed or run.

    Raises:
        BadInputError: the file as a whole cannot be read; the message says what to do.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BadInputError(f"{path} cannot be opened: {error.strerror}.") from None
    with file:
        yield _table(file, path.name, mapping)


def _table(file: BufferedReader, name: str, mapping: RegisterMapping | None) -> Table:
    from observatory.intake.imports.delimited import Delimited
    from observatory.intake.imports.package import Package
    from observatory.intake.imports.workbook import Workbook

    start = file.peek(64)[:64]
    if start.startswith(ZIP):
        return Workbook(Package(file, name), name, mapping)
    if start.startswith(COMPOUND):
        raise BadInputError(
            f"{name} is an old .xls workbook, or a workbook under a password. Open it, take the "
            "password off, and save it as .xlsx or as CSV. Nothing was sealed."
        )
    foreign = [kind for magic, kind in FOREIGN.items() if start.startswith(magic)]
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(PAGES):
        foreign = ["a web page or XML"]
    if foreign:
        raise BadInputError(
            f"{name} is {foreign[0]}, not a register. Save it as CSV (UTF-8) or .xlsx. "
            "Nothing was sealed."
        )
    return Delimited(file, name, mapping, start)


def header(cells: Sequence[str], name: str) -> tuple[str, ...]:
    """Return the names of a header without blanks around them; a blank one is no column.

    Raises:
        BadInputError: two columns have the same name. The name is not repeated: where a file has
            no header, its first row is a report.
    """
    names = tuple(cell.strip() for cell in cells)
    doubled = [each for each, times in Counter(filter(None, names)).items() if times > 1]
    if doubled:
        first, second, *_ = (i for i, each in enumerate(names, start=1) if each == doubled[0])
        raise BadInputError(
            f"{name} has one name twice, over columns {first} and {second}. Rename one. "
            "Nothing was sealed."
        )
    return names
