"""Workbooks as files: made by a spreadsheet library, or part by part where none would make them."""

from __future__ import annotations

import zipfile

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def written(path, sheets, **options):
    """Write sheets {name: rows} with xlsxwriter; a function in place of rows gets (book, sheet)."""
    with xlsxwriter.Workbook(str(path), options) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if callable(rows):
                rows(book, sheet)
                continue
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def raw(path, rows, *, before="", after="", parts=None, prologue="", main=MAIN):
    """Write a workbook whose only sheet has these bytes of XML as its rows."""
    whole = {
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{RELATION}"><sheets>'
        '<sheet name="Register" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("r1", "worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f'{prologue}<worksheet xmlns="{main}">{before}<sheetData>'
        f"{rows}</sheetData>{after}</worksheet>",
        **(parts or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in whole.items():
            package.writestr(name, content)
    return path


def relations(*entries, mode=""):
    """The XML of a part's relations: (id, kind, target) each."""
    said = f' TargetMode="{mode}"' if mode else ""
    listed = "".join(
        f'<Relationship Id="{key}" Type="{RELATION}/{kind}" Target="{target}"{said}/>'
        for key, kind, target in entries
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def inline(*rows, first=1):
    """The XML of rows of text that stands in the cells themselves."""
    return "".join(
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row)
        + "</row>"
        for number, row in enumerate(rows, start=first)
    )
