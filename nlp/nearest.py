"""Exact nearest rows by dot product, in memory that does not grow with the number of rows."""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Index = NDArray[np.int64]

_CELLS = 2**23  # of a block of products: 32 MiB, whatever the corpus
_WIDEST = 64


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
