"""From coded reports to Raw products: base, topics, tables, signals, manifest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from nlp import phrases
from observatory.analysis import counts, cuts, months, opening, series, signals, standing, tallies
from observatory.analysis import topics as grouping
from observatory.analysis.changes import changes, reports_of
from observatory.analysis.months import Calendar
from observatory.analysis.opening import Opened
from observatory.analysis.raw import (
    NOTHING,
    RawAnalysis,
    RawCount,
    RawPhrase,
    RawQuality,
    RawSignal,
    RawTopic,
)
from observatory.analysis.reading import Progress, Reading
from observatory.analysis.tallies import Tallies
from observatory.analysis.topics import Topics
from observatory.catalogue import Catalogue
from observatory.complaint.offices import Office
from observatory.tokens.epoch import Epoch

NO_TEXT = "MO08"
"""Sexual extortion: no words of such a report are ever shown."""

WATCHED_FROM = 24
"""A series with fewer reports over all months is too sparse to watch."""

LANGUAGES = ("en", "es", "fr")
OTHER_LANGUAGE = "other"

FEWEST_A_MONTH = 5
"""A month with fewer reports than this neither begins nor ends the tables and series."""


@dataclass(frozen=True)
class Coded:
    """Everything that was read, and the usable part with its topics, codes and proofs."""

    opened: Opened
    everything: Reading
    usable: Reading
    topics: Topics
    codes: tuple[tuple[str, ...], ...]
    proven: tuple[bool, ...] = ()


def tally(coded: Coded, offices: Sequence[Office], *, tokens: bool) -> dict[str, Tallies]:
    """Count the reports of a run, apart for each month that they are kept by.

    Args:
        coded: what was read and found.
        offices: the register of offices.
        tokens: whether any count, so that proven reports are counted apart.

    Returns:
        Tallies by month of receipt; added up, they are the run's.
    """
    table = counts.frame(
        coded.usable.reports,
        codes=coded.codes,
        topics=coded.topics.names(),
        languages=[tag if tag in LANGUAGES else OTHER_LANGUAGE for tag in coded.usable.languages],
        offices=frozenset(office.code for office in offices),
        proven=coded.proven,
    )
    wanted = cuts.tallied(tokens=tokens)
    return {
        month: tallies.take(table[table["kept"] == month], wanted, _base(coded, month))
        for month in sorted(coded.opened.months)
    }


def produce(
    coded: Coded,
    counted: Tallies,
    catalogue: Catalogue,
    offices: Sequence[Office],
    today: date,
    *,
    progress: Progress,
    epochs: Sequence[Epoch] = (),
) -> RawAnalysis:
    """Return the Raw products of a run.

    Args:
        coded: what was read and found.
        counted: the run's tallies and those of months whose reports are removed.
        catalogue: known modus operandi.
        offices: the register of offices.
        today: months whose weeks all end before it are whole.
        progress: told how far the work is.
        epochs: of bona fide tokens.
    """
    codes = tuple(catalogue.modus_operandi)
    calendar = months.calendar(counted, last_whole_month(today), FEWEST_A_MONTH)
    levels = cuts.levels(
        months=calendar.months,
        codes=codes,
        offices=[office.code for office in offices],
        topics=sorted(counted.of(("topic",)).index.unique("topic")),
        languages=(*LANGUAGES, OTHER_LANGUAGE),
        rest=cuts.left_over(counted, calendar),
        standings=counts.STANDINGS if any(epoch.counts for epoch in epochs) else (),
    )
    by_code = cuts.counts_by(counted, calendar, ("mo",))
    tables = cuts.tables(counted, calendar, levels)
    progress("describing topics", 0, 1)
    topics = _topics(coded, counted, calendar)
    progress("looking for signals", 0, 1)
    return RawAnalysis(
        base={name: RawCount(number, 0, 0) for name, number in counted.base.items()},
        topics=topics,
        codes={mo: cell for (mo,), cell in by_code.items() if mo in levels["mo"]},
        signals=_signals(counted, calendar, codes),
        tables=tables,
        manifest={**_manifest(coded, catalogue, calendar.months), **_epochs(epochs)},
        standing=standing.compared(counted, calendar, epochs, codes=codes, least=WATCHED_FROM),
        changes=changes(coded.topics, [report.week for report in coded.usable.reports]),
    )


def last_whole_month(today: date) -> str:
    """Return the last month all of whose weeks (those with their Thursday in it) are over."""
    sunday = today - timedelta(days=today.isoweekday())
    thursday = sunday - timedelta(days=3)
    following = thursday + timedelta(days=7)
    if following.month != thursday.month:
        return thursday.isoformat()[:7]
    return (thursday.replace(day=1) - timedelta(days=1)).isoformat()[:7]


def _base(coded: Coded, month: str) -> dict[str, int]:
    """Return how much was read of a month; received = usable + duplicate + junk."""
    repeats = coded.opened.repeats[month]
    received = sum(report.kept == month for report in coded.opened.reports) + repeats
    usable = sum(report.kept == month for report in coded.usable.reports)
    pairs = zip(coded.everything.reports, coded.everything.junk, strict=True)
    junk = sum(report.kept == month and bool(junk) for report, junk in pairs)
    return {
        "received": received,
        "usable": usable,
        "duplicate": received - usable - junk,
        "junk": junk,
    }


def _topics(coded: Coded, counted: Tallies, calendar: Calendar) -> tuple[RawTopic, ...]:
    """Return the topics with their candidate phrases and codes."""
    usable = coded.usable
    sizes = cuts.counts_by(counted, calendar, ("topic",))
    shared = cuts.counts_by(counted, calendar, ("topic", "mo"))
    speaking = np.array([NO_TEXT not in codes for codes in coded.codes], bool)
    found = phrases.describe(
        usable.matter,
        np.where(speaking, coded.topics.numbers - 1, -1),
        usable.languages,
        embeddings=usable.vectors,
    )
    weeks = [report.week for report in usable.reports]
    judged = _judged(coded.topics)
    return tuple(
        RawTopic(
            id=topic,
            count=sizes[topic,],
            phrases=tuple(
                RawPhrase(
                    p.text,
                    p.language,
                    reports_of([weeks[row] for row in sorted(p.documents)]),
                    p.score,
                )
                for p in found.get(int(topic[1:]) - 1, ())
            ),
            codes={
                code: cell
                for (owner, code), cell in shared.items()
                if owner == topic and code not in ("other", counts.NO_PRACTICE)
            },
            other=shared.get((topic, "other"), NOTHING),
            quality=judged.get(topic),
        )
        for (topic,) in sorted(sizes)
        if topic != grouping.name(0)
    )


def _judged(topics: Topics) -> Mapping[str, RawQuality]:
    """Return how good each topic is, by its id."""
    found = topics.model.quality_
    rows = zip(
        topics.model.ids_.tolist(),
        found.coherence.tolist(),
        found.separation.tolist(),
        found.stability.tolist(),
        found.poor.tolist(),
        strict=True,
    )
    return {
        grouping.name(topic + 1): RawQuality(
            coherence, separation, None if math.isnan(stability) else stability, poor
        )
        for topic, coherence, separation, stability, poor in rows
    }


def _signals(counted: Tallies, calendar: Calendar, codes: tuple[str, ...]) -> tuple[RawSignal, ...]:
    """Look for signals in volume, and in each part measured against the volume.

    A campaign that lifts all reporting lifts every part alike: it shows in ``all`` and, since the
    parts are read against all reports, not in each of them.
    """
    wide, behind = series.series(counted, calendar, codes=codes, least=WATCHED_FROM)
    if "all" not in wide:
        return ()
    rows = signals.scan(wide, wide["all"], frequency=12)
    return tuple(
        RawSignal(
            series=str(row["series"]),
            period=str(row["period"]),
            kind=str(row["kind"]),
            observed=int(row["observed"]),
            expected=float(row["expected"]),
            upper=float(row["upper"]),
            q=float(row["q"]),
            count=behind.get((str(row["series"]), str(row["period"])), NOTHING),
            since=series.since(counted, calendar, str(row["series"]), str(row["period"])),
        )
        for row in rows.to_dict("records")
    )


def _manifest(coded: Coded, catalogue: Catalogue, months: tuple[str, ...]) -> Mapping[str, object]:
    """Say what was read and by which rules; figures here are years and names, never counts."""
    return {
        "catalogue": catalogue.version,
        "data_hash": opening.data_hash(coded.opened),
        "periods": {"first": months[0], "last": months[-1]} if months else {},
        "sources": sorted({report.source for report in coded.opened.reports}),
    }


def _epochs(epochs: Sequence[Epoch]) -> Mapping[str, object]:
    """Say which keys tokens were held to; nothing where there are none."""
    listed = [
        {"epoch": one.name, "key": one.key_id.hex(), "issued": one.issued}
        for one in sorted(epochs, key=lambda epoch: epoch.name)
    ]
    return {"tokens": listed} if listed else {}
