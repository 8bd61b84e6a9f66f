"""Odd terminals: none, a closed one, a narrow one, a plain locale, names that are no UTF-8."""

import json
import os
import pty
import shutil
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "observatory"]


def run(*arguments, shell="", **options):
    """Run the real command; ``shell`` follows it on its line."""
    line = " ".join(["exec" if not shell.startswith("|") else "", '"$@"', shell])
    return subprocess.run(
        ["bash", "-c", line, "observatory", *COMMAND, *map(os.fspath, arguments)],
        capture_output=True, check=False, timeout=120, **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        (">&-", b""),
        (">/dev/full", b"No space left on device"),
        ("| (exec <&-; sleep 1); exit ${PIPESTATUS[0]}", b"stopped reading"),
    ],
)
def test_a_reader_that_is_gone_is_no_traceback(empty, shell, said):
    done = run("--instance", empty.folder, "import", empty.register, shell=shell)
    assert done.returncode == (1 if said else 0), done.stderr
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_a_path_that_is_no_utf8_in_a_plain_locale(empty, tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9 \n"
    shutil.copytree(os.fsencode(empty.folder), name)
    plain = {**os.environ, "LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    done = run("--instance", name, "import", empty.register, env=plain)
    assert done.returncode == 0, done.stderr
    done = run("--instance", name + b"-none", "import", empty.register, env=plain)
    assert done.returncode == 3, done.stderr
    assert b"is not an observatory" in done.stderr


def test_products_are_json_in_any_locale(prepared, analysed, tmp_path):
    arguments = ("--instance", analysed.folder, "analyse", "--shares", *analysed.shares)
    plain = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = run(*arguments, "--json", "-", env=plain)
    assert done.returncode == 0, done.stderr
    assert prepared.run(*arguments, "--json", tmp_path / "out.json").code == 0
    said, kept = json.loads(done.stdout), json.loads((tmp_path / "out.json").read_bytes())
    del said["manifest"]["run"], kept["manifest"]["run"]
    assert said == kept


def test_nobody_at_a_terminal_is_asked_nothing(empty):
    done = subprocess.run(
        [*COMMAND, "--instance", str(empty.folder), "analyse"],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"--shares" in done.stderr


def test_a_narrow_terminal_that_knows_nothing(empty):
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [*COMMAND, "--instance", str(empty.folder), "import", str(empty.register)],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "COLUMNS": "7", "LINES": "2", "TERM": "dumb", "LC_ALL": "C"},
    )  # fmt: skip
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert done.wait(60) == 0, said
    assert b"Sealed 24 reports" in said
    assert b"Traceback" not in said
