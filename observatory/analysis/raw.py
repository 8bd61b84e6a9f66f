"""Raw products: what a run knows before the disclosure door.

A Raw value never leaves the process that made it except sealed. ``repr`` shows no figures, so that
a traceback or a log line cannot carry them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RawCount:
    """A number of distinct reports, with what the disclosure rules need to judge it.

    Attributes:
        reports: distinct reports.
        weeks: distinct receipt weeks that they came from.
        largest_week: reports of the week that gave most.
    """

    reports: int = field(repr=False)
    weeks: int = field(repr=False)
    largest_week: int = field(repr=False)


NOTHING = RawCount(0, 0, 0)


@dataclass(frozen=True)
class RawTable:
    """A cut of the counts before the door.

    Attributes:
        id: stable name of the cut, such as ``mo_month``.
        dimensions: names of the coordinates.
        levels: every level of each dimension; a combination without a cell is a true zero.
        cells: counts by coordinates.
        additive: dimensions along which a report has exactly one level, so that cells add up to
            the margin; a table is protected along these against subtraction.
    """

    id: str
    dimensions: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    cells: Mapping[tuple[str, ...], RawCount] = field(repr=False)
    additive: frozenset[str]


@dataclass(frozen=True)
class RawPhrase:
    """A candidate phrase of a topic and the reports (not MO08) that hold it."""

    text: str = field(repr=False)
    language: str
    count: RawCount
    score: float = field(repr=False, default=0.0)

    @property
    def reports(self) -> int:
        """Reports of the topic that hold the phrase."""
        return self.count.reports


@dataclass(frozen=True)
class RawQuality:
    """How good a topic is; see :class:`nlp.topics.quality.Quality`.

    Attributes:
        stability: None where it was not measured.
        poor: True where it is not found again.
    """

    coherence: float = field(repr=False)
    separation: float = field(repr=False)
    stability: float | None = field(repr=False)
    poor: bool


@dataclass(frozen=True)
class RawTopic:
    """A cluster of reports.

    Attributes:
        phrases: candidates, best first.
        codes: reports of the topic by modus operandi code.
        other: those that no code fits. A report that all went as it should is none of them.
        quality: None where all its reports are gone and the topic with them.
    """

    id: str
    count: RawCount
    phrases: tuple[RawPhrase, ...]
    codes: Mapping[str, RawCount] = field(repr=False)
    other: RawCount = field(default=NOTHING, repr=False)
    quality: RawQuality | None = None


@dataclass(frozen=True)
class RawChange:
    """What became of topics in this run.

    Attributes:
        kind: born, split, merged, died or moved; see :class:`nlp.topics.lineage.Change`.
        before: the topics that were, each with the reports that it had.
        after: ids of the topics that are.
        count: the reports that it concerns.
    """

    kind: str
    before: Mapping[str, RawCount]
    after: tuple[str, ...]
    count: RawCount


@dataclass(frozen=True)
class RawSignal:
    """A detector's row: what was seen, what its past explains, and how surprising that is.

    Attributes:
        count: the reports of that period.
        since: the reports of that and all later periods; a lasting change is about these.
    """

    series: str
    period: str
    kind: str
    observed: int = field(repr=False)
    expected: float = field(repr=False)
    upper: float = field(repr=False)
    q: float
    count: RawCount
    since: RawCount


FEWEST_MONTHS = 10
"""In fewer months with tokens no detector has a past to judge by."""


@dataclass(frozen=True)
class RawComparison:
    """A signal that was looked for with and without unproven reports.

    Attributes:
        rising: True for more than expected.
        with_unproven: whether it is there among all reports.
        without_unproven: whether it is there among proven reports alone.
        proven: the reports that it rests on, a month's or of a lasting change all, that are proven.
        unproven: those that are not.
    """

    series: str
    period: str
    kind: str
    rising: bool
    with_unproven: bool
    without_unproven: bool
    proven: RawCount
    unproven: RawCount


@dataclass(frozen=True)
class RawStanding:
    """What changes when unproven reports are left out.

    Attributes:
        months: in which tokens of the same kinds counted; both were looked at over these alone.
        signals: those of either, where both could be looked at.
    """

    months: tuple[str, ...]
    signals: tuple[RawComparison, ...]


@dataclass(frozen=True)
class RawAnalysis:
    """Everything that one run found.

    Attributes:
        base: received, usable, duplicate, junk.
        codes: reports by modus operandi.
        manifest: what was read and by which rules (no counts below the door).
        standing: with and without unproven reports; None where no tokens count.
        changes: what became of topics; empty in the first run.
    """

    base: Mapping[str, RawCount]
    topics: tuple[RawTopic, ...]
    codes: Mapping[str, RawCount]
    signals: tuple[RawSignal, ...]
    tables: tuple[RawTable, ...]
    manifest: Mapping[str, object]
    standing: RawStanding | None = None
    changes: tuple[RawChange, ...] = ()
