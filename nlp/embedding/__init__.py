"""Vectors: one small interface, so that a deployment can plug in its own model."""

from nlp.embedding.interface import (
    Embedder,
    EmbedderError,
    Progress,
    Vectors,
    quantise,
    unit,
)
from nlp.embedding.registry import available, default, named
from nlp.embedding.use import UniversalSentenceEncoder

__all__ = [
    "Embedder",
    "EmbedderError",
    "Progress",
    "UniversalSentenceEncoder",
    "Vectors",
    "available",
    "default",
    "named",
    "quantise",
    "unit",
]
