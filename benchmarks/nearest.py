"""Nearest neighbours: all pairs beside the graph: python benchmarks/nearest.py.

Needs ../shared/data. Vectors are those of 20,000 StackOverflow titles and, for larger sizes, of
these and copies of them moved a little in a direction drawn by chance, so that they have near
neighbours as real texts have. Both ways give neighbours that are then ranked exactly; recall is the
share of the true 15 that the graph finds. Processor time of one thread.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from nlp import nearest
from nlp.embedding import UniversalSentenceEncoder, quantise, unit

TITLES = Path(__file__).parents[1] / "../shared/data/stackoverflow_titles/title_StackOverflow.txt"
SIZES = (5_000, 10_000, 20_000, 40_000, 80_000)
NEIGHBOURS = 15


def vectors(most: int) -> NDArray[np.float32]:
    """Unit vectors (most, 512): the titles', and moved copies."""
    own = UniversalSentenceEncoder().embed(TITLES.read_text(encoding="utf-8").splitlines())
    own = unit(own - own.mean(axis=0))
    draw = np.random.default_rng(0)
    copies = [own]
    while sum(map(len, copies)) < most:
        moved = own + 0.6 * unit(draw.normal(size=own.shape))
        copies.append(unit(moved))
    return quantise(np.vstack(copies)[:most])


def main() -> None:
    """Print a row for each size."""
    every = vectors(max(SIZES))
    order = np.random.default_rng(1).permutation(len(every))
    print("| rows | all pairs | graph | ratio | recall at 15 | peak memory |")
    print("|--:|--:|--:|--:|--:|--:|")
    with threadpool_limits(1):
        for size in SIZES:
            some = every[order[:size]]
            began = time.process_time()
            exact, _ = nearest.nearest(some, some, NEIGHBOURS, own=np.arange(size))
            pairs = time.process_time() - began
            nearest.EXACT = 0
            began = time.process_time()
            found = nearest.neighbours(some, NEIGHBOURS)
            graph = time.process_time() - began
            both = [
                len(set(a) & set(b)) for a, b in zip(exact.tolist(), found.tolist(), strict=True)
            ]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"| {size:,} | {pairs:.1f} s | {graph:.1f} s | {pairs / graph:.2f} "
                f"| {np.mean(both) / NEIGHBOURS:.3f} | {peak:,.0f} MiB |",
                flush=True,
            )


if __name__ == "__main__":
    main()
