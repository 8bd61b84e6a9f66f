"""Registers that are spreadsheets, as offices keep them."""

import csv
import json
from datetime import date, datetime

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from vault_contents import sealed_sets
from workbooks import inline, raw, written

from observatory.analysis.opening import open_reports
from observatory.decisions.quorum import open_key
from observatory.errors import BadInputError
from observatory.intake.commands import import_register
from observatory.intake.imports import mapping, register
from observatory.intake.imports.register import ImportedRow, Refusal
from observatory.intake.imports.sealing import seal_register

TODAY = date(2026, 11, 24)
HEADER = ["narrative", "reported_on", "stage"]


def rows(path, rules=None):
    return list(register.read(path, rules, TODAY))


def said(path, rules=None):
    """The narratives of the good rows, and (sheet, row, column) of the refused ones."""
    found = rows(path, rules)
    return (
        [row.complaint.narrative for row in found if isinstance(row, ImportedRow)],
        [(row.place.sheet, row.place.row, row.column) for row in found if isinstance(row, Refusal)],
    )


def rules(tmp_path, text="source: a\nnarrative: [narrative]\n"):
    path = tmp_path / "map.yaml"
    path.write_text(text, "utf-8")
    return mapping.read(path)


def dated(book, sheet):
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["they asked", None, "release"])
    moment = datetime(2025, 3, 3, 14, 30)  # noqa: DTZ001  (spreadsheets know no zones)
    sheet.write_datetime(1, 1, moment, day)
    sheet.write_row(2, 0, ["and again", "2025-03-12", ""])
    sheet.write_row(3, 0, ["no date", 45719, ""])


@pytest.mark.parametrize("epoch_of_1904", [False, True])
def test_good_rows_are_sealed_and_open_again(founded, quorum, tmp_path, epoch_of_1904):
    path = written(tmp_path / "r.xlsx", {"Register": dated}, date_1904=epoch_of_1904)
    done = seal_register(founded.instance, path, None)
    assert done.sealed == 2
    assert [(r.place.row, r.place.sheet, r.column) for r in done.refusals] == [
        (4, "Register", "reported_on")
    ]
    private = open_key(founded.instance, quorum)
    opened = open_reports(sealed_sets(founded.instance.vault), private, TODAY)
    assert {(r.narrative, r.week) for r in opened.reports} == {
        ("they asked", "2025-W10"),
        ("and again", "2025-W11"),
    }
    assert {tuple(r.facets.items()) for r in opened.reports} == {(("stage", "release"),), ()}


