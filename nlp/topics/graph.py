"""The neighbour graph: how many nearest neighbours two texts share, and how it is cut."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Index = NDArray[np.int64]

_BLOCK = 1024


def shared_neighbours(near: Index) -> Any:
    """Jaccard weights between linked texts (Jarvis and Patrick 1973, as a weight).

    Two texts are linked when one is among the other's neighbours; the weight is the share of
    neighbours, each counting as its own, that both have. What merely lies in a crowd shares few.

    Args:
        near: (n, k) neighbours of each row.

    Returns:
        A symmetric scipy CSR matrix (n, n) of float32 weights, zero diagonal.
    """
    from scipy import sparse

    total, count = near.shape
    columns = np.column_stack([np.arange(total), near]).ravel()
    rows = np.repeat(np.arange(total), count + 1)
    ones = np.ones(len(rows), dtype=np.float32)
    member = sparse.csr_matrix((ones, (rows, columns)), shape=(total, total))
    linked = (member + member.T).tocsr()
    linked.data[:] = 1
    parts = []
    for start in range(0, total, _BLOCK):
        both = (member[start : start + _BLOCK] @ member.T).multiply(linked[start : start + _BLOCK])
        block = both.tocsr()
        block.data = (block.data / (2 * (count + 1) - block.data)).astype(np.float32)
        parts.append(block)
    weights = sparse.vstack(parts, format="csr")
    weights.setdiag(0)
    weights.eliminate_zeros()
    weights.sort_indices()
    return weights


def within(near: Index, kept: Index, count: int) -> Index:
    """The neighbours that remain when only ``kept`` rows (sorted) are left: first ``count``.

    A row with fewer left is filled up with itself, which adds nothing to what it shares.
    """
    total = len(near)
    place = np.full(total, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    moved = place[near[kept]]
    own = np.arange(len(kept))[:, None]
    order = np.argsort(moved < 0, axis=1, kind="stable")
    packed = np.take_along_axis(moved, order, axis=1)[:, :count]
    return np.where(packed < 0, own, packed)


def cut(weights: Any, resolution: float, random_state: int) -> Index:
    """Communities by Louvain (Blondel et al. 2008) at a resolution of modularity."""
    from sknetwork.clustering.louvain import Louvain

    if weights.nnz == 0:
        return np.zeros(weights.shape[0], dtype=np.int64)
    louvain = Louvain(resolution=resolution, random_state=random_state)
    return np.asarray(louvain.fit_predict(weights), dtype=np.int64)


def merge_small(labels: Index, weights: Any, minimum: int) -> Index:
    """Give topics under ``minimum`` texts, smallest first, to the one they are linked to most.

    A topic linked to no other stays: it is small but it is not a part of anything.
    """
    from scipy import sparse

    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    topics = int(labels.max()) + 1 if len(labels) else 0
    member = sparse.csr_matrix(
        (np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(topics, len(labels))
    )
    between = np.rint((member @ weights @ member.T).toarray() * 2**20)  # whole numbers: sums exact
    np.fill_diagonal(between, 0)
    sizes = np.bincount(labels, minlength=topics).astype(np.int64)
    target = np.arange(topics)
    alive = sizes > 0
    settled = np.zeros(topics, dtype=bool)
    while True:
        small = np.flatnonzero(alive & ~settled & (sizes < minimum))
        if not len(small) or alive.sum() < 2:
            break
        topic = small[np.argmin(sizes[small])]
        pull = np.where(alive, between[topic], 0) / np.maximum(sizes, 1)
        host = int(np.argmax(pull))
        if pull[host] <= 0:
            settled[topic] = True
            continue
        target[target == topic] = host
        between[host] += between[topic]
        between[:, host] += between[:, topic]
        between[host, host] = 0
        sizes[host] += sizes[topic]
        alive[topic] = False
    return target[labels]
