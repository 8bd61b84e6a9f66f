"""Files that mean harm, or came to it: a clear sentence, nothing sealed, no words, no memory."""

import codecs
import gc
import struct
import tracemalloc
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbooks import MAIN, inline, raw, relations, written

from observatory.errors import BadInputError
from observatory.intake.imports import delimited, mapping, package, register
from observatory.intake.imports.register import ImportedRow, Refusal
from observatory.intake.imports.sealing import seal_register

CANARY = "zanzibarquokka"
TODAY = date(2026, 11, 24)
GOOD = inline(["narrative"], ["they asked"])
ENTITIES = "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
OUTSIDE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


def rows(path, rules=None):
    return list(register.read(path, rules, TODAY))


def refused(path, *said):
    """Whether the whole file is refused in these words, and none of its own."""
    with pytest.raises(BadInputError) as error:
        rows(path)
    chain = [error.value]
    while chain[-1].__cause__ or chain[-1].__context__:
        chain.append(chain[-1].__cause__ or chain[-1].__context__)
    assert not any(CANARY in f"{link} {vars(link)}" for link in chain)
    assert all(words in str(error.value) for words in said), str(error.value)
    gc.collect()


def repeated(path, part, piece, times):
    """Write a workbook whose part is a great many times the same bytes."""
    raw(path, GOOD)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book,
        book.open(part, "w", force_zip64=True) as stream,
    ):
        for _ in range(times):
            stream.write(piece)
    return path


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path):
    path = repeated(tmp_path / "r.xlsx", "xl/media/image1.png", bytes(2**20), 40)
    refused(path, "times its size")


def test_a_zip_bomb_that_lies_about_its_size_is_stopped_while_it_unpacks(tmp_path):
    path = raw(tmp_path / "r.xlsx", GOOD + " " * 50_000_000)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[at + 24 : at + 28] = struct.pack("<I", 600)
    path.write_bytes(data)
    tracemalloc.start()
    refused(path, "damaged")
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_more_than_any_register_unpacks_to(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "MOST_BYTES", 500)
    refused(raw(tmp_path / "r.xlsx", GOOD), "unpacks to over")


def test_more_parts_than_any_register_has(tmp_path):
    parts = {f"xl/{number}": "" for number in range(package.MOST_PARTS + 1)}
    refused(raw(tmp_path / "r.xlsx", GOOD, parts=parts), "more parts")


