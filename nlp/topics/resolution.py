"""How finely to cut: the resolution whose topics best survive the loss of a fifth of the texts.

Stability under subsampling is a model choice that needs no labels (Ben-Hur, Elisseeff and Guyon
2002; Lancichinetti and Fortunato 2012 for networks). For each resolution of a grid the whole graph
and several random four fifths are cut, and the adjusted Rand index on the texts they share is
averaged. A cut with a topic of over a fifth of all texts is left out (such a topic is about nothing
in particular), and among near-equal values the one nearest to 1 wins, which is modularity as
defined; of two equally near, the finer.
"""

import math
from typing import Any

import numpy as np

from nlp.topics.graph import Index, cut, shared_neighbours, within

GRID = tuple(float(2.0 ** (step / 2)) for step in range(-2, 7))  # 0.5 to 8
_SAMPLES = 4
_SHARE = 0.8
_TOLERANCE = 0.02
_LARGEST = 0.2


def choose(
    near: Index, weights: Any, count: int, random_state: int
) -> tuple[float, dict[float, float]]:
    """The most stable resolution, and the stability of each that was tried.

    Args:
        near: (n, m) neighbours of each row, m larger than ``count`` so that a subsample still
            has its ``count`` nearest.
        weights: graph of all rows over their ``count`` nearest.
        count: neighbours of the graph.
        random_state: seed of the subsamples and of Louvain.
    """
    from sklearn.metrics import adjusted_rand_score

    total = len(near)
    draw = np.random.default_rng(random_state)
    samples = [
        np.sort(draw.choice(total, int(total * _SHARE), replace=False)).astype(np.int64)
        for _ in range(_SAMPLES)
    ]
    graphs = [shared_neighbours(within(near, kept, count)) for kept in samples]
    stability: dict[float, float] = {}
    sprawling = set()
    for resolution in GRID:
        whole = cut(weights, resolution, random_state)
        if np.bincount(whole).max() > _LARGEST * total:
            sprawling.add(resolution)
        scores = [
            adjusted_rand_score(whole[kept], cut(part, resolution, random_state))
            for kept, part in zip(samples, graphs, strict=True)
        ]
        stability[resolution] = float(np.mean(scores))
    open_to = [r for r in GRID if r not in sprawling] or list(GRID)
    best = max(stability[r] for r in open_to)
    stable = [r for r in open_to if stability[r] >= best - _TOLERANCE]
    return min(stable, key=lambda r: (abs(math.log2(r)), -r)), stability
