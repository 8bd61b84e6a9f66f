"""Centroids: the middle of each topic, by which texts are placed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import quantise

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]

OUTSIDE = 0.1
"""A text joins a frozen topic if it lies as near as all but this share of the topic's own texts."""


def sums(vectors: Vectors, labels: Labels) -> NDArray[np.float64]:
    """Sum of the vectors of each label 0..max; exact for quantised vectors, in any order."""
    topics = int(labels.max()) + 1 if len(labels) else 0
    total = np.zeros((topics, vectors.shape[1]), dtype=np.float64)
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], np.arange(topics + 1))
    for topic in range(topics):
        rows = order[ends[topic] : ends[topic + 1]]
        total[topic] = vectors[rows].sum(axis=0, dtype=np.float64)
    return total


def unit_rows(total: NDArray[Any]) -> Vectors:
    """Quantised unit rows of sums."""
    lengths = np.linalg.norm(total, axis=1, keepdims=True)
    return quantise(total / np.where(lengths > 0, lengths, 1))


def reach(labels: Labels, similarity: Vectors, topics: int) -> Vectors:
    """Per topic, the similarity that all but :data:`OUTSIDE` of its own texts have."""
    near = np.full(topics, np.inf, np.float32)
    for topic in range(topics):
        own = similarity[labels == topic]
        if len(own):
            near[topic] = np.quantile(own, OUTSIDE)
    return near


def nearest(vectors: Vectors, centroids: Vectors) -> tuple[Labels, Vectors]:
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
