"""The embedder that a run reads with: both sides choose it, since it changes every topic."""

from __future__ import annotations

from nlp import embedding
from observatory.errors import ResourceError
from observatory.policy import Policy


def of(policy: Policy) -> embedding.Embedder:
    """Return the embedder that the policy names, its model loaded.

    Raises:
        ResourceError: it is not installed here, or gives no vectors; no report was opened for it.
    """
    try:
        embedder = embedding.named(policy.embedder)
        tried = embedder.embed(["A word to try."])
    except embedding.EmbedderError as error:
        raise ResourceError(f"{error} The policy in force reads with it.") from error
    if tried.shape != (1, embedder.dimensions):
        raise ResourceError(
            f"The embedder '{policy.embedder}' gives vectors of shape {tried.shape}, "
            f"not (1, {embedder.dimensions}) as it says. Ask who made it."
        )
    return embedder
