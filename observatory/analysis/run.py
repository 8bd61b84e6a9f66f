"""One analysis run, from opened reports to Raw products; it knows no database and no page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from nlp import duplicates
from nlp.embedding import Embedder
from observatory.analysis import coding, counts, cuts, proving, reading, state, tallies
from observatory.analysis import products as producing
from observatory.analysis import topics as grouping
from observatory.analysis.opening import Opened
from observatory.analysis.precedence import precedence
from observatory.analysis.raw import RawAnalysis
from observatory.analysis.reading import Progress
from observatory.analysis.state import State
from observatory.catalogue import Catalogue
from observatory.complaint.offices import Office
from observatory.tokens.epoch import Epoch


@dataclass(frozen=True)
class Findings:
    """What a run gives: products for the door, and the state to seal for the next run."""

    raw: RawAnalysis
    state: Mapping[str, bytes] = field(repr=False)


def run(
    opened: Opened,
    catalogue: Catalogue,
    offices: Sequence[Office],
    *,
    embedder: Embedder,
    prior: State,
    today: date,
    progress: Progress,
    epochs: Sequence[Epoch] = (),
    refit: bool = False,
) -> Findings:
    """Analyse the opened reports.

    Args:
        opened: reports of closed weeks, in stable order.
        catalogue: known modus operandi.
        offices: the register of offices.
        embedder: turns text into vectors.
        prior: the state of the last run; one of another embedder counts as none.
        today: months whose weeks all end before it are whole.
        progress: told how far the work is.
        epochs: of bona fide tokens, as both sides signed them.
        refit: find topics anew, instead of placing new reports among those that are frozen.
    """
    if prior.embedder != embedder.name:
        # Topics of another embedder are others, and so are their numbers.
        prior = State(tallies={m: kept.without("topic") for m, kept in prior.tallies.items()})
    everything = reading.read(opened.reports, catalogue, embedder, prior.vectors, progress)
    progress("finding duplicates", 0, 1)
    proven = proving.proven(opened.reports, epochs)
    ranks = precedence(opened.reports, proven, everything.junk)
    alike = duplicates.find(everything.texts, precedence=ranks)
    group, first = alike.group, alike.first
    usable = everything.select(np.flatnonzero(first & ~everything.junk))
    # A report is proven if any of those that say the same is: they are one report.
    backed = np.isin(np.arange(len(group)), group[np.array(proven, bool)])
    progress("matching modus operandi", 0, 1)
    coded = coding.assign(
        usable,
        catalogue,
        embedder,
        prior.codes if prior.catalogue == catalogue.version else {},
        coding.Confirmed(
            prior.confirmed, {leaf: grouping.name(topic) for leaf, topic in prior.topics.items()}
        )
        if prior.confirmed
        else coding.NOTHING_CONFIRMED,
    )
    progress("finding topics", 0, 1)
    topics = grouping.identify(usable, coded, prior, refit=refit)
    progress("counting", 0, 1)
    found = producing.Coded(
        opened, everything, usable, topics, coded.codes, tuple(backed[first & ~everything.junk])
    )
    # Months whose reports are removed live on as tallies; those still here are counted afresh.
    tokens = any(epoch.counts for epoch in epochs)
    wanted = cuts.tallied(tokens=tokens)
    before = {m: kept.with_standing(counts.UNPROVEN, wanted) for m, kept in prior.tallies.items()}
    counted = {**before, **producing.tally(found, offices, tokens=tokens)}
    together = tallies.add(counted.values(), wanted)
    raw = producing.produce(
        found, together, catalogue, offices, today, progress=progress, epochs=epochs
    )
    raw = replace(raw, manifest={**raw.manifest, "embedder": embedder.name})
    parts = state.write(
        usable.reports,
        usable.vectors,
        topics.numbers,
        coded.codes,
        topics.model.state(),
        embedder=embedder.name,
        catalogue=catalogue.version,
        tallies=counted,
    )
    return Findings(raw, parts)
