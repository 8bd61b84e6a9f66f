"""The command ``report``: files, manifest and exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys

import pytest
from document_schemas import validator
from made_up_analysis import store
from made_up_products import made_up

from observatory.audit import Kind
from observatory.errors import BadInputError, ResourceError
from observatory.publication.making import make


@pytest.fixture
def analysed(instance):
    store(instance, {a: made_up(a) for a in ("members", "public")})
    return instance


def run(instance, arguments, **options):
    command = [sys.executable, "-m", "observatory", "--instance", str(instance.folder), "report"]
    return subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False, **options
    )


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "json"])
def test_document_and_manifest_belong_together(analysed, tmp_path, form):
    out = tmp_path / f"report.{form}"
    written = make(analysed, "systemic", out)
    manifest = json.loads((tmp_path / f"report.{form}.manifest.json").read_text("utf-8"))
    validator("document-manifest").validate(manifest)
    assert manifest["signatures"] == []
    manifest = manifest["signed"]
    assert manifest["document"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert manifest["document"]["format"] == form
    assert manifest["policy"] == analysed.policy.fingerprint
    assert manifest["analysis"]["run"]["audit"] == {"size": 412, "root": "ef" * 32, "signed": 400}
    logged = analysed.audit.entries()[-1]
    assert logged.kind is Kind.DOCUMENT_MADE
    assert logged.facts == {
        "document": "systemic",
        "audience": "members",
        "sha256": manifest["document"]["sha256"],
    }
    for companion in manifest["companions"]:
        content = out.with_name(out.name + companion["suffix"]).read_bytes()
        assert companion["sha256"] == hashlib.sha256(content).hexdigest()
    assert sorted(written) == sorted(tmp_path.glob("report.*"))
    assert not list(tmp_path.glob(".*"))


def test_command_writes_and_says_what_it_wrote(analysed, tmp_path):
    done = run(analysed, ("systemic", tmp_path / "r.json", "--audience", "public"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == f"Wrote {tmp_path / 'r.json'}"
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["status"]["audience"] == "public"


def test_no_suffix_means_pdf_and_format_overrides_the_suffix(analysed, tmp_path):
    make(analysed, "systemic", tmp_path / "plain")
    assert (tmp_path / "plain").read_bytes().startswith(b"%PDF")
    make(analysed, "systemic", tmp_path / "data.txt", form="json")
    assert json.loads((tmp_path / "data.txt").read_text("utf-8"))["kind"] == "systemic"


@pytest.mark.parametrize("kind", ["trend", "impact", "relations", "workshop"])
def test_other_kinds_are_not_offered_yet(analysed, tmp_path, kind):
    if kind == "trend":
        done = run(analysed, (kind, tmp_path / "r.pdf"))
        assert done.returncode == 2
        assert "not offered by this version" in done.stderr
    else:
        with pytest.raises(Exception, match="not offered by this version"):
            make(analysed, kind, tmp_path / "r.pdf")
    assert not (tmp_path / "r.pdf").exists()


def test_unknown_kind_is_a_usage_error(analysed, tmp_path):
    assert run(analysed, ("gossip", tmp_path / "r.pdf")).returncode == 2


def test_nothing_analysed_yet_says_what_to_run(instance, tmp_path):
    with pytest.raises(BadInputError, match="observatory analyse"):
        make(instance, "systemic", tmp_path / "r.pdf")
    assert run(instance, ("systemic", tmp_path / "r.pdf")).returncode == 3
    assert not list(tmp_path.glob("r.pdf*"))


def test_a_missing_folder_is_a_missing_resource(analysed, tmp_path):
    with pytest.raises(ResourceError, match="folder exists"):
        make(analysed, "systemic", tmp_path / "none" / "r.json")


def test_products_that_cannot_be_read_are_a_missing_resource(analysed, tmp_path):
    next(analysed.folder.glob("products/*/members.json")).unlink()
    with pytest.raises(ResourceError, match="run the analysis again"):
        make(analysed, "systemic", tmp_path / "r.json")


def test_a_full_disk_leaves_the_old_document_whole(analysed, tmp_path):
    out = tmp_path / "r.json"
    make(analysed, "systemic", out)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("r.json*")}

    def no_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    if os.name != "posix":
        pytest.skip("limits of file size are POSIX")
    done = run(
        analysed,
        ("systemic", out, "--audience", "public"),
        preexec_fn=no_space,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.glob("r.json*")} == before
    assert not list(tmp_path.glob(".r.json*"))
