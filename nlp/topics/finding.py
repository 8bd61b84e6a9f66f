"""Finding topics among distinct texts, once, with how good each is."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.topics import centroids, distinct, quality, resolution, tidy
from nlp.topics.graph import Index
from nlp.topics.ground import NEIGHBOURS, Ground

Vectors = NDArray[np.float32]

_SMALLEST, _LARGEST_SMALLEST = 5, 50
_ENOUGH = 10 * NEIGHBOURS  # texts from which a resolution can be chosen and a topic lost again


@dataclass(frozen=True)
class Found:
    """Topics of n distinct texts.

    Attributes:
        labels: int64 (n,), topics from 0; -1 for none.
        resolution: at which they were cut.
        evidence: of each resolution tried; empty where it was given.
        coherence: float64 (topics,).
        stability: float64 (topics,), nan where it was not measured.
    """

    labels: Index
    resolution: float
    evidence: dict[float, float]
    coherence: quality.Scores
    stability: quality.Scores


def find(
    texts: list[str],
    languages: list[str],
    centred: Vectors,
    *,
    resolution_wanted: float | None,
    random_state: int,
) -> Found:
    """Find the topics of distinct texts in stable order.

    Texts that say nothing but what all say ("I paid a bribe") would glue topics together. They stay
    out of the graph and are a topic of their own where there are enough of them.

    Args:
        texts: n scrubbed texts.
        languages: their tags.
        centred: (n, d) their centred vectors.
        resolution_wanted: how finely to cut; None chooses from the data.
        random_state: seed.
    """
    smallest = min(max(_SMALLEST, math.ceil(len(texts) / 500)), _LARGEST_SMALLEST)
    pairs = zip(texts, languages, strict=True)
    words = [Counter(distinct.distinguishing(text, tag)) for text, tag in pairs]
    telling = np.array([bool(row) for row in words], dtype=bool)
    rows = np.flatnonzero(telling) if telling.any() else np.arange(len(texts))
    chosen = rows.tolist()
    labels = np.full(len(texts), -1, dtype=np.int64)
    stability = np.zeros(0)
    if len(rows) < 3:
        choice = resolution.Choice(resolution_wanted or 1.0, np.zeros(len(rows), np.int64), {})
    else:
        ground = Ground.of(
            [texts[i] for i in chosen],
            [languages[i] for i in chosen],
            centred[rows],
            [words[i] for i in chosen],
            smallest=smallest,
            random_state=random_state,
        )
        choice = _choice(ground, resolution_wanted)
        if len(rows) > _ENOUGH:
            topics = int(choice.labels.max()) + 1
            stability = quality.stability(ground, choice.labels, choice.resolution, topics)
    labels[rows] = choice.labels
    labels = _with_the_rest(labels, centred, smallest)
    topics = int(labels.max(initial=-1)) + 1
    known = np.full(topics, np.nan)
    known[: len(stability)] = stability
    coherence = quality.coherence(words, languages, labels, topics)
    return Found(labels, choice.resolution, choice.evidence, coherence, known)


def _choice(ground: Ground, wanted: float | None) -> resolution.Choice:
    """The partition wanted, or the best, without its hollow topics; -1 for texts that fit none."""
    if wanted is None and len(ground) > _ENOUGH:
        choice = resolution.choose(ground)
    else:
        at = wanted or 1.0
        choice = resolution.Choice(at, resolution.partition(ground, at), {})
    labels = tidy.take_apart(ground.vectors, ground.sentences, ground.languages, choice.labels)
    placed = labels >= 0
    labels[placed] = np.unique(labels[placed], return_inverse=True)[1]
    return resolution.Choice(choice.resolution, labels, choice.evidence)


def _with_the_rest(labels: Index, centred: Vectors, smallest: int) -> Index:
    """Give texts without a topic one of their own, or the nearest where they are too few."""
    rest = labels < 0
    if rest.sum() >= smallest:
        labels[rest] = labels.max() + 1
    elif rest.any():
        middles = centroids.unit_rows(centroids.sums(centred[~rest], labels[~rest]))
        labels[rest] = centroids.nearest(centred[rest], middles)[0]
    return labels
