"""Advertising, bare links and gibberish: what an open channel is spammed with.

Two witnesses. The **words** of a text: links, shop language and the shape of a product title speak
for junk, the vocabulary of complaints speaks against it. The **vectors**: how much nearer a text is
to prototypes of advertising than to prototypes and definitions of complaints. Where the two settle
a text it becomes a seed; what is unsettled asks its nearest seeds (k-nearest-neighbour, as in label
spreading). A text of doubt is a complaint: losing one true complaint costs more than keeping an
advertisement.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Embedder, default, quantise
from nlp.languages import detect, everywhere, of
from nlp.tokens import PLACEHOLDER, WORD, fold, folded, repair, stem

Vectors = NDArray[np.float32]

_LINK = re.compile(
    r"https?://|www\.|⟨url⟩|\b[a-z0-9-]{3,63}\.(?:com|net|org|info|biz|shop|store|co\.uk)\b",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"\b(?:[A-Z]{1,4}-?\d{1,4}[A-Za-z]?|\d+(?:\.\d+)?\s?(?:mm|cm|inch|ml|mg|oz)\b|\d+/\d+(?:th)?\s)"
)
_VOWEL = re.compile(r"[aeiouyàáâãäåèéêëìíîïòóôõöùúûüœæ]", re.IGNORECASE)

# Scores are log-odds-like; calibrated on this package's own prototypes and on hand-labelled rows
# of a real channel (tests/nlp/labels), where they keep over 99 in 100 complaints.
_SURE_JUNK = 2.0
_SURE_COMPLAINT = -1.0
_NEAREST = 15


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text is judged as it is: words and vector scores (above 0 for junk)."""

    words: float
    vectors: float
    neighbours: float


class JunkFilter:
    """Tells what is no complaint; knows no catalogue, so definitions are passed in.

    Args:
        definitions: sentences that describe what is reported here (any language).
        embedder: turns texts into vectors; the default model if None.

    Attributes:
        seeds_: float32 (s, d), vectors of texts that were settled without neighbours.
        junk_: bool (s,), which of them are junk.
    """

    def __init__(self, definitions: Sequence[str], embedder: Embedder | None = None) -> None:
        self.definitions = tuple(definitions)
        self.embedder = embedder

    def fit(
        self,
        texts: Sequence[str],
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
        most: int = 4000,
    ) -> Self:
        """Learn the channel's own advertising and complaints from its unlabelled texts.

        Args:
            texts: texts of the channel; links may already be placeholders.
            embeddings: their vectors, if known.
            languages: their tags, if known.
            most: seeds kept of either kind, an even sample in stable order.
        """
        model = self.embedder or default()
        every = everywhere()
        self._complaints = quantise(model.embed([*every.complaints, *self.definitions]))
        self._adverts = quantise(model.embed(every.adverts))
        vectors = quantise(model.embed(texts) if embeddings is None else embeddings)
        tags = detect(texts) if languages is None else languages
        score = self._words(texts, tags) + self._vectors(vectors)
        parts, flags = [self._complaints, self._adverts], [False] * len(self._complaints)
        flags += [True] * len(self._adverts)
        for junk, rows in ((True, score >= _SURE_JUNK), (False, score <= _SURE_COMPLAINT)):
            chosen = np.unique(vectors[rows], axis=0)
            if len(chosen) > most:
                chosen = chosen[np.linspace(0, len(chosen) - 1, most).astype(int)]
            parts.append(chosen)
            flags += [junk] * len(chosen)
        self.seeds_ = np.vstack(parts)
        self.junk_ = np.array(flags, dtype=bool)
        return self

    def predict(
        self,
        texts: Sequence[str],
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
    ) -> NDArray[np.bool_]:
        """Whether each text is junk, shape (n,)."""
        reasons = self.explain(texts, embeddings=embeddings, languages=languages)
        return np.array([_verdict(reason) for reason in reasons], dtype=np.bool_)

    def explain(
        self,
        texts: Sequence[str],
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
    ) -> list[Reason]:
        """The evidence on each text."""
        model = self.embedder or default()
        vectors = quantise(model.embed(texts) if embeddings is None else embeddings)
        tags = detect(texts) if languages is None else languages
        near = self._neighbours(vectors)
        return [
            Reason(float(w), float(v), float(n))
            for w, v, n in zip(self._words(texts, tags), self._vectors(vectors), near, strict=True)
        ]

    def _words(self, texts: Sequence[str], tags: Sequence[str]) -> NDArray[np.float64]:
        return np.array([word_score(t, tag) for t, tag in zip(texts, tags, strict=True)])

    def _vectors(self, vectors: Vectors) -> NDArray[np.float64]:
        """Nearness to advertising less nearness to complaints, means of the three nearest."""
        gap = _top(vectors, self._adverts, 3) - _top(vectors, self._complaints, 3)
        return np.asarray(8.0 * gap, dtype=np.float64)

    def _neighbours(self, vectors: Vectors) -> NDArray[np.float64]:
        """Share of junk among the nearest seeds, weighted by cosine, from -1 to 1."""
        result = np.zeros(len(vectors))
        sign = np.where(self.junk_, 1.0, -1.0)
        count = min(_NEAREST, len(self.seeds_))
        for start in range(0, len(vectors), 2048):
            products = vectors[start : start + 2048] @ self.seeds_.T
            near = np.argpartition(-products, count - 1, axis=1)[:, :count]
            weight = np.maximum(np.take_along_axis(products, near, axis=1), 0) ** 4
            total = np.maximum(weight.sum(axis=1), 1e-9)
            result[start : start + 2048] = (weight * sign[near]).sum(axis=1) / total
        return result


