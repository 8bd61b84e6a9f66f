"""A folder that may not be written: said so, nothing changed, and what only reads still works.

Root writes whatever the modes say, so for root the folder is mounted read-only.
"""

import subprocess
import sys

import pytest
from served import free_port

from observatory.instance import Instance

WAYS = ("Read-only file system", "Permission denied", "may not be written to")


def refused(done):
    """Tell that a command ended as where nothing may be written, with nothing unexpected."""
    assert done.code == 1, done
    assert any(words in done.errors for words in WAYS), done.errors
    assert "Unexpected" not in done.errors


def test_init(prepared, read_only, tmp_path):
    read_only(tmp_path)
    refused(prepared.run("--instance", tmp_path / "new", "init"))
    assert not (tmp_path / "new").exists()


def test_import_and_analyse(prepared, sealed, read_only):
    before = {path.name: path.read_bytes() for path in sealed.folder.iterdir() if path.is_file()}
    read_only(sealed.folder)
    refused(prepared.run("--instance", sealed.folder, "import", sealed.register))
    refused(prepared.run("--instance", sealed.folder, "analyse", "--shares", *sealed.shares))
    assert {
        path.name: path.read_bytes() for path in sealed.folder.iterdir() if path.is_file()
    } == before
    assert Instance.open(sealed.folder).latest() is None


@pytest.mark.parametrize("where", ["document", "observatory"])
def test_report_writes_a_document_that_is_logged_or_none(
    prepared, analysed, read_only, tmp_path, where
):
    folder = tmp_path / "out"
    folder.mkdir()
    read_only(folder if where == "document" else analysed.folder)
    report = ("--instance", analysed.folder, "report", "systemic")
    refused(prepared.run(*report, folder / "r.json"))
    assert list(folder.iterdir()) == []


def test_serve_says_so_before_a_reporter_comes(sealed, read_only):
    read_only(sealed.folder)
    command = [sys.executable, "-m", "observatory", "--instance", str(sealed.folder), "serve"]
    done = subprocess.run(
        [*command, "--role", "intake", "--port", str(free_port())],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert any(words in done.stderr for words in WAYS), done.stderr
    assert "Traceback" not in done.stderr
    assert "http://" not in done.stdout