@pytest.mark.parametrize("prologue", [ENTITIES, OUTSIDE, "<!DOCTYPE x SYSTEM 'http://x.test/'>"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels"])
def test_entity_bombs_and_outside_entities_are_refused(tmp_path, prologue, part):
    path = raw(tmp_path / "good.xlsx", inline(["narrative"], [CANARY]))
    with zipfile.ZipFile(path) as book:
        held = book.read(part).decode()
    held = prologue + held.replace("Register", "&b;").replace(CANARY, f"{CANARY}&b;")
    refused(raw(tmp_path / "r.xlsx", GOOD, parts={part: held}), "forbidden")


def test_a_sheet_that_claims_every_cell_there_can_be(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>'
    path = raw(
        tmp_path / "r.xlsx", GOOD + far, before='<dimension ref="A1:XFD1048576"/>',
        after='<mergeCells><mergeCell ref="A3:XFD1048575"/></mergeCells>',
    )  # fmt: skip
    tracemalloc.start()
    good, empty = rows(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert isinstance(good, ImportedRow)
    assert (empty.place.row, empty.column, empty.reason) == (1048576, "narrative", "holds no words")


@pytest.mark.parametrize(
    "bad",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="2"/>',
        '<row r="1048577"><c r="A1048577"/></row>',
        '<row r="9"><c r="XFE9"/></row>',
        f'<row r="{"9" * 5000}"/>',
        '<row r="-1"/>',
        f'<row r="9"><c r="{CANARY}"/></row>',
        "<row>",
    ],
)
def test_rows_that_no_spreadsheet_writes(tmp_path, bad):
    refused(raw(tmp_path / "r.xlsx", GOOD + bad))


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A2" t="s"><v>7</v></c>',
        f'<c r="A2" t="n"><v>{CANARY}</v></c>',
        '<c r="A2" t="n"><v>1e999</v></c>',
        f'<c r="A2" t="d"><v>{CANARY}</v></c>',
        f'<c r="A2" t="b"><v>{CANARY}</v></c>',
        f'<c r="A2" t="e"><v>{CANARY}</v></c>',
        f'<c r="A2"><f>{CANARY}</f></c>',
        '<c r="A2" t="inlineStr"><is><t>half _xD83D_</t></is></c>',
        '<c r="A2" t="inlineStr"><is><t>nothing _x0000_</t></is></c>',
    ],
)
def test_cells_that_cannot_be_read_cost_their_row_only(tmp_path, cell):
    path = raw(
        tmp_path / "r.xlsx",
        inline(["narrative"]) + f'<row r="2">{cell}</row>' + inline(["they asked"], first=3),
    )
    bad, good = rows(path)
    assert bad.place.row == 2
    assert CANARY not in repr(bad)
    assert good.complaint.narrative == "they asked"


def test_a_row_without_an_end_and_a_long_text_are_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(package, "LONGEST_STEP", 2**17)
    cells = '<c r="A9"/>' * 90_000
    refused(raw(tmp_path / "r.xlsx", f"{GOOD}<row>{cells}</row>"), "row of over")
    refused(raw(tmp_path / "s.xlsx", inline(["narrative"], ["a" * 500_000])), "row of over")


def test_old_encrypted_and_foreign_files_are_named(tmp_path):
    path = tmp_path / "r.xlsx"
    for start, said in (
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\xef\xbb\xbf <HTML><body>" + CANARY.encode(), "a web page"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (b"PK\x05\x06" + bytes(18), "is none"),
    ):
        path.write_bytes(start)
        refused(path, said)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("word/document.xml", "<w/>")
    refused(path, "is none")
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    refused(path, "OpenDocument")
    binary = relations(("r1", "officeDocument", "xl/workbook.bin"))
    refused(raw(path, GOOD, parts={"_rels/.rels": binary}), "xlsb")


def test_a_member_under_a_password_or_packed_oddly(tmp_path):
    path = raw(tmp_path / "r.xlsx", GOOD)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    refused(path, "password")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as book:
        book.writestr("xl/workbook.xml", "<a/>")
    refused(path, "packed")


def test_macros_and_links_are_never_followed(tmp_path, monkeypatch):
    opened = []
    whole = package.Package.pieces
    monkeypatch.setattr(package.Package, "pieces", lambda s, p: (opened.append(p), whole(s, p))[1])
    path = raw(
        tmp_path / "r.xlsm",
        GOOD,
        parts={
            "xl/vbaProject.bin": CANARY,
            "xl/externalLinks/externalLink1.xml": f"<x>{CANARY}</x>",
            "docProps/core.xml": ENTITIES,
            "xl/worksheets/_rels/sheet1.xml.rels": relations(
                ("r9", "hyperlink", "https://x.test/"), mode="External"
            ),
        },
    )
    (row,) = rows(path)
    assert row.complaint.narrative == "they asked"
    assert set(opened) == {
        "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml",
    }  # fmt: skip
    outside = relations(("r1", "worksheet", "file:///etc/passwd"), mode="External")
    refused(raw(path, GOOD, parts={"xl/_rels/workbook.xml.rels": outside}), "empty")
    above = relations(("r1", "worksheet", "../../../../etc/passwd"))
    refused(raw(path, GOOD, parts={"xl/_rels/workbook.xml.rels": above}), "lacks a part")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory):
    """The bytes of a workbook, the same for every example: its times and length can differ."""
    path = tmp_path_factory.mktemp("whole") / "r.xlsx"
    return written(path, {"S": [["narrative"], [CANARY], [CANARY]]}).read_bytes()


@given(st.data())
def test_a_file_cut_or_garbled_anywhere_never_says_what_it_held(tmp_path_factory, workbook, data):
    path, whole = tmp_path_factory.mktemp("cut") / "r.xlsx", bytearray(workbook)
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(5, len(whole) - 1))]
    else:
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole)
    try:
        found = rows(path)
    except BadInputError as error:
        assert CANARY not in str(error)  # noqa: PT017
    else:
        assert CANARY not in repr(found)


def test_a_truncated_workbook_seals_nothing(instance, tmp_path):
    path = written(tmp_path / "r.xlsx", {"S": [["narrative"], *([f"text {n}"] for n in range(99))]})
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(BadInputError, match="not complete"):
        seal_register(instance, path, None)
    assert len(instance.vault) == 0


def test_a_fault_in_the_last_row_seals_nothing(instance, tmp_path):
    path = raw(
        tmp_path / "r.xlsx", inline(["narrative"], *(["they asked"] for _ in range(99))) + "<"
    )
    with pytest.raises(BadInputError, match="broken"):
        seal_register(instance, path, None)
    assert len(instance.vault) == 0


def test_no_file_is_written_while_a_workbook_is_read(tmp_path, monkeypatch):
    path = raw(tmp_path / "r.xlsx", inline(["narrative"], *([CANARY * 900] for _ in range(50))))
    made = []
    monkeypatch.setattr("tempfile._mkstemp_inner", lambda *_: made.append(1))
    monkeypatch.setattr("tempfile.TemporaryFile", lambda *_, **__: made.append(1))
    assert len(rows(path)) == 50
    assert made == []
    assert [file.name for file in tmp_path.iterdir()] == ["r.xlsx"]


