"""The estimator: texts in, numbered topics out."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Embedder, default, quantise
from nlp.languages import detect
from nlp.tokens import usable
from nlp.topics import distinct, graph, resolution, tidy

NEIGHBOURS = 15
_SPARE = 9  # so that a subsample of four fifths still has its fifteen
_SMALLEST = 5


class TopicModel:
    """Groups texts by what sets them apart.

    Exact nearest neighbours of centred vectors and distinguishing words, Jaccard weights of
    shared neighbours, Louvain. The result does not depend on the order of the texts: they are
    first sorted by vector and wording, and equal ones count once.

    Args:
        embedder: turns texts into vectors where none are given; the default model if None.
        resolution: how finely to cut; None chooses the most stable of a grid.
        random_state: seed.
        sample: above this many distinct texts the model is fitted on a fixed sample of them, and
            the rest goes to the nearest centroid.

    Attributes:
        labels_: int64 (n,), in input order, numbered by falling size; -1 where a text has no
            usable word.
        centroids_: float32 (topics, d), unit rows in the space of centred vectors.
        strengths_: float32 (n,), cosine of each text with the centroid of its topic.
        sizes_: int64 (topics,).
        resolution_: the resolution used.
        stability_: stability of each resolution tried; empty where it was given.
        means_: mean vector of each language, "" for all.
    """

    def __init__(
        self,
        embedder: Embedder | None = None,
        resolution: float | None = None,
        random_state: int = 0,
        sample: int = 40_000,
    ) -> None:
        self.embedder = embedder
        self.resolution = resolution
        self.random_state = random_state
        self.sample = sample

    def fit(
        self,
        texts: Sequence[str],
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
    ) -> Self:
        """Find the topics of texts.

        Args:
            texts: scrubbed texts; the model neither scrubs nor judges junk.
            embeddings: (n, d) vectors of the texts, if they are known.
            languages: tag of each text; detected if None.

        Raises:
            ValueError: the numbers of texts, vectors and languages differ.
        """
        if embeddings is None:
            embeddings = (self.embedder or default()).embed(texts)
        if languages is None:
            languages = detect(texts)
        if not len(texts) == len(embeddings) == len(languages):
            raise ValueError("texts, embeddings and languages must have the same length")
        vectors = quantise(embeddings)
        good = np.array(usable(texts), dtype=bool)
        self.means_ = distinct.means(
            vectors[good], [tag for tag, ok in zip(languages, good, strict=True) if ok]
        )
        centred = quantise(distinct.centre(vectors, languages, self.means_))
        distinct_rows, position = _distinct_rows(texts, vectors, languages, good)
        fitted = distinct_rows
        if len(distinct_rows) > self.sample:
            draw = np.random.default_rng(self.random_state)
            fitted = distinct_rows[
                np.sort(draw.choice(len(distinct_rows), self.sample, replace=False))
            ]
        found = self._cut(
            [texts[i] for i in fitted], [languages[i] for i in fitted], centred[fitted]
        )
        by_row = self._spread(found, fitted, distinct_rows, centred)
        self.labels_ = np.full(len(texts), -1, dtype=np.int64)
        self.labels_[good] = by_row[position[good]]
        self._number(centred)
        return self

    def _cut(
        self, texts: list[str], languages: list[str], centred: NDArray[np.float32]
    ) -> graph.Index:
        """Topics of distinct texts in stable order.

        Texts that say nothing but what all say ("I paid a bribe") would glue topics together.
        They stay out of the graph and are a topic of their own where there are enough of them.
        """
        smallest = min(max(_SMALLEST, math.ceil(len(texts) / 500)), 50)
        telling = np.array(
            [bool(distinct.distinguishing(t, tag)) for t, tag in zip(texts, languages, strict=True)]
        )
        rows = np.flatnonzero(telling) if telling.any() else np.arange(len(texts))
        labels = np.full(len(texts), -1, dtype=np.int64)
        labels[rows] = self._communities(
            [texts[i] for i in rows], [languages[i] for i in rows], centred[rows], smallest
        )
        rest = labels < 0
        if rest.sum() >= smallest:
            labels[rest] = labels.max() + 1
        elif rest.any():
            centroids = tidy.unit_rows(tidy.sums(centred[~rest], labels[~rest]))
            labels[rest] = _nearest(centred[rest], centroids)[0]
        return labels

    def _communities(
        self, texts: list[str], languages: list[str], centred: NDArray[np.float32], smallest: int
    ) -> graph.Index:
        """Tidied communities of the neighbour graph; -1 for texts that fit none."""
        self.resolution_ = self.resolution or 1.0
        self.stability_: dict[float, float] = {}
        if len(texts) < 3:
            return np.zeros(len(texts), dtype=np.int64)
        vectors = quantise(distinct.combine(centred, texts, languages))
        near = graph.neighbours(vectors, NEIGHBOURS + _SPARE)
        count = min(NEIGHBOURS, near.shape[1])
        weights = graph.shared_neighbours(near[:, :count])
        if self.resolution is None and len(texts) > 10 * NEIGHBOURS:
            self.resolution_, self.stability_ = resolution.choose(
                near, weights, count, self.random_state
            )
        labels = graph.cut(weights, self.resolution_, self.random_state)
        labels = graph.merge_small(labels, weights, smallest)
        labels = tidy.join_alike(vectors, labels)
        return tidy.take_apart(vectors, centred.shape[1], labels)

    def _spread(
        self,
        found: graph.Index,
        fitted: graph.Index,
        rows: graph.Index,
        centred: NDArray[np.float32],
    ) -> graph.Index:
        """Labels of all distinct rows: those left out of the sample go to the nearest centroid."""
        if len(fitted) == len(rows):
            return found
        centroids = tidy.unit_rows(tidy.sums(centred[fitted], found))
        labels = _nearest(centred[rows], centroids)[0]
        place = {row: p for p, row in enumerate(rows.tolist())}
        labels[[place[row] for row in fitted.tolist()]] = found
        return labels

    def _number(self, centred: NDArray[np.float32]) -> None:
        """Number topics by falling size, then by their first centroid component."""
        good = self.labels_ >= 0
        names, inverse, sizes = np.unique(
            self.labels_[good], return_inverse=True, return_counts=True
        )
        centroids = tidy.unit_rows(tidy.sums(centred[good], inverse))
        keys = [tuple(row) for row in centroids.tolist()]
        order = sorted(range(len(names)), key=lambda t: (-int(sizes[t]), keys[t]))
        rank = np.empty(len(names), dtype=np.int64)
        rank[order] = np.arange(len(names))
        self.labels_[good] = rank[inverse]
        self.centroids_ = centroids[order]
        self.sizes_ = sizes[order].astype(np.int64)
        self.strengths_ = np.zeros(len(self.labels_), dtype=np.float32)
        own = self.centroids_[self.labels_[good]]
        self.strengths_[good] = np.einsum("ij,ij->i", centred[good], own)

    def predict(
        self, embeddings: NDArray[Any], languages: Sequence[str] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Topic and similarity of new vectors, against the frozen centroids.

        Args:
            embeddings: (n, d) of the same embedder.
            languages: tag of each; the mean of the whole corpus is taken off if None.

        Returns:
            labels (n,) and the cosine with the centroid of the label (n,). A vector of zeros
            has label -1.
        """
        vectors = quantise(embeddings)
        tags = list(languages) if languages is not None else [""] * len(vectors)
        centred = quantise(distinct.centre(vectors, tags, self.means_))
        labels, similarity = _nearest(centred, self.centroids_)
        empty = ~np.any(vectors, axis=1)
        labels[empty], similarity[empty] = -1, 0
        return labels, similarity

    def state(self) -> dict[str, Any]:
        """What :meth:`predict` needs, as arrays and plain values, to be kept for the next run."""
        return {
            "centroids": self.centroids_,
            "means": dict(self.means_),
            "sizes": self.sizes_,
            "resolution": self.resolution_,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], embedder: Embedder | None = None) -> Self:
        """A model that predicts as the one whose :meth:`state` is given."""
        model = cls(embedder=embedder, resolution=float(state["resolution"]))
        model.centroids_ = np.asarray(state["centroids"], dtype=np.float32)
        model.means_ = {tag: np.asarray(m, dtype=np.float32) for tag, m in state["means"].items()}
        model.sizes_ = np.asarray(state["sizes"], dtype=np.int64)
        model.resolution_ = float(state["resolution"])
        model.stability_ = {}
        return model


