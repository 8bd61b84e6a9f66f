"""How old one must be to read the reporters' pages in English: python benchmarks/reading.py.

Two formulas, each giving a school grade of the United States, to which five years are added:
Flesch and Kincaid's (Kincaid et al., Navy Research Branch Report 8-75, 1975), by syllables, and
the Automated Readability Index (Senter and Smith, AMRL-TR-6620, 1967), by letters. Syllables are
counted as groups of vowels without a silent last e: a rule of thumb. A sentence ends with a full
stop or a mark of question or exclamation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from observatory.languages.__main__ import source

FROM_GRADE = 5
WORD = re.compile(r"[A-Za-z]+(?:[’'-][A-Za-z]+)*")
PAGES = {
    "the form": ("form.html", "narrative.html", "questions.html", "token.html"),
    "what is protected, and how to use Tor": ("safety.html", "token_safety.html"),
    "what has to be put right": ("problems.html",),
    "the second look and its marks": ("looking.html", "marks.html"),
    "the last page": ("sent.html",),
    "busy, refused": ("busy.html", "refused.html", "unsealable.html"),
    "the offline page": ("offline_page.html",),
}


def sentences(pages: Sequence[str]) -> list[list[str]]:
    """Return the words of each sentence of these templates; headings and labels are none."""
    found: list[list[str]] = []
    for message in source():
        text = message.id if isinstance(message.id, str) else message.id[-1]
        if {place.rpartition("/")[2] for place, _ in message.locations} & set(pages):
            whole = re.sub(r"%\(\w+\)s", "ten", re.sub(r"\.(org|net|onion)\b", "", text))
            parts = map(WORD.findall, re.findall(r"[^.?!]+[.?!]", whole))
            found.extend(words for words in parts if words)
    return found


def syllables(word: str) -> int:
    """Return about how many syllables an English word has."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = re.search(r"[^aeiouyl]e(?:d|s)?$", word.lower()) is not None
    return max(1, groups - silent)


def ages(told: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Return the age to read it by Flesch and Kincaid's formula, and by the index."""
    words = [word for sentence in told for word in sentence]
    length = len(words) / len(told)
    spoken = sum(map(syllables, words)) / len(words)
    letters = sum(map(len, words)) / len(words)
    return (
        0.39 * length + 11.8 * spoken - 15.59 + FROM_GRADE,
        4.71 * letters + 0.5 * length - 21.43 + FROM_GRADE,
    )


def main() -> None:
    """Print a line for each page."""
    print("| page | sentences | words a sentence | age, Flesch-Kincaid | age, ARI |")
    print("|---|---|---|---|---|")
    every = []
    for name, pages in PAGES.items():
        told = sentences(pages)
        every += told
        _line(name, told)
    _line("all of these", every)


def _line(name: str, told: Sequence[Sequence[str]]) -> None:
    length = sum(map(len, told)) / len(told)
    by_syllables, by_letters = ages(told)
    print(f"| {name} | {len(told)} | {length:.1f} | {by_syllables:.1f} | {by_letters:.1f} |")


if __name__ == "__main__":
    main()
