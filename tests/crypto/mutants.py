"""Mutation testing of ``crypto/``: python tests/crypto/mutants.py [MODULE ...]

Each mutant is one small change by mutmut's operators; the tests of its module must fail. Here the
operators go over whole modules: constants, properties and decorators too, which hold the formats
and which mutmut's own run leaves out (it swaps function bodies in one process). Two things are left
out. Texts inside ``raise`` are wording; that the right refusal is given is tested by its telling
part. What only the type checker reads (annotations, ``Literal``, ``NewType``) does nothing here.

Mutants live in a scratch copy, one at a time, each in a process of its own. Those that no test can
tell from the original stand in ``equivalent_mutants.toml`` with the reason. Exits 1 when another
survives, when one listed there does not, or when a module has no more than 90% killed.
"""

from __future__ import annotations

import difflib
import os
import resource
import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
import libcst.matchers as m

# What the tests load besides the product is loaded once, before a process is split off for each.
import pyhpke  # noqa: F401
import pytest
import rfc8785  # noqa: F401
import shamir_mnemonic  # noqa: F401
from cryptography.hazmat.primitives import hpke  # noqa: F401
from cryptography.hazmat.primitives.kdf import argon2  # noqa: F401
from hypothesis import strategies  # noqa: F401
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TESTS = {
    "envelope": ("vectors", "envelope", "xwing"),
    "xwing": ("xwing", "envelope"),
    "merkle": ("merkle",),
    "signing": ("signing",),
    "passphrase": ("passphrase",),
    "sides": ("signing",),
    "shares": ("shares",),
    "group": ("group",),
    "blind": ("blind",),
}
COPIED = ("crypto", "observatory", "tests/crypto", "docs/vectors")
PYTEST_INI = "[pytest]\naddopts = -q -x --import-mode=importlib\npythonpath = tests/crypto .\n"
# As tests/conftest.py sets it; and no search for a smaller example once one has failed.
CONFTEST = """
from hypothesis import Phase, settings
settings.register_profile(
    "mutants", derandomize=True, deadline=None, max_examples=60, database=None,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("mutants")
"""
ENOUGH = 0.9
MEMORY = 4 * 2**30
SECONDS = 15
"""Of the processor, for a module's tests; they take one or two."""


@dataclass(frozen=True)
class Mutant:
    """One changed module: its code, and the lines before and after the change."""

    code: str
    was: str
    now: str


class _WholeModule(MutationVisitor):
    """mutmut's visitor; it also enters what mutmut's trampolines cannot replace."""

    def __init__(self) -> None:
        super().__init__(mutation_operators, IgnoredCode(set(), set(), set()))
        self._left_out: set[int] = set()

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if m.matches(node, m.Raise()):
            self._left_out |= {id(text) for text in m.findall(node, m.SimpleString())}
        if m.matches(node, m.Decorator() | m.FunctionDef() | m.Param()):
            return False
        for_types_only = m.Subscript(m.Name("Literal")) | m.Call(m.Name("NewType"))
        if m.matches(node, m.Assign(value=for_types_only)):
            return True
        return id(node) in self._left_out or super()._skip_node_and_children(node)


def mutants(code: str) -> Iterator[Mutant]:
    """Yield each mutant of a module that compiles, once."""
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = _WholeModule()
    wrapper.visit(visitor)
    seen = {code}
    for mutation in visitor.mutations:
        changed = wrapper.module.deep_replace(mutation.original_node, mutation.mutated_node).code
        if changed in seen:
            continue
        seen.add(changed)
        try:
            compile(changed, "mutant", "exec")
        except SyntaxError:
            continue
        lines = [*difflib.ndiff(code.splitlines(), changed.splitlines())]
        was, now = (
            " ".join(line[2:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
        )
        yield Mutant(changed, was, now)


def scratch_copy(place: Path) -> None:
    """Copy what the tests of ``crypto/`` need, with a configuration that loads nothing else."""
    for part in COPIED:
        shutil.copytree(
            ROOT / part,
            place / part,
            ignore=shutil.ignore_patterns("__pycache__", "static", "assets"),
        )
    (place / "pytest.ini").write_text(PYTEST_INI)
    (place / "conftest.py").write_text(CONFTEST)


def passes(place: Path, module: str) -> bool:
    """Run a module's tests in a process of its own; too long counts as failing.

    What is too long is told by the processor's time, so that a busy machine kills no mutant.
    """
    # Compiled mutants of one second would be taken for each other.
    shutil.rmtree(place / "crypto" / "__pycache__", ignore_errors=True)
    child = os.fork()
    if child == 0:
        _run_tests(place, module)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _run_tests(place: Path, module: str) -> None:
    os.chdir(place)
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(silence, stream)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.path[0] = str(place)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    files = [f"tests/crypto/test_{name}.py" for name in TESTS[module]]
    code = 3
    try:
        code = int(pytest.main([*files, "-p", "no:cacheprovider"]))
    finally:
        os._exit(code)


def survivors(place: Path, module: str) -> tuple[int, list[Mutant]]:
    """Return how many mutants a module has, and those that its tests let pass.

    Raises:
        SystemExit: the tests fail on the original, before or after, or pass on a module that
            cannot be loaded.
    """
    path = place / "crypto" / f"{module}.py"
    code = path.read_text()
    if not passes(place, module):
        sys.exit(f"{module}: the tests fail on the original")
    path.write_text("raise ImportError\n")
    if passes(place, module):
        sys.exit(f"{module}: the tests do not load it")
    every = list(mutants(code))
    left = []
    for number, mutant in enumerate(every, start=1):
        path.write_text(mutant.code)
        if passes(place, module):
            left.append(mutant)
        if sys.stderr.isatty() or number == len(every):
            sys.stderr.write(f"\r{module}: {number} of {len(every)}, {len(left)} survived")
    sys.stderr.write("\n")
    path.write_text(code)
    if not passes(place, module):
        sys.exit(f"{module}: the tests fail on the original now and then")
    return len(every), left


def judge(module: str, count: int, left: list[Mutant]) -> tuple[str, list[str]]:
    """Return the module's row of the table, and what is wrong."""
    listed = tomllib.loads((HERE / "equivalent_mutants.toml").read_text()).get(module, [])
    why = {(entry["was"], entry["now"]): entry["why"] for entry in listed}
    found = {(mutant.was, mutant.now) for mutant in left}
    reasons = Counter(why[key] for mutant in left if (key := (mutant.was, mutant.now)) in why)
    wrong = [f"{module}: survived:\n  - {was}\n  + {now}" for was, now in found - why.keys()]
    wrong += [f"{module}: listed, but killed:\n  - {w}\n  + {n}" for w, n in why.keys() - found]
    share = 1 - len(left) / count
    if share <= ENOUGH:
        wrong.append(f"{module}: only {share:.1%} killed")
    notes = "; ".join(f"{number}: {reason}" for reason, number in reasons.items())
    row = f"| {module} | {count} | {count - len(left)} | {share:.1%} | {len(left)} | {notes} |"
    return row, sorted(wrong)


def main() -> int:
    modules = sys.argv[1:] or list(TESTS)
    rows, wrong = [], []
    with tempfile.TemporaryDirectory() as folder:
        scratch_copy(Path(folder))
        for module in modules:
            row, faults = judge(module, *survivors(Path(folder), module))
            rows.append(row)
            wrong += faults
    head = "| module | mutants | killed | | survived | equivalent because |"
    sys.stdout.write("\n".join([head, "|---|---|---|---|---|---|", *rows, "", *wrong]) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
