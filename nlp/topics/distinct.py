"""Weighing down what everybody says, so that no topic is made of "paid a bribe to an officer".

Two steps, chosen on figures (benchmarks/topics.py): vectors are centred per language, which
takes away what all reports of a language have in common; and the rarer words of a text, without
stop words and the shared vocabulary of complaints, are added as a second, lighter vector, because
the embedder does not know words like "khata", "mainlevée" or "DUA".
"""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import unit
from nlp.languages import of
from nlp.tokens import folded, stem

Vectors = NDArray[np.float32]

# Length of the word vector beside a sentence vector of length 1: a little always, and the more of
# the text's and of the corpus's words are shared, the more. On the bribe titles against their
# departments AMI rises from .26 to .29 and half as many texts are in topics held together by
# mere phrasing; on StackOverflow, where little is shared, nothing changes.
# And the more of a long text lies beyond its first _TAKEN_IN telling words: an encoder blurs
# what two hundred words say, while each further word makes their count a better witness. On long
# narratives against their issues AMI rises from .145 to .153 whatever the resolution; texts of a
# few sentences stay as they are. Windows of a text, embedded apart and pooled by any weight, were
# worse than the whole text at once.
_WORD_WEIGHT = 0.1
_CORPUS_WEIGHT = 1.5
_TAKEN_IN = 30
_SIZE = 256


def means(vectors: Vectors, languages: Sequence[str], minimum: int = 50) -> dict[str, Vectors]:
    """The mean vector of each language with at least ``minimum`` texts, and of all as "".

    Sums run in float64 over quantised values, so they are exact and know no order.
    """
    result = {"": _mean(vectors)}
    tags = np.array(languages)
    for tag in sorted(set(languages)):
        rows = tags == tag
        if rows.sum() >= minimum:
            result[tag] = _mean(vectors[rows])
    return result


def _mean(vectors: Vectors) -> Vectors:
    total = vectors.sum(axis=0, dtype=np.float64) / max(len(vectors), 1)
    return np.asarray(total, dtype=np.float32)


def centre(vectors: Vectors, languages: Sequence[str], mean: Mapping[str, Vectors]) -> Vectors:
    """Unit vectors without what their language has in common."""
    if not len(vectors):
        return vectors
    shift = np.stack([mean.get(tag, mean[""]) for tag in languages])
    return unit(vectors - shift)


@lru_cache(maxsize=16)
def _common(tag: str) -> frozenset[str]:
    language = of(tag)
    common = language.stop | language.shared
    return common | {stem(word) for word in common}


def distinguishing(text: str, tag: str) -> list[str]:
    """Stems of the words of a text that are neither stop words nor shared by complaints."""
    common = _common(tag)
    return [s for word in folded(text) if word not in common and (s := stem(word)) not in common]


def word_vectors(rows: Sequence[Counter[str]]) -> Vectors:
    """TF-IDF of distinguishing words, folded into 256 dimensions by random signs.

    The signs of a word are the bits of its hash, so they depend on nothing else (Achlioptas
    2003). Words in one text only are left out. A text without such a word has a zero vector.

    Args:
        rows: the words of each text, as :func:`distinguishing` gives them, counted.

    Returns:
        (n, 256) float32 rows of length 1 or 0.
    """
    spread = Counter(word for row in rows for word in row)
    vectors = np.zeros((len(rows), _SIZE), dtype=np.float32)
    for i, row in enumerate(rows):
        for word in sorted(row):
            if spread[word] > 1:
                weight = np.log(len(rows) / spread[word]) + 1.0
                vectors[i] += np.float32((1 + np.log(row[word])) * weight) * _signs(word)
    return unit(vectors)


@lru_cache(maxsize=100_000)
def _signs(word: str) -> Vectors:
    digest = hashlib.blake2b(word.encode(), digest_size=_SIZE // 8).digest()
    bits = np.unpackbits(np.frombuffer(digest, dtype=np.uint8))
    return np.asarray(bits * 2.0 - 1.0, dtype=np.float32)


def shared_part(text: str, tag: str) -> float:
    """Share of a text's words, stop words aside, that complaints share; 1 if none is left."""
    stop, common = of(tag).stop, _common(tag)
    row = [word for word in folded(text) if word not in stop]
    return sum(word in common or stem(word) in common for word in row) / len(row) if row else 1.0


def combine(
    centred: Vectors, texts: Sequence[str], languages: Sequence[str], rows: Sequence[Counter[str]]
) -> Vectors:
    """Sentence and word vectors side by side, as unit rows (n, d + 256).

    Args:
        centred: (n, d) sentence vectors.
        texts: n texts.
        languages: their tags.
        rows: their words, as :func:`distinguishing` gives them, counted.
    """
    parts = [shared_part(text, tag) for text, tag in zip(texts, languages, strict=True)]
    overall = math.fsum(parts) / max(len(parts), 1)  # fsum is exact, so order does not matter
    long = [max(0.0, 1 - _TAKEN_IN / max(row.total(), 1)) for row in rows]
    weight = (_WORD_WEIGHT + _CORPUS_WEIGHT * overall + np.add(parts, long))[:, None]
    return unit(np.hstack([centred, weight * word_vectors(rows)]))
