"""XLSX and CSV: read back, guarded against formulas, equal for equal input."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.disclosure import SafeTopic
from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS
from observatory.publication.tidy import DICTIONARY, guarded

RISKY = "=cmd|' /C calc'!A0"


@pytest.fixture(scope="module")
def risky(source):
    """A source in which somebody got a formula into a label and an office's name."""
    topics = (SafeTopic("T0001", RISKY, (RISKY,), 60, ()), *source.analysis.topics[1:])
    offices = (replace(source.offices[0], name="+1 office"), *source.offices[1:])
    return replace(source, analysis=replace(source.analysis, topics=topics), offices=offices)


@pytest.fixture(scope="module")
def book(risky):
    made = FORMS["xlsx"](systemic(risky), risky)[""]
    return openpyxl.load_workbook(io.BytesIO(made))


def rows(made):
    return list(csv.DictReader(io.StringIO(made.decode("utf-8-sig"))))


def test_workbook_has_its_sheets(book, source):
    assert book.sheetnames == [
        *("contents", "about", "base", "findings", "proposals", "modus operandi", "topics"),
        *(
            "topic changes",
            "signals",
            *(table.id for table in source.analysis.tables),
            "data dictionary",
        ),
    ]


def test_contents_of_the_workbook_link_to_every_other_sheet(book):
    rows = list(book["contents"].iter_rows(min_row=5))
    assert [row[0].value for row in rows] == book.sheetnames[1:]
    assert [row[0].hyperlink.location for row in rows] == [f"'{n}'!A1" for n in book.sheetnames[1:]]
    assert all(row[1].value for row in rows)


def test_every_sheet_keeps_its_header_in_sight_and_says_that_it_is_made_up(book):
    for sheet in book:
        assert sheet.freeze_panes.endswith("5")
        assert sheet.print_title_rows == "$4:$4"
        assert all(cell.value for cell in sheet[4])
        assert sheet["A3"].value.startswith("Made up, for demonstration")
        assert all(column.width <= 60 for column in sheet.column_dimensions.values())


def test_workbook_shows_what_the_table_holds_and_words_for_the_rest(book, source):
    table = source.analysis.table("mo_office")
    sheet = book["mo_office"]
    for line in sheet.iter_rows(min_row=5, values_only=True):
        shown = [table.count(line[0], office) for office in table.levels["office"]]
        few = "fewer than 10" if line[0] == "MO08" else "fewer than 5"
        assert list(line[2:]) == [few if value is None else value for value in shown]


def test_workbook_holds_no_formula_and_no_empty_or_zero_count(book):
    cells = [cell for sheet in book for line in sheet.iter_rows(min_row=5) for cell in line]
    assert all(cell.data_type != "f" for cell in cells)
    counts = [c.value for name in ("mo_month", "office") for c in book[name]["C"][4:]]
    assert counts
    assert all(value not in (None, 0) for value in counts)
    assert RISKY in [cell.value for cell in book["topics"]["B"]]


def test_workbook_and_dictionary_mark_poor_topics_and_list_what_changed(source, document):
    made = openpyxl.load_workbook(io.BytesIO(FORMS["xlsx"](document, source)[""]))
    found = {row[0].value: (row[4].value, row[5].value) for row in made["topics"].iter_rows()}
    assert found["T0004"] == ("poor", "4 in 10")
    assert found["T0001"][0] != "poor"
    said = [row[3].value for row in made["topic changes"].iter_rows(min_row=5)]
    assert said[1] == "T0021 is no topic any more: its reports have none in common."
    explained = {
        (row["column"], row["code"]): row["meaning"]
        for row in rows(FORMS["csv"](document, source)[DICTIONARY])
    }
    assert "do not build on it" in explained["topic", "T0004"]
    assert explained["topic", "T0001"].endswith("left out: 8 in 10.")


def test_workbook_says_that_it_is_made_up(book):
    assert any("made up" in str(cell.value) for cell in book["about"]["B"])


def test_workbook_carries_findings_and_proposals_ready_to_be_followed_up(book, document):
    found = [row[0].value for row in book["findings"].iter_rows(min_row=5)]
    assert found == [finding["id"] for finding in document["findings"]]
    head = [cell.value for cell in book["proposals"][4]]
    assert {"Owner", "Date", "Indicators", "Arusha factors"} <= set(head)


def test_same_input_same_bytes(source, document):
    for form in ("xlsx", "csv", "json"):
        assert FORMS[form](document, source) == FORMS[form](systemic(source), source)


def test_csv_holds_every_shown_cell_once_and_no_other(source, document):
    found = rows(FORMS["csv"](document, source)[""])
    for table in source.analysis.tables:
        cells = {
            tuple(row[d] for d in table.dimensions): int(row["reports"])
            for row in found
            if row["table"] == table.id
        }
        assert cells == {cell.key: cell.reports for cell in table.cells}
    assert all(int(row["reports"]) >= 5 for row in found)


def test_dictionary_explains_every_column_and_every_code(source, document):
    files = FORMS["csv"](document, source)
    data, words = rows(files[""]), rows(files[DICTIONARY])
    explained = {(row["column"], row["code"]) for row in words}
    assert {(column, "") for column in data[0]} <= explained
    assert all(row["label"] for row in words if row["code"] and row["column"] != "table")
    used = {(c, v) for row in data for c, v in row.items() if v and c not in ("reports", "status")}
    assert used <= explained


def test_csv_cells_that_begin_like_formulas_are_guarded(risky):
    files = FORMS["csv"](systemic(risky), risky)
    cells = [
        cell
        for made in files.values()
        for line in csv.reader(io.StringIO(made.decode("utf-8-sig")))
        for cell in line
    ]
    assert f"'{RISKY}" in cells
    assert "'+1 office" in cells
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell]


@given(st.text())
def test_guard_leaves_no_formula_and_keeps_the_text(value):
    said = guarded(value)
    assert said[:1] not in tuple("=+-@\t\r") or not said
    assert said.removeprefix("'") == value.removeprefix("'")
