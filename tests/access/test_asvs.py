"""The checklist of docs/asvs.md: each requirement once, and each test that it names is there."""

import re
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs/asvs.md"

SECTIONS = {
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333",
    "6.6": "2223", "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
}  # fmt: skip
"""OWASP ASVS 5.0.0: section -> the level of each of its requirements, in order."""

STANDS = {"met", "in part", "otherwise", "not met", "not applicable"}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows():
    return ROW.findall(PAGE.read_text("utf-8"))


def test_every_requirement_is_listed_once_with_its_level():
    wanted = [
        (f"{section}.{number}", level)
        for section, levels in SECTIONS.items()
        for number, level in enumerate(levels, 1)
    ]
    assert len(wanted) == 79
    assert [(number, level) for number, level, *_ in rows()] == wanted


def test_every_requirement_says_how_it_stands_and_what_shows_it():
    for number, _, short, stands, why in rows():
        assert stands in STANDS, number
        assert short.strip(), number
        if stands in {"met", "in part", "otherwise"}:
            assert NAMED.search(why), number
        else:
            assert len(why) > 15 or "none" in why, number


def test_every_test_that_is_named_is_there_once():
    text = PAGE.read_text("utf-8")
    named = set(NAMED.findall(text))
    assert len(named) > 60
    assert len(named) == len({test for _, test in named})
    for file, test in named:
        found = re.findall(rf"^def ({test})\(", (TESTS / file).read_text("utf-8"), re.MULTILINE)
        assert Counter(found) == {test: 1}, (file, test)
    # A test that is named in another way than the above would be checked by nobody.
    assert text.count("::test_") == len(NAMED.findall(text))
