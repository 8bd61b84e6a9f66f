"""What the page of all topics shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.names import OTHER_CODE, count
from observatory.figures.sentences import KINDS, of_series
from observatory.figures.topics import NOTHING_CHANGED, READ_ANEW, Part, changes

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis, SafeChange, SafeTopic
    from observatory.figures.names import Names


@dataclass(frozen=True)
class TopicRow:
    """One topic in a list of topics.

    Attributes:
        topic: the Safe product.
        title: what it is called.
        said: its reports in words.
        codes: (name, share) of the modus operandi that its reports name most.
        signals: (kind in words, True for a rise) of its signals, each once.
    """

    topic: SafeTopic
    title: str
    said: str
    codes: tuple[str, ...]
    signals: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class TopicsPage:
    """All topics: those that no code explains, and the others.

    Attributes:
        poor: how many are poor.
        changes: what became of topics in this run, each with its sentence.
    """

    candidates: tuple[TopicRow, ...]
    known: tuple[TopicRow, ...]
    poor: int
    changes: tuple[tuple[SafeChange, tuple[Part, ...]], ...]
    nothing_changed: str = NOTHING_CHANGED
    read_anew: str = READ_ANEW


def topics_page(analysis: SafeAnalysis, names: Names) -> TopicsPage:
    """Return the page of all topics, the largest first.

    Of those that may be new the ones with a signal come first, and poor ones last.
    """
    rows = [topic_row(topic, analysis, names) for topic in by_size(analysis)]
    candidates = [row for row in rows if row.topic.candidate]
    return TopicsPage(
        candidates=tuple(sorted(candidates, key=lambda row: (row.topic.poor, not row.signals))),
        known=tuple(row for row in rows if not row.topic.candidate),
        poor=sum(row.topic.poor for row in rows),
        changes=changes(analysis, names),
    )


def by_size(analysis: SafeAnalysis) -> list[SafeTopic]:
    """Return the topics, the largest first."""
    return sorted(analysis.topics, key=lambda topic: (-topic.reports, topic.id))


def topic_row(topic: SafeTopic, analysis: SafeAnalysis, names: Names) -> TopicRow:
    """Return a topic as a row of a list."""
    codes = tuple(
        f"{names.practice(code)} ({round(100 * share)}%)"
        for code, share in topic.codes[:2]
        if code != OTHER_CODE
    )
    raised = of_series(analysis, f"topic:{topic.id}").values()
    kinds = dict.fromkeys((KINDS.get(s.kind, s.kind), s.direction == "up") for s in raised)
    title = names.label("topic", topic.id)
    return TopicRow(topic, title, count(topic.reports, analysis.k), codes, tuple(kinds))
