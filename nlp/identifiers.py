"""Scrubbing: whatever points at one person, firm, vehicle or consignment leaves the text.

Recall comes first: a number is scrubbed by its shape, and a wrong check digit never saves it
(a reporter who mistypes a container number still names that container). Amounts of money and
dates are no identifiers and stay. Names of people are not found here: the phrase door deals with
them by an allow-list, which fails closed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nlp.patterns import CURRENCIES, INDIA, PATTERNS
from nlp.tokens import fold


@lru_cache(maxsize=1)
def _scanner() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """All patterns as one alternation, so that a text is read once."""
    parts, kinds = [], []
    shift = 0
    for position, (kind, pattern) in enumerate(PATTERNS):
        own = re.compile(pattern, re.IGNORECASE).groups
        offset = shift + 1
        parts.append(f"(?P<k{position}>{_renumber(pattern, offset)})")
        kinds.append(kind)
        shift += own + 1
    return re.compile("|".join(parts), re.IGNORECASE), tuple(kinds)


def _renumber(pattern: str, offset: int) -> str:
    """Back references moved by the groups before a pattern in the alternation."""
    return re.sub(r"\\([12])(?!\d)", lambda m: f"\\{int(m.group(1)) + offset}", pattern)


# Masks that a publisher of complaints leaves, run into what was not masked: "EggXXXX", "XXXXwas",
# "Netcredit/XXXX", "onXX/XX". What is left of the word names somebody or says nothing: it goes too.
_GLUED_MASK = re.compile(r"\b\w{0,40}(?:X{4,}|XX/XX)\w{0,40}")


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text without identifiers, and how many of each kind were found."""

    text: str
    found: Mapping[str, int]


def scrub(text: str) -> Scrubbed:
    """Replace identifiers by placeholders such as "⟨phone⟩"; masked runs (XXXX) are dropped.

    Scrubbing twice gives the same text as scrubbing once.
    """
    found: Counter[str] = Counter()
    # A replacement can put what stood around it side by side; three passes settle it in practice,
    # and the bound keeps the time linear whatever the text.
    for _ in range(6):
        scrubbed, counts = _scan(text)
        found += counts
        if scrubbed == text:
            break
        text = scrubbed
    return Scrubbed(text, dict(sorted(found.items())))


def _scan(text: str) -> tuple[str, Counter[str]]:
    """One pass over a text."""
    pattern, kinds = _scanner()
    found: Counter[str] = Counter()
    shouted = sum(c.isupper() for c in text) > 2 * sum(c.islower() for c in text)

    def replacement(match: re.Match[str]) -> str:
        assert match.lastgroup is not None  # noqa: S101  every alternative is a named group
        kind = kinds[int(match.lastgroup[1:])]
        if kind.startswith("keep") or not _is_identifier(kind, match.group(), shouted=shouted):
            return match.group()
        kind = "reference" if kind in {"numbered", "entry"} else kind
        found[kind] += 1
        return " " if kind == "masked" else f"⟨{kind}⟩"

    bare, glued = _GLUED_MASK.subn(" ", pattern.sub(replacement, text))
    found.update({"masked": glued} if glued else {})
    return bare, found


def _is_identifier(kind: str, found: str, *, shouted: bool) -> bool:  # noqa: PLR0911  (one case a kind)
    """Whether what a pattern found is an identifier after all."""
    digits = sum(c.isdigit() for c in found)
    if kind == "plate":
        return _is_plate(found, shouted=shouted)
    if kind == "url":
        return "/" in found or fold(found.split(".")[-2]) not in _words()
    if kind == "entry":
        return not (found[0] in "IA" and not found[1].isalpha() and found.endswith("00")) and (
            found[1].isalpha() or not found.endswith("000")
        )
    if kind == "iban":
        return digits >= 6
    if kind == "declaration":
        return digits >= 5
    if kind == "container":
        return found[:3].isupper() or (digits >= 7 and fold(found[:4]) not in _words())
    if kind == "phone":
        return digits >= 7
    if kind == "numbered":
        return _is_numbered(found)
    if kind == "reference":
        return _is_reference(found, digits)
    return True


def _is_numbered(found: str) -> bool:
    """A number after "file", "licence" and the like, unless it looks like a price of it."""
    number = found.rsplit(maxsplit=1)[-1]
    marked = re.search(r"(?:\b(?:nos?|num|number|ref)\b|[#:°º])", found, re.IGNORECASE)
    mixed = any(c.isalpha() for c in number) and _ORDINAL.fullmatch(number) is None
    return bool(marked or mixed or not number.rstrip("/-.").endswith("00"))


