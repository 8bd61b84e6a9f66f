"""Coding: up to three modus operandi a report, from its words, its facets and its neighbours.

Four kinds of evidence are multiplied: what the catalogue's examples sound like, cues in the words,
whether the step the reporter named is one where the practice happens, and whether the side it is
about can commit it. Each report then hears the reports nearest to it: one that says "they asked
again" among twenty that describe an invented fee is probably about that fee. What comes out is
calibrated, so that a chance means what it says, and a report gets the codes that are likely enough.

What each kind weighs, the calibration and the threshold were learnt on made-up reports and on part
of the real titles, and are judged on others: ``benchmarks/codes.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp import codes
from nlp.calibration import Calibration
from nlp.confirmed import ConfirmedClassifier
from nlp.embedding import Embedder, quantise
from nlp.exemplars import ExemplarClassifier
from nlp.nearest import neighbours
from nlp.tokens import folded
from observatory.analysis.counts import NO_PRACTICE
from observatory.analysis.opening import Report
from observatory.analysis.reading import Reading, definitions
from observatory.catalogue import Catalogue

Probabilities = NDArray[np.float64]

CUES, CUE_FLOOR = 1.69, 0.05
"""What a cue's strength weighs, and what stands in its place where no cue is."""

UNLIKELY = 0.06
"""Odds of a practice at a step, or by a side, where the catalogue does not expect it."""

NONE, NONE_BY_WORD = 3.87, -1.21
"""Log odds of "none of them", and how they fall with the logarithm of a text's words."""

NEIGHBOURS = 15
CALIBRATION = Calibration(slope=1.65, offset=1.76)
THRESHOLD = 0.5
"""A code is given where it is likelier than not.

F1 would gain .02 at .35, half of what is reached (Lipton et al., 2014), but there four in ten
reports of a practice that is not in the catalogue get a code, against a quarter here.
"""

SUBJECT_OF_GROUP = {"EXT": "customs", "CTL": "customs", "INT": "customs", "PRI": "business"}
"""The side that commits a group's practices; collusion takes both."""


@dataclass(frozen=True)
class Coding:
    """What the reports tell of.

    Attributes:
        codes: up to three codes a report, strongest first; ``()`` means "other".
        probabilities: float64 (n, m + 1) over the catalogue's codes and, last, "none of them"; a
            row adds up to 1, so they liken reports to one another.
        chances: float64 (n, m), calibrated: how likely a report tells of a code, each by itself.
    """

    codes: tuple[tuple[str, ...], ...]
    probabilities: Probabilities
    chances: Probabilities


@dataclass(frozen=True)
class Confirmed:
    """Topics that members confirmed to be a practice of the catalogue.

    Attributes:
        codes: code by topic.
        topics: topic by leaf, from the last run.
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[bytes, str] = field(default_factory=dict, repr=False)


NOTHING_CONFIRMED = Confirmed()


def assign(
    usable: Reading,
    catalogue: Catalogue,
    embedder: Embedder,
    known: Mapping[bytes, tuple[str, ...]],
    confirmed: Confirmed = NOTHING_CONFIRMED,
) -> Coding:
    """Code the reports.

    A report that all went as it should names no practice. A report that an earlier run coded by
    this catalogue keeps its codes: counts that were shown do not change.

    Args:
        usable: the reports that count, n of them.
        catalogue: known modus operandi.
        embedder: the one that made the vectors.
        known: codes by leaf from an earlier run.
        confirmed: what members said of the last run's topics.
    """
    practices = tuple(catalogue.modus_operandi)
    probabilities = score(usable, catalogue, embedder)
    chances = CALIBRATION.chances(probabilities[:, :-1])
    taught = ConfirmedClassifier(practices, confirmed.codes).fit(
        usable.vectors,
        [confirmed.topics.get(report.leaf, "") for report in usable.reports],
        chances,
    )
    chances = taught.blend(chances, usable.vectors)
    found = codes.assign(np.round(chances, 6), practices, threshold=THRESHOLD)
    return Coding(
        tuple(
            known.get(report.leaf, _codes(report, given))
            for report, given in zip(usable.reports, found, strict=True)
        ),
        probabilities,
        chances,
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
    own[:, :-1] *= (cues + CUE_FLOOR) ** CUES
    own[:, -1] *= CUE_FLOOR**CUES * _by_length(usable.matter)
    own *= by_facets(usable.reports, catalogue)
    own /= own.sum(axis=1, keepdims=True)
    # Rounded, so that the order of additions, which differs between machines, decides nothing.
    return np.round((own + heard(own, usable.vectors)) / 2, 6)


def _by_length(texts: Sequence[str]) -> Probabilities:
    """Return the odds of "none of them" by how much is said, (n,): three words tell little."""
    words = np.array([max(len(folded(text)), 1) for text in texts], dtype=np.float64)
    return np.asarray(np.exp(NONE) * words**NONE_BY_WORD)


def heard(own: Probabilities, vectors: NDArray[np.float32]) -> Probabilities:
    """Return the mean probabilities of each report's nearest reports, (n, m + 1)."""
    centred = vectors - vectors.mean(axis=0)
    norms = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    near = neighbours(quantise(centred / norms), NEIGHBOURS)
    if near.shape[1] == 0:
        return own
    total = np.zeros_like(own)
    for column in near.T:
        total += own[column]
    return np.asarray(total / near.shape[1])


def by_facets(
    reports: Sequence[Report], catalogue: Catalogue, unlikely: float = UNLIKELY
) -> Probabilities:
    """Return the odds of each code given step and subject side, (n, m + 1)."""
    practices = list(catalogue.modus_operandi.values())
    odds = np.ones((len(reports), len(practices) + 1))
    for row, report in enumerate(reports):
        stage, subject = report.facets.get("stage"), report.facets.get("subject_side")
        for column, practice in enumerate(practices):
            if stage and stage not in practice.stages:
                odds[row, column] *= unlikely
            if subject and SUBJECT_OF_GROUP.get(practice.group, subject) != subject:
                odds[row, column] *= unlikely
    return odds
