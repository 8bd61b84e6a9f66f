"""What a known modus operandi sounds like: a classifier taught by a catalogue's own words.

Three views of a text, each a multinomial logistic regression over the catalogue's sentences
(names, definitions, cues, examples): its vector, its words, and its letter sequences, which
forgive misspellings. Their log-probabilities are added (a product of experts). Nothing is learnt
from reports, so the same text gets the same answer in every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.codes import Definition
from nlp.embedding import Embedder, default
from nlp.tokens import fold

Probabilities = NDArray[np.float64]

WORD = r"\w{3,}"
FLOOR = 1e-4
LETTERS_WEIGHT = 0.5
TEMPERATURE = 0.6
BLOCK = 4096


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
        """Learn the catalogue's sentences; about two seconds for two thousand of them."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        texts, labels = self._lessons()
        folded = [fold(text) for text in texts]
        vectors = self.embedder.embed(texts)
        self.mean_ = vectors.mean(axis=0)
        self._words = TfidfVectorizer(
            analyzer="word",
            token_pattern=WORD,
            ngram_range=(1, 2),
            sublinear_tf=True,
            dtype=np.float32,
        )
        self._letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True, dtype=np.float32
        )

        def learnt(features: Any) -> Any:
            return LogisticRegression(C=10, max_iter=300, tol=1e-3).fit(features, labels)

        # One thread: on problems this small threads mostly wait for one another, three times
        # longer on a busy machine, and their number would decide the last bits.
        with threadpool_limits(1):
            self._by_vector = learnt(_unit(vectors - self.mean_))
            self._by_words = learnt(self._words.fit_transform(folded))
            self._by_letters = learnt(self._letters.fit_transform(folded))
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
            found[rows] = self._block(texts[rows], np.asarray(embeddings[rows], np.float32))
        return found

    def _block(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> Probabilities:
        folded = [fold(text) for text in texts]
        views = (
            (self._by_vector, _unit(vectors - self.mean_), 1.0),
            (self._by_words, self._words.transform(folded), 1.0),
            (self._by_letters, self._letters.transform(folded), LETTERS_WEIGHT),
        )
        logs = np.zeros((len(texts), len(self.definitions) + 1))
        for model, features, weight in views:
            seen = np.full_like(logs, FLOOR)
            seen[:, model.classes_] = np.maximum(model.predict_proba(features), FLOOR)
            logs += weight * np.log(seen)
        return _normalised(np.exp(TEMPERATURE * (logs - logs.max(axis=1, keepdims=True))))

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


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


def _normalised(values: Probabilities) -> Probabilities:
    return np.asarray(values / values.sum(axis=1, keepdims=True))
