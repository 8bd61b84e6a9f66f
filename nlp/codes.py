"""Known modus operandi: how strongly a text speaks for each definition of a catalogue.

Two kinds of evidence, combined as independent: cue phrases found in the words (folded, lightly
stemmed, one slip of the pen allowed in longer words) and nearness of the vector to the definition
and its cues, measured against how near the *other* definitions' cues come. Cues are hints, so one
cue is worth little more than even odds, and a weak cue counts only beside another of its code.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.cues import Definition, Reader, all_cues, by_first, matches, prepare
from nlp.embedding import Embedder, default, quantise
from nlp.languages import everywhere
from nlp.nearest import nearest
from nlp.tokens import folded

__all__ = ["CodeScorer", "Definition", "assign"]

Scores = NDArray[np.float64]

MOST = 3
THRESHOLD = 0.5
_ENOUGH_WORDS = 10  # from which nearness counts in full: "Licences" is near anything about licences


class CodeScorer:
    """Scores texts against definitions.

    Args:
        definitions: the catalogue, in the order of the columns of the scores.
        embedder: must be the one whose vectors are scored; the default model if None.
    """

    def __init__(self, definitions: Sequence[Definition], embedder: Embedder | None = None) -> None:
        self.definitions = tuple(definitions)
        self.codes = tuple(definition.code for definition in self.definitions)
        self.embedder = embedder or default()
        self._cues = {tag: by_first(prepare(self.definitions, tag)) for tag in self._tags()}
        self._calibrate()

    def _tags(self) -> list[str]:
        return sorted({tag for definition in self.definitions for tag in definition.cues})

    def score(
        self,
        texts: Sequence[str],
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
        spread: bool = True,
    ) -> Scores:
        """Strength of each code in each text, (n, m) in 0..1; .5 is the threshold to assign.

        Cues of the text's language are searched, and of all languages where it has none:
        people borrow ("gombo", "mordida").

        Args:
            texts: scrubbed texts.
            embeddings: their vectors (n, d), if known.
            languages: their tags, if known; all cues are searched otherwise.
            spread: let texts that say it in the catalogue's words speak for those that say
                nearly the same in others.
        """
        found = self.embedder.embed(texts) if embeddings is None else embeddings
        vectors = quantise(found)
        brief = np.array([len(folded(text)) for text in texts], dtype=np.float64) / _ENOUGH_WORDS
        likeness = self._likeness(vectors) * np.minimum(brief, 1.0)[:, None]
        said = np.zeros_like(likeness)
        tags = list(languages) if languages is not None else ["und"] * len(texts)
        reader = Reader(
            {s for cues in self._cues.values() for c in all_cues(cues) for s in c.stems}
        )
        for row, (text, tag) in enumerate(zip(texts, tags, strict=True)):
            said[row] = self._said(reader.read(text), tag)
        scores = _combine(said, likeness)
        return _spread(scores, vectors, tags) if spread else scores

    def assign(self, scores: Scores) -> list[tuple[str, ...]]:
        """Up to three codes of each text; see :func:`assign`."""
        return assign(scores, self.codes)

    def _said(self, row: list[tuple[str, ...]], tag: str) -> Scores:
        """Evidence of the cues in one text, per code."""
        found: dict[int, list[float]] = defaultdict(list)
        chosen = [self._cues[tag]] if tag in self._cues else list(self._cues.values())
        seen: set[tuple[int, tuple[str, ...]]] = set()
        for cues in chosen:
            for cue in matches(row, cues):
                if (cue.column, cue.stems) not in seen:
                    seen.add((cue.column, cue.stems))
                    found[cue.column].append(cue.strength)
        evidence = np.zeros(len(self.definitions))
        for column, strengths in found.items():
            if max(strengths) < 0.3 and len(strengths) < 2:
                continue  # a weak cue by itself
            evidence[column] = 1 - float(np.prod([1 - s for s in sorted(strengths)]))
        return evidence

    def _calibrate(self) -> None:
        """Means and spread of cosines between a code's own cues and those of all others.

        The logistic then gives one half where a text is as near as the code's own cues are to
        each other, and near nothing where it is as near as strangers' cues.
        """
        own, rows = [], []
        for column, definition in enumerate(self.definitions):
            phrases = [definition.name, definition.text]
            phrases += [cue for tag in sorted(definition.cues) for cue in definition.cues[tag]]
            rows += phrases
            own += [column] * len(phrases)
        every = everywhere()
        background = [*every.complaints, *every.adverts]
        embedder: Any = self.embedder  # hashable, as objects are, though its protocol says nothing
        vectors = _vectors(embedder, (*rows, *background))
        self._prototypes, others = vectors[: len(rows)], vectors[len(rows) :]
        self._owner = np.array(own, dtype=np.int64)
        strangers = self._nearness(np.vstack([self._prototypes, others]))
        columns = len(self.definitions)
        self._mean, self._spread = np.zeros(columns), np.ones(columns)
        for column in range(columns):
            foreign = np.ones(len(strangers), dtype=bool)
            foreign[: len(rows)] = self._owner != column
            values = strangers[foreign, column]
            if len(values) > 1:
                self._mean[column] = values.mean()
                self._spread[column] = max(values.std(), 1e-3)

    def _nearness(self, vectors: NDArray[np.float32]) -> Scores:
        """Mean cosine with the two nearest prototypes of each code, (n, m)."""
        result = np.zeros((len(vectors), len(self.definitions)))
        starts = np.searchsorted(self._owner, np.arange(len(self.definitions) + 1))
        for block in range(0, len(vectors), 4096):
            products = vectors[block : block + 4096] @ self._prototypes.T
            for column in range(len(self.definitions)):
                part = products[:, starts[column] : starts[column + 1]]
                near = np.sort(part, axis=1)[:, -2:]
                result[block : block + 4096, column] = near.mean(axis=1)
        return result

    def _likeness(self, vectors: NDArray[np.float32]) -> Scores:
        """Nearness as a share in 0..1: one half at four standard deviations over strangers."""
        if not self.definitions:
            return np.zeros((len(vectors), 0))
        z = (self._nearness(vectors) - self._mean) / self._spread
        best = np.sort(z, axis=1)[:, ::-1]
        lead = z - (best[:, 1:2] if z.shape[1] > 1 else 0)
        clear = 1 / (1 + np.exp(-2.0 * (lead + 0.5)))  # the best code, or close behind it
        share = 1 / (1 + np.exp(-1.6 * (z - 4.0)))
        return np.asarray(share * (0.4 + 0.6 * clear) * np.any(vectors, axis=1)[:, None])


@lru_cache(maxsize=2)
def _vectors(embedder: Embedder, texts: tuple[str, ...]) -> NDArray[np.float32]:
    """Vectors of a catalogue's words, which are the same in every run: embedded once a process."""
    return quantise(embedder.embed(texts))


