"""Advertising, bare links and gibberish: what an open channel is spammed with.

Three witnesses, whose scores are added. The **words** of a text: links, shop language, the shape of
a product title and gibberish speak for junk, the vocabulary of complaints against it. Its
**vector**: on which side of a ridge regression it falls that is taught prototypes of junk and of
complaints, and the catalogue's definitions. Its **neighbours**: what the first two settle beyond
doubt becomes a seed, and a text asks its nearest seeds (k-nearest-neighbour, as in label
spreading). A text of doubt is a complaint: losing one true complaint costs more than keeping an
advertisement.

A seed must fall on its own side of the regression, which no report can move: so a flood of
complaints dressed as advertising makes few seeds of junk among the complaints.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge

from nlp import gibberish, prototypes
from nlp.embedding import Embedder, default, quantise, unit
from nlp.languages import detect, everywhere, of
from nlp.nearest import nearest
from nlp.tokens import PLACEHOLDER, WORD, folded, repair, stem

Vectors = NDArray[np.float32]
Scores = NDArray[np.float64]

_LINK = re.compile(
    r"https?://|www\.|⟨url⟩|\b[a-z0-9-]{3,63}\.(?:com|net|org|info|biz|shop|store|co\.uk)\b",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"\b(?:[A-Z]{1,4}-?\d{1,4}[A-Za-z]?|\d+(?:\.\d+)?\s?(?:mm|cm|inch|ml|mg|oz)\b|\d+/\d+(?:th)?\s)"
)

# Weights and bounds were chosen on the development halves of the labelled texts (tests/nlp/labels)
# and on the made-up corpus; benchmarks/junk.py gives the figures of the halves held out.
_VECTOR = 3.0
_NEIGHBOUR = 2.0
_BOUND = 1.25
_SURE_JUNK = 2.0
_SURE_COMPLAINT = -1.0
_NEAREST = 15
_PENALTY = 0.01


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text is judged as it is; each score is above 0 for junk."""

    words: float
    vectors: float
    neighbours: float

    @property
    def total(self) -> float:
        """The scores together, less the doubt that a complaint is given; above 0 for junk."""
        return round(self.words + self.vectors + self.neighbours - _BOUND, 6)


class JunkFilter:
    """Tells what is no complaint; knows no catalogue, so definitions are passed in.

    Args:
        definitions: sentences that describe what is reported here (any language).
        embedder: the one whose vectors are judged, of any width; the default model if None.

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
            texts: texts of the channel, in any order; links may already be placeholders.
            embeddings: their vectors (n, d) by the same embedder, if known.
            languages: their tags, if known.
            most: seeds kept of either kind, an even sample in stable order.

        Raises:
            ValueError: the vectors are of another width than the embedder's.
        """
        model, every = self.embedder or default(), everywhere()
        junk = quantise(model.embed([*every.adverts, *prototypes.JUNK]))
        real = quantise(model.embed([*every.complaints, *prototypes.COMPLAINTS, *self.definitions]))
        # Some models put all texts into one corner; seen from its middle, cosines are comparable.
        self._middle = np.asarray((junk.mean(axis=0) + real.mean(axis=0)) / 2)
        parts = [self._placed(real), self._placed(junk)]
        flags = [np.repeat([False, True], [len(real), len(junk)])]
        ridge: Any = Ridge
        self._side = ridge(alpha=_PENALTY, solver="cholesky").fit(
            np.vstack(parts).astype(np.float64),
            np.where(flags[0], 1.0, -1.0),
            sample_weight=np.where(flags[0], 0.5 / len(junk), 0.5 / len(real)),
        )
        vectors = self._placed(model.embed(texts) if embeddings is None else embeddings)
        tags = detect(texts) if languages is None else languages
        side = self._sides(vectors)
        score = self._words(texts, tags) + side
        for is_junk, rows in (
            (True, (score >= _SURE_JUNK) & (side > 0)),
            (False, (score <= _SURE_COMPLAINT) & (side < 0)),
        ):
            chosen = np.unique(vectors[rows], axis=0)
            if len(chosen) > most:
                chosen = chosen[np.linspace(0, len(chosen) - 1, most).astype(int)]
            parts.append(chosen)
            flags.append(np.full(len(chosen), is_junk))
        self.seeds_ = np.vstack(parts)
        self.junk_ = np.concatenate(flags)
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
        return np.array([reason.total >= 0 for reason in reasons], dtype=np.bool_)

    def explain(
        self,
        texts: Sequence[str],
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
    ) -> list[Reason]:
        """The evidence on each text."""
        model = self.embedder or default()
        vectors = self._placed(model.embed(texts) if embeddings is None else embeddings)
        tags = detect(texts) if languages is None else languages
        scores = (self._words(texts, tags), self._sides(vectors), self._neighbours(vectors))
        return [Reason(*map(float, each)) for each in zip(*scores, strict=True)]

    def _placed(self, vectors: NDArray[Any]) -> Vectors:
        """Unit vectors as seen from the middle of the prototypes; a zero row stays zero."""
        known = quantise(vectors)
        if known.shape[1:] != self._middle.shape:
            raise ValueError(
                f"The vectors are {known.shape[1:]} wide, the embedder's {self._middle.shape}: "
                "give the filter the embedder that made them."
            )
        return quantise(unit((known - self._middle) * known.any(axis=1, keepdims=True)))

    def _words(self, texts: Sequence[str], tags: Sequence[str]) -> Scores:
        return np.array([word_score(t, tag) for t, tag in zip(texts, tags, strict=True)], float)

    def _sides(self, vectors: Vectors) -> Scores:
        """The regression's answer, about -1 to 1 for complaint and junk, weighted; 0 for none."""
        if not len(vectors):
            return np.zeros(0)
        answer = np.asarray(self._side.predict(vectors.astype(np.float64)))
        return np.asarray(_VECTOR * answer * vectors.any(axis=1), dtype=np.float64)

    def _neighbours(self, vectors: Vectors) -> Scores:
        """Share of junk less share of complaints among the nearest seeds, by nearness, weighted."""
        near, cosine = nearest(vectors, self.seeds_, min(_NEAREST, len(self.seeds_)))
        weight = np.maximum(cosine.astype(np.float64), 0) ** 4
        sign = np.where(self.junk_, 1.0, -1.0)[near]
        share = (weight * sign).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
        return np.asarray(_NEIGHBOUR * share, dtype=np.float64)


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
    score = 2.0 * min(_shop_score(row, tag), 2.0) - 1.6 * density
    if link:
        score += 2.5 if complaint == 0 else 0.8
        if len(row) <= 2:
            score += 2.0
        if complaint and _title_shape(text) >= 0.6:
            score += 1.4  # a product's name beside a link, though it holds "case" or "meter"
    if complaint == 0:
        score += _title_shape(text) + _nothing_score(row)
    return score


def _nothing_score(row: list[str]) -> float:
    """High for gibberish; a word over and over may still be a cry that the vector knows."""
    if gibberish.mash(row) or gibberish.filler(row):
        return 6.0
    return 4.5 if gibberish.echo(row) else 0.0


def _shop_score(row: list[str], tag: str) -> float:
    """Weights of the shop phrases present, per 25 words for long texts."""
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
