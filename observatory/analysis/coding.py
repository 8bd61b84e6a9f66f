"""Coding: up to three modus operandi a report, from its words, its facets and its neighbours.

Four kinds of evidence are multiplied: what the catalogue's examples sound like, cues in the words,
whether the step the reporter named is one where the practice happens, and whether the side it is
about can commit it. Each report then hears the reports nearest to it: one that says "they asked
again" among twenty that describe an invented fee is probably about that fee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp import codes
from nlp.embedding import Embedder, quantise
from nlp.exemplars import ExemplarClassifier
from nlp.topics.graph import neighbours
from observatory.analysis.counts import NO_PRACTICE
from observatory.analysis.opening import Report
from observatory.analysis.reading import Reading, definitions
from observatory.catalogue import Catalogue

Probabilities = NDArray[np.float64]

UNLIKELY = 0.25
"""Odds of a practice at a step, or by a side, where the catalogue does not expect it."""

CUE_FLOOR, NO_CUE = 0.05, 0.1
NEIGHBOURS = 15
THRESHOLD = 0.2

SUBJECT_OF_GROUP = {"EXT": "customs", "CTL": "customs", "INT": "customs", "PRI": "business"}
"""The side that commits a group's practices; collusion takes both."""


@dataclass(frozen=True)
class Coding:
    """What the reports tell of.

    Attributes:
        codes: up to three codes a report, strongest first; ``()`` means "other".
        probabilities: float64 (n, m + 1) over the catalogue's codes and, last, "none of them".
    """

    codes: tuple[tuple[str, ...], ...]
    probabilities: Probabilities


def assign(
    usable: Reading,
    catalogue: Catalogue,
    embedder: Embedder,
    known: Mapping[bytes, tuple[str, ...]],
) -> Coding:
    """Code the reports.

    A report that all went as it should names no practice. A report that an earlier run coded by
    this catalogue keeps its codes: counts that were shown do not change.

    Args:
        usable: the reports that count, n of them.
        catalogue: known modus operandi.
        embedder: the one that made the vectors.
        known: codes by leaf from an earlier run.
    """
    probabilities = score(usable, catalogue, embedder)
    found = codes.assign(
        probabilities[:, :-1], tuple(catalogue.modus_operandi), threshold=THRESHOLD
    )
    none = probabilities.argmax(axis=1) == probabilities.shape[1] - 1
    return Coding(
        tuple(
            known.get(report.leaf, _codes(report, () if nothing else given))
            for report, given, nothing in zip(usable.reports, found, none, strict=True)
        ),
        probabilities,
    )


def _codes(report: Report, given: tuple[str, ...]) -> tuple[str, ...]:
    went_well = report.facets.get("experience") == "went_as_it_should"
    return (NO_PRACTICE,) if went_well else given


def score(usable: Reading, catalogue: Catalogue, embedder: Embedder) -> Probabilities:
    """Return probabilities (n, m + 1) over the catalogue's codes and, last, "none of them"."""
    if not usable.reports:
        return np.zeros((0, len(catalogue.modus_operandi) + 1))
    known = definitions(catalogue)
    sounds = ExemplarClassifier(known, catalogue.background, embedder).fit()
    own = sounds.predict_proba(usable.matter, usable.vectors)
    cues = codes.CodeScorer(known, embedder).score(
        usable.matter, embeddings=usable.vectors, languages=usable.languages
    )
    own *= np.hstack([cues, np.full((len(cues), 1), NO_CUE)]) + CUE_FLOOR
    own *= _by_facets(usable.reports, catalogue)
    own /= own.sum(axis=1, keepdims=True)
    # Rounded, so that the order of additions, which differs between machines, decides nothing.
    return np.round((own + _heard(own, usable.vectors)) / 2, 6)


def _heard(own: Probabilities, vectors: NDArray[np.float32]) -> Probabilities:
    """Return the mean probabilities of each report's nearest reports, (n, m + 1)."""
    centred = vectors - vectors.mean(axis=0)
    norms = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    near = neighbours(quantise(centred / norms), NEIGHBOURS)
    if near.shape[1] == 0:
        return own
    heard = np.zeros_like(own)
    for column in near.T:
        heard += own[column]
    return np.asarray(heard / near.shape[1])


def _by_facets(reports: Sequence[Report], catalogue: Catalogue) -> Probabilities:
    """Return the likelihood of each code given step and subject side, (n, m + 1)."""
    practices = list(catalogue.modus_operandi.values())
    odds = np.ones((len(reports), len(practices) + 1))
    for row, report in enumerate(reports):
        stage, subject = report.facets.get("stage"), report.facets.get("subject_side")
        for column, practice in enumerate(practices):
            if stage and stage not in practice.stages:
                odds[row, column] *= UNLIKELY
            if subject and SUBJECT_OF_GROUP.get(practice.group, subject) != subject:
                odds[row, column] *= UNLIKELY
    return odds
