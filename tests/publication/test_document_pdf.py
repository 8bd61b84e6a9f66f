"""The systemic report as PDF: what a reader, a screen reader and an archive find in it."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from made_up_products import CANARY
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS
from observatory.publication.tables import printed_tables
from observatory.publication.typesetting import by_stage

SECTIONS = (
    "1 Summary", "2 How to read the figures", "3 What was read", "4 Trends",
    "5 Modus operandi sheets", "6 Topics and candidate modus operandi",
    "7 Systemic problems and their roots", "8 Who reports what about whom", "9 Impact",
    "10 Recommendations", "11 Workshops", "12 Limits and rival explanations", "13 Dissent",
    "Annex A", "Annex B", "Annex C", "Annex D", "Annex E",
)  # fmt: skip


@pytest.fixture(scope="module")
def reader(made_pdf):
    return PdfReader(io.BytesIO(made_pdf))


@pytest.fixture(scope="module")
def text(reader):
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def structure(reader):
    """Return every element of the structure tree."""
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        item = waiting.pop()
        item = item.get_object() if isinstance(item, IndirectObject) else item
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict) and "/S" in item:
            found.append(item)
            waiting.extend([item["/K"]] if "/K" in item else [])
    return found


def test_every_section_is_there(text):
    assert [section for section in SECTIONS if section not in text] == []


def test_every_section_is_a_bookmark(reader):
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert [s for s in SECTIONS if not any(t.startswith(s) for t in titles)] == []


def test_words_of_reports_are_set_as_they_are(text):
    assert CANARY.replace(" ", "") in text.replace(" ", "")


def test_poor_topics_are_marked_and_what_changed_is_listed(text):
    assert "† poor: mostly not found again" in text
    assert "T0004\xa0†" in text or "T0004 †" in text
    assert "What became of topics in this run" in text
    assert "T0021 is no topic any more" in text


def test_other_scripts_are_set(reader, text):
    assert "платёж за печать" in text
    assert "/Noto" not in text
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("NotoSansArabic" in font for font in fonts)
    assert all("Noto" in font for font in fonts)


def test_the_absent_is_said_in_words_and_never_as_nothing(text):
    assert "fewer than 5" in text.replace("\u00a0", " ")
    assert "None" not in text.replace("None that may be shown", "").replace(
        "None can be stated", ""
    )
    assert "null" not in text


def test_made_up_is_said_on_the_cover_and_on_every_later_page(reader):
    pages = [page.extract_text() for page in reader.pages]
    assert "Every report behind this document is made up" in " ".join(pages[0].split())
    assert all("Made up, for demonstration" in page for page in pages[1:])


def test_title_language_and_tags_are_set(reader):
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Systemic report, January 2023 to December 2025"
    assert reader.metadata.creation_date.isoformat() == "2025-12-31T00:00:00+00:00"


def test_it_claims_pdf_a_and_pdf_ua(reader):
    claims = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part>1<" in claims
    assert "pdfaid:part>2<" in claims
    assert "pdfaid:conformance>A<" in claims


def test_every_figure_has_words_and_every_table_header_cells(reader):
    elements = structure(reader)
    kinds = [str(element["/S"]) for element in elements]
    figures = [element for element in elements if element["/S"] == "/Figure"]
    assert len(figures) > 20
    assert all(len(str(figure.get("/Alt", ""))) > 20 for figure in figures)
    assert kinds.count("/Table") > 20
    assert kinds.count("/TH") >= 2 * kinds.count("/Table")
    assert {"/H1", "/H2"} <= set(kinds)


def test_headings_never_skip_a_level(reader):
    kinds = [str(element["/S"]) for element in reversed(structure(reader))]
    levels = [int(kind[2:]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_font_is_embedded(reader):
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            for inner in font.get_object()["/DescendantFonts"]:
                held = inner.get_object()
                fonts[held["/BaseFont"]] = held["/FontDescriptor"].get_object()
    assert fonts
    assert all("/FontFile2" in described for described in fonts.values())


def test_findings_lead_to_what_they_rest_on_and_to_the_proposals(reader, document):
    page = next(p for p in reader.pages if "What both sides are asked to do" in p.extract_text())
    links = [a.get_object() for a in page["/Annots"] if a.get_object()["/Subtype"] == "/Link"]
    assert len(links) >= len(document["findings"])
    assert all(link["/Contents"] for link in links)
    said = " ".join(page.extract_text().split())
    assert all(finding["title"] in said for finding in document["findings"])


def test_later_pages_name_their_section_at_their_head(reader):
    heads = [page.extract_text().splitlines()[0] for page in reader.pages[2:]]
    assert all(head.startswith("Joint Integrity Observatory · Systemic report") for head in heads)
    assert any("10 Recommendations" in head for head in heads)


def test_every_chart_has_its_figures_in_a_table(document):
    drawn = [p["series"] for group in document["trends"]["groups"] for p in group["panels"]]
    named = [s["title"] for table in printed_tables(document) for s in table["series"]]
    assert len(drawn) > 10
    assert all(any(name.startswith(s.partition(":")[2]) for name in named) for s in drawn)
    for table in printed_tables(document):
        rows = [row for series in table["series"] for row in series["rows"]]
        assert {len(row) for row in rows} == {len(table["header"])}
        assert "0" not in {cell for row in rows for cell in row}


def test_public_report_uses_the_public_threshold(public_source):
    made = FORMS["pdf"](systemic(public_source), public_source)[""]
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    words = " ".join(text.replace("\u00a0", " ").split())
    assert "fewer than 10" in words
    assert "fewer than 5" not in words
    assert "the public" in words


def test_practices_by_step_stand_in_one_table_as_on_the_pages(text, source):
    shown = by_stage(source)
    assert shown["title"] in text
    rows = [row for group in shown["groups"] for row in group["rows"]]
    assert len(rows) > 3
    for row in rows:
        figures = [field["said"] for field in row["fields"] if field["said"]]
        assert figures
        assert " ".join(figures).replace("\u202f", " ") in text.replace("\u202f", " ")
    # Extortive and collusive practices stay apart here, too.
    assert [group["title"] for group in shown["groups"]][:2] == [
        "Extortive practices", "Collusive practices",
    ]  # fmt: skip


def test_an_analysis_without_that_cut_has_no_such_table(source):
    tables = tuple(t for t in source.analysis.tables if t.id != "mo_stage")
    assert by_stage(replace(source, analysis=replace(source.analysis, tables=tables))) is None
