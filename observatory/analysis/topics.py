"""Topics that keep their identity from run to run.

The first run finds topics and freezes them. Later runs leave every old report where it is, place
new ones, and open topics from those that are near none. A refit, which both sides ask for, finds
topics anew, keeps the number of each that is still there, and says what became of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nlp import TopicModel
from nlp.embedding import quantise
from nlp.topics.lineage import Change
from observatory.analysis.coding import Coding
from observatory.analysis.reading import Reading
from observatory.analysis.state import State

CODES_WEIGHT = 0.7
YOUNG = 500
"""While fewer reports than this have topics, each run finds them anew: too few to freeze."""


@dataclass(frozen=True)
class Topics:
    """A run's topics.

    Attributes:
        numbers: int64 (n,), topic number of each report from 1; 0 where it has no usable word or
            lies near no topic yet.
        model: the frozen topics; the topic with id i has number i + 1.
        changes: what this run changed; empty in the first run.
        before: int64 (n,), the numbers that the reports had, 0 for none; None in the first run.
    """

    numbers: NDArray[np.int64]
    model: TopicModel
    changes: tuple[Change, ...] = field(default=())
    before: NDArray[np.int64] | None = None

    def names(self) -> tuple[str, ...]:
        """Return the topic id of each report, such as ``T0001``."""
        return tuple(name(int(number)) for number in self.numbers)


def name(number: int) -> str:
    """Return a topic's stable id."""
    return f"T{number:04d}"


def identify(usable: Reading, coding: Coding, prior: State, *, refit: bool = False) -> Topics:
    """Give every report its topic.

    Args:
        usable: the reports that count, n of them, in the run's order.
        coding: their codes; reports that tell of the same known practice lie nearer together.
        prior: the state of the last run; empty at first.
        refit: find topics anew.
    """
    if prior.model is None:
        model = _fitted(usable, coding)
        return Topics(model.labels_ + 1, model)
    model = TopicModel.from_state(prior.model)
    numbers = np.array([prior.topics.get(r.leaf, 0) for r in usable.reports], np.int64)
    if refit or int(prior.model["sizes"].sum()) < YOUNG:
        model.refit(
            usable.matter,
            numbers - 1,
            embeddings=_with_codes(usable, coding),
            languages=usable.languages,
        )
        return Topics(model.labels_ + 1, model, tuple(model.changes_), numbers)
    waiting = np.flatnonzero(numbers == 0)
    some = replace(coding, probabilities=coding.probabilities[waiting])
    rest = usable.select(waiting)
    model.update(rest.matter, embeddings=_with_codes(rest, some), languages=rest.languages)
    placed = numbers.copy()
    placed[waiting] = model.labels_ + 1
    return Topics(placed, model, tuple(model.changes_), numbers)


def _fitted(usable: Reading, coding: Coding) -> TopicModel:
    return TopicModel().fit(
        usable.matter, embeddings=_with_codes(usable, coding), languages=usable.languages
    )


def _with_codes(usable: Reading, coding: Coding) -> NDArray[np.float32]:
    """Return the vectors with the square roots of the code probabilities beside them, (n, d + m).

    The dot product of such roots is the Bhattacharyya coefficient of two reports' codes. "None of
    them" is left out: to be unlike every known practice makes no two reports alike.
    """
    roots = (CODES_WEIGHT * np.sqrt(coding.probabilities[:, :-1])).astype(np.float32)
    both = np.hstack([usable.vectors, roots])
    both /= np.maximum(np.linalg.norm(both, axis=1, keepdims=True), np.float32(1e-9))
    return quantise(both)
