"""Nearest rows by dot product: exactly, or among many rows by a graph that finds nearly all.

Exact search compares all pairs in blocks, in memory that does not grow with the number of rows.
The graph is HNSW (Malkov and Yashunin 2020, IEEE TPAMI 42(4)) over vectors in eight bits, built by
one thread in the order of the rows: whole numbers add up alike everywhere, so it too gives the
same rows on every machine.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Index = NDArray[np.int64]

EXACT = 40_000
"""Rows up to which all pairs are compared; from about here the graph takes half the time."""

# Links a row, rows kept in view while building and searching, and candidates that are then ranked
# exactly for each neighbour wanted: .99 of the true neighbours (benchmarks/nearest.py).
_LINKS, _VIEW, _CANDIDATES = 16, 96, 2
_CELLS = 2**23  # of a block of products: 32 MiB, whatever the corpus
_WIDEST = 64
_BLOCK = 1024


def neighbours(vectors: Vectors, count: int) -> Index:
    """The ``count`` nearest other rows of each row, nearest first, ties to the earlier.

    Args:
        vectors: (n, d), quantised, in a stable order.
        count: neighbours wanted; at most n - 1 are given.

    Returns:
        (n, min(count, n - 1)) row numbers. Above :data:`EXACT` rows about 1 in 100 is not a true
        neighbour but the next best, and a row that the graph cannot reach is its own neighbour.
    """
    total = len(vectors)
    wanted = max(min(count, total - 1), 0)
    if total <= EXACT:
        return nearest(vectors, vectors, wanted, own=np.arange(total))[0]
    return _by_graph(vectors, wanted)


def _by_graph(vectors: Vectors, count: int) -> Index:
    from usearch.index import Index as Graph

    scale = 127 / max(float(vectors.max()), -float(vectors.min()))
    graph = Graph(
        ndim=vectors.shape[1],
        metric="ip",
        dtype="i8",
        connectivity=_LINKS,
        expansion_add=_VIEW,
        expansion_search=_VIEW,
    )
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(vectors), _BLOCK)]
    for block in blocks:
        bytes_ = np.rint(vectors[block] * scale).astype(np.int8)
        graph.add(np.arange(block.start, block.start + len(bytes_)), bytes_, threads=1)
    near = np.empty((len(vectors), count), dtype=np.int64)
    for block in blocks:
        own = np.arange(block.start, min(block.stop, len(vectors)))[:, None]
        bytes_ = np.rint(vectors[block] * scale).astype(np.int8)
        found: Any = graph.search(bytes_, _CANDIDATES * count + 1, threads=1)
        rows = found.keys.astype(np.int64)
        missing = np.arange(rows.shape[1]) >= np.asarray(found.counts)[:, None]
        rows = np.where(missing, own, rows)
        products = np.einsum("nd,nkd->nk", vectors[block], vectors[rows])
        products[rows == own] = -np.inf
        best = np.lexsort((rows, -products), axis=1)[:, :count]
        near[block] = np.take_along_axis(rows, best, axis=1)
    return near


def nearest(
    vectors: Vectors, others: Vectors, count: int, own: Index | None = None
) -> tuple[Index, Vectors]:
    """The ``count`` rows of ``others`` nearest to each vector, nearest first, ties to the earlier.

    With quantised vectors the products are exact, so neither block size nor machine decides a tie.

    Args:
        vectors: (n, d), quantised.
        others: (m, d), quantised.
        count: rows wanted; at most m, or m - 1 where a vector has its own row.
        own: (n,) the row of ``others`` that is the vector itself and is left out; -1 for none.

    Returns:
        (n, count) row numbers and their products.
    """
    near = np.zeros((len(vectors), count), dtype=np.int64)
    similarity = np.zeros((len(vectors), count), dtype=np.float32)
    if count < 1:
        return near, similarity
    step = max(1, _CELLS // len(others))
    for start in range(0, len(vectors), step):
        products = vectors[start : start + step] @ others.T
        if own is not None:
            mine = own[start : start + step]
            held = np.flatnonzero(mine >= 0)
            products[held, mine[held]] = -np.inf
        chosen = np.flatnonzero(products >= _bound(products, count)[:, None])
        rows, columns = np.divmod(chosen, len(others))
        values = products.ravel()[chosen]
        order = np.lexsort((columns, -values, rows))
        first = np.searchsorted(rows, np.arange(len(products)))  # rows come in order
        best = order[first[:, None] + np.arange(count)]
        near[start : start + step] = columns[best]
        similarity[start : start + step] = values[best]
    return near, similarity


def _bound(products: Vectors, count: int) -> Vectors:
    """A value that at least ``count`` products of each row reach, and few more.

    It is the ``count``-th largest of the maxima of groups of columns, which are far fewer than the
    columns and cost one pass.
    """
    total = products.shape[1]
    width = max(1, min(_WIDEST, total // (8 * count)))
    groups = total // width
    maxima = products[:, : groups * width].reshape(len(products), width, groups).max(axis=1)
    return np.asarray(np.partition(maxima, groups - count, axis=1)[:, groups - count])
