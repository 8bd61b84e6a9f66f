"""One contestant on one set: python benchmarks/clustering.py METHOD FOLDER; see topics.py.

FOLDER holds ``texts.json`` (strings) and, except for ``embed``, which writes it, ``vectors.npy``;
``k-means`` also reads the number of classes from ``classes.txt``. Each contestant is a process of
its own, so that its peak memory is its own; ``bertopic`` runs with another interpreter, which knows
neither this product nor its packages. Prints JSON: labels, seconds, processor seconds, peak
memory in MiB.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

Fitted = tuple[list[int], float, float]
"""Labels, seconds, processor seconds."""


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - began[0], time.process_time() - began[1]


def embed(texts: list[str], folder: Path) -> list[int]:
    """Write the vectors that all contestants get; nothing is clustered."""
    from nlp.embedding import UniversalSentenceEncoder
    from nlp.formulas import strip

    np.save(folder / "vectors.npy", UniversalSentenceEncoder().embed(strip(texts)))
    return []


def ours(texts: list[str], vectors: Any) -> Fitted:
    """Fit ``nlp.TopicModel``, told nothing; it tells the languages itself."""
    from nlp import TopicModel

    began = _now()
    model = TopicModel().fit(texts, embeddings=vectors)
    return model.labels_.tolist(), *_since(began)


def k_means(vectors: Any, classes: int) -> Fitted:
    """Fit k-means, told the true number of classes."""
    from sklearn.cluster import KMeans

    began = _now()
    labels = KMeans(classes, n_init=3, random_state=0).fit_predict(vectors)
    return labels.tolist(), *_since(began)


def bertopic(texts: list[str], vectors: Any) -> Fitted:
    """Fit BERTopic as it comes; a small fit first, so that compiling is not timed."""
    from bertopic import BERTopic

    BERTopic().fit_transform(texts[:500], vectors[:500])
    began = _now()
    labels, _ = BERTopic().fit_transform(texts, vectors)
    return [int(label) for label in labels], *_since(began)


def main(method: str, folder: Path) -> None:
    """Run one contestant and print what it gives."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    seconds = processor = 0.0
    if method == "embed":
        labels = embed(texts, folder)
    else:
        vectors = np.load(folder / "vectors.npy")
        if method == "k-means":
            labels, seconds, processor = k_means(vectors, int((folder / "classes.txt").read_text()))
        else:
            fit = {"ours": ours, "bertopic": bertopic}[method]
            labels, seconds, processor = fit(texts, vectors)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"labels": labels, "seconds": seconds, "processor": processor, "peak": peak}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
