"""Tidying a cut: topics that say the same join, topics that say nothing are taken apart.

Louvain at one resolution splits a large topic by manner of writing ("I paid for police
verification", "Police verification for passport") and gathers leftovers that only sound alike.
Both are seen from the centroids, in the space in which the graph was built.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import quantise

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]

# Cosine of the centred centroids from which two topics are one. On four labelled sets the adjusted
# Rand index rises or stays for every resolution (bribe titles .13 to .22, StackOverflow cut four
# times too fine .60 to .74); under .5 distinct topics begin to join.
ALIKE = 0.6
# A topic's texts are alike in sentence vectors by c and in distinguishing words by w. Topics with a
# subject have w/c of .16 and more on every set here; what is held together by phrasing alone
# ("I feel bad that I paid", "... took 500 from me") stays under an eighth.
_WORDS_TO_PHRASING = 0.125
# Cosine under which a text of such a topic fits no other topic either.
_FITS = 0.1


def sums(vectors: Vectors, labels: Labels) -> NDArray[np.float64]:
    """Sum of the vectors of each label 0..max; exact for quantised vectors, in any order."""
    topics = int(labels.max()) + 1 if len(labels) else 0
    total = np.zeros((topics, vectors.shape[1]), dtype=np.float64)
    np.add.at(total, labels, vectors)
    return total


def unit_rows(total: NDArray[Any]) -> Vectors:
    """Quantised unit rows of sums."""
    lengths = np.linalg.norm(total, axis=1, keepdims=True)
    return quantise(total / np.where(lengths > 0, lengths, 1))


def join_alike(vectors: Vectors, labels: Labels) -> Labels:
    """Join the two topics whose centred centroids are nearest, while they are nearer than ALIKE."""
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(labels).astype(np.float64)
    overall = vectors.sum(axis=0, dtype=np.float64) / max(len(vectors), 1)
    total = sums(vectors, labels) - sizes[:, None] * overall
    target = np.arange(len(sizes))
    while len(alive := np.unique(target)) > 2:
        rows = unit_rows(total[alive])
        cosine = rows @ rows.T
        np.fill_diagonal(cosine, -1)
        i, j = np.unravel_index(int(np.argmax(cosine)), cosine.shape)
        if cosine[i, j] < ALIKE:
            break
        keep, gone = int(alive[min(i, j)]), int(alive[max(i, j)])
        total[keep] += total[gone]
        target[target == gone] = keep
    return np.asarray(target[labels], dtype=np.int64)


def take_apart(vectors: Vectors, sentences: int, labels: Labels) -> Labels:
    """Take apart topics that are held together by phrasing; -1 for texts that fit nowhere else.

    Args:
        vectors: (n, d) combined rows: sentence vector first, then word vector.
        sentences: dimensions of the sentence part.
        labels: topics 0..max.
    """
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    hollow = _hollow(vectors, sentences, labels)
    if not hollow.any() or hollow.all():
        return labels
    rows = np.flatnonzero(hollow[labels])
    solid = np.flatnonzero(~hollow)
    cosine = vectors[rows] @ unit_rows(sums(vectors, labels)[solid]).T
    result = labels.copy()
    result[rows] = np.where(cosine.max(axis=1) >= _FITS, solid[cosine.argmax(axis=1)], -1)
    return result


def _hollow(vectors: Vectors, sentences: int, labels: Labels) -> NDArray[np.bool_]:
    """Which topics are alike in phrasing only."""
    sizes = np.bincount(labels).astype(np.float64)
    phrasing = _alikeness(vectors[:, :sentences], labels, sizes)
    words = _alikeness(vectors[:, sentences:], labels, sizes)
    return np.asarray((words < _WORDS_TO_PHRASING * phrasing) & (sizes > 1))


def _alikeness(part: Vectors, labels: Labels, sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean cosine of two different texts of each topic, texts with a zero row counting as 0."""
    rows = quantise(part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-9))
    own = np.bincount(labels, weights=np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    together = np.square(sums(rows, labels)).sum(axis=1)
    return np.asarray((together - own) / np.maximum(sizes * (sizes - 1), 1))
