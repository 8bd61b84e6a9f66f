"""The poster: one page, its address readable by people and by cameras, in every language."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys

import pytest
from pypdf import PdfReader

from observatory.errors import BadInputError
from observatory.publication import poster

ADDRESS = "https://integrity.example.org/"
ONION = "jioobservatoryabcdefghijklmnopqrstuvwxyz234567abcdefghij.onion"
KEYS = ("name", "headline", "call", "form", "onion", "code", "what", "protected", "open", "care")

needs_zbar = pytest.mark.skipif(
    shutil.which("zbarimg") is None, reason="zbar-tools is not installed (.ci/run does it)"
)


def text_of(made):
    return " ".join(PdfReader(io.BytesIO(made)).pages[0].extract_text().split())


@needs_zbar
@pytest.mark.parametrize(
    ("address", "read"),
    [
        (ADDRESS, ADDRESS),
        ("https://report.integrity-observatory.example.org:8443", None),
        (f"http://{ONION}/", f"http://{ONION}/"),
    ],
)
def test_a_camera_reads_exactly_the_address(tmp_path, address, read):
    (tmp_path / "poster.pdf").write_bytes(poster.pdf(address))
    # As coarse as a telephone sees a page that hangs some steps away.
    command = ["pdftoppm", "-r", "60", "-png", tmp_path / "poster.pdf", tmp_path / "seen"]
    subprocess.run(command, capture_output=True, check=True)
    (seen,) = tmp_path.glob("seen*.png")
    found = subprocess.run(["zbarimg", "-q", "--raw", seen], capture_output=True, check=True)
    assert found.stdout.decode().split() == [read or f"{address}/"]


@pytest.mark.parametrize("language", poster.languages())
@pytest.mark.parametrize(
    "name", ["", "An Observatory With a Name That Is Uncommonly Long, of Sulina"]
)
def test_it_is_one_page_in_every_language(language, name):
    made = poster.pdf(ADDRESS, language=language, onion=ONION, name=name)
    reader = PdfReader(io.BytesIO(made))
    assert len(reader.pages) == 1
    assert reader.trailer["/Root"]["/Lang"] == language
    text = text_of(made)
    assert "integrity.example.org" in text
    assert ONION in text
    assert name in text


def test_every_language_says_as_much():
    words = poster._words()
    assert set(words) == {"en", "fr", "es", "pt", "ar", "ru"}
    for language, found in words.items():
        assert tuple(found) == KEYS, language
        for part, sentences in (("what", 4), ("protected", 3), ("open", 4)):
            assert len(found[part]["says"]) == sentences
        assert "{address}" in found["code"]
    everything = [str(found) for found in words.values()]
    assert len(set(everything)) == len(everything)


def test_an_onion_address_alone_says_what_to_open_it_with():
    assert "Tor Browser" in text_of(poster.pdf(f"http://{ONION}/"))
    assert "Tor Browser" not in text_of(poster.pdf(ADDRESS))


def test_both_sides_get_the_same_bytes():
    assert poster.pdf(ADDRESS, onion=ONION) == poster.pdf(ADDRESS, onion=f"http://{ONION}/")


def test_a_screen_reader_is_told_the_address_of_the_code():
    reader = PdfReader(io.BytesIO(poster.pdf(ADDRESS)))
    waiting, alternatives = [reader.trailer["/Root"]["/StructTreeRoot"]], []
    while waiting:
        item = waiting.pop()
        item = item.get_object() if hasattr(item, "get_object") else item
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            alternatives += [str(item["/Alt"])] if "/Alt" in item else []
            waiting.extend([item["/K"]] if "/K" in item else [])
    assert alternatives == ["QR code of the address integrity.example.org"]


@pytest.mark.parametrize(
    "address",
    [
        "integrity.example.org",
        "http://integrity.example.org/",
        "https://integrity.example.org/form",
        "https://integrity.example.org/?from=poster-7",
        "https://poster-7@integrity.example.org/",
        "https://integrity.example.org:port/",
        "https://intégrité.example.org/",
        "https://short.onion/",
        "http://short.onion/",
        "ftp://integrity.example.org/",
        "https:///",
    ],
)
def test_an_address_that_marks_its_reader_or_is_not_encrypted_is_refused(address):
    with pytest.raises(BadInputError, match="the address of the form alone"):
        poster.pdf(address)


def test_the_command_writes_it_under_the_observatory_s_own_name(instance, tmp_path):
    settings = instance.folder / "config.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('"Joint Integrity Observatory"', '"Delta Watch"'), "utf-8")
    for folder, name in ((instance.folder, "Delta Watch"), (tmp_path / "none", "المرصد")):
        out = tmp_path / "poster.pdf"
        command = [sys.executable, "-m", "observatory", "--instance", folder, "poster", out]
        command += ["--address", ADDRESS, "--language", "ar"]
        subprocess.run(command, check=True, capture_output=True)
        assert out.read_bytes() == poster.pdf(
            ADDRESS, language="ar", name=name if name.isascii() else ""
        )
    refused = subprocess.run([*command, "--onion", "x.onion"], capture_output=True, check=False)
    assert refused.returncode == 3
