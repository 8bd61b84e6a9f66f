"""Words: how a text is cut, folded and stripped for every later step."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# What the scrubber leaves in place of an identifier. Later steps treat it as a full stop.
PLACEHOLDER = re.compile(r"⟨[a-z]{1,20}⟩")

# A letter, or a combining mark of the scripts in which vowels are marks (\w leaves those out).
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e31-\u0e4e])"
WORD = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)*")
_TOKEN = re.compile(rf"{_LETTER}+(?:['’-]{_LETTER}+)*|\d+(?:[.,]\d+)*|[.!?;:…\n|/()\[\]\"“”«»,⟨⟩]")

# UTF-8 read as Windows-1252 or Latin-1 leaves these; real text has them rarely.
_MOJIBAKE = re.compile("[ÂÃâàð][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def repair(text: str) -> str:
    """Undo one round of UTF-8 read as an 8-bit code page, where that makes sense throughout.

    Registers that were exported once too often hold "learnerâ€™s". A text that does not decode
    as a whole is given back as it was.
    """
    if not _MOJIBAKE.search(text):
        return text
    for page in ("latin-1", "cp1252"):
        try:
            return text.encode(page).decode("utf-8")
        except UnicodeError:
            continue
    return text


def plain(text: str) -> str:
    """The text without placeholders, NFC, with single spaces: what is embedded."""
    bare = PLACEHOLDER.sub(" ", unicodedata.normalize("NFC", repair(text)))
    return " ".join(bare.split())


def calm(text: str) -> str:
    """The text in small letters where most of its letters are capitals, else as it is.

    Capitals say how a text was typed, not what it says; left in, they make a topic of shouting.
    """
    letters = sum(c.isalpha() for c in text)
    return text.lower() if sum(c.isupper() for c in text) > letters / 2 else text


def fold(word: str) -> str:
    """Casefolded and without accents on Latin letters: "Réexpédié" becomes "reexpedie"."""
    lowered = word.casefold().replace("’", "'")
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered)
    kept = [c for c in decomposed if not "\u0300" <= c <= "\u036f"]
    return unicodedata.normalize("NFC", "".join(kept))


def words(text: str) -> list[str]:
    """The words of a text as written, without numbers, punctuation or placeholders."""
    return WORD.findall(PLACEHOLDER.sub(" ", repair(text)))


def folded(text: str) -> list[str]:
    """The words of a text, folded."""
    return [fold(word) for word in words(text)]


def segments(text: str) -> list[list[str]]:
    """Runs of tokens between punctuation: a phrase never crosses a stop or a placeholder.

    Numbers are kept as tokens, so that "paid 500 for verification" does not give
    "paid for verification"; a phrase with a number in it is refused later.
    """
    runs: list[list[str]] = [[]]
    for match in _TOKEN.finditer(PLACEHOLDER.sub(" . ", repair(text))):
        token = match.group()
        if token[0].isalnum():
            runs[-1].append(token)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:  # noqa: PLR0911  (one case an ending)
    """A light stem of a folded word: plural and the commonest endings of en, fr, es and pt.

    Light on purpose: "verification" and "verifications" meet, "custom" and "customs" meet,
    "permit" and "permission" do not. After Harman's S-stemmer (JASIS 42(1), 1991) with
    "-ed"/"-ing" added for the cues.
    """
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 6 and word.endswith(("ations", "aciones")):
        return word[:-1] if word.endswith("ations") else word[:-2]
    if len(word) > 4 and word.endswith("es") and word[-3] in "sxz":
        return word[:-2]
    if len(word) > 5 and word.endswith(("aux", "eux")):
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "su":
        word = word[:-1]
    if len(word) > 6 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 5 and word.endswith("ed"):
        return word[:-2]
    if len(word) > 5 and word.endswith("e"):
        return word[:-1]
    return word


def stems(text: str) -> list[str]:
    """The stems of the words of a text, in order."""
    return [stem(word) for word in folded(text)]


def usable(texts: Sequence[str]) -> list[bool]:
    """Whether each text has at least one word of two letters: without one there is no topic."""
    return [any(len(word) > 1 for word in words(text)) for text in texts]
