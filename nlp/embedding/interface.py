"""What an embedder is, and the two things done to every vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
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


class EmbedderError(RuntimeError):
    """An embedder cannot be had; the sentence says what to do."""


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors.

    ``name`` goes into the manifest of a run and into its sealed state; vectors of different names
    are never compared. It must change with whatever changes a vector. An embedder sees the plain
    words of reports: it keeps none, writes nothing to a disk, and tells no other machine. A text's
    vector depends on the text alone.
    """

    @property
    def name(self) -> str:
        """Model and version."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of shape (n, dimensions), float32, each of length 1 (0 for an empty text)."""


def in_batches(
    texts: Sequence[str],
    dimensions: int,
    encode: Callable[[list[str]], NDArray[Any]],
    batch: int,
    progress: Progress | None = None,
) -> Vectors:
    """Unit vectors of texts, encoded in batches of like length, so that memory stays even.

    Args:
        texts: n texts; placeholders are left out, and what is then empty has a zero vector.
        dimensions: length of a vector, d.
        encode: vectors (m, d) of m texts, none of them empty.
        batch: most texts encoded at once.
        progress: ``progress(done, total)`` is called after each batch.
    """
    cleaned = [_encodable(plain(text)) for text in texts]
    vectors = np.zeros((len(cleaned), dimensions), dtype=np.float32)
    order = sorted((i for i, text in enumerate(cleaned) if text), key=lambda i: len(cleaned[i]))
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        vectors[rows] = encode([cleaned[i] for i in rows])
        if progress is not None:
            progress(min(start + batch, len(order)), len(order))
    return unit(vectors)


def _encodable(text: str) -> str:
    """The text as C libraries can take it: no NUL, which ends a string there, no lone surrogate.

    Nor may a refusal to encode carry the words of a report in its exception.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8").strip()


def optional(module: str, extra: str) -> Any:
    """Import what an extra of this project brings.

    Raises:
        EmbedderError: it is not installed; says which extra is missing.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise EmbedderError(
            f"This embedder needs {module}, which is not installed. Install the extra '{extra}': "
            f"pip install 'joint-integrity-observatory[{extra}]'."
        ) from error


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
