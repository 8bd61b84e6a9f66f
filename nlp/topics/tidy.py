"""Tidying a cut: topics that say nothing are taken apart.

Louvain gathers leftovers that only sound alike. That is seen from the two halves of the vectors:
how alike the sentences of a topic are, and how alike their words.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import quantise
from nlp.topics.centroids import sums, unit_rows

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]

# A topic's texts are alike in sentence vectors by c and in distinguishing words by w. Topics with a
# subject have w/c of .16 and more on every set here; what is held together by phrasing alone
# ("I feel bad that I paid", "... took 500 from me") stays under an eighth.
_WORDS_TO_PHRASING = 0.125
# Cosine under which a text of such a topic fits no other topic either.
_FITS = 0.1


def take_apart(
    vectors: Vectors, sentences: int, languages: Sequence[str], labels: Labels
) -> Labels:
    """Take apart topics that are held together by phrasing; -1 for texts that fit nowhere else.

    Args:
        vectors: (n, d) combined rows: sentence vector first, then word vector.
        sentences: dimensions of the sentence part.
        languages: tag of each text; words are compared within a language only.
        labels: topics 0..max.
    """
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    hollow = _hollow(vectors, sentences, languages, labels)
    if not hollow.any() or hollow.all():
        return labels
    rows = np.flatnonzero(hollow[labels])
    solid = np.flatnonzero(~hollow)
    cosine = vectors[rows] @ unit_rows(sums(vectors, labels)[solid]).T
    result = labels.copy()
    result[rows] = np.where(cosine.max(axis=1) >= _FITS, solid[cosine.argmax(axis=1)], -1)
    return result


def _hollow(
    vectors: Vectors, sentences: int, languages: Sequence[str], labels: Labels
) -> NDArray[np.bool_]:
    """Which topics are alike in phrasing only."""
    tags = np.unique(np.array(languages), return_inverse=True)[1].astype(np.int64)
    groups, part = np.unique(labels * (tags.max() + 1) + tags, return_inverse=True)
    topic = groups // (tags.max() + 1)
    sizes = np.bincount(part).astype(np.float64)
    pairs = np.bincount(topic, weights=sizes * (sizes - 1))
    phrasing, words = (
        np.bincount(topic, weights=_likeness(half, part)) / np.maximum(pairs, 1)
        for half in (vectors[:, :sentences], vectors[:, sentences:])
    )
    return np.asarray((words < _WORDS_TO_PHRASING * phrasing) & (pairs > 0))


def _likeness(half: Vectors, part: Labels) -> NDArray[np.float64]:
    """Sum of the cosines of all pairs of two different texts of each part; zero rows count as 0."""
    rows = quantise(half / np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-9))
    own = np.bincount(part, weights=np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    together = np.square(sums(rows, part)).sum(axis=1)
    return np.asarray(together - own)
