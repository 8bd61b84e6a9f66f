"""A bounded, coverage-guided fuzz run of every parser; ``OBSERVATORY_FUZZ_RUNS`` sets how long."""

import ast
import json
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


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Have a parser fuzzed in a process of its own; return its exit code and what it said."""
    server = subprocess.Popen(
        [sys.executable, str(SCRIPT), "-", RUNS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(SCRIPT.parents[2]),
            "TMPDIR": str(tmp_path_factory.mktemp("fuzz")),
        },
    )

    def asked(name):
        server.stdin.write(f"{name}\n")
        server.stdin.flush()
        return json.loads(server.stdout.readline())

    yield asked
    server.stdin.close()
    assert server.wait(60) == 0


@pytest.mark.parametrize("name", names())
def test_a_parser_understands_or_says_why_not(ask, name):
    code, said = ask(name)
    assert code == 0, said[-3000:]