def test_memory_does_not_grow_with_the_rows(tmp_path):
    peaks = []
    for many in (500, 5_000):
        path = tmp_path / f"{many}.xlsx"
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("S")
        sheet.append(["narrative"])
        for _ in range(many):
            sheet.append(["the same words " * 8])
        book.save(path)
        tracemalloc.start()
        assert sum(1 for _ in register.read(path, None, TODAY)) == many
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 1e6


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (codecs.BOM_UTF16_LE + "narrative\nthey asked\n".encode("utf-16-le"), "encoding: utf-16"),
        (codecs.BOM_UTF16_BE + "narrative\nthey asked\n".encode("utf-16-be"), "encoding: utf-16"),
        ("narrative\nthey asked\n".encode("utf-16-le"), "encoding: utf-16-le"),
        ("narrative\nthey asked\n".encode("utf-16-be"), "encoding: utf-16-be"),
        (codecs.BOM_UTF32_LE + "narrative\n".encode("utf-32-le"), "encoding: utf-32"),
        (f"narrative\n{CANARY} réclamé\n".encode("latin-1"), "encoding: cp1252"),
        (b"narrative\n\xed\xa0\xbd " + CANARY.encode() + b"\n", "is not UTF-8"),
        (f"narrative;stage\n{CANARY};release\n".encode(), "delimiter: ';'"),
        (f"{CANARY},release\n{CANARY},\n".encode(), "no column 'narrative'"),
        (f"{CANARY},{CANARY}\n".encode(), "columns 1 and 2"),
        (b"narrative\n" + b"a" * (delimited.LONGEST_CELL + 9), "not well-formed"),
        (b"narrative\n" + b"a," * (delimited.LONGEST_RECORD // 2 + 9), "row of over"),
        (b'narrative\n"' + b'a\n","' * (delimited.LONGEST_RECORD // 5 + 9), "row of over"),
    ],
)
def test_csv_files_that_need_a_change_say_which(tmp_path, content, said):
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    refused(path, said)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_csv_files_in_their_encodings(tmp_path, encoding):
    (tmp_path / "m.yaml").write_text(f"source: a\nnarrative: [narrative]\nencoding: {encoding}\n")
    path = tmp_path / "r.csv"
    path.write_bytes("narrative\nréclamé\n".encode(encoding))
    (row,) = rows(path, mapping.read(tmp_path / "m.yaml"))
    assert row.complaint.narrative == "réclamé"


@pytest.mark.parametrize("encoding", ["rot13", "no-such", "base64"])
def test_encodings_that_are_none(tmp_path, encoding):
    (tmp_path / "m.yaml").write_text(f"source: a\nnarrative: [narrative]\nencoding: {encoding}\n")
    path = tmp_path / "r.csv"
    path.write_text("narrative\na\n")
    with pytest.raises(BadInputError, match="unknown encoding"):
        rows(path, mapping.read(tmp_path / "m.yaml"))


def test_long_cells_zeros_and_halves_of_characters_cost_their_row_only(tmp_path):
    path = tmp_path / "r.csv"
    long = CANARY * 80_000
    path.write_text(f'narrative,other\n{long},\n"{CANARY}\0",\nthey asked,{long}\n', "utf-8")
    first, second, good = rows(path)
    assert (first.place.row, first.column) == (2, "narrative")
    assert "bytes longer" in first.reason
    assert (second.place.row, second.column) == (3, "narrative")
    assert good.complaint.narrative == "they asked"
    assert CANARY not in repr([first, second])
    (tmp_path / "m.yaml").write_text("source: a\nnarrative: [n]\nencoding: unicode_escape\n")
    path.write_text("n\nhalf \\ud83d\nwhole\n")
    half, whole = rows(path, mapping.read(tmp_path / "m.yaml"))
    assert isinstance(half, Refusal)
    assert whole.complaint.narrative == "whole"


def test_a_workbook_with_a_long_cell_refuses_its_row(tmp_path):
    shared = f'<sst xmlns="{MAIN}"><si><t>narrative</t></si><si><t>{"a" * 1_000_000}</t></si></sst>'
    path = raw(
        tmp_path / "r.xlsx",
        '<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>'
        + inline(["they asked"], first=3),
        parts={
            "xl/sharedStrings.xml": shared,
            "xl/_rels/workbook.xml.rels": relations(
                ("r1", "worksheet", "worksheets/sheet1.xml"),
                ("r2", "sharedStrings", "sharedStrings.xml"),
            ),
        },
    )
    long, good = rows(path)
    assert (long.place.row, long.reason.split(" than")[0]) == (2, "is 940000 bytes longer")
    assert good.complaint.narrative == "they asked"
