"""The estimator: texts in, numbered topics out, which keep their numbers ever after."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import Embedder, default, quantise
from nlp.languages import detect
from nlp.tokens import usable
from nlp.topics import centroids, distinct, lineage, quality
from nlp.topics.finding import Found, find
from nlp.topics.graph import Index
from nlp.topics.ground import distinct_rows

Vectors = NDArray[np.float32]

_SMALLEST_NEW = 10
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
        rows, position = distinct_rows(texts, vectors, tags, good)
        fitted = rows
        if len(rows) > self.sample:
            draw = np.random.default_rng(self.random_state)
            fitted = rows[np.sort(draw.choice(len(rows), self.sample, replace=False))]
        found = find(
            [texts[i] for i in fitted],
            [tags[i] for i in fitted],
            centred[fitted],
            resolution_wanted=self.resolution,
            random_state=self.random_state,
        )
        self.resolution_, self.evidence_ = found.resolution, found.evidence
        by_row = _spread(found.labels, fitted, rows, centred)
        self.labels_ = np.full(len(texts), -1, dtype=np.int64)
        self.labels_[good] = by_row[position[good]]
        self._number(centred, found)
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
        nearest, similarity = centroids.nearest(centred, self.centroids_)
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

    def _number(self, centred: Vectors, found: Found) -> None:
        """Number topics by falling size, then by their first centroid component."""
        good = self.labels_ >= 0
        names, inverse, sizes = np.unique(
            self.labels_[good], return_inverse=True, return_counts=True
        )
        middles = centroids.unit_rows(centroids.sums(centred[good], inverse))
        keys = [tuple(row) for row in middles.tolist()]
        order = sorted(range(len(names)), key=lambda t: (-int(sizes[t]), keys[t]))
        rank = np.empty(len(names), dtype=np.int64)
        rank[order] = np.arange(len(names))
        self.labels_[good] = rank[inverse]
        self.ids_ = np.arange(len(names))
        self.centroids_ = middles[order]
        self.sizes_ = sizes[order].astype(np.int64)
        own = np.einsum("ij,ij->i", centred[good], self.centroids_[self.labels_[good]])
        self.reach_ = centroids.reach(self.labels_[good], own, len(names))
        self.quality_ = quality.Quality(
            found.coherence[names][order],
            quality.separation(self.centroids_),
            found.stability[names][order],
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
        middles = centroids.unit_rows(centroids.sums(centred, found.labels_))
        likeness = centroids.nearest(middles, self.centroids_)[1]
        own = np.einsum("ij,ij->i", centred, middles[found.labels_])
        reach = centroids.reach(found.labels_, own, len(middles))
        for topic in range(len(middles)):
            members = found.labels_ == topic
            nearer = float((own[members] - similarity[members]).mean())
            if members.sum() >= _SMALLEST_NEW and likeness[topic] < _OLD and nearer >= _NEARER:
                fresh = int(self.ids_.max(initial=-1)) + 1
                self.labels_[rows[members]] = fresh
                self._add(fresh, middles[topic], reach[topic], found.quality_, topic)
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


def _spread(found: Index, fitted: Index, rows: Index, centred: Vectors) -> Index:
    """Labels of all distinct rows: those left out of the sample go to the nearest centroid."""
    if len(fitted) == len(rows):
        return found
    middles = centroids.unit_rows(centroids.sums(centred[fitted], found))
    labels = centroids.nearest(centred[rows], middles)[0]
    place = {row: p for p, row in enumerate(rows.tolist())}
    labels[[place[row] for row in fitted.tolist()]] = found
    return labels
