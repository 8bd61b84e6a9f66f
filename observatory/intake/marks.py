r"""What in a reporter's words could point to the reporter: found, marked, never changed.

The rules are data (``marks.json``), which the browser's script reads as well
(``observatory/assets/marks.js``), so that both mark alike. They are hints: capitals, numbers and
turns of phrase, no knowledge of who anybody is. Nothing here keeps, logs or raises a word.

Every pattern is tried only where a word begins and is bounded, so the time is linear in the text.
A name in braces stands for a class or part of the rules' own; there is no flag, no look behind and
no ``\w``, so that Python's ``re`` and JavaScript's ``RegExp`` read each pattern in one way.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KINDS = (
    "name", "telephone", "online", "number", "amount", "date", "time", "only", "role",
)  # fmt: skip
"""In the order in which a page explains them."""

FEW_WORDS = 4  # in a text of a few words, two names are no habit
PLACES_SHOWN = 8
LONGEST_SHOWN = 60

RULES = Path(__file__).with_name("marks.json")
_NAMED = re.compile(r"\{([A-Z_]+)\}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that could point to somebody.

    Attributes:
        start: of its first character, in code points.
        end: behind its last.
        kind: one of ``KINDS``.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class _Rule:
    """Patterns of a kind; without a kind, of what looks like a mark and is none.

    Attributes:
        kind: one of ``KINDS`` or "".
        pattern: tried where a word begins.
        written: read in the words as written, not in their folded form.
        capital: it finds capital letters, which open a sentence as well.
    """

    kind: str
    pattern: re.Pattern[str]
    written: bool
    capital: bool


@dataclass(frozen=True)
class _Rules:
    """The rules, ready to run; each attribute is explained where it is used."""

    rules: tuple[_Rule, ...]
    folding: dict[int, int]
    starts: re.Pattern[str]
    sentences: re.Pattern[str]
    words: re.Pattern[str]
    capitals: re.Pattern[str]
    common: frozenset[str]


@lru_cache(maxsize=1)
def _rules() -> _Rules:
    source = json.loads(RULES.read_text("utf-8"))
    parts = {**source["classes"], **source["parts"]}

    def compiled(pattern: str) -> re.Pattern[str]:
        while _NAMED.search(pattern):
            pattern = _NAMED.sub(lambda name: str(parts[name[1]]), pattern)
        return re.compile(pattern)

    return _Rules(
        tuple(
            _Rule(
                rule["kind"],
                compiled("|".join(rule["any"])),
                rule.get("written", False),
                rule.get("capital", False),
            )
            for rule in source["rules"]
        ),
        str.maketrans(*source["fold"]),
        compiled(source["starts"]),
        compiled(source["sentences"]),
        compiled("[{A}]{2,}"),
        compiled("[{U}][{L}]"),
        frozenset(" ".join(source["common"]).split()),
    )


def marks(text: str) -> tuple[Mark, ...]:
    """Return what could point to somebody, in order and apart from each other.

    Args:
        text: normalised words (NFC, LF).
    """
    found: list[Mark] = []
    for mark in _found(text):
        last = found[-1] if found else None
        if last and mark.kind == last.kind == "name" and text[last.end : mark.start] == " ":
            found[-1] = Mark(last.start, mark.end, "name")
        else:
            found.append(mark)
    return tuple(found)


def segments(text: str) -> tuple[tuple[str, str], ...]:
    """Return the text in pieces, (words, kind or ""), which are the text again when joined."""
    pieces: list[tuple[str, str]] = []
    end = 0
    for mark in marks(text):
        pieces += [(text[end : mark.start], ""), (text[mark.start : mark.end], mark.kind)]
        end = mark.end
    pieces.append((text[end:], ""))
    return tuple(piece for piece in pieces if piece[0])


def found_in(pieces: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return each kind that pieces hold with its first places, each once, in the order of a page.

    A long place is cut, and more than ``PLACES_SHOWN`` end in an ellipsis.
    """
    found: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
    for words, kind in pieces:
        if kind:
            found[kind][words if len(words) <= LONGEST_SHOWN else words[:LONGEST_SHOWN] + "…"] = (
                None
            )
    return {
        kind: (*list(places)[:PLACES_SHOWN], *(["…"] if len(places) > PLACES_SHOWN else []))
        for kind, places in found.items()
        if places
    }


def _found(text: str) -> Iterator[Mark]:
    known = _rules()
    # Letters without case and accent, digits as ASCII: one for one, so that places stay.
    folded = text.translate(known.folding)
    runs = list(_runs(known, folded))
    loud = _is_loud(known, text, runs)
    end = 0
    for start, opening in runs:
        if start < end:
            continue
        for rule in known.rules:
            match = rule.pattern.match(text if rule.written else folded, start)
            if match is None or (
                rule.capital and not _is_name(known, folded[start : match.end()], opening, loud)
            ):
                continue
            end = match.end()
            if rule.kind:
                yield Mark(start, end, rule.kind)
            break


def _runs(known: _Rules, folded: str) -> Iterator[tuple[int, bool]]:
    """Give where each run of letters and digits starts, and whether it opens a sentence."""
    end = 0
    for run in known.starts.finditer(folded):
        opening = end == 0 or known.sentences.search(folded, end, run.start()) is not None
        yield run.start(), opening
        end = run.end()


def _is_loud(known: _Rules, text: str, runs: list[tuple[int, bool]]) -> bool:
    """Tell whether most words have capitals, which then say nothing about names."""
    inner = [start for start, opening in runs if not opening]
    capitals = sum(known.capitals.match(text, start) is not None for start in inner)
    return 2 * capitals > len(inner) + FEW_WORDS


def _is_name(known: _Rules, folded: str, opening: bool, loud: bool) -> bool:
    """Tell whether what has capitals is perhaps a name, and no common word or sentence's start."""
    first = known.words.search(folded)
    if first is not None and first[0] in known.common:
        return False
    if "." in folded:  # initials
        return True
    return not loud and not (opening and " " not in folded)