def _combine(said: Scores, likeness: Scores) -> Scores:
    """Noisy or of both; likeness without any cue is capped just over the threshold."""
    alone = np.minimum(likeness, 0.65)
    return np.asarray(1 - (1 - said) * (1 - np.where(said > 0, likeness, alone)))


# On made-up reports of which under a third use a cue, this finds twice as many codes (recall .32)
# at a higher precision (.87).
_SEEDS, _NEAREST, _NEAR, _MIDDLE, _STEEP = 20_000, 15, 8, 0.3, 12.0


def _spread(scores: Scores, vectors: NDArray[np.float32], tags: Sequence[str]) -> Scores:
    """Scores raised by the nearest texts that reach the threshold by themselves.

    Each of the 15 nearest such texts votes for its codes, by the eighth power of its cosine in
    vectors centred per language; the vote counts for one half where the three nearest are at .3.
    """
    from nlp.topics.distinct import centre, means

    centred = quantise(centre(vectors, tags, means(vectors, tags)))
    own = np.flatnonzero(scores.max(axis=1, initial=0.0) >= THRESHOLD)
    if len(own) < 2:
        return scores
    seeds = own[np.lexsort(centred[own].T[::-1])]  # in an order that the input's does not change
    seeds = seeds[np.linspace(0, len(seeds) - 1, min(len(seeds), _SEEDS)).astype(np.int64)]
    holds = (scores[seeds] >= THRESHOLD).astype(np.float64)
    holds *= _company(scores, centred, seeds)
    place = np.full(len(vectors), -1)
    place[seeds] = np.arange(len(seeds))
    order, products = nearest(centred, centred[seeds], min(_NEAREST, len(seeds) - 1), own=place)
    result = scores.copy()
    for start in range(0, len(vectors), 2048):
        near = np.maximum(products[start : start + 2048], 0).astype(np.float64)
        weight = near**_NEAR
        vote = np.einsum("nk,nkm->nm", weight, holds[order[start : start + 2048]])
        vote /= np.maximum(weight.sum(axis=1), 1e-12)[:, None]
        trust = 1 / (1 + np.exp(-_STEEP * (near[:, :3].mean(axis=1) - _MIDDLE)))
        part = slice(start, start + 2048)
        result[part] = 1 - (1 - scores[part]) * (1 - vote * trust[:, None])
    return result


def _company(scores: Scores, centred: NDArray[np.float32], seeds: NDArray[np.int64]) -> Scores:
    """How far each seed may speak for others, per code, 0..1.

    A seed alone among many texts that do not say so was struck by a chance word ("post" in "post
    verification"): it speaks for nobody. Two of its 15 nearest texts with the same code suffice.
    """
    holds = (scores >= THRESHOLD).astype(np.float64)
    near, _ = nearest(centred[seeds], centred, min(_NEAREST, len(centred) - 1), own=seeds)
    result = np.zeros((len(seeds), scores.shape[1]))
    for neighbour in near.T:
        result += holds[neighbour]
    return np.minimum(result / 2, 1.0)


def assign(
    scores: Scores, codes: Sequence[str], *, threshold: float = THRESHOLD, most: int = MOST
) -> list[tuple[str, ...]]:
    """Up to three codes of each text, strongest first; () means "other".

    A second or third code must also reach seven tenths of the strongest.

    Args:
        scores: (n, m) of :meth:`CodeScorer.score`.
        codes: the m codes, as in ``CodeScorer.codes``.
        threshold: score that a code must reach.
        most: codes of a text at most.
    """
    result = []
    for row in np.asarray(scores):
        order = sorted(range(len(row)), key=lambda c: (-row[c], codes[c]))[:most]
        bar = max(threshold, 0.7 * row[order[0]]) if order else threshold
        result.append(tuple(codes[c] for c in order if row[c] >= bar))
    return result