def _verdict(reason: Reason) -> bool:
    """Junk only where words, vectors and neighbours agree, or the words alone leave no doubt."""
    if reason.words >= -0.55 and reason.neighbours > 0.75:
        return True  # says nothing of a complaint and sits among the channel's advertising
    total = reason.words + reason.vectors
    if reason.words >= 3 or (reason.words >= 1.5 and reason.vectors > -0.75):
        return True
    if reason.words <= -1:
        return False
    return total + 2.0 * reason.neighbours >= 1.7 and reason.neighbours > 0.2


def _top(vectors: Vectors, prototypes: Vectors, count: int) -> Vectors:
    """Mean cosine with the ``count`` nearest prototypes, in blocks."""
    parts = []
    for start in range(0, len(vectors), 8192):
        products = vectors[start : start + 8192] @ prototypes.T
        parts.append(np.sort(products, axis=1)[:, -count:].mean(axis=1))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


@lru_cache(maxsize=16)
def _shop_phrases(tag: str) -> tuple[dict[str, float], int]:
    """Shop phrases by their folded words, and the length of the longest."""
    shop = {" ".join(folded(phrase)): weight for phrase, weight in of(tag).shop.items()}
    return shop, max((phrase.count(" ") + 1 for phrase in shop), default=1)


@lru_cache(maxsize=16)
def _complaint_stems(tag: str) -> frozenset[str]:
    language = of(tag)
    return frozenset(stem(word) for word in language.complaint | language.shared)


def word_score(text: str, tag: str) -> float:
    """What the words of a text say: above 0 for junk, below 0 for a complaint."""
    text = repair(text)
    row = folded(text)
    known = _complaint_stems(tag)
    complaint = sum(stem(word) in known for word in row)
    density = complaint / math.sqrt(max(len(row), 1))
    link = bool(_LINK.search(text))
    if not row:
        return 4.0 if link else (0.0 if PLACEHOLDER.search(text) else 3.0)
    shop = _shop_score(row, tag)
    score = 2.0 * min(shop, 2.0) - 1.6 * density
    if link:
        score += 2.5 if complaint == 0 else 0.8
        if len(row) <= 2:
            score += 2.0
        if complaint and _title_shape(text) >= 0.6:
            score += 1.4  # a product's name beside a link, though it holds "case" or "meter"
    if complaint == 0:
        score += _title_shape(text)
        score += 3.5 * _gibberish(row)
    return score


def _shop_score(row: list[str], tag: str) -> float:
    """Weights of the shop phrases present, per ten words for long texts."""
    shop, longest = _shop_phrases(tag)
    found: float = 0.0
    for size in range(1, longest + 1):
        grams = {" ".join(row[i : i + size]) for i in range(len(row) - size + 1)}
        found += sum(shop.get(gram, 0.0) for gram in sorted(grams))
    return found / max(1.0, len(row) / 25)


def _title_shape(text: str) -> float:
    """A product title: capitals on most words, model numbers, "|" and "&" between names."""
    words = WORD.findall(text)
    capital = sum(word[0].isupper() and not word.isupper() for word in words) / max(len(words), 1)
    score = 0.0
    if len(words) >= 4 and capital >= 0.75:
        score += 0.6
    if _MODEL.search(text):
        score += 0.4
    if " | " in text or (" & " in text and capital >= 0.75):
        score += 0.6
    return score


def _gibberish(row: list[str]) -> float:
    """Share of words that nobody could say, for short texts: "dfv gbnmk bbvsbaa"."""
    long = [word for word in row if len(word) > 2 and word.isascii()]
    if not long or len(row) > 12:
        return 0.0
    odd = sum(_unsayable(word) for word in long)
    keys = sum(len(word) for word in long)
    return 1.0 if odd / len(long) > 0.6 and (odd >= 2 or keys >= 10) else 0.0


def _unsayable(word: str) -> bool:
    runs: list[str] = re.findall(r"[^aeiouy']+", fold(word))
    return not _VOWEL.search(word) or max((len(run) for run in runs), default=0) >= 5
