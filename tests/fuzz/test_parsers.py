"""A bounded, coverage-guided fuzz run of every parser; ``OBSERVATORY_FUZZ_RUNS`` sets how long."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("atheris", reason="atheris has no build for this platform")

SCRIPT = Path(__file__).with_name("parsers.py")
RUNS = os.environ.get("OBSERVATORY_FUZZ_RUNS", "2000")


def names():
    """Return the names of the parsers without importing them under instrumentation."""
    for node in ast.parse(SCRIPT.read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and node.target.id == "PARSERS":
            return [key.value for key in node.value.keys]
    raise AssertionError("no list of parsers")


@pytest.mark.parametrize("name", names())
def test_a_parser_understands_or_says_why_not(name):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), name, RUNS],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
