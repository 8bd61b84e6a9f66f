"""Whoever reads the products takes the report along, with the manifest that names it."""

import io
import json
import zipfile
from hashlib import sha256

import pytest
from made_up_analysis import found_made_up
from member import Member

from observatory.access.sign_in import one_time_path
from observatory.app import create_members
from observatory.audit import Kind


@pytest.fixture(scope="module")
def observatory(tmp_path_factory):
    return found_made_up(tmp_path_factory.mktemp("documents"))


@pytest.fixture
def guest(observatory):
    found = Member(create_members(observatory))
    assert found.get(one_time_path(observatory)).status_code == 303
    return found


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "json"])
def test_a_document_comes_with_its_manifest_and_is_logged(observatory, guest, form):
    assert f'action="/documents/{form}"' in guest.get("/documents").text
    answer = guest.post(f"/documents/{form}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        document = file.read(f"systemic-report.{form}")
        manifest = json.loads(file.read(f"systemic-report.{form}.manifest.json"))
    assert manifest["signed"]["document"]["sha256"] == sha256(document).hexdigest()
    assert manifest["signed"]["document"]["audience"] == "members"
    made = [e.facts for e in observatory.audit.entries() if e.kind is Kind.DOCUMENT_MADE]
    assert made[-1]["sha256"] == sha256(document).hexdigest()


def test_another_form_there_is_not(guest):
    assert guest.post("/documents/docx").status_code == 404


def test_nothing_is_made_of_products_that_were_edited(tmp_path):
    instance = found_made_up(tmp_path)
    guest = Member(create_members(instance))
    assert guest.get(one_time_path(instance)).status_code == 303
    (path,) = instance.folder.glob("products/*/members.json")
    path.write_bytes(path.read_bytes().replace(b"6140", b"6141", 1))
    before = len(instance.audit.entries())
    answer = guest.post("/documents/json", token=guest.token())
    assert answer.status_code == 500
    assert b"6141" not in answer.data
    assert len(instance.audit.entries()) == before
