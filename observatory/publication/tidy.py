"""CSV: one tidy file of every shown cell, and a dictionary that explains it.

A row is one shown cell; a combination of levels without a row has fewer than k reports. A column
stands for each dimension and is empty where a table does not have it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from observatory.figures.topics import POOR, again
from observatory.publication.documents.source import Entry, Source

DICTIONARY = ".dictionary.csv"

BASE_TABLE, PRACTICE_TABLE, TOPIC_TABLE = "reports", "modus_operandi", "topics"
BASE_COLUMN = "status"

# A spreadsheet may run a cell that begins so; an apostrophe before it makes it plain text.
RISKY = ("=", "+", "-", "@", "\t", "\r")

MEANINGS = {
    "table": "Name of the cut that the row belongs to.",
    "reports": "Distinct reports. A combination of levels without a row has fewer than {k} reports"
    " (sexual extortion: fewer than {sexual}), or is kept back because it came from too few weeks"
    " or would give such a count away. That is one state; it does not mean zero.",
    BASE_COLUMN: "Received, usable, duplicate or junk. Received is the sum of the other three.",
    "mo": "Modus operandi. A report may stand in up to three: never add them up.",
    "topic": "Group of reports that say similar things, found without the catalogue.",
    "office": "Office or place that the report names.",
    "stage": "Step of the customs process.",
    "month": "Month of receipt; it takes the weeks whose Thursday it holds.",
    "quarter": "Quarter of receipt.",
    "reporter_side": "Side of the person who reports.",
    "subject_side": "Side whose conduct the report is about.",
    "language": "Language of the report.",
    "asked": "What was asked for.",
    "outcome": "What happened then.",
    "experience": "Kind of experience.",
    "standing": "Whether a one-time token shows that a trader or an official sent it. A report"
    " without one is not false: most who report have none.",
}

IN_WORDS = {
    "mo": "modus operandi",
    "asked": "what was asked for",
    "outcome": "what happened then",
    "experience": "kind of experience",
    "reporter_side": "side that reports",
    "subject_side": "side reported about",
    "standing": "whether a token proves the sender",
}


def guarded(value: object) -> object:
    """Return a cell that no spreadsheet runs: what begins like a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(RISKY):
        return f"'{value}"
    return value


def dimensions(source: Source) -> list[str]:
    """Return every dimension of any table, in a fixed order."""
    found = {d: None for table in source.analysis.tables for d in table.dimensions}
    return [BASE_COLUMN, *sorted({*found, "mo", "topic"})]


def csv_files(_document: Entry, source: Source) -> dict[str, bytes]:
    """Return the tidy file and its dictionary."""
    columns = dimensions(source)
    return {
        "": _csv(["table", *columns, "reports"], _rows(source, columns)),
        DICTIONARY: _csv(["column", "code", "label", "meaning"], dictionary(source)),
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([guarded(value) for value in row] for row in rows)
    # A byte order mark, since spreadsheets otherwise misread UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _rows(source: Source, columns: Sequence[str]) -> Iterator[list[object]]:
    analysis = source.analysis

    def row(table: str, reports: int, **levels: str) -> list[object]:
        return [table, *(levels.get(column, "") for column in columns), reports]

    for name, reports in sorted(analysis.reports.items()):
        yield row(BASE_TABLE, reports, **{BASE_COLUMN: name})
    for code, reports in analysis.modus_operandi:
        yield row(PRACTICE_TABLE, reports, mo=code)
    for topic in analysis.topics:
        yield row(TOPIC_TABLE, topic.reports, topic=topic.id)
    for table in analysis.tables:
        for cell in table.cells:
            yield row(table.id, cell.reports, **dict(zip(table.dimensions, cell.key, strict=True)))


def dictionary(source: Source) -> Iterator[list[str]]:
    """Yield (column, code, label, meaning) for every column and every level."""
    words = {"k": source.analysis.k, "sexual": max(10, source.analysis.k)}
    for column in ("table", *dimensions(source), "reports"):
        meaning = MEANINGS.get(column, column.replace("_", " "))
        yield [column, "", "", meaning.format_map(words)]
    for table, meaning in (
        (BASE_TABLE, "How many reports were read, in all."),
        (PRACTICE_TABLE, "Reports of each modus operandi, in all."),
        (TOPIC_TABLE, "Reports of each topic, in all."),
    ):
        yield ["table", table, "", meaning]
    for cut in source.analysis.tables:
        yield ["table", cut.id, "", f"Usable reports by {by(cut.dimensions)}."]
    for column, level in _levels(source):
        yield [column, level, source.names.label(column, level), _defined(source, column, level)]


def by(dimensions: Iterable[str]) -> str:
    """Return what a cut goes by, in words: ``modus operandi and month``."""
    return " and ".join(IN_WORDS.get(name, name.replace("_", " ")) for name in dimensions)


def _levels(source: Source) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {("mo", c): None for c in source.catalogue.modus_operandi}
    for topic in source.analysis.topics:
        found["topic", topic.id] = None
    for table in source.analysis.tables:
        for name in table.dimensions:
            found.update(dict.fromkeys((name, level) for level in table.levels[name]))
    return sorted(found)


def _defined(source: Source, column: str, level: str) -> str:
    known = source.catalogue.modus_operandi.get(level)
    if column == "mo" and known is not None:
        return f"{known.definition} Direction: {known.direction}."
    topic = next((one for one in source.analysis.topics if one.id == level), None)
    if column == "topic" and topic is not None:
        poor = f"{POOR} " if topic.poor else ""
        return f"{poor}Found again when a fifth of the reports is left out: {again(topic.quality)}."
    return ""
