"""What topics are cut from: distinct texts as vectors, their neighbours and their words."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nlp.embedding import quantise
from nlp.nearest import neighbours
from nlp.topics import distinct, graph
from nlp.topics.evidence import Evidence

Vectors = NDArray[np.float32]
Index = NDArray[np.int64]

NEIGHBOURS = 15
_SPARE = 9  # so that a subsample of four fifths still has its fifteen


@dataclass(frozen=True)
class Ground:
    """Texts ready to be cut, n of them, in an order that depends on what they say alone.

    Attributes:
        vectors: float32 (n, d + 256), quantised: sentence vector and word vector side by side.
        sentences: how many of the columns are the sentence vector.
        near: int64 (n, m) neighbours, nearest first; more than the graph uses.
        words: the telling words of each text, counted.
        languages: tag of each text.
        smallest: texts of a topic at least.
        random_state: seed of Louvain.
    """

    vectors: Vectors
    sentences: int
    near: Index
    words: Sequence[Counter[str]]
    languages: Sequence[str]
    smallest: int
    random_state: int

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        languages: Sequence[str],
        centred: Vectors,
        words: Sequence[Counter[str]],
        *,
        smallest: int,
        random_state: int,
    ) -> Self:
        """Prepare texts whose centred vectors and telling words are known."""
        vectors = quantise(distinct.combine(centred, texts, languages, words))
        near = neighbours(vectors, NEIGHBOURS + _SPARE)
        return cls(vectors, centred.shape[1], near, words, languages, smallest, random_state)

    @cached_property
    def weights(self) -> Any:
        """The graph of shared neighbours, a symmetric CSR matrix."""
        return graph.shared_neighbours(self.near[:, :NEIGHBOURS])

    @cached_property
    def evidence(self) -> Evidence:
        """The words, ready to judge a partition."""
        return Evidence([row.keys() for row in self.words], self.languages)

    def only(self, kept: Index) -> "Ground":
        """The same ground without the texts that are not ``kept`` (sorted row numbers)."""
        return Ground(
            self.vectors[kept],
            self.sentences,
            graph.within(self.near, kept, NEIGHBOURS),
            [self.words[row] for row in kept],
            [self.languages[row] for row in kept],
            self.smallest,
            self.random_state,
        )

    def __len__(self) -> int:
        return len(self.vectors)


def distinct_rows(
    texts: Sequence[str], vectors: Vectors, languages: Sequence[str], good: NDArray[np.bool_]
) -> tuple[Index, Index]:
    """One row of each distinct text in stable order, and for each text the place of its row.

    The order is that of a digest of vector, wording and language (RFC 7693), 16 bytes a text.
    """
    keys = []
    for text, vector, tag in zip(texts, vectors, languages, strict=True):
        digest = hashlib.blake2b(vector.tobytes(), digest_size=16)
        digest.update(f"{tag}\0{text}".encode("utf-8", "surrogatepass"))
        keys.append(digest.digest())
    first: dict[bytes, int] = {}
    for i in np.flatnonzero(good).tolist():
        first.setdefault(keys[i], i)
    ordered = sorted(first)
    place = {key: p for p, key in enumerate(ordered)}
    rows = np.array([first[key] for key in ordered], dtype=np.int64)
    position = np.array([place.get(key, -1) for key in keys], dtype=np.int64)
    return rows, position
