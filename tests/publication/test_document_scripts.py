"""Names in any script: right to left where they are so, and never a reason to have no report."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from pathlib import Path

import fontpkg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from test_document_pdf import structure

from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS
from observatory.publication.glyphs import PUT, coverage, drawable
from observatory.publication.typesetting import FONTS, isolated

ARABIC = "ميناء البحر الشمالي (رصيف 12)"
RUSSIAN = "Таможенный пост «Южный» № 7"
UNDRAWN = "海关 7"

COVERED = coverage(Path(str(fontpkg.path(name))) for name in FONTS)


@pytest.fixture(scope="module")
def abroad(source):
    """The PDF of an observatory whose first offices have names in other scripts."""
    names = (ARABIC, RUSSIAN, UNDRAWN)
    offices = tuple(replace(o, name=n) for o, n in zip(source.offices, names, strict=False))
    there = replace(source, offices=(*offices, *source.offices[len(names) :]))
    return PdfReader(io.BytesIO(FORMS["pdf"](systemic(there), there)[""]))


@pytest.fixture(scope="module")
def text(abroad):
    return " ".join(" ".join(page.extract_text() for page in abroad.pages).split())


def test_a_name_in_russian_is_set_and_announced_as_russian(abroad, text):
    assert RUSSIAN in text
    assert "ru" in {str(element.get("/Lang", "")) for element in structure(abroad)}


def test_a_name_in_arabic_is_set_in_an_arabic_font_and_announced_as_arabic(abroad, text):
    letters = set(unicodedata.normalize("NFKC", text))
    assert {c for c in ARABIC if c.isalpha()} <= letters
    assert "ar" in {str(element.get("/Lang", "")) for element in structure(abroad)}


def test_a_character_without_a_glyph_is_replaced_and_the_reader_told(text):
    assert f"{PUT}{PUT} 7" in text
    assert "stands for a character that the fonts of this document do not hold" in text


def test_names_of_right_to_left_script_are_isolated_and_others_left_alone():
    apart = isolated([ARABIC, RUSSIAN])
    assert apart(f"fell at {ARABIC}: 3") == f"fell at \u2068{ARABIC}\u2069: 3"
    assert apart(RUSSIAN) == RUSSIAN


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(max_size=30))
def test_isolating_a_name_changes_no_word(name, around):
    text = f"{around}{name}{around}".replace("\u2068", "").replace("\u2069", "")
    done = isolated([name])(text)
    assert done.replace("\u2068", "").replace("\u2069", "") == text


@given(st.text())
def test_what_is_drawn_has_a_glyph_or_is_blank(text):
    for character in drawable(text, COVERED):
        assert (
            ord(character) in COVERED
            or character.isspace()
            or unicodedata.category(character) == "Cf"
        )


def test_the_fonts_cover_what_the_observatory_writes():
    assert drawable(f"{ARABIC} {RUSSIAN} ‘’“”–…·№", COVERED) == f"{ARABIC} {RUSSIAN} ‘’“”–…·№"
    assert drawable("e\u0301 a\ufe0f", frozenset(map(ord, "ea"))) == "e a"


def test_a_broken_font_is_named(tmp_path):
    font = tmp_path / "broken.ttf"
    font.write_bytes(b"\0\1\0\0" + bytes(8))
    with pytest.raises(ValueError, match=r"broken\.ttf has no character table"):
        coverage([font])
