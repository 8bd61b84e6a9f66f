"""Same input, same bytes, wherever and whenever; and no trace of the machine in any form."""

from __future__ import annotations

import getpass
import hashlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS

ELSEWHERE = """
import hashlib, json, sys
sys.path[:0] = {folders}
from conftest import _source
from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS
source = _source("members")
made = {{form: FORMS[form](systemic(source), source) for form in FORMS}}
print(json.dumps({{
    form + suffix: hashlib.sha256(content).hexdigest()
    for form, files in made.items() for suffix, content in files.items()
}}))
"""

FOLDERS = re.compile(r"/(?:tmp|home|root|usr|var|opt|work|srv|mnt|proc|site-packages)/")
TIME_OF_DAY = re.compile(r"\b(?:[01]\d|2[0-3]):[0-5]\d\b(?::[0-5]\d)?")
MIDNIGHT = {"00:00:00", "00:00"}
"""The document is dated by day; its formats ask for a time and an offset all the same."""


@pytest.fixture(scope="module")
def made(made_pdf, document, source):
    """Every file of every form, by form and suffix."""
    files = {form: FORMS[form](document, source) for form in FORMS if form != "pdf"}
    others = {form + s: content for form, got in files.items() for s, content in got.items()}
    return {"pdf": made_pdf, **others}


@pytest.fixture(scope="module")
def words(made):
    """All that a reader of each file can find in it, hidden properties too."""
    reader = PdfReader(io.BytesIO(made["pdf"]))
    hidden = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    found = {name: content.decode("utf-8-sig") for name, content in made.items() if name[0] in "cj"}
    found["pdf"] = "\n".join(
        [hidden, str(reader.metadata), *(p.extract_text() for p in reader.pages)]
    )
    with zipfile.ZipFile(io.BytesIO(made["xlsx"])) as book:
        found["xlsx"] = "\n".join(book.read(name).decode() for name in book.namelist())
    return found


def test_another_process_place_and_time_zone_give_the_same_bytes(made, tmp_path):
    folders = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(folders=folders)],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "TZ": "Asia/Kathmandu",
            "LC_ALL": "C",
            "PYTHONHASHSEED": "7",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        name: hashlib.sha256(content).hexdigest() for name, content in made.items()
    }


def test_forms_do_not_depend_on_what_was_made_before(made, source, public_source):
    public = FORMS["xlsx"](systemic(public_source), public_source)[""]
    assert public != made["xlsx"]
    assert FORMS["xlsx"](systemic(source), source)[""] == made["xlsx"]


def test_no_form_names_a_folder_a_machine_or_its_user(words):
    machine = {socket.gethostname(), getpass.getuser(), str(Path.cwd()), sys.prefix}
    for name, text in words.items():
        # Addresses of sources have folders of their own.
        plain = re.sub(r"https?://\S+", "", text)
        assert not FOLDERS.search(plain), name
        assert not [said for said in machine if re.search(rf"\b{re.escape(said)}\b", plain)], name


def test_every_form_names_the_head_of_the_log_and_how_much_of_it_both_sides_signed(words):
    for name in ("pdf", "xlsx", "json"):
        plain = re.sub(r"\s+", " ", words[name])
        assert "412 entries, the first 400 of them signed by both sides" in plain, name
        assert "ef" * 32 in plain.replace(" ", ""), name


def test_no_form_tells_a_time_of_day(words, made):
    for name, text in words.items():
        plain = re.sub(r"https?://\S+", "", text)
        assert set(TIME_OF_DAY.findall(plain)) <= MIDNIGHT, name
    with zipfile.ZipFile(io.BytesIO(made["xlsx"])) as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
