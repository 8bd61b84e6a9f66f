"""Formulas: sentences that many reports have word for word, and that say nothing of their matter.

"I submit this statement anonymously", "Storage is running": such openings, asides and closings
pull texts together by manner of writing. They are left out of what is embedded for topics and
codes; the text itself, its counts and its phrases keep them.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from nlp.languages import everywhere
from nlp.tokens import folded, stem

# Said by at least so many texts, and by at least this share of them. A template of a ring is a
# matter of ``duplicates``; a sentence of three words ("I paid 500") is no formula but a report.
LEAST = 10
SHARE = 0.003

_SENTENCE = re.compile(r"(?<=[.!?…])[\s\"”»)]+|\n+")
_CONTENT_LEFT = 3


def sentences(text: str) -> list[str]:
    """The sentences of a text, cut at stops and line ends; none is empty."""
    return [part for part in (piece.strip() for piece in _SENTENCE.split(text)) if part]


def find(texts: Sequence[str]) -> frozenset[bytes]:
    """Keys of the formulas of a corpus; compare with :func:`strip`.

    A sentence is known by its content words, stemmed, in any order, so that a slip of
    punctuation, capitals, amounts and small words do not hide it.
    """
    spread: Counter[bytes] = Counter()
    for text in texts:
        parts = sentences(text)
        if len(parts) > 1:  # a report of one sentence is its own matter
            spread.update({key for part in parts if (key := _key(part)) is not None})
    least = max(LEAST, SHARE * len(texts))
    return frozenset(key for key, count in spread.items() if count >= least)


def strip(texts: Sequence[str], formulas: Iterable[bytes] | None = None) -> list[str]:
    """Texts without formulas; a text of little else is given back whole.

    Args:
        texts: scrubbed texts.
        formulas: keys of an earlier :func:`find`; those of these texts if None.
    """
    known = find(texts) if formulas is None else frozenset(formulas)
    return [_stripped(text, known) for text in texts] if known else list(texts)


def _stripped(text: str, known: frozenset[bytes]) -> str:
    parts = sentences(text)
    kept = [part for part in parts if _key(part) not in known]
    if len(kept) == len(parts):
        return text
    joined = " ".join(kept)
    return joined if len(_content(joined)) >= _CONTENT_LEFT else text


def _content(text: str) -> list[str]:
    stop = everywhere().stop
    return [stem(word) for word in folded(text) if word not in stop]


def _key(sentence: str) -> bytes | None:
    """What a sentence is known by; None where it has no content word."""
    content = _content(sentence)
    if not content:
        return None
    joined = " ".join(sorted(set(content)))
    return hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).digest()