def _distinct_rows(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    languages: Sequence[str],
    good: NDArray[np.bool_],
) -> tuple[graph.Index, graph.Index]:
    """One row of each distinct text in stable order, and for each text the place of its row."""
    keys = [(vectors[i].tobytes(), texts[i], languages[i]) for i in range(len(texts))]
    first: dict[tuple[bytes, str, str], int] = {}
    for i in np.flatnonzero(good).tolist():
        first.setdefault(keys[i], i)
    ordered = sorted(first)
    place = {key: p for p, key in enumerate(ordered)}
    rows = np.array([first[key] for key in ordered], dtype=np.int64)
    position = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    return rows, position


def _nearest(
    vectors: NDArray[np.float32], centroids: NDArray[np.float32]
) -> tuple[graph.Index, NDArray[np.float32]]:
    """The nearest centroid of each vector and its cosine."""
    labels = np.full(len(vectors), -1, dtype=np.int64)
    similarity = np.zeros(len(vectors), dtype=np.float32)
    if not len(centroids):
        return labels, similarity
    for start in range(0, len(vectors), 8192):
        products = vectors[start : start + 8192] @ centroids.T
        labels[start : start + 8192] = products.argmax(axis=1)
        similarity[start : start + 8192] = products.max(axis=1)
    return labels, similarity
