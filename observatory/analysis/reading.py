"""Reading: narratives become scrubbed text, language and vectors; junk is set aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp import formulas, identifiers, languages
from nlp.codes import Definition
from nlp.embedding import Embedder, quantise
from nlp.junk import JunkFilter
from nlp.tokens import calm
from observatory.analysis.opening import Report
from observatory.catalogue import Catalogue

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, what is done and what there is to do."""


@dataclass(frozen=True)
class Reading:
    """What the machine read, row by row in the run's order (n reports).

    Attributes:
        reports: what was read.
        texts: narratives without identifiers.
        matter: what they say beyond the sentences that many share word for word, not in capitals;
            vectors, topics, codes and phrases rest on it.
        languages: tag a report, ``und`` where it cannot be told.
        vectors: float32 (n, d), quantised so that equal runs compare equal.
        junk: bool (n,), True for what is no complaint.
    """

    reports: tuple[Report, ...] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    matter: tuple[str, ...] = field(repr=False)
    languages: tuple[str, ...]
    vectors: NDArray[np.float32] = field(repr=False)
    junk: NDArray[np.bool_] = field(repr=False)

    def select(self, rows: NDArray[np.int64]) -> Reading:
        """Return the same reading of some rows only."""
        return Reading(
            tuple(self.reports[row] for row in rows),
            tuple(self.texts[row] for row in rows),
            tuple(self.matter[row] for row in rows),
            tuple(self.languages[row] for row in rows),
            self.vectors[rows],
            self.junk[rows],
        )


def read(
    reports: Sequence[Report],
    catalogue: Catalogue,
    embedder: Embedder,
    known: Mapping[bytes, NDArray[np.float32]],
    progress: Progress,
) -> Reading:
    """Read every report.

    Args:
        reports: in the run's order.
        catalogue: its definitions say what a complaint is about.
        embedder: turns text into vectors.
        known: vectors by leaf from an earlier run with the same embedder.
        progress: told how far the work is.
    """
    progress("scrubbing identifiers", 0, 1)
    texts = [identifiers.scrub(report.narrative).text for report in reports]
    progress("telling languages", 0, 1)
    tags = languages.detect(texts)
    progress("leaving out formulas", 0, 1)
    matter = formulas.strip([calm(text) for text in texts])
    vectors = _embed(reports, matter, embedder, known, progress)
    progress("setting junk aside", 0, 1)
    described = [mo.definition for mo in catalogue.modus_operandi.values()]
    junk_filter = JunkFilter(described, embedder).fit(texts, embeddings=vectors, languages=tags)
    junk = junk_filter.predict(texts, embeddings=vectors, languages=tags)
    return Reading(tuple(reports), tuple(texts), tuple(matter), tuple(tags), vectors, junk)


def _embed(
    reports: Sequence[Report],
    texts: Sequence[str],
    embedder: Embedder,
    known: Mapping[bytes, NDArray[np.float32]],
    progress: Progress,
) -> NDArray[np.float32]:
    """Return one quantised vector a report, embedding only what no earlier run embedded."""
    vectors = np.zeros((len(reports), embedder.dimensions), np.float32)
    new = []
    for row, report in enumerate(reports):
        vector = known.get(report.leaf)
        if vector is None:
            new.append(row)
        else:
            vectors[row] = vector
    # In an order of their own, so that a text's batch, and with it its last bits, never differ.
    new.sort(key=lambda row: (len(texts[row]), texts[row]))
    step = 256
    for start in range(0, len(new), step):
        progress("reading", start, len(new))
        rows = new[start : start + step]
        vectors[rows] = quantise(embedder.embed([texts[row] for row in rows]))
    return vectors


def definitions(catalogue: Catalogue) -> list[Definition]:
    """Return the catalogue as ``nlp`` takes it: the room knows no catalogue of its own."""
    weak = frozenset().union(*catalogue.weak_cues.values())
    return [
        Definition(mo.code, mo.name, mo.definition, mo.cues, weak, mo.examples)
        for mo in catalogue.modus_operandi.values()
    ]
