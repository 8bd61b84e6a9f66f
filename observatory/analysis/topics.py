"""Topics that keep their identity from run to run.

The first run fits topics and freezes their centroids. Later runs leave every old report where it
is, give a new report to its nearest topic when it lies as near as the topic's own members do, and
open new topics only from the residue (design: identity over time).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import nlp
from observatory.analysis.opening import Report
from observatory.analysis.state import State

NEAR_QUANTILE = 0.05
SMALLEST_NEW = 10


@dataclass(frozen=True)
class Topics:
    """A run's topics.

    Attributes:
        numbers: int64 (n,), topic number of each report from 1; 0 where it has no usable word.
        centroids: float32 (t, d), unit rows; row i belongs to topic number i + 1.
    """

    numbers: NDArray[np.int64]
    centroids: NDArray[np.float32]

    def names(self) -> tuple[str, ...]:
        """Return the topic id of each report, such as ``T0001``."""
        return tuple(name(int(number)) for number in self.numbers)


def name(number: int) -> str:
    """Return a topic's stable id."""
    return f"T{number:04d}"


def identify(
    reports: Sequence[Report],
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    prior: State,
) -> Topics:
    """Give every report its topic.

    Args:
        reports: in the run's order, n of them.
        texts: scrubbed narratives.
        vectors: float32 (n, d).
        prior: the state of the last run; empty at first.
    """
    if prior.centroids is None or not len(prior.centroids):
        labels, centroids = _fit(texts, vectors)
        return Topics(labels + 1, centroids)
    numbers = np.array([prior.topics.get(report.leaf, -1) for report in reports], np.int64)
    centroids = prior.centroids
    new = np.flatnonzero(numbers < 0)
    if len(new):
        similarity = vectors[new] @ centroids.T
        nearest = similarity.argmax(axis=1)
        near = similarity.max(axis=1) >= _reach(vectors, numbers, centroids)[nearest]
        numbers[new] = nearest + 1
        residue = new[~near]
        if len(residue) >= SMALLEST_NEW:
            centroids = _open_new(texts, vectors, numbers, residue, centroids)
    return Topics(numbers, centroids)


def _fit(
    texts: Sequence[str], vectors: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    labels: NDArray[np.int64] = nlp.TopicModel().fit(texts, embeddings=vectors).labels_
    return labels, _centroids(vectors, labels)


def _centroids(vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the unit mean vector of each label 0..t-1."""
    topics = int(labels.max(initial=-1)) + 1
    sums = np.zeros((topics, vectors.shape[1]), np.float64)
    used = labels >= 0
    np.add.at(sums, labels[used], vectors[used])
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return (sums / np.maximum(norms, 1e-12)).astype(np.float32)


def _reach(
    vectors: NDArray[np.float32], numbers: NDArray[np.int64], centroids: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return, per topic, the similarity that all but 5% of its own members have."""
    reach = np.full(len(centroids), np.inf, np.float32)
    for topic in range(len(centroids)):
        members = vectors[numbers == topic + 1]
        if len(members):
            reach[topic] = np.quantile(members @ centroids[topic], NEAR_QUANTILE)
    return reach


def _open_new(
    texts: Sequence[str],
    vectors: NDArray[np.float32],
    numbers: NDArray[np.int64],
    residue: NDArray[np.int64],
    centroids: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Open topics from the residue, in place in ``numbers``; return all centroids."""
    labels, found = _fit([texts[row] for row in residue], vectors[residue])
    sizes = np.bincount(labels[labels >= 0], minlength=len(found))
    opened = [topic for topic, size in enumerate(sizes) if size >= SMALLEST_NEW]
    for offset, topic in enumerate(opened, start=1):
        numbers[residue[labels == topic]] = len(centroids) + offset
    return np.vstack([centroids, found[opened]])
