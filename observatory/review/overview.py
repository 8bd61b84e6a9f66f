"""What the overview shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.bars import WIDTH, Bar, Bars
from observatory.figures.names import OTHER_CODE, count, fewer, least
from observatory.figures.sentences import Watched, of_series, watched
from observatory.figures.trend import Trend, trend

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis, SafeTopic
    from observatory.figures.names import Names

BASE = (
    ("received", "received"),
    ("usable", "usable"),
    ("duplicate", "copies set aside"),
    ("junk", "advertising and the like, set aside"),
)

# Shown apart and never added up: who gains decides who reports (design: domain facts).
DIRECTIONS = (
    ("extortive", "Extortive", "One side forces the other. Who is forced often reports."),
    (
        "collusive",
        "Collusive",
        "Both sides gain, so they seldom report. Few reports do not mean few cases.",
    ),
    ("internal", "Internal", "Within the administration. Reported by officials for the most part."),
    ("private-to-private", "Private to private", "Between businesses. No official is needed."),
)


@dataclass(frozen=True)
class Direction:
    """Modus operandi of one direction."""

    css: str
    name: str
    meaning: str
    bars: Bars


@dataclass(frozen=True)
class TopicRow:
    """One topic in the list of topics."""

    topic: SafeTopic
    title: str
    said: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """Everything on the overview."""

    base: tuple[tuple[str, str, bool], ...]
    trend: Trend | None
    signals: tuple[Watched, ...]
    directions: tuple[Direction, ...]
    topics: tuple[TopicRow, ...]


def overview(analysis: SafeAnalysis, names: Names) -> Overview:
    """Return the overview of an analysis."""
    return Overview(
        base=tuple(
            (name, count(analysis.reports.get(key), analysis.k), key not in analysis.reports)
            for key, name in BASE
        ),
        trend=_all_reports(analysis),
        signals=watched(analysis, names),
        directions=tuple(_direction(analysis, names, *entry) for entry in DIRECTIONS),
        topics=tuple(_topic(topic, analysis, names) for topic in by_size(analysis)),
    )


def by_direction(names: Names) -> list[tuple[str, frozenset[str]]]:
    """Return (heading, codes) of each direction, and of what no code explains."""
    practices = names.catalogue.modus_operandi.values()
    return [
        (name, frozenset(p.code for p in practices if p.direction == code))
        for code, name, _ in DIRECTIONS
    ] + [("Without a code", frozenset({OTHER_CODE}))]


def by_size(analysis: SafeAnalysis) -> list[SafeTopic]:
    """Return the topics, the largest first."""
    return sorted(analysis.topics, key=lambda topic: (-topic.reports, topic.id))


def _all_reports(analysis: SafeAnalysis) -> Trend | None:
    try:
        cells = analysis.table("month").series("month")
    except KeyError:
        return None
    return trend(
        cells,
        title="How many usable reports came each month?",
        threshold=analysis.k,
        signals=of_series(analysis, "all"),
    )


def _direction(
    analysis: SafeAnalysis, names: Names, code: str, name: str, meaning: str
) -> Direction:
    shown: list[tuple[int, str]] = []
    hidden = 0
    for practice in names.catalogue.modus_operandi.values():
        if practice.direction != code:
            continue
        reports = analysis.code_count(practice.code)
        if reports is None:
            hidden += 1
        else:
            shown.append((reports, practice.code))
    # The length of bars is comparable within one direction only, on purpose.
    top = max([reports for reports, _ in shown], default=1)
    rows = tuple(
        Bar(
            level=practice_code,
            label=names.practice(practice_code),
            said=count(reports, analysis.k),
            share="",
            width=round(WIDTH * reports / top),
            few=False,
            link=f"/modus-operandi/{practice_code}",
        )
        for reports, practice_code in sorted(shown, key=lambda pair: (-pair[0], pair[1]))
    )
    title = f"Which {name.lower()} modus operandi are reported?"
    return Direction(
        code.partition("-")[0], name, meaning, Bars(title, meaning, "Modus operandi", rows, hidden)
    )


def _topic(topic: SafeTopic, analysis: SafeAnalysis, names: Names) -> TopicRow:
    codes = tuple(
        f"{names.practice(code)} ({round(100 * share)}%)"
        for code, share in topic.codes[:2]
        if code != OTHER_CODE
    )
    return TopicRow(topic, names.label("topic", topic.id), count(topic.reports, analysis.k), codes)


def code_said(analysis: SafeAnalysis, code: str) -> str:
    """Return the reports of a modus operandi in words."""
    reports = analysis.code_count(code)
    threshold = least(analysis, code)
    return fewer(threshold) if reports is None else count(reports, threshold)
