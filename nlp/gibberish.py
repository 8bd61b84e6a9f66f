"""Text that says nothing in any language: keyboard mash, printers' filler, one word over and over.

Told from letters alone, since a vector of such text means nothing.
"""

import re
from itertools import pairwise

from nlp.languages import word_set

# Rows of keys of the Latin (two kinds), Cyrillic and Arabic keyboards.
_ROWS = (
    *("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    *("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    *("ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرلاىةوزظ"),
)
_NEIGHBOURS = frozenset(
    pair for row in _ROWS for one, two in pairwise(row) for pair in (one + two, two + one)
)

# The passage of Cicero as printers have long cut it up (Cicero, De finibus 1.10.32).
_FILLER = word_set("""
lorem ipsum dolor sit amet consectetur adipiscing adipisicing elit sed do eiusmod tempor incididunt
ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi
aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum eu
fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt culpa qui officia deserunt
mollit anim id est laborum
""")

_SHORT = 12  # words; mash longer than this is rare, and long texts hold odd words by right
_VOWEL = re.compile("[aeiouy]")
_CONSONANTS = re.compile("[^aeiouy']+")


def mash(row: list[str]) -> bool:
    """Whether most letters of a short text stand in words that nobody could say.

    Args:
        row: folded words.
    """
    long = [word for word in row if len(word) > 2]
    if not long or len(row) > _SHORT:
        return False
    odd = [len(word) for word in long if _unsayable(word)]
    return sum(odd) > 0.6 * sum(map(len, long)) and (len(odd) >= 2 or sum(odd) >= 10)


def filler(row: list[str]) -> bool:
    """Whether a text is the passage that fills a page before its words are written."""
    return len(row) >= 4 and sum(word in _FILLER for word in row) >= 0.7 * len(row)


def echo(row: list[str]) -> bool:
    """Whether a text is one word, four times or more."""
    return len(row) >= 4 and len(set(row)) == 1


def _unsayable(word: str) -> bool:
    along = sum(one + two in _NEIGHBOURS for one, two in pairwise(word))
    if len(word) >= 4 and along >= 0.75 * (len(word) - 1):
        return True  # fingers ran along a row of keys
    if len(word) >= 6 and len(set(word)) <= 2:
        return True
    if not word.isascii():
        return False
    return not _VOWEL.search(word) or max(map(len, _CONSONANTS.findall(word)), default=0) >= 5
