"""The runbooks: their commands exist as they are written, and name what doctor looks at."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from observatory.cli import observatory
from observatory.doctor import database

DOCS = Path(__file__).parents[1] / "docs"
DOCUMENTS = [DOCS / f"{name}.md" for name in ("operations", "deploy", "governance")]
RUNBOOK = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
AS_ITS_USER = r"(?:runuser -u observatory -- )?"
IN_BLOCKS = re.findall(rf"^    {AS_ITS_USER}(observatory .*)$", RUNBOOK, re.MULTILINE)
IN_TEXT = re.findall(r"`(observatory [^`]*)`", RUNBOOK)
NAMED = re.findall(r"`((?:policy|batch|audit|key|retention) [a-z]+|intake-host)`", RUNBOOK)


def parsed(line: str) -> tuple[click.Command, set[str]]:
    """Resolve a line to its command and the parameters it gives; unknown options raise."""
    command: click.Command = observatory
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group):
        context = click.Context(command)
        _, words, _ = command.make_parser(context).parse_args(words)
        found = command.get_command(context, words.pop(0)) if words else None
        assert found is not None, line
        command = found
    given, rest, _ = command.make_parser(click.Context(command)).parse_args(words)
    assert not rest, line
    return command, {name for name, value in given.items() if value not in (None, ())}


@pytest.mark.parametrize("line", IN_BLOCKS)
def test_a_command_to_copy_is_whole(line):
    command, given = parsed(line)
    needed = {one.name for one in command.params if one.required}
    assert needed <= given, f"{line}: it needs {needed - given}"


@pytest.mark.parametrize("line", [*IN_TEXT, *(f"observatory {name}" for name in NAMED)])
def test_a_command_that_is_named_exists(line):
    parsed(line)


def test_a_mistyped_command_or_option_would_be_seen():
    for line in ("observatory bakup OUT", "observatory backup OUT --key FILE"):
        with pytest.raises((AssertionError, click.UsageError)):
            parsed(line)
    assert len(IN_BLOCKS) > 12


def test_every_setting_that_doctor_checks_is_in_the_runbook():
    told = dict(re.findall(r"ALTER SYSTEM SET (\w+) = '([^']*)';", RUNBOOK))
    assert told == {name: value for name, (value, _) in database._POSTGRESQL.items()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_links_lead_somewhere(document):
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", document.read_text("utf-8")):
        found = DOCS / target if target else document
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), (target, anchor)


def anchors(document: Path) -> set[str]:
    """Return the anchors that a page of Markdown gives its headings."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_file_that_is_named_is_there():
    for name in re.findall(r"`(deploy/[\w@][\w@.-]*)`", RUNBOOK):
        assert (DOCS.parent / name).exists(), name
