"""From coded reports to Raw products: base, topics, tables, signals, manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from nlp import phrases
from observatory.analysis import counts, opening, signals
from observatory.analysis import topics as grouping
from observatory.analysis.opening import Opened
from observatory.analysis.raw import (
    NOTHING,
    RawAnalysis,
    RawCount,
    RawPhrase,
    RawSignal,
    RawTopic,
)
from observatory.analysis.reading import Progress, Reading
from observatory.analysis.topics import Topics
from observatory.catalogue import Catalogue
from observatory.complaint.offices import Office

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
    """Everything that was read, and the usable part with its topics and codes."""

    opened: Opened
    everything: Reading
    usable: Reading
    topics: Topics
    codes: tuple[tuple[str, ...], ...]


def produce(
    coded: Coded,
    catalogue: Catalogue,
    offices: Sequence[Office],
    today: date,
    *,
    duplicates: int,
    progress: Progress,
) -> RawAnalysis:
    """Return the Raw products of a run.

    Args:
        coded: what was read and found.
        catalogue: known modus operandi.
        offices: the register of offices.
        today: months whose weeks all end before it are whole.
        duplicates: near-duplicates that were collapsed.
        progress: told how far the work is.
    """
    progress("counting", 0, 1)
    last = last_whole_month(today)
    codes = tuple(catalogue.modus_operandi)
    table = counts.frame(
        coded.usable.reports,
        codes=coded.codes,
        topics=coded.topics.names(),
        languages=[tag if tag in LANGUAGES else OTHER_LANGUAGE for tag in coded.usable.languages],
        offices=frozenset(office.code for office in offices),
        last_month=last,
    )
    months = counts.whole_months(table, FEWEST_A_MONTH)
    table = counts.within(table, months)
    levels = counts.levels(
        months=months,
        codes=codes,
        offices=[office.code for office in offices],
        topics=sorted(set(coded.topics.names())),
        languages=(*LANGUAGES, OTHER_LANGUAGE),
        rest=counts.left_over(table),
    )
    by_code = counts.counts_by(table[table["mo"].isin(levels["mo"])], ("mo",))
    tables = counts.tables(table, levels)
    progress("describing topics", 0, 1)
    topics = _topics(coded, table)
    progress("looking for signals", 0, 1)
    return RawAnalysis(
        base=_base(coded, duplicates),
        topics=topics,
        codes={key[0]: cell for key, cell in by_code.items()},
        signals=_signals(table, months, codes),
        tables=tables,
        manifest=_manifest(coded, catalogue, months),
    )


def last_whole_month(today: date) -> str:
    """Return the last month all of whose weeks (those with their Thursday in it) are over."""
    sunday = today - timedelta(days=today.isoweekday())
    thursday = sunday - timedelta(days=3)
    following = thursday + timedelta(days=7)
    if following.month != thursday.month:
        return thursday.isoformat()[:7]
    return (thursday.replace(day=1) - timedelta(days=1)).isoformat()[:7]


def _base(coded: Coded, duplicates: int) -> dict[str, RawCount]:
    """Return how much was read; received = usable + duplicate + junk."""
    opened = coded.opened
    return {
        "received": RawCount(len(opened.reports) + opened.repeats, 0, 0),
        "usable": RawCount(len(coded.usable.reports), 0, 0),
        "duplicate": RawCount(duplicates + opened.repeats, 0, 0),
        "junk": RawCount(int(coded.everything.junk.sum()), 0, 0),
    }


def _topics(coded: Coded, table: pd.DataFrame) -> tuple[RawTopic, ...]:
    """Return the topics with their candidate phrases and codes."""
    usable = coded.usable
    sizes = counts.counts_by(table, ("topic",))
    shared = counts.counts_by(table, ("topic", "mo"))
    speaking = np.array([NO_TEXT not in codes for codes in coded.codes], bool)
    found = phrases.describe(
        usable.matter,
        np.where(speaking, coded.topics.numbers - 1, -1),
        usable.languages,
        embeddings=usable.vectors,
    )
    weeks = [report.week for report in usable.reports]
    return tuple(
        RawTopic(
            id=topic,
            count=sizes[topic,],
            phrases=tuple(
                RawPhrase(
                    p.text, p.language, _count(weeks[row] for row in sorted(p.documents)), p.score
                )
                for p in found.get(int(topic[1:]) - 1, ())
            ),
            codes={
                code: cell
                for (owner, code), cell in shared.items()
                if owner == topic and code not in ("other", counts.NO_PRACTICE)
            },
        )
        for (topic,) in sorted(sizes)
        if topic != grouping.name(0)
    )


def _count(weeks: Iterable[str]) -> RawCount:
    times = Counter(weeks)
    return RawCount(times.total(), len(times), max(times.values(), default=0))


def _signals(
    table: pd.DataFrame, months: tuple[str, ...], codes: tuple[str, ...]
) -> tuple[RawSignal, ...]:
    """Look for signals in volume, and in each part measured against the volume.

    A campaign that lifts all reporting lifts every part alike: it shows in ``all`` and, since the
    parts are read against all reports, not in each of them.
    """
    wide, behind = counts.series(table, months, codes=codes, least=WATCHED_FROM)
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
            since=counts.since(table, str(row["series"]), str(row["period"])),
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
