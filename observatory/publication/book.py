"""A workbook as its readers want it: one look, panes that stay, nothing that is run."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from observatory.publication.documents.source import Entry
from observatory.publication.typesetting import dated

NAME_LENGTH = 31
HEAD = 3
"""Row of the header, counted from 0; title, note and warning stand above it."""

NARROWEST, WIDEST, HEADING = 9, 52, 16
"""Widths of columns, in characters; longer headings are broken into lines."""

MADE_UP = "Made up, for demonstration: no figure here says anything about a real place or person."
ACCENT, WARN, QUIET = "#17406B", "#8F2A0A", "#4A545E"


class Few(str):
    """The words for a count that is not shown."""

    __slots__ = ()


class Link(str):
    """The name of a sheet, linked to it."""

    __slots__ = ()


class Book:
    """A workbook that never reads text as a formula and has the same bytes for the same input."""

    def __init__(self, document: Entry) -> None:
        import xlsxwriter

        self._file = io.BytesIO()
        self._made_up = document["status"]["made_up"]
        self._named = f"{document['observatory']}: {document['title']}"
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
                "comments": MADE_UP if self._made_up else "",
                "created": dated(document).replace(tzinfo=None),
            }
        )
        top = {"valign": "top"}
        looks: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 15, "font_color": ACCENT},
            "note": {"font_color": QUIET},
            "warning": {"bold": True, "font_color": WARN},
            "head": {"bold": True, "bottom": 1, "text_wrap": True, **top},
            "number": {"num_format": "#,##0", **top},
            "estimate": {"num_format": "0.0###", **top},
            "few": {"font_color": QUIET, "italic": True, "align": "right", **top},
            "text": {"text_wrap": True, **top},
            "link": {"font_color": ACCENT, "underline": 1, **top},
        }
        self._formats = {name: self._book.add_format(look) for name, look in looks.items()}

    def sheet(
        self,
        name: str,
        title: str,
        header: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        note: str = "",
        held: int = 1,
    ) -> None:
        """Add a sheet: title, note, warning, header in row 4, then rows.

        Args:
            name: its tab, cut to 31 characters.
            title: what it shows.
            header: names of the columns.
            rows: a value a column; ``Few`` and ``Link`` have looks of their own.
            note: how it must be read.
            held: columns at the left that stay when one scrolls.
        """
        page = self._book.add_worksheet(name[:NAME_LENGTH])
        self._for_print(page)
        page.write_string(0, 0, title, self._formats["title"])
        page.write_string(1, 0, note, self._formats["note"])
        if self._made_up:
            page.write_string(2, 0, MADE_UP, self._formats["warning"])
        widths = [min(HEADING, len(text)) for text in header]
        for column, text in enumerate(header):
            page.write_string(HEAD, column, text, self._formats["head"])
        last = HEAD
        for last, row in enumerate(rows, start=HEAD + 1):
            for column, value in enumerate(row):
                self._cell(page, last, column, value)
                widths[column] = max(widths[column], len(str(value)))
        for column, width in enumerate(widths):
            page.set_column(column, column, min(WIDEST, max(NARROWEST, width + 2)))
        page.freeze_panes(HEAD + 1, held if len(header) > held else 0)
        if last > HEAD:
            page.autofilter(HEAD, 0, last, len(header) - 1)

    def _for_print(self, page: Any) -> None:
        page.hide_gridlines(2)
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(HEAD)
        # An ampersand begins a code there; doubled, it is itself.
        named = self._named.replace("&", "&&")
        page.set_footer(f"&L{named}, &A&C{MADE_UP if self._made_up else ''}&RPage &P of &N")

    def _cell(self, page: Any, row: int, column: int, value: Any) -> None:
        if isinstance(value, Link):
            target = f"internal:'{value[:NAME_LENGTH]}'!A1"
            page.write_url(row, column, target, self._formats["link"], str(value))
        elif isinstance(value, Few):
            page.write_string(row, column, value, self._formats["few"])
        elif isinstance(value, float):
            page.write_number(row, column, value, self._formats["estimate"])
        elif isinstance(value, int):
            page.write_number(row, column, value, self._formats["number"])
        else:
            page.write_string(row, column, str(value), self._formats["text"])

    def close(self) -> bytes:
        """Return the workbook's bytes."""
        self._book.close()
        return self._file.getvalue()
