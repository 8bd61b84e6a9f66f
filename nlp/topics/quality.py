"""How good each topic is, so that poor ones can be marked instead of believed."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from nlp.topics.graph import Index
from nlp.topics.ground import Ground
from nlp.topics.resolution import partition

Scores = NDArray[np.float64]

# Under one half a cluster is dissolved rather than found again (Hennig 2007, section 4).
_FOUND_AGAIN = 0.5
_SAMPLES, _SHARE = 4, 0.8
_TOP_WORDS = 10


@dataclass(frozen=True)
class Quality:
    """Measures of each topic, one row a topic.

    Attributes:
        coherence: mean normalised pointwise mutual information of its ten telling words, -1 to 1,
            by how often they stand in one text (Bouma 2009; Lau, Newman and Baldwin 2014).
        separation: 1 minus the cosine with the nearest other centroid, 0 to 2.
        stability: mean Jaccard coefficient with the most alike topic when a fifth of the texts is
            left out (Hennig 2007), 0 to 1; nan where it was not measured.
    """

    coherence: Scores
    separation: Scores
    stability: Scores

    @property
    def poor(self) -> NDArray[np.bool_]:
        """Topics that are not found again when a fifth of the texts is left out."""
        return np.asarray(np.nan_to_num(self.stability, nan=1.0) < _FOUND_AGAIN)


def separation(centroids: NDArray[np.float32]) -> Scores:
    """One minus the cosine with the nearest other centroid; 1 where there is none."""
    if len(centroids) < 2:
        return np.ones(len(centroids))
    cosine = (centroids @ centroids.T).astype(np.float64)
    np.fill_diagonal(cosine, -1)
    return np.asarray(1 - cosine.max(axis=1))


def stability(ground: Ground, labels: Index, resolution: float, topics: int) -> Scores:
    """Mean Jaccard coefficient of each topic with what is found in four fifths of the texts.

    Args:
        ground: n texts.
        labels: (n,) topics from 0, -1 for none.
        resolution: at which they were cut.
        topics: number of topics.
    """
    draw = np.random.default_rng(ground.random_state)
    found = np.zeros((_SAMPLES, topics))
    for sample in found:
        size = int(len(ground) * _SHARE)
        kept = np.sort(draw.choice(len(ground), size, replace=False)).astype(np.int64)
        again = partition(ground.only(kept), resolution)
        own = labels[kept]
        rows = own >= 0
        common = np.zeros((topics, int(again.max()) + 1))
        np.add.at(common, (own[rows], again[rows]), 1)
        sizes = np.bincount(own[rows], minlength=topics)[:, None] + np.bincount(again)[None, :]
        sample[:] = (common / np.maximum(sizes - common, 1)).max(axis=1)
    return np.asarray(found.mean(axis=0))


def coherence(
    words: Sequence[Counter[str]], languages: Sequence[str], labels: Index, topics: int
) -> Scores:
    """Coherence of each topic, in the language that most of its texts are in.

    Args:
        words: telling words of n texts.
        languages: their tags.
        labels: (n,) topics from 0, -1 for none.
        topics: number of topics.
    """
    tags = np.array(languages)
    result = np.zeros(topics)
    for tag in sorted(set(languages)):
        rows = np.flatnonzero(tags == tag)
        holders: dict[str, set[int]] = {}
        for row in rows.tolist():
            for word in words[row]:
                holders.setdefault(word, set()).add(row)
        for topic in range(topics):
            members = set(rows[labels[rows] == topic].tolist())
            if members and len(members) == _most_in_one_language(tags, labels, topic):
                result[topic] = _npmi(telling(words, members, holders), holders, len(rows))
    return result


def _most_in_one_language(tags: NDArray[np.str_], labels: Index, topic: int) -> int:
    return max(Counter(tags[labels == topic].tolist()).values())


def telling(
    words: Sequence[Counter[str]], members: set[int], holders: dict[str, set[int]]
) -> list[str]:
    """The ten words that most set a topic apart: its texts' share times the logarithm of lift."""
    inside = Counter(word for row in members for word in words[row])
    worth = {
        word: texts * math.log(texts / len(holders[word]) + 1)
        for word, texts in inside.items()
        if texts > 1
    }
    return sorted(worth, key=lambda word: (-worth[word], word))[:_TOP_WORDS]


def _npmi(chosen: list[str], holders: dict[str, set[int]], texts: int) -> float:
    """Mean over pairs; a pair that never meets counts as -1, and 0 where there is no pair."""
    scores = []
    for a, b in combinations(chosen, 2):
        both = len(holders[a] & holders[b])
        if not both:
            scores.append(-1.0)
        elif both == texts:
            scores.append(1.0)
        else:
            lift = both * texts / (len(holders[a]) * len(holders[b]))
            scores.append(math.log(lift) / -math.log(both / texts))
    return math.fsum(scores) / len(scores) if scores else 0.0
