"""Floods: near-duplicates of long texts collapse; short look-alikes are only recognised.

Method: word 3-shingles, MinHash (Broder 1997) and banding (Leskovec, Rajaraman and Ullman,
Mining of Massive Datasets, chapter 3), each candidate pair then verified by exact resemblance.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.tokens import folded, repair

# Below this many content words people write the same thing by themselves ("Passport verification").
MINIMUM_CONTENT_WORDS = 12
# Resemblance from which two texts are one template with its slots filled otherwise. Independent
# accounts of the same event stay under .2.
RESEMBLANCE = 0.5
_BANDS, _ROWS = 40, 3
_LEADERS = 12  # members of a bucket that a newcomer is compared with: keeps the work linear


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Which texts are copies.

    Attributes:
        group: int64 (n,), for each text the index of the first member of its group in a stable
            order (of content, not of input), or its own index where it stands alone.
        bulk: bool (n,), whether the text is one of two or more look-alikes, long or short.
    """

    group: NDArray[np.int64]
    bulk: NDArray[np.bool_]


def find(texts: Sequence[str], *, embeddings: NDArray[np.float32] | None = None) -> Duplicates:
    """Collapse near-duplicates with 12 or more content words.

    Time grows linearly with the number of texts. Vectors are accepted for the sake of one
    signature across the package; words decide, so that a paraphrase is never taken for a copy.
    """
    del embeddings
    stop = _stop_words()
    tokens = [folded(text) for text in texts]
    long = [sum(word not in stop for word in row) >= MINIMUM_CONTENT_WORDS for row in tokens]
    keys = [_stable_key(text) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: (keys[i], i))
    forest = _Forest(len(texts))
    _join(forest, order, {i: _shingles(tokens[i]) for i in order if long[i]})
    first: dict[int, int] = {}
    for i in order:
        first.setdefault(forest.root(i), i)
    group = np.array([first[forest.root(i)] for i in range(len(texts))], dtype=np.int64)
    sizes = Counter(group.tolist())
    alike = lookalikes(texts)
    crowd = Counter(alike.tolist())
    bulk = np.array(
        [sizes[g] > 1 or crowd[a] > 1 for g, a in zip(group.tolist(), alike.tolist(), strict=True)],
        dtype=np.bool_,
    )
    return Duplicates(group, bulk)


def lookalikes(texts: Sequence[str]) -> NDArray[np.int64]:
    """Group ids of texts with the same content words in any order; ids number the groups.

    For short texts: the caller marks them as bulk where volume and week agree, and never drops
    them. Ids depend on content alone: 0 is the group whose words sort first.
    """
    stop = _stop_words()
    keys = [
        " ".join(sorted({w for w in folded(text) if w not in stop} or {repair(text)}))
        for text in texts
    ]
    number = {key: i for i, key in enumerate(sorted(set(keys)))}
    return np.array([number[key] for key in keys], dtype=np.int64)


def _stop_words() -> frozenset[str]:
    from nlp.languages import everywhere

    return everywhere().stop


def _stable_key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _hash(item: Hashable) -> int:
    digest = hashlib.blake2b(repr(item).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _shingles(row: list[str]) -> NDArray[np.uint64]:
    """Sorted hashes of the word 3-shingles of a text, each once."""
    found = {_hash(tuple(row[i : i + 3])) for i in range(max(1, len(row) - 2))}
    return np.array(sorted(found), dtype=np.uint64)


def _signature(shingles: NDArray[np.uint64], salts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """MinHash: for each salt the least mixed hash (splitmix64's finaliser)."""
    best = np.full(len(salts), np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(shingles), 512):
        mixed = shingles[start : start + 512, None] ^ salts[None, :]
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        best = np.minimum(best, (mixed ^ (mixed >> np.uint64(31))).min(axis=0))
    return best


def _join(forest: "_Forest", order: list[int], shingles: dict[int, NDArray[np.uint64]]) -> None:
    """Join the texts of each bucket that really resemble one another."""
    salts = np.random.default_rng(0).integers(
        0, np.iinfo(np.uint64).max, size=_BANDS * _ROWS, dtype=np.uint64
    )
    buckets: list[dict[bytes, list[int]]] = [defaultdict(list) for _ in range(_BANDS)]
    for i in order:
        if i not in shingles:
            continue
        signature = _signature(shingles[i], salts)
        for band in range(_BANDS):
            leaders = buckets[band][signature[band * _ROWS : (band + 1) * _ROWS].tobytes()]
            known = any(forest.root(j) == forest.root(i) for j in leaders)
            if not known:
                for j in leaders:
                    if _resemblance(shingles[i], shingles[j]) >= RESEMBLANCE:
                        forest.join(i, j)
                        known = True
                        break
            if not known and len(leaders) < _LEADERS:
                leaders.append(i)


def _resemblance(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> float:
    """Jaccard coefficient of two sorted sets."""
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


class _Forest:
    """Disjoint sets with path halving."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, a: int, b: int) -> None:
        self._parent[self.root(a)] = self.root(b)
