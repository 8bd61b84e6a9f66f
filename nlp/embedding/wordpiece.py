"""Words to the pieces that BERT's English models know (Devlin et al., 2019; Wu et al., 2016)."""

from __future__ import annotations

import gzip
import unicodedata
from functools import lru_cache
from importlib.resources import files

_LONGEST_WORD = 100
_UNKNOWN, _FIRST, _LAST = "[UNK]", "[CLS]", "[SEP]"


def pieces(text: str, most: int) -> list[int]:
    """Numbers of a text's pieces, between the marks of beginning and end.

    Args:
        text: any text; case and accents are dropped.
        most: most numbers given, marks included; what is beyond is left out.
    """
    known = _vocabulary()
    found: list[int] = []
    for word in _words(text):
        found.extend(_of_word(word))
        if len(found) >= most - 2:
            break
    return [known[_FIRST], *found[: most - 2], known[_LAST]]


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, int]:
    packed = files("nlp.embedding").joinpath("wordpieces.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").split("\n")
    return {piece: number for number, piece in enumerate(lines[:-1])}


def _words(text: str) -> list[str]:
    """Words in small letters without accents; each sign and each Chinese character is a word."""
    spaced = []
    for character in unicodedata.normalize("NFD", text).lower():
        kind = unicodedata.category(character)
        if kind == "Mn" or (kind[0] == "C" and character not in "\t\n\r"):
            continue
        spaced.append(f" {character} " if _apart(character, kind) else character)
    return "".join(spaced).split()


def _apart(character: str, kind: str) -> bool:
    code = ord(character)
    if code < 128:
        return not character.isalnum() and not character.isspace()
    ideograph = 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF
    return kind[0] == "P" or ideograph or 0x20000 <= code <= 0x2CEAF


def _of_word(word: str) -> list[int]:
    """The longest known piece from the left, again and again; "unknown" if one is missing."""
    known, found, start = _vocabulary(), [], 0
    if len(word) > _LONGEST_WORD:
        return [known[_UNKNOWN]]
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = word[start:end] if start == 0 else f"##{word[start:end]}"
            if piece in known:
                found.append(known[piece])
                start = end
                break
        else:
            return [known[_UNKNOWN]]
    return found
