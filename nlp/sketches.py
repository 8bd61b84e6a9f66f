"""Sketches of word sets: which earlier sets may resemble a set, without comparing all with all.

Method: MinHash (Broder, On the resemblance and containment of documents, 1997) and banding
(Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3). Time and memory grow
linearly with the number of sets: a set is linked with at most two others a band.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]

# Sets that share 3/5 of their words meet in a band with a probability of .96, 3/4 of .99999; those
# that share a tenth with 1 in 2,500.
_BANDS, _HASHES = 40, 5
_CHUNK = 2**15  # words hashed at once: they stay in the processor's cache
_MERGED = 2**21  # pairs collected before repeats among them are dropped
_NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class WordSets:
    """Sets of words of n texts, in compressed rows.

    Attributes:
        starts: int64 (n + 1,), where each set begins in ``ids``.
        ids: int32, the numbers of the words of all sets, each once a set.
        hashes: uint64, the hash of each number's word; the same word has the same in any corpus.
    """

    starts: Rows
    ids: NDArray[np.int32]
    hashes: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def words(self, row: int) -> list[int]:
        """The numbers of the words of one set."""
        found: list[int] = self.ids[self.starts[row] : self.starts[row + 1]].tolist()
        return found


def hashed(vocabulary: Sequence[str]) -> NDArray[np.uint64]:
    """A hash for each word, (m,); of its letters alone, so the same in any process."""
    digests = b"".join(
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for word in vocabulary
    )
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def candidates(sets: WordSets) -> tuple[Rows, Rows]:
    """Pairs of sets that may resemble each other: a later row and an earlier one.

    What a row is paired with depends on the rows before it alone: in each band on the first of
    its bucket and on the one just before it. So rows added at the end change no earlier pair.

    Returns:
        Later and earlier rows, (p,) each, sorted; no pair twice.
    """
    found, waiting = _NONE, [_NONE]
    for keys in _bands(sets).T:
        waiting.append(_pairs(keys))
        if sum(map(len, waiting)) > _MERGED:
            found, waiting = _distinct(np.concatenate([found, *waiting])), []
    found = _distinct(np.concatenate([found, *waiting]))
    later, earlier = np.divmod(found, max(1, len(sets)))
    return later, earlier


def _pairs(keys: NDArray[np.uint32]) -> Rows:
    """Pairs of one band, each as later * n + earlier; some of them twice."""
    many = len(keys)
    order = np.argsort(keys, kind="stable")  # within a bucket rows stay in order
    ordered = keys[order]
    same = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    opens = np.concatenate([[True], ordered[1:] != ordered[:-1]])[:many]
    first = np.maximum.accumulate(np.where(opens, np.arange(many), 0))
    later = order[same] * many
    return np.concatenate([later + order[same - 1], later + order[first[same]]])


def _distinct(values: Rows) -> Rows:
    """Sort values in place and return each once: much faster than NumPy's own, which hashes."""
    values.sort()
    new = np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]
    return np.asarray(values[new])


def _bands(sets: WordSets) -> NDArray[np.uint32]:
    """The keys of every set's bands, (n, bands)."""
    odd = np.random.default_rng(0).integers(
        0, np.iinfo(np.uint64).max, size=(_BANDS, _HASHES), dtype=np.uint64
    ) | np.uint64(1)
    keys = np.zeros((len(sets), _BANDS), np.uint32)
    for rows in _chunks(sets.starts):
        begin, end = sets.starts[rows.start], sets.starts[rows.stop]
        words = sets.hashes[sets.ids[begin:end]]
        at = sets.starts[rows] - begin
        for band in range(_BANDS):
            key = np.zeros(len(at), np.uint64)
            for multiplier in odd[band]:
                # Multiply-shift (Dietzfelbinger et al., J. Algorithms 25, 1997) of a strong hash.
                least = np.minimum.reduceat((words * multiplier) >> np.uint64(32), at)
                key = (key ^ least) * np.uint64(0x9E3779B97F4A7C15)
            keys[rows, band] = key >> np.uint64(32)
    return keys


def _chunks(starts: Rows) -> Iterator[slice]:
    """Runs of rows with about ``_CHUNK`` words in all."""
    row = 0
    while row < len(starts) - 1:
        end = int(np.searchsorted(starts, starts[row] + _CHUNK, side="right")) - 1
        end = max(end, row + 1)
        yield slice(row, end)
        row = end
