"""Contestants on one set: python benchmarks/clustering.py METHOD FOLDER SEED ...; see topics.py.

FOLDER holds ``texts.json`` (strings) and, except for ``embed``, which writes them, ``vectors.npy``
and ``words.json`` (the words of each text that tell something); ``classes.txt`` has the number of
classes for those who are told it. Each process is one METHOD, so that its peak memory is its own;
those of BERTopic run with another interpreter, which knows neither this product nor its packages.
Prints JSON: peak memory in MiB up to the end of the first seed and, for each seed by contestant,
labels, seconds, processor seconds.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

Fitted = dict[str, tuple[list[int], float, float]]
"""By contestant: labels, seconds, processor seconds."""
GROWN_FROM = 0.7
_compiled: list[int] = []


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(began: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - began[0], time.process_time() - began[1]


def _whole(labels: Any) -> list[int]:
    return [int(label) for label in labels]


def embed(texts: list[str], folder: Path) -> Fitted:
    """Write the vectors and words that all contestants get; nothing is clustered."""
    from nlp.embedding import UniversalSentenceEncoder
    from nlp.formulas import strip
    from nlp.languages import detect
    from nlp.topics.distinct import distinguishing

    np.save(folder / "vectors.npy", UniversalSentenceEncoder().embed(strip(texts)))
    tags = detect(texts)
    words = [distinguishing(text, tag) for text, tag in zip(texts, tags, strict=True)]
    (folder / "words.json").write_text(json.dumps([words, tags]), encoding="utf-8")
    return {}


def ours(texts: list[str], vectors: Any, seed: int) -> Fitted:
    """Fit ``nlp.TopicModel``, told nothing; it tells the languages itself."""
    from nlp import TopicModel

    began = _now()
    model = TopicModel(random_state=seed).fit(texts, embeddings=vectors)
    return {"ours": (model.labels_.tolist(), *_since(began))}


def ours_grown(texts: list[str], vectors: Any, seed: int) -> Fitted:
    """Fit on the first part; then place the rest by ``update``, and find all anew by ``refit``."""
    from nlp import TopicModel

    old = int(GROWN_FROM * len(texts))
    model = TopicModel(random_state=seed).fit(texts[:old], embeddings=vectors[:old])
    first = model.labels_.tolist()
    placing = TopicModel.from_state(model.state())
    placing.update(texts[old:], embeddings=vectors[old:])
    model.refit(texts, [*first, *[-1] * (len(texts) - old)], embeddings=vectors)
    anew = model.labels_.tolist()
    return {
        name: (labels, 0.0, 0.0)
        for name, labels in (("first", first), ("placed", _whole(placing.labels_)), ("anew", anew))
    }


def k_means(vectors: Any, classes: int, seed: int) -> Fitted:
    """Fit k-means, told the true number of classes."""
    from sklearn.cluster import KMeans

    began = _now()
    labels = KMeans(classes, n_init=3, random_state=seed).fit_predict(vectors)
    return {"k-means": (labels.tolist(), *_since(began))}


def factors(method: str, folder: Path, classes: int, seed: int) -> Fitted:
    """Fit LDA on counts or NMF on TF-IDF of the telling words, told the true number of classes."""
    from sklearn.decomposition import NMF, LatentDirichletAllocation
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_extraction.text import TfidfTransformer

    words = json.loads((folder / "words.json").read_text(encoding="utf-8"))[0]
    began = _now()
    counts = DictVectorizer().fit_transform([Counter(row) for row in words])
    counts = counts[:, np.asarray((counts > 0).sum(axis=0)).ravel() > 1]
    if method == "lda":
        model = LatentDirichletAllocation(classes, learning_method="online", random_state=seed)
        weights = model.fit_transform(counts)
    else:
        weights = NMF(classes, random_state=seed).fit_transform(
            TfidfTransformer().fit_transform(counts)
        )
    empty = np.diff(counts.indptr) == 0
    labels = np.where(empty | ~weights.any(axis=1), -1, weights.argmax(axis=1))
    return {method: (labels.tolist(), *_since(began))}


class Reduced:
    """A stand-in for UMAP that hands out what it gave before."""

    def __init__(self, points: Any) -> None:
        self.points = points

    def fit_transform(self, _vectors: Any, y: Any = None) -> Any:  # noqa: ARG002 - BERTopic's call
        """Return the points."""
        return self.points


def _umap(seed: int) -> Any:
    """UMAP as BERTopic sets it, with a seed."""
    from umap import UMAP

    return UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)


def bertopic(texts: list[str], vectors: Any, seed: int) -> Fitted:
    """Fit BERTopic with several settings, which share one UMAP; its time counts in each.

    A small fit comes before the first one, so that compiling is not timed.
    """
    from bertopic import BERTopic

    if not _compiled:
        BERTopic().fit_transform(texts[:500], vectors[:500])
        _compiled.append(seed)
    began = _now()
    points = _umap(seed).fit_transform(vectors)
    shared = _since(began)
    found: Fitted = {}
    for smallest in (10, 20, 50):
        began = _now()
        model = BERTopic(umap_model=Reduced(points), min_topic_size=smallest)
        labels, _ = model.fit_transform(texts, vectors)
        took = tuple(a + b for a, b in zip(shared, _since(began), strict=True))
        found[f"bertopic-{smallest}"] = (_whole(labels), took[0], took[1])
        if smallest == 10:
            began = _now()
            if -1 in labels:
                labels = model.reduce_outliers(
                    texts, labels, strategy="embeddings", embeddings=vectors
                )
            more = _since(began)
            found["bertopic-all"] = (_whole(labels), took[0] + more[0], took[1] + more[1])
    return found


def bertopic_grown(texts: list[str], vectors: Any, seed: int) -> Fitted:
    """Fit BERTopic on the first part; then place the rest by ``transform``."""
    from bertopic import BERTopic

    old = int(GROWN_FROM * len(texts))
    model = BERTopic(umap_model=_umap(seed))
    first, _ = model.fit_transform(texts[:old], vectors[:old])
    placed, _ = model.transform(texts[old:], vectors[old:])
    return {"first": (_whole(first), 0.0, 0.0), "placed": (_whole(placed), 0.0, 0.0)}


def bertopic_anew(texts: list[str], vectors: Any, seed: int) -> Fitted:
    """Fit BERTopic on all, as it comes."""
    from bertopic import BERTopic

    anew, _ = BERTopic(umap_model=_umap(seed)).fit_transform(texts, vectors)
    return {"anew": (_whole(anew), 0.0, 0.0)}


def _found(method: str, folder: Path, seed: int) -> Fitted:
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    if method == "embed":
        return embed(texts, folder)
    vectors = np.load(folder / "vectors.npy")
    if method in {"k-means", "lda", "nmf"}:
        classes = int((folder / "classes.txt").read_text())
        if method == "k-means":
            return k_means(vectors, classes, seed)
        return factors(method, folder, classes, seed)
    fits = {
        "ours": ours,
        "ours-grown": ours_grown,
        "bertopic": bertopic,
        "bertopic-grown": bertopic_grown,
        "bertopic-anew": bertopic_anew,
    }
    return fits[method](texts, vectors, seed)


def main(method: str, folder: Path, seeds: list[int]) -> None:
    """Run one method with each seed and print what it gives."""
    found = [_found(method, folder, seeds[0])]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found += [_found(method, folder, seed) for seed in seeds[1:]]
    print(json.dumps({"found": found, "peak": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), [int(seed) for seed in sys.argv[3:]])
