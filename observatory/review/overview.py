"""What the overview shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.names import count
from observatory.figures.series import course
from observatory.review.practices import Direction, directions
from observatory.review.signals import GROUPS, Told, by_group, headline, told
from observatory.review.topics import TopicRow, topics_page

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis
    from observatory.figures.names import Names
    from observatory.figures.trend import Trend

BASE = (
    ("received", "received"),
    ("usable", "usable"),
    ("duplicate", "copies set aside"),
    ("junk", "advertising and the like, set aside"),
)

TOPICS_FIRST, PRACTICES_FIRST = 5, 5
"""How many the overview names before it sends on to the page with all of them."""


@dataclass(frozen=True)
class Overview:
    """Everything on the overview.

    Attributes:
        headline: what the run found, in a sentence or two.
        base: (name, count in words, True where it is under k) of what was read.
        clearest: the series with the clearest signal of each group.
        candidates, largest: the first topics that no code explains, and of all others.
    """

    headline: str
    base: tuple[tuple[str, str, bool], ...]
    trend: Trend | None
    clearest: tuple[Told, ...]
    candidates: tuple[TopicRow, ...]
    largest: tuple[TopicRow, ...]
    directions: tuple[Direction, ...]


def overview(analysis: SafeAnalysis, names: Names) -> Overview:
    """Return the overview of an analysis."""
    grouped = by_group(analysis, names)
    topics = topics_page(analysis, names)
    return Overview(
        headline=_headline(analysis, headline(grouped)),
        base=tuple(
            (name, count(analysis.reports.get(key), analysis.k), key not in analysis.reports)
            for key, name in BASE
        ),
        trend=course(analysis, "all", title="How many usable reports came each month?"),
        clearest=tuple(
            told(grouped[key][0], analysis, names) for key, _, _ in GROUPS if grouped[key]
        ),
        candidates=topics.candidates[:TOPICS_FIRST],
        largest=topics.known[:TOPICS_FIRST],
        directions=directions(analysis, names, first=PRACTICES_FIRST),
    )


def _headline(analysis: SafeAnalysis, changed: str) -> str:
    """Return what a reader who stops here should take away."""
    new = sum(topic.candidate for topic in analysis.topics)
    if not new:
        return changed
    of = f"{new} of {len(analysis.topics)} topics"
    return f"{changed} {of} fit no known modus operandi well and may hide a new one."
