"""What a known modus operandi sounds like: a classifier taught by a catalogue's own words.

Three views of a text, each a multinomial logistic regression over the catalogue's sentences
(names, definitions, cues, examples): its vector, its words, and its letter sequences, which
forgive misspellings. Their log-probabilities are added, each with a weight (a product of experts).
Nothing is learnt from reports, so the same text gets the same answer in every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.codes import Definition
from nlp.embedding import Embedder, default
from nlp.tokens import fold

Probabilities = NDArray[np.float64]

WORD = r"\w{3,}"
FLOOR = 1e-4
WEIGHTS = (0.33, 0.82, 0.47)
"""What vector, words and letters weigh; ``benchmarks/code_weights.py`` learnt them."""
BLOCK = 4096


@dataclass(frozen=True)
class Taught:
    """What the sentences taught: three models, and how each sees a text."""

    mean: NDArray[np.float32]
    words: Any
    letters: Any
    by_vector: Any
    by_words: Any
    by_letters: Any


class ExemplarClassifier:
    """Tells which definition a text sounds like, or that it sounds like none.

    Args:
        definitions: the catalogue; the m columns, in order.
        background: sentences that speak for no definition; they teach the last column.
        embedder: must be the one whose vectors are classified; the default model if None.
    """

    def __init__(
        self,
        definitions: Sequence[Definition],
        background: Sequence[str] = (),
        embedder: Embedder | None = None,
    ) -> None:
        self.definitions = tuple(definitions)
        self.background = tuple(background)
        self.embedder = embedder or default()

    def fit(self) -> ExemplarClassifier:
        """Learn the catalogue's sentences, once a process: some 3 s for 2,700 of them."""
        texts, labels = self._lessons()
        embedder: Any = self.embedder  # hashable, as objects are, though its protocol says nothing
        self.taught_ = _taught(embedder, tuple(texts), tuple(labels.tolist()))
        return self

    def predict_proba(self, texts: Sequence[str], embeddings: NDArray[Any]) -> Probabilities:
        """Return probabilities, (n, m + 1); the last column is "none of them".

        Args:
            texts: n scrubbed texts.
            embeddings: their vectors, (n, d).
        """
        found = np.zeros((len(texts), len(self.definitions) + 1))
        for start in range(0, len(texts), BLOCK):
            rows = slice(start, start + BLOCK)
            logs = self.views(texts[rows], embeddings[rows]) @ np.array(WEIGHTS)
            found[rows] = _normalised(np.exp(logs - logs.max(axis=1, keepdims=True)))
        return found

    def views(self, texts: Sequence[str], embeddings: NDArray[Any]) -> Probabilities:
        """Return the log-probabilities by vector, words and letters, (n, m + 1, 3)."""
        folded, taught = [fold(text) for text in texts], self.taught_
        vectors = _unit(np.asarray(embeddings, np.float32) - taught.mean)
        seen = np.full((len(texts), len(self.definitions) + 1, len(WEIGHTS)), FLOOR)
        for view, (model, features) in enumerate(
            (
                (taught.by_vector, vectors),
                (taught.by_words, taught.words.transform(folded)),
                (taught.by_letters, taught.letters.transform(folded)),
            )
        ):
            found = model.predict_proba(features)
            seen[:, model.classes_, view] = np.maximum(found, FLOOR)
        return np.asarray(np.log(seen))

    def _lessons(self) -> tuple[list[str], NDArray[np.int64]]:
        texts, labels = [], []
        for column, definition in enumerate(self.definitions):
            taught = [definition.name, definition.text, *definition.examples]
            taught += [cue for tag in sorted(definition.cues) for cue in definition.cues[tag]]
            texts += taught
            labels += [column] * len(taught)
        texts += self.background
        labels += [len(self.definitions)] * len(self.background)
        return texts, np.array(labels, dtype=np.int64)


@lru_cache(maxsize=2)
def _taught(embedder: Embedder, texts: tuple[str, ...], labels: tuple[int, ...]) -> Taught:
    """Learn sentences. It rests on nothing but them, so a process learns them once.

    Newton's method takes a sixth of the time of L-BFGS here, and ends nearer the optimum.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    folded = [fold(text) for text in texts]
    vectors = embedder.embed(texts)
    mean = vectors.mean(axis=0)
    words = TfidfVectorizer(
        analyzer="word",
        token_pattern=WORD,
        ngram_range=(1, 2),
        sublinear_tf=True,
        dtype=np.float32,
    )
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True, dtype=np.float32
    )

    def learnt(features: Any) -> Any:
        model = LogisticRegression(C=10, max_iter=300, tol=1e-3, solver="newton-cg")
        return model.fit(features, np.array(labels, dtype=np.int64))

    # One thread: on problems this small threads mostly wait for one another, three times
    # longer on a busy machine, and their number would decide the last bits.
    with threadpool_limits(1):
        return Taught(
            mean,
            words,
            letters,
            learnt(_unit(vectors - mean)),
            learnt(words.fit_transform(folded)),
            learnt(letters.fit_transform(folded)),
        )


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


def _normalised(values: Probabilities) -> Probabilities:
    return np.asarray(values / values.sum(axis=1, keepdims=True))
