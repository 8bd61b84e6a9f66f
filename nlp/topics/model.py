"""The estimator: texts in, numbered topics out, which keep their numbers ever after."""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Embedder, default, quantise
from nlp.languages import detect
from nlp.tokens import usable
from nlp.topics import distinct, lineage, quality, resolution, tidy
from nlp.topics.graph import Index
from nlp.topics.ground import NEIGHBOURS, Ground

Vectors = NDArray[np.float32]

_SMALLEST = 5
_SMALLEST_NEW = 10
# A text joins a frozen topic if it lies as near as all but this share of the topic's own texts.
_OUTSIDE = 0.1
# What looks like a new topic is an old one from this cosine of their centroids; and it is the rim
# of several unless its texts lie nearer to its own centroid than to any old one by so much.
_OLD, _NEARER = 0.6, 0.2
_FINE = 4.0


class TopicModel:
    """Groups texts by what sets them apart.

    Nearest neighbours of centred vectors and telling words, Jaccard weights of shared neighbours,
    Louvain at the resolution that the words bear out best. The result does not depend on the order
    of the texts: they are first sorted by a digest of what they say, and equal ones count once.

    Topics are then frozen. :meth:`update` places further texts without touching a label that was
    given before; :meth:`refit` finds topics anew and keeps the ids of those that are still there.

    Cost: ``fit`` grows with the square of the number of distinct texts up to
    :data:`nlp.nearest.EXACT` and in proportion above; ``update`` with the number of new texts.

    Args:
        embedder: turns texts into vectors where none are given; the default model if None.
        resolution: how finely to cut; None chooses from the data.
        random_state: seed.
        sample: above this many distinct texts the model is fitted on a fixed sample of them, and
            the rest goes to the nearest centroid.

    Attributes:
        labels_: int64 (n,), ids of the texts of the last call, in input order; -1 where a text has
            no usable word or, after ``update``, lies near no topic.
        ids_: int64 (topics,), id of each topic; 0 to topics - 1 by falling size after ``fit``.
        centroids_: float32 (topics, d), unit rows in the space of centred vectors.
        reach_: float32 (topics,), cosine with the centroid from which a further text joins.
        sizes_: int64 (topics,), texts ever placed.
        quality_: coherence, separation and stability of each topic.
        changes_: what the last ``update`` or ``refit`` changed.
        resolution_: the resolution used.
        evidence_: evidence of each resolution tried; empty where it was given.
        means_: mean vector of each language, "" for all.

    References:
        Blondel et al. (2008), J. Stat. Mech. P10008; Jarvis and Patrick (1973), IEEE Trans.
        Computers C-22(11); :mod:`nlp.topics.evidence`.
    """

    labels_: Index
    ids_: Index
    centroids_: Vectors
    reach_: Vectors
    sizes_: Index
    quality_: quality.Quality
    changes_: list[lineage.Change]
    resolution_: float
    evidence_: dict[float, float]
    means_: dict[str, Vectors]

    def __init__(
        self,
        embedder: Embedder | None = None,
        resolution: float | None = None,
        random_state: int = 0,
        sample: int = 100_000,
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
        vectors, tags = self._prepared(texts, embeddings, languages)
        good = np.array(usable(texts), dtype=bool)
        self.means_ = distinct.means(
            vectors[good], [tag for tag, ok in zip(tags, good, strict=True) if ok]
        )
        centred = quantise(distinct.centre(vectors, tags, self.means_))
        rows, position = _distinct_rows(texts, vectors, tags, good)
        fitted = rows
        if len(rows) > self.sample:
            draw = np.random.default_rng(self.random_state)
            fitted = rows[np.sort(draw.choice(len(rows), self.sample, replace=False))]
        found = self._cut([texts[i] for i in fitted], [tags[i] for i in fitted], centred[fitted])
        by_row = _spread(found, fitted, rows, centred)
        self.labels_ = np.full(len(texts), -1, dtype=np.int64)
        self.labels_[good] = by_row[position[good]]
        self._number(centred)
        self.changes_ = []
        return self

    def update(
        self,
        texts: Sequence[str],
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
    ) -> Self:
        """Place texts that have no topic yet: new ones, and those that an earlier call left out.

        A text joins the nearest topic if it lies within its reach, and waits with label -1 if not.
        Ten or more texts that lie much nearer to one another than to any old topic open one of
        their own.

        Args:
            texts: scrubbed texts.
            embeddings: (n, d) vectors of the texts, if they are known.
            languages: tag of each text; detected if None.

        Raises:
            ValueError: the numbers of texts, vectors and languages differ.
        """
        vectors, tags = self._prepared(texts, embeddings, languages)
        labels, similarity = self.predict(vectors, tags)
        order = np.argsort(self.ids_)
        place = order[np.searchsorted(self.ids_, labels, sorter=order).clip(max=len(order) - 1)]
        good = np.array(usable(texts), dtype=bool)
        self.labels_ = np.where(good & (similarity >= self.reach_[place]), labels, -1)
        self.changes_ = []
        rows = np.flatnonzero(good)
        if len(rows) >= _SMALLEST_NEW:
            chosen = rows.tolist()
            self._open(
                [texts[i] for i in chosen],
                [tags[i] for i in chosen],
                vectors[rows],
                similarity[rows],
                rows,
            )
        self.sizes_ = self.sizes_ + np.array([(self.labels_ == i).sum() for i in self.ids_])
        return self

    def refit(
        self,
        texts: Sequence[str],
        before: Sequence[int] | Index,
        *,
        embeddings: NDArray[Any] | None = None,
        languages: Sequence[str] | None = None,
    ) -> Self:
        """Find topics anew; one that is still there keeps its id, and ``changes_`` tells the rest.

        Args:
            texts: all texts, old and new.
            before: (n,) ids that they had, -1 for none.
            embeddings: (n, d) vectors of the texts, if they are known.
            languages: tag of each text; detected if None.
        """
        had = np.asarray(before, dtype=np.int64)
        first_free = max(int(self.ids_.max(initial=-1)), int(had.max(initial=-1))) + 1
        self.fit(texts, embeddings=embeddings, languages=languages)
        self.ids_ = lineage.inherit(had, self.labels_, first_free)
        self.labels_ = np.where(self.labels_ >= 0, self.ids_[self.labels_], -1)
        self.changes_ = lineage.compare(had, self.labels_)
        return self

    def predict(
        self, embeddings: NDArray[Any], languages: Sequence[str] | None = None
    ) -> tuple[Index, Vectors]:
        """The nearest topic and how near, against the frozen centroids, within reach or not.

        Args:
            embeddings: (n, d) of the same embedder.
            languages: tag of each; the mean of the whole corpus is taken off if None.

        Returns:
            ids (n,) and the cosine with the centroid (n,). A vector of zeros has id -1.
        """
        vectors = quantise(embeddings)
        tags = list(languages) if languages is not None else [""] * len(vectors)
        centred = quantise(distinct.centre(vectors, tags, self.means_))
        nearest, similarity = _nearest(centred, self.centroids_)
        labels = self.ids_[nearest] if len(self.ids_) else nearest
        empty = ~np.any(vectors, axis=1)
        labels[empty], similarity[empty] = -1, 0
        return labels, similarity

    def state(self) -> dict[str, Any]:
        """What :meth:`predict` and :meth:`update` need, as arrays and plain values."""
        return {
            "centroids": self.centroids_,
            "ids": self.ids_,
            "means": dict(self.means_),
            "reach": self.reach_,
            "sizes": self.sizes_,
            "coherence": self.quality_.coherence,
            "stability": self.quality_.stability,
            "resolution": self.resolution_,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], embedder: Embedder | None = None) -> Self:
        """A model that predicts and updates as the one whose :meth:`state` is given."""
        model = cls(embedder=embedder)
        model.centroids_ = np.asarray(state["centroids"], dtype=np.float32)
        model.ids_ = np.asarray(state["ids"], dtype=np.int64)
        model.means_ = {tag: np.asarray(m, dtype=np.float32) for tag, m in state["means"].items()}
        model.reach_ = np.asarray(state["reach"], dtype=np.float32)
        model.sizes_ = np.asarray(state["sizes"], dtype=np.int64)
        model.quality_ = quality.Quality(
            np.asarray(state["coherence"]),
            quality.separation(model.centroids_),
            np.asarray(state["stability"]),
        )
        model.resolution_ = float(state["resolution"])
        model.evidence_ = {}
        model.changes_ = []
        return model

    def _prepared(
        self, texts: Sequence[str], embeddings: NDArray[Any] | None, languages: Sequence[str] | None
    ) -> tuple[Vectors, list[str]]:
        if embeddings is None:
            embeddings = (self.embedder or default()).embed(texts)
        tags = list(languages) if languages is not None else detect(texts)
        if not len(texts) == len(embeddings) == len(tags):
            raise ValueError("texts, embeddings and languages must have the same length")
        return quantise(embeddings), tags

    def _cut(self, texts: list[str], languages: list[str], centred: Vectors) -> Index:
        """Topics of distinct texts in stable order.

        Texts that say nothing but what all say ("I paid a bribe") would glue topics together.
        They stay out of the graph and are a topic of their own where there are enough of them.
        """
        self._smallest = min(max(_SMALLEST, math.ceil(len(texts) / 500)), 50)
        words = [
            Counter(distinct.distinguishing(t, tag))
            for t, tag in zip(texts, languages, strict=True)
        ]
        telling = np.array([bool(row) for row in words])
        rows = np.flatnonzero(telling) if telling.any() else np.arange(len(texts))
        labels = np.full(len(texts), -1, dtype=np.int64)
        labels[rows] = self._communities(
            [texts[i] for i in rows],
            [languages[i] for i in rows],
            centred[rows],
            [words[i] for i in rows],
        )
        rest = labels < 0
        if rest.sum() >= self._smallest:
            labels[rest] = labels.max() + 1
        elif rest.any():
            centroids = tidy.unit_rows(tidy.sums(centred[~rest], labels[~rest]))
            labels[rest] = _nearest(centred[rest], centroids)[0]
        self._coherence = quality.coherence(
            words, languages, labels, int(labels.max(initial=-1)) + 1
        )
        return labels

    def _communities(
        self, texts: list[str], languages: list[str], centred: Vectors, words: list[Counter[str]]
    ) -> Index:
        """Tidied communities of the neighbour graph; -1 for texts that fit none."""
        self.resolution_ = self.resolution or 1.0
        self.evidence_ = {}
        self._stability = np.zeros(0)
        if len(texts) < 3:
            return np.zeros(len(texts), dtype=np.int64)
        ground = Ground.of(
            texts,
            languages,
            centred,
            words,
            smallest=self._smallest,
            random_state=self.random_state,
        )
        if self.resolution is None and len(texts) > 10 * NEIGHBOURS:
            choice = resolution.choose(ground)
            self.resolution_, self.evidence_ = choice.resolution, choice.evidence
            labels = choice.labels
        else:
            labels = resolution.partition(ground, self.resolution_)
        labels = tidy.take_apart(ground.vectors, ground.sentences, languages, labels)
        labels[labels >= 0] = np.unique(labels[labels >= 0], return_inverse=True)[1]
        topics = int(labels.max()) + 1
        if len(texts) > 10 * NEIGHBOURS:
            self._stability = quality.stability(ground, labels, self.resolution_, topics)
        return labels

    def _number(self, centred: Vectors) -> None:
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
        self.ids_ = np.arange(len(names))
        self.centroids_ = centroids[order]
        self.sizes_ = sizes[order].astype(np.int64)
        own = np.einsum("ij,ij->i", centred[good], self.centroids_[self.labels_[good]])
        self.reach_ = _reach(self.labels_[good], own, len(names))
        known = np.full(int(names.max(initial=-1)) + 1, np.nan)
        known[: len(self._stability)] = self._stability
        self.quality_ = quality.Quality(
            self._coherence[names][order],
            quality.separation(self.centroids_),
            known[names][order],
        )

    def _open(
        self,
        texts: list[str],
        languages: list[str],
        vectors: Vectors,
        similarity: Vectors,
        rows: Index,
    ) -> None:
        """Open a topic for each group that lies much nearer to its own middle than to any topic.

        Args:
            texts: usable texts that have no topic from an earlier call.
            languages: their tags.
            vectors: (n, d) their vectors.
            similarity: (n,) their cosine with the nearest frozen centroid.
            rows: (n,) their places in ``labels_``.
        """
        found = TopicModel(resolution=_FINE, random_state=self.random_state).fit(
            texts, embeddings=vectors, languages=languages
        )
        centred = quantise(distinct.centre(vectors, languages, self.means_))
        centroids = tidy.unit_rows(tidy.sums(centred, found.labels_))
        likeness = _nearest(centroids, self.centroids_)[1]
        own = np.einsum("ij,ij->i", centred, centroids[found.labels_])
        reach = _reach(found.labels_, own, len(centroids))
        for topic in range(len(centroids)):
            members = found.labels_ == topic
            nearer = float((own[members] - similarity[members]).mean())
            if members.sum() >= _SMALLEST_NEW and likeness[topic] < _OLD and nearer >= _NEARER:
                fresh = int(self.ids_.max(initial=-1)) + 1
                self.labels_[rows[members]] = fresh
                self._add(fresh, centroids[topic], reach[topic], found.quality_, topic)
                self.changes_.append(lineage.Change("born", (), (fresh,), int(members.sum())))

    def _add(
        self,
        topic: int,
        centroid: Vectors,
        reach: np.float32,
        measured: quality.Quality,
        row: int,
    ) -> None:
        """Freeze one more topic; its size is counted by the caller."""
        self.ids_ = np.append(self.ids_, topic)
        self.centroids_ = np.vstack([self.centroids_, centroid[None, :]])
        self.reach_ = np.append(self.reach_, reach).astype(np.float32)
        self.sizes_ = np.append(self.sizes_, 0)
        self.quality_ = quality.Quality(
            np.append(self.quality_.coherence, measured.coherence[row]),
            quality.separation(self.centroids_),
            np.append(self.quality_.stability, measured.stability[row]),
        )


