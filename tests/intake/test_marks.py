"""Marks on what could point to the reporter: what is found, alike in both readers, at what cost."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from re import _constants, _parser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.demo.corpus import make_corpus
from observatory.intake import marks

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "tests/vectors/marks.txt"
LONGEST = 60_000
HOSTILE = (
    "a", "a ", "Ab ", "1 ", "1", "1-", "a.", "a-", "A.", "+", "@", "12 ", "123 456 ", "1.1.", " ",
    "I am the ", "mr de ", "Ab-", "Ab de ", "a1", "AB12 ", "a@a.", "www.", "12 march ", "12 de ",
    "السيد ", "١ ", "\n", "e\u0301", "🙂1", "я работаю ",
)  # fmt: skip


def cases():
    """Return (text, marks) of the table's lines."""
    found = []
    for line in TABLE.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, expected = "", []
        for plain, kind, words in re.findall(r"([^⟦]*)(?:⟦(\w+):([^⟧]*)⟧)?", line):
            text += plain.replace("⏎", "\n")
            if kind:
                expected.append((len(text), len(text) + len(words), kind))
                text += words
        found.append((text, expected))
    return found


CASES = cases()


def here(text):
    return [(mark.start, mark.end, mark.kind) for mark in marks.marks(text)]


def in_node(texts):
    program = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    done = subprocess.run(
        [program, ROOT / "tests/support/marks.mjs"],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
    )
    return [[tuple(mark) for mark in answer] for answer in json.loads(done.stdout)]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:40] for text, _ in CASES])
def test_the_table(text, expected):
    assert here(text) == expected


def test_every_kind_is_in_the_table():
    assert {kind for _, expected in CASES for *_, kind in expected} == set(marks.KINDS)


def test_the_browser_marks_alike():
    chance = random.Random(6)
    texts = [text for text, _ in CASES]
    words = " ".join(texts).split(" ")
    odd = [
        *HOSTILE,
        "ſ",
        "İ",
        "ı",
        "K",
        "\u0301",
        "\u00a0",
        "\u2028",
        "\x85",
        "\x1c",
        "𝐀",
        "—",
        "٣",
    ]
    pools = (words, odd)
    texts += [
        "".join(
            chance.choice(chance.choice(pools)) + chance.choice(("", " ", ". "))
            for _ in range(chance.randrange(1, 40))
        )
        for _ in range(400)
    ]
    texts += [(piece * LONGEST)[:6000] for piece in HOSTILE]
    assert in_node(texts) == [here(text) for text in texts]


def test_the_browser_marks_made_up_reports_alike():
    texts = [report.narrative for report in make_corpus(seed=3, months=6, size=400).reports]
    assert in_node(texts) == [here(text) for text in texts]


@given(text=st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("1 2.A-a@/:Б١"))))
def test_pieces_are_the_text_and_marks_stand_apart(text):
    pieces = marks.segments(text)
    assert "".join(words for words, _ in pieces) == text
    assert all(words for words, _ in pieces)
    ends = 0
    for mark in marks.marks(text):
        assert ends <= mark.start < mark.end <= len(text)
        assert mark.kind in marks.KINDS
        ends = mark.end


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_longest_hostile_text_comes_to_an_end(piece):
    """A pattern that tries every way of cutting a text would outlast the limit of a test."""
    text = (piece * LONGEST)[:LONGEST]
    assert "".join(words for words, _ in marks.segments(text)) == text


def repetitions(parsed, within=()):
    """Give (most, what is repeated, what repeats that) of each repetition in a parsed pattern."""
    for operation, argument in parsed:
        inner = within
        if operation in {_constants.MAX_REPEAT, _constants.MIN_REPEAT}:
            _, most, item = argument
            yield most, item, within
            inner = (*within, most)
        for part in argument if isinstance(argument, list | tuple) else ():
            if isinstance(part, _parser.SubPattern):
                yield from repetitions(part, inner)
            elif isinstance(part, list) and part and isinstance(part[0], _parser.SubPattern):
                for branch in part:
                    yield from repetitions(branch, inner)


def test_every_pattern_is_bounded():
    """Each is tried where a word begins, so a bounded one costs no more than the text is long.

    Without bound is only a run of one kind of character, which nothing around it repeats.
    """
    seen = 0
    for rule in marks._rules().rules:
        for most, item, within in repetitions(_parser.parse(rule.pattern.pattern)):
            seen += 1
            assert most <= 500 or (most == _constants.MAXREPEAT and not within)
            assert most <= 500 or [operation for operation, _ in item] == [_constants.IN]
    assert seen > 200


def test_places_are_listed_once_in_the_pages_order_and_cut():
    text = ". ".join(["It was Adam"] * 3 + [f"It is {4000 + n}1" for n in range(12)])
    found = marks.found_in(marks.segments(f"{text} www.{'x' * 90}"))
    assert list(found) == ["name", "online", "number"]
    assert found["name"] == ("Adam",)
    assert found["online"] == ("www." + "x" * 56 + "…",)
    assert found["number"] == (*[f"{4000 + n}1" for n in range(8)], "…")


def test_planted_identifiers_are_found():
    planted = missed = 0
    for report in make_corpus(seed=5, months=12, size=1200).reports:
        found = marks.marks(report.narrative)
        for identifier in report.identifiers:
            at = report.narrative.index(identifier)
            planted += 1
            missed += not any(at < m.end and m.start < at + len(identifier) for m in found)
    assert planted > 50
    assert missed <= 0.05 * planted
