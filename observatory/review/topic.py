"""What the page of one topic shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.bars import Bars, cut, shares
from observatory.figures.names import NOT_SAID, OTHER_CODE, count
from observatory.figures.sentences import of_series
from observatory.figures.series import course
from observatory.figures.topics import POOR, POOR_BECAUSE, READ_ANEW, Part, changes, measures
from observatory.review.practice import share_of_all
from observatory.review.signals import Told, told

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis, SafeChange, SafeTopic
    from observatory.figures.names import Names
    from observatory.figures.trend import Trend

CUTS = (
    ("topic_office", "office", "Where is it reported?"),
    ("topic_stage", "stage", "At which step?"),
    ("topic_reporter_side", "reporter_side", "Who reports it?"),
    ("topic_subject_side", "subject_side", "Whose conduct is it about?"),
)


@dataclass(frozen=True)
class TopicPage:
    """Everything on a topic's page.

    Attributes:
        said, share: its reports, and their share of all usable ones.
        nearest: (code, name, share) of the modus operandi that most of its reports name, or None.
        codes: all that may be shown.
        measures: (what is measured, how it came out) of how sure the topic is.
        languages: of its reports.
        changes: what became of it in this run, each with its sentence.
        thin: True where its reports are spread so thinly that hardly any figure is shown.
    """

    topic: SafeTopic
    title: str
    said: str
    share: str
    nearest: tuple[str, str, str] | None
    codes: Bars | None
    trend: Trend | None
    signal: Told | None
    cuts: tuple[Bars, ...]
    measures: tuple[tuple[str, str], ...]
    languages: Bars | None
    changes: tuple[tuple[SafeChange, tuple[Part, ...]], ...]
    thin: bool
    poor: tuple[str, str] = (POOR, POOR_BECAUSE)
    read_anew: str = READ_ANEW


def topic_page(analysis: SafeAnalysis, names: Names, topic_id: str) -> TopicPage:
    """Return the page of a topic.

    Raises:
        KeyError: no such topic may be shown.
    """
    topic = analysis.topic(topic_id)
    series = f"topic:{topic_id}"
    trend = course(analysis, series, title="How many reports of this topic came each month?")
    found = (
        cut(analysis, names, table, along, title=title, whole=topic.reports, topic=topic.id)
        for table, along, title in CUTS
    )
    cuts = tuple(bars for bars in found if bars is not None)
    seen = any(not row.few and row.level != NOT_SAID for bars in cuts for row in bars.rows)
    return TopicPage(
        topic=topic,
        title=names.label("topic", topic_id),
        said=count(topic.reports, analysis.k),
        share=share_of_all(topic.reports, analysis),
        nearest=next(
            (
                (code, names.practice(code), f"{round(100 * share)}%")
                for code, share in topic.codes
                if code != OTHER_CODE
            ),
            None,
        ),
        codes=shares(topic.codes, names, title="Which modus operandi do its reports name?"),
        trend=trend,
        signal=told(series, analysis, names) if of_series(analysis, series) else None,
        cuts=cuts,
        measures=measures(topic.quality),
        languages=cut(
            analysis,
            names,
            "topic_language",
            "language",
            title="In which languages is it told?",
            whole=topic.reports,
            topic=topic.id,
        ),
        changes=changes(analysis, names, topic.id),
        thin=not seen and not (trend and trend.enough),
    )