def _distinct_rows(
    texts: Sequence[str], vectors: Vectors, languages: Sequence[str], good: NDArray[np.bool_]
) -> tuple[Index, Index]:
    """One row of each distinct text in stable order, and for each text the place of its row.

    The order is that of a digest of vector, wording and language (RFC 7693), 16 bytes a text.
    """
    keys = []
    for text, vector, tag in zip(texts, vectors, languages, strict=True):
        digest = hashlib.blake2b(vector.tobytes(), digest_size=16)
        digest.update(f"{tag}\0{text}".encode("utf-8", "surrogatepass"))
        keys.append(digest.digest())
    first: dict[bytes, int] = {}
    for i in np.flatnonzero(good).tolist():
        first.setdefault(keys[i], i)
    ordered = sorted(first)
    place = {key: p for p, key in enumerate(ordered)}
    rows = np.array([first[key] for key in ordered], dtype=np.int64)
    position = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    return rows, position


def _spread(found: Index, fitted: Index, rows: Index, centred: Vectors) -> Index:
    """Labels of all distinct rows: those left out of the sample go to the nearest centroid."""
    if len(fitted) == len(rows):
        return found
    centroids = tidy.unit_rows(tidy.sums(centred[fitted], found))
    labels = _nearest(centred[rows], centroids)[0]
    place = {row: p for p, row in enumerate(rows.tolist())}
    labels[[place[row] for row in fitted.tolist()]] = found
    return labels


def _reach(labels: Index, similarity: Vectors, topics: int) -> Vectors:
    """Per topic, the similarity that all but :data:`_OUTSIDE` of its own texts have."""
    reach = np.full(topics, np.inf, np.float32)
    for topic in range(topics):
        own = similarity[labels == topic]
        if len(own):
            reach[topic] = np.quantile(own, _OUTSIDE)
    return reach


def _nearest(vectors: Vectors, centroids: Vectors) -> tuple[Index, Vectors]:
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
