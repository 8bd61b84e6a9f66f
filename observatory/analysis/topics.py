"""Topics that keep their identity from run to run.

The first run fits topics and freezes them. Later runs leave every old report where it is, give a
new report to its nearest topic when it lies as near as nearly all of the topic's own members do,
and open new topics only from the residue (design: identity over time).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp import TopicModel
from nlp.embedding import quantise
from nlp.topics.distinct import centre
from observatory.analysis.coding import Coding
from observatory.analysis.reading import Reading
from observatory.analysis.state import State

NEAR_QUANTILE = 0.05
CODES_WEIGHT = 0.7
SMALLEST_NEW = 10
YOUNG = 500
"""While fewer reports than this have topics, each run fits them anew: too few to freeze."""


@dataclass(frozen=True)
class Topics:
    """A run's topics.

    Attributes:
        numbers: int64 (n,), topic number of each report from 1; 0 where it has no usable word.
        model: the frozen topics; its centroid i belongs to topic number i + 1.
    """

    numbers: NDArray[np.int64]
    model: TopicModel

    def names(self) -> tuple[str, ...]:
        """Return the topic id of each report, such as ``T0001``."""
        return tuple(name(int(number)) for number in self.numbers)


def name(number: int) -> str:
    """Return a topic's stable id."""
    return f"T{number:04d}"


def identify(usable: Reading, coding: Coding, prior: State) -> Topics:
    """Give every report its topic.

    Args:
        usable: the reports that count, n of them, in the run's order.
        coding: their codes; reports that tell of the same known practice lie nearer together.
        prior: the state of the last run; empty at first.
    """
    usable = replace(usable, vectors=_with_codes(usable.vectors, coding.probabilities))
    if prior.model is None or prior.model["sizes"].sum() < YOUNG:
        model = _fit(usable)
        return Topics(model.labels_ + 1, model)
    model = TopicModel.from_state(prior.model)
    numbers = np.array([prior.topics.get(r.leaf, -1) for r in usable.reports], np.int64)
    nearest, similarity = model.predict(usable.vectors, usable.languages)
    new = numbers < 0
    near = similarity >= _reach(numbers, similarity, len(model.centroids_))[nearest]
    numbers[new] = nearest[new] + 1
    residue = np.flatnonzero(new & ~near & (nearest >= 0))
    if len(residue) >= SMALLEST_NEW:
        model = _open_new(usable, numbers, residue, model)
    return Topics(numbers, model)


def _with_codes(
    vectors: NDArray[np.float32], probabilities: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return the vectors with the square roots of the code probabilities beside them, (n, d + m).

    The dot product of such roots is the Bhattacharyya coefficient of two reports' codes. "None of
    them" is left out: to be unlike every known practice makes no two reports alike.
    """
    both = np.hstack([vectors, CODES_WEIGHT * np.sqrt(probabilities[:, :-1])])
    norms = np.linalg.norm(both, axis=1, keepdims=True)
    return quantise((both / np.maximum(norms, 1e-9)).astype(np.float32))


def _fit(usable: Reading) -> TopicModel:
    return TopicModel().fit(usable.matter, embeddings=usable.vectors, languages=usable.languages)


def _reach(
    numbers: NDArray[np.int64], similarity: NDArray[np.float32], topics: int
) -> NDArray[np.float32]:
    """Return, per topic, the similarity that all but 5% of its own members have."""
    reach = np.full(topics, np.inf, np.float32)
    for topic in range(topics):
        own = similarity[numbers == topic + 1]
        if len(own):
            reach[topic] = np.quantile(own, NEAR_QUANTILE)
    return reach


def _open_new(
    usable: Reading, numbers: NDArray[np.int64], residue: NDArray[np.int64], model: TopicModel
) -> TopicModel:
    """Open topics from the residue, in place in ``numbers``; return the model with them added."""
    found = _fit(usable.select(residue))
    opened = np.flatnonzero(found.sizes_ >= SMALLEST_NEW)
    centred = centre(
        usable.vectors[residue], [usable.languages[row] for row in residue], model.means_
    )
    centroids = [model.centroids_]
    for offset, topic in enumerate(opened, start=1):
        members = found.labels_ == topic
        numbers[residue[members]] = len(model.centroids_) + offset
        mean = centred[members].mean(axis=0, keepdims=True)
        centroids.append((mean / np.linalg.norm(mean)).astype(np.float32))
    kept = model.state()
    kept["centroids"] = np.vstack(centroids)
    kept["sizes"] = np.concatenate([kept["sizes"], found.sizes_[opened]])
    return TopicModel.from_state(kept)
