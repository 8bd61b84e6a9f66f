"""XLSX: the figures of a document as sheets, with what they mean beside them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from observatory.figures.names import fewer, least
from observatory.publication.documents.source import Entry, Source
from observatory.publication.tidy import dictionary
from observatory.publication.typesetting import dated

if TYPE_CHECKING:
    from observatory.disclosure import SafeTable

WIDEST = 60
NAME_LENGTH = 31
WIDE_COLUMN = 14


class Book:
    """A workbook that never reads text as a formula and has the same bytes for the same input."""

    def __init__(self, document: Entry) -> None:
        import xlsxwriter

        self._file = io.BytesIO()
        self._book: Any = xlsxwriter.Workbook(
            self._file,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._book.set_properties(
            {
                "title": f"{document['title']}, {document['status']['period']['label']}",
                "author": document["observatory"],
                "created": dated(document).replace(tzinfo=None),
            }
        )
        self._formats = {
            "title": self._book.add_format(
                {"bold": True, "font_size": 15, "font_color": "#17406B"}
            ),
            "head": self._book.add_format(
                {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
            ),
            "number": self._book.add_format({"num_format": "#,##0", "valign": "top"}),
            "share": self._book.add_format({"num_format": "0%", "valign": "top"}),
            "few": self._book.add_format(
                {"font_color": "#4A545E", "italic": True, "align": "right", "valign": "top"}
            ),
            "text": self._book.add_format({"text_wrap": True, "valign": "top"}),
        }

    def sheet(
        self,
        name: str,
        title: str,
        header: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        note: str = "",
    ) -> None:
        """Add a sheet: title, note, header in row 4, then rows; panes frozen, columns filtered."""
        page = self._book.add_worksheet(name[:NAME_LENGTH])
        page.hide_gridlines(2)
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(3)
        page.write_string(0, 0, title, self._formats["title"])
        page.write_string(1, 0, note)
        widths = [len(text) for text in header]
        for column, text in enumerate(header):
            page.write_string(3, column, text, self._formats["head"])
        last = 3
        for last, row in enumerate(rows, start=4):
            for column, value in enumerate(row):
                self._cell(page, last, column, value)
                widths[column] = max(widths[column], len(str(value)))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(WIDEST, max(9, width + 2)))
        page.freeze_panes(4, 1 if len(header) > 1 else 0)
        if last > 3:
            page.autofilter(3, 0, last, len(header) - 1)

    def _cell(self, page: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, Few):
            page.write_string(row, column, value, self._formats["few"])
        elif isinstance(value, float):
            page.write_number(row, column, value)
        elif isinstance(value, int):
            page.write_number(row, column, value, self._formats["number"])
        else:
            page.write_string(row, column, str(value), self._formats["text"])

    def close(self) -> bytes:
        """Return the workbook's bytes."""
        self._book.close()
        return self._file.getvalue()


class Few(str):
    """The words for a count that is not shown."""

    __slots__ = ()


def xlsx(document: Entry, source: Source) -> bytes:
    """Return a document's figures as a workbook."""
    book = Book(document)
    _about(book, document)
    book.sheet(
        "base",
        "What was read",
        ("Reports", "Number"),
        [(e["label"], said(e)) for e in document["base"]["reports"]],
        note="Received is the sum of usable, duplicate and junk.",
    )
    _practices(book, source)
    _topics(book, document)
    _signals(book, document)
    for table in source.analysis.tables:
        _table(book, source, table)
    book.sheet(
        "data dictionary",
        "Data dictionary",
        ("Column", "Code", "Label", "Meaning"),
        dictionary(source),
    )
    return book.close()


def said(entry: Entry) -> int | Few:
    """Return a count, or "fewer than k"."""
    return entry["reports"] if "reports" in entry else Few(fewer(entry["fewer_than"]))


def _about(book: Book, document: Entry) -> None:
    status = document["status"]
    rows = [
        ("Observatory", document["observatory"]),
        *([("Made up", status["made_up_notice"])] if status["made_up"] else []),
        ("Mandate", status["mandate"]),
        ("Standing", status["standing"]),
        ("Period", status["period"]["label"]),
        ("Audience", status["audience"]),
        ("Catalogue", status["catalogue"]),
        ("Shown from", f"{status['k']} reports, {status['weeks']} weeks"),
        ("Data hash", status["data_hash"]),
        ("Policy", status["policy"]),
        ("Products", status["products_sha256"]),
        *((item["title"], item["text"]) for item in document["reading"]),
    ]
    book.sheet("about", document["title"], ("What", "How it stands"), rows)


def _practices(book: Book, source: Source) -> None:
    rows = [
        (code, known.name, known.direction, said(source.practice(code)), known.definition)
        for code, known in source.catalogue.modus_operandi.items()
    ]
    book.sheet(
        "modus operandi",
        "Modus operandi",
        ("Code", "Name", "Direction", "Reports", "Definition"),
        rows,
        note="A report may carry up to three codes: never add these figures up.",
    )


def _topics(book: Book, document: Entry) -> None:
    rows = [
        (
            topic["id"],
            topic["label"],
            topic["reports"],
            "candidate" if topic["candidate"] else "",
            "; ".join(topic["phrases"]),
            "; ".join(f"{c['code']} {c['share']:.0%}" for c in topic["codes"]),
        )
        for topic in document["topics"]
    ]
    head = ("Topic", "Label", "Reports", "Candidate", "Phrases shared", "Modus operandi, share")
    book.sheet("topics", "Topics", head, rows)


def _signals(book: Book, document: Entry) -> None:
    rows = [
        (
            s["name"],
            s["series"],
            s["period"],
            s["kind"],
            s["direction"],
            s["observed"] if "observed" in s else Few(f"fewer than {document['status']['k']}"),
            s["expected"],
            s["upper"],
            float(s["q"]),
        )
        for s in document["signals"]
    ]
    head = (
        "Watched", "Series", "Period", "Kind", "Direction", "Observed", "Expected", "Upper limit",
        "q",
    )  # fmt: skip
    book.sheet("signals", "Counts outside what their past explains", head, rows)


def _table(book: Book, source: Source, table: SafeTable) -> None:
    """Add one cut: two dimensions as a grid, any other number as rows of shown cells."""
    label = source.names.label
    title = "Usable reports by " + " by ".join(d.replace("_", " ") for d in table.dimensions)
    few = fewer(source.analysis.k)
    if len(table.dimensions) == 2:
        down, across = table.dimensions
        columns = table.levels[across]
        rows = [
            [row, label(down, row), *(_cell(source, table, row, column) for column in columns)]
            for row in table.levels[down]
        ]
        head = [down, "name", *(label(across, column) for column in columns)]
    elif len(table.dimensions) == 1:
        (down,) = table.dimensions
        rows = [[row, label(down, row), _cell(source, table, row)] for row in table.levels[down]]
        head = [down, "name", "Reports"]
    else:
        rows = [[*cell.key, cell.reports] for cell in table.cells]
        head = [*table.dimensions, "Reports"]
        few = f"Only shown cells have a row; every other combination has {few} reports"
    book.sheet(table.id, title, head, rows, note=f"{few}: any count that may not be shown.")


def _cell(source: Source, table: SafeTable, *key: str) -> int | Few:
    reports = table.count(*key)
    return Few(fewer(least(source.analysis, *key))) if reports is None else reports
