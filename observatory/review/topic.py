"""What the page of one topic shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.bars import Bars, cut
from observatory.figures.names import OTHER_CODE, count
from observatory.figures.sentences import of_series, sentence
from observatory.figures.trend import Trend, trend

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis, SafeTopic
    from observatory.figures.names import Names


@dataclass(frozen=True)
class TopicPage:
    """Everything on a topic's page."""

    topic: SafeTopic
    title: str
    said: str
    codes: tuple[tuple[str, str, str], ...]
    trend: Trend | None
    signals: tuple[str, ...]
    cuts: tuple[Bars, ...]


def topic_page(analysis: SafeAnalysis, names: Names, topic_id: str) -> TopicPage:
    """Return the page of a topic.

    Raises:
        KeyError: no such topic may be shown.
    """
    topic = analysis.topic(topic_id)
    raised = of_series(analysis, f"topic:{topic_id}")
    return TopicPage(
        topic=topic,
        title=names.label("topic", topic_id),
        said=count(topic.reports, analysis.k),
        codes=tuple(
            (code if code != OTHER_CODE else "", names.practice(code), f"{round(100 * share)}%")
            for code, share in topic.codes
        ),
        trend=_trend(analysis, topic_id),
        signals=tuple(
            sentence(signal, analysis, names)
            for signal in sorted(raised, key=lambda signal: signal.period, reverse=True)
        ),
        cuts=_cuts(analysis, names, topic),
    )


def _trend(analysis: SafeAnalysis, topic_id: str) -> Trend | None:
    try:
        cells = analysis.table("topic_month").series("month", topic=topic_id)
    except KeyError:
        return None
    return trend(
        cells,
        title="How many reports of this topic came each month?",
        threshold=analysis.k,
        signals=of_series(analysis, f"topic:{topic_id}"),
    )


def _cuts(analysis: SafeAnalysis, names: Names, topic: SafeTopic) -> tuple[Bars, ...]:
    asked = (
        ("topic_office", "office", "Where?"),
        ("topic_stage", "stage", "At which step?"),
        ("topic_reporter_side", "reporter_side", "Who reports it?"),
        ("topic_subject_side", "subject_side", "Whose conduct is it about?"),
    )
    found = (
        cut(analysis, names, table, along, title=title, whole=topic.reports, topic=topic.id)
        for table, along, title in asked
    )
    return tuple(bars for bars in found if bars is not None)
