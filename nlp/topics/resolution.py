"""How finely to cut: the resolution whose topics the words bear out best.

Modularity has no natural scale (Fortunato and Barthélemy 2007), so a grid of resolutions is cut,
topics of each cut are joined where they say the same, and the partition with the most evidence
in the words of the texts wins (:mod:`nlp.topics.evidence`). Seven broad subjects and seventy-seven
fine ones both come out near their number; nothing is drawn at random, and a cut is cheap beside
the neighbour graph.
"""

import math
from dataclasses import dataclass

from nlp.topics.graph import Index, cut, merge_small
from nlp.topics.ground import Ground

GRID = tuple(float(2.0 ** (step / 2)) for step in range(-4, 5))  # 0.25 to 4
USUAL = 2.0
"""Where words leave it open. Finer than plain modularity (1): joining repairs too fine a cut, and
nothing repairs one that is too coarse."""
_ERRORS = 2.3


@dataclass(frozen=True)
class Choice:
    """A partition and why it was chosen.

    Attributes:
        resolution: of modularity.
        labels: int64 (n,), the topics.
        evidence: evidence a text of each resolution tried.
    """

    resolution: float
    labels: Index
    evidence: dict[float, float]


def partition(ground: Ground, resolution: float) -> Index:
    """Topics at one resolution: cut, small ones given away, and those that say the same joined."""
    labels = cut(ground.weights, resolution, ground.random_state)
    labels = merge_small(labels, ground.weights, ground.smallest)
    return ground.evidence.join(labels, ground.vectors)


def choose(ground: Ground) -> Choice:
    """The partition with the most evidence, or of those hardly worse the one near :data:`USUAL`.

    Hardly worse is within 2.3 standard errors of the difference over texts (1 in 100, one-sided):
    where the words do not tell two cuts apart, the choice must not hang on chance (after the
    one-standard-error rule of Breiman et al. 1984, section 3.4.3).
    """
    cuts = {resolution: partition(ground, resolution) for resolution in GRID}
    scores = {resolution: ground.evidence.score(labels) for resolution, labels in cuts.items()}
    best = max(GRID, key=lambda r: (scores[r], -_unusual(r)))
    texts = ground.evidence.by_text(cuts[best])
    behind = {r: texts - ground.evidence.by_text(cuts[r]) for r in GRID if r != best}
    likely = [best] + [
        r
        for r, gap in behind.items()
        if scores[best] - scores[r] <= _ERRORS * float(gap.std()) / math.sqrt(max(len(gap), 1))
    ]
    chosen = min(likely, key=_unusual)
    return Choice(chosen, cuts[chosen], scores)


def _unusual(resolution: float) -> float:
    return abs(math.log2(resolution / USUAL))