def _is_plate(found: str, *, shouted: bool) -> bool:  # noqa: PLR0911  (one case a shape)
    """Not "RS 500 TO" nor "OF 200 BY": letter groups that are words or units are no plate."""
    letters = re.findall(r"[A-Za-z]+", found)
    indian = letters[0] in INDIA.split("|")
    if indian and len(letters) > 1 and found[-4:].isdigit():
        return True
    if re.fullmatch(r"[A-Z]{2}-\d{3}-[A-Z]{2}", found):
        return True
    if re.fullmatch(
        r"[A-Z]{2}\d{2} ?[A-Z]{3}", found
    ):  # British: only words tell it from an amount
        return fold(letters[0]) != "rs" and fold(letters[1]) not in _words()
    if any(fold(group) in _units() for group in letters):
        return False
    if any(len(group) > 1 and fold(group) in _small_words() for group in letters):
        return False
    if len(letters) == 1:
        return len(letters[0]) == 3 or indian or found[0].isdigit()
    if len(letters[-1]) > 1 and fold(letters[-1]) in _words():
        return False
    return not (shouted and " " in found and len(letters[-1]) == 3)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Words of all languages that a pattern must not take for a part of an identifier."""
    from nlp.languages import everywhere

    every = everywhere()
    return every.stop | every.shared | every.complaint


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    from nlp.languages import get

    english = get("en")
    return _units() | (english.stop if english is not None else frozenset())


def _units() -> frozenset[str]:
    return frozenset(
        [
            "rs",
            "inr",
            "usd",
            "eur",
            "gbp",
            "cfa",
            "xaf",
            "xof",
            "rc",
            "gst",
            "fir",
            "noc",
            "kg",
            "km",
            "hrs",
            "cc",
            "mt",
        ]
    )


_MIXED = re.compile(r"[A-Za-z]+|\d+")
_ORDINAL = re.compile(
    r"\d+(?:st|nd|rd|th|er|e|eme|ème|o|a|am|pm|h|hrs?|kg|kgs|km|kms|tons?|mt|cc|ft|cm|mm|gb|mg|ml|yrs?|rs|inr|k|lakhs?|lacs?|cr)",
    re.IGNORECASE,
)


def _is_reference(found: str, digits: int) -> bool:
    """A letter and digit mixture long enough to name one thing; words, years and sizes are not."""
    if not any(c.isalpha() for c in found):
        return digits >= 7 and not re.fullmatch(r"(?:\d{1,4}[/-]){1,2}\d{1,4}", found)
    if _ORDINAL.fullmatch(found) or digits < 4:
        return False
    parts = _MIXED.findall(found)
    longest = max((len(part) for part in parts if part.isdigit()), default=0)
    wordy = [part for part in parts if part.isalpha() and len(part) >= 4]
    if _GLUED_WORDS.fullmatch(found) and not found.isupper():
        return False
    year = re.fullmatch(r"[A-Za-z]+[-_/]?(?:19|20)\d\d|(?:19|20)\d\d[-_/]?[A-Za-z]+", found)
    if year is not None and not found.isupper():
        return False
    if wordy and digits < 6 and longest < 5 and not any(sep in found for sep in "-/_"):
        return False  # an amount glued to a word: "paid500rupees", "rs5000only"
    return _money_glued(found) is None


_GLUED_WORDS = re.compile(
    r"\d{1,6}[-_/]?(?:(?:as|for|to|and|per|in|by|from|only|is|was|de|pour|por|para|of)|[a-zA-Z]{4,})(?:[-_/][a-zA-Z]{3,})*"
)
_GLUED = re.compile(
    rf"(?:(?:{CURRENCIES})\d{{1,9}}[a-z]*|\d{{1,9}}(?:{CURRENCIES})[a-z]*)", re.IGNORECASE
)


def _money_glued(found: str) -> re.Match[str] | None:
    return _GLUED.fullmatch(found)


def kinds() -> Iterator[str]:
    """The kinds that :func:`scrub` counts, each once."""
    return iter(
        sorted(
            {kind for kind, _ in PATTERNS if not kind.startswith("keep")} - {"numbered", "entry"}
        )
    )