def test_the_same_register_as_csv_and_as_workbook_counts_once(founded, quorum, tmp_path):
    table = [HEADER, ["they asked", "2025-03-03", "release"], ["again", "2025-03-04", ""]]
    with (tmp_path / "r.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    seal_register(founded.instance, tmp_path / "r.csv", None)
    seal_register(founded.instance, written(tmp_path / "r.xlsx", {"S": table}), None)
    private = open_key(founded.instance, quorum)
    opened = open_reports(sealed_sets(founded.instance.vault), private, TODAY)
    assert (len(opened.reports), sum(opened.repeats.values())) == (2, 2)


def test_the_kind_is_known_by_content_not_by_name(tmp_path):
    book = written(tmp_path / "register.csv", {"S": [["narrative"], ["they asked"]]})
    assert said(book)[0] == ["they asked"]
    text = tmp_path / "register.xlsx"
    text.write_text("narrative\nthey asked\n", "utf-8")
    assert said(text)[0] == ["they asked"]


def test_formulas_count_as_their_stored_values_or_are_refused(tmp_path):
    path = tmp_path / "r.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["narrative", "other"])
    book.active.append(['="they " & "asked"', "=1+1"])
    book.active.append(["a plain cell", "=1+1"])
    book.save(path)
    assert said(path) == (["a plain cell"], [("Sheet", 2, "narrative")])
    assert "stored value" in rows(path)[0].reason

    def stored(_, sheet):
        sheet.write_row(0, 0, ["narrative"])
        sheet.write_formula(1, 0, '=HYPERLINK("https://example.org","x")', None, "they asked")
        sheet.write_formula(2, 0, '=IF(1,"","")', None, "")

    path = written(tmp_path / "s.xlsx", {"S": stored})
    assert said(path)[0] == ["they asked"]


def test_sheets_of_one_header_are_read_together_others_must_be_named(tmp_path):
    two = {"North": [["narrative"], ["one"]], "South": [["narrative"], [""], ["two"]], "Empty": []}
    assert said(written(tmp_path / "a.xlsx", two))[0] == ["one", "two"]
    path = written(tmp_path / "b.xlsx", two | {"Lists": [["codes"], ["MO01"]]})
    with pytest.raises(BadInputError, match="North, South, Lists"):
        rows(path)
    named = rules(tmp_path, "source: a\nnarrative: [narrative]\nsheet: South\n")
    assert said(path, named)[0] == ["two"]
    both = rules(tmp_path, "source: a\nnarrative: [narrative]\nsheet: [North, South]\n")
    assert said(path, both)[0] == ["one", "two"]
    with pytest.raises(BadInputError, match=r"no sheet 'East'.*North, South, Empty, Lists"):
        rows(path, rules(tmp_path, "source: a\nnarrative: [narrative]\nsheet: East\n"))


def test_titles_above_the_header_hidden_and_blank_rows(tmp_path):
    def kept(_, sheet):
        sheet.merge_range(0, 0, 0, 2, "Register of 2025")
        sheet.write_row(2, 0, ["number", "narrative", ""])
        sheet.write_row(3, 0, [1, "one", "checked"])
        sheet.write_row(5, 0, [2, "two"])
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.write_row(7, 0, [3, "  "])

    path = written(tmp_path / "r.xlsx", {"S": kept})
    with pytest.raises(BadInputError, match="header_row") as error:
        rows(path, rules(tmp_path))
    assert "Register of 2025" not in str(error.value)
    headed = rules(tmp_path, "source: a\nnarrative: [narrative]\nheader_row: 3\n")
    assert said(path, headed) == (["one", "two"], [("S", 8, "narrative")])


def test_merged_cells_say_so_where_the_mapping_reads_them(tmp_path):
    def merged(_, sheet):
        sheet.write_row(0, 0, HEADER)
        sheet.merge_range(1, 1, 2, 1, "2025-03-03")
        sheet.write(1, 0, "one")
        sheet.write(2, 0, "two")
        sheet.merge_range(3, 0, 4, 0, "three")  # one report over two rows
        sheet.merge_range(3, 1, 4, 1, "2025-03-04")

    path = written(tmp_path / "r.xlsx", {"S": merged})
    assert said(path) == (["one", "three"], [("S", 3, "reported_on")])
    assert "merged" in next(row.reason for row in rows(path) if isinstance(row, Refusal))


def test_numbers_truths_errors_and_rich_text(tmp_path):
    (tmp_path / "m.yaml").write_text(
        "source: a\nnarrative: [text]\nfacets:\n"
        "  amount: {column: paid, bands: {under_day: 0, day_week: 100, week_month: 1000}}\n"
        "  stage: {column: done, values: {'TRUE': release}}\n"
    )

    def cells(book, sheet):
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, ["text", "paid", "done"])
        sheet.write_row(1, 0, ["", 150.5, True])
        sheet.write_rich_string(1, 0, "they ", bold, "asked")
        sheet.write_row(2, 0, ["line\none _x000D_", 1e21, ""])
        sheet.write_row(3, 0, ["bad", "", ""])
        sheet.write_formula(3, 1, "=NA()", None, "#N/A")

    path = written(tmp_path / "r.xlsx", {"S": cells})
    first, second, third = rows(path, mapping.read(tmp_path / "m.yaml"))
    assert first.complaint.narrative == "they asked"
    assert first.complaint.facets == {"amount": "day_week", "stage": "release"}
    assert second.complaint.narrative == "line\none _x000D_"
    assert second.complaint.facets == {"amount": "week_month"}
    assert (third.place.row, third.column) == (4, "paid")


def test_the_strict_dialect_and_cells_without_addresses(tmp_path):
    path = raw(
        tmp_path / "r.xlsx",
        inline(["narrative", "reported_on"])
        + '<row><c t="str"><v>they asked</v></c><c t="d"><v>2025-03-03T10:00:00</v></c></row>',
        main="http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    (row,) = rows(path)
    assert (row.complaint.narrative, row.week) == ("they asked", "2025-W10")


def test_the_command_names_sheet_and_row(founded, tmp_path):
    path = written(tmp_path / "r.xlsx", {"Book": [["narrative"], ["they asked"], [" "], ["x\x01"]]})
    folder = founded.instance.folder
    done = CliRunner().invoke(import_register, [str(path)], obj=folder)
    assert done.exit_code == 3
    assert "Row 4 of sheet 'Book', column narrative" in done.stderr
    listed = json.loads(
        CliRunner().invoke(import_register, [str(path), "--json"], obj=folder).stdout
    )
    assert listed["sealed"] == 1
    assert [(r["sheet"], r["row"]) for r in listed["refused"]] == [("Book", 4)]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.lists(st.tuples(WORDS, st.dates(date(1990, 1, 1), TODAY)), max_size=8))
def test_any_workbook_reads_to_what_was_written(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("book") / "r.xlsx"

    def fill(book, sheet):
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(0, 0, ["narrative", "reported_on"])
        for number, (words, when) in enumerate(table, start=1):
            sheet.write_string(number, 0, words)
            sheet.write_datetime(number, 1, when, day)

    found = rows(written(path, {"S": fill}))
    assert [r.place.row if isinstance(r, Refusal) else 0 for r in found] == [
        r.place.row if isinstance(r, Refusal) else 0 for r in rows(path)
    ]
    by_csv = path.with_suffix(".csv")
    with by_csv.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["narrative", "reported_on"], *table])
    assert [_outcome(row) for row in found] == [_outcome(row) for row in rows(by_csv)]


def _outcome(row):
    if isinstance(row, Refusal):
        return (row.place.row, row.column, row.reason)
    return (row.complaint, row.week, row.once)
