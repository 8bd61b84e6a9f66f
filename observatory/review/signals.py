"""What the page of signals shows: each one, what it may mean, and what else would look the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.meanings import certainty, meanings, rivals
from observatory.figures.names import period
from observatory.figures.sentences import KINDS, link_of, parts_of, sentence, series_name
from observatory.figures.series import QUESTIONS, course
from observatory.figures.standing import WithAndWithout, with_and_without

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from observatory.disclosure import SafeAnalysis, SafeSignal
    from observatory.figures.names import Names
    from observatory.figures.trend import Trend

EVERYTHING, TOPICS, PLACES = "everything", "topic", "place"

GROUPS = (
    (
        EVERYTHING,
        "All reporting",
        "Read these first: what lifts or lowers all reports says little about any practice.",
    ),
    (TOPICS, "Topics", "What the words of reports have in common, whatever practice they name."),
    ("extortive", "Extortive", "One side forces the other. Who is forced often reports."),
    (
        "collusive",
        "Collusive",
        "Both sides gain, so they seldom report. Few signals do not mean few cases.",
    ),
    ("internal", "Internal", "Within the administration."),
    ("private-to-private", "Private to private", "Between businesses. No official is needed."),
    (PLACES, "Places", "All reports of one place. More traffic brings more reports."),
)
"""(key, heading, how to read it), in the order shown. Never one list: who gains decides who
reports, so extortive and collusive practices stay apart."""

NOUNS = (
    (EVERYTHING, "all reporting together", ""),
    (TOPICS, "one topic", "topics"),
    ("extortive", "one extortive practice", "extortive practices"),
    ("collusive", "one collusive practice", "collusive practices"),
    ("internal", "one internal practice", "internal practices"),
    ("private-to-private", "one practice between businesses", "practices between businesses"),
    (PLACES, "one place", "places"),
)
"""(key, one, many)."""


@dataclass(frozen=True)
class Mark:
    """One signal.

    Attributes:
        kind: kind in words.
        rising: True for more than expected, False for less.
        said: what was seen and what was expected.
        certainty: how often signals as clear are chance.
    """

    kind: str
    rising: bool
    said: str
    certainty: str


@dataclass(frozen=True)
class Told:
    """All signals of one series with everything that is said of them.

    Attributes:
        name: what is watched.
        link: address of the page about it, or "".
        marks: its signals, the clearest first.
        meanings: what they may mean.
        rivals: what else would look the same.
        trend: its course, or None where no table lists it.
    """

    name: str
    link: str
    marks: tuple[Mark, ...]
    meanings: tuple[str, ...]
    rivals: tuple[str, ...]
    trend: Trend | None


@dataclass(frozen=True)
class Group:
    """Series that may be ranked against one another, the clearest first."""

    key: str
    name: str
    note: str
    series: tuple[Told, ...]


@dataclass(frozen=True)
class SignalsPage:
    """Everything on the page of signals.

    Attributes:
        groups: those with a signal.
        silent: names of those without one.
        signals: how many signals there are.
        headline: what changed, in one sentence.
        standing: with and without unproven reports; None where no tokens count.
    """

    groups: tuple[Group, ...]
    silent: tuple[str, ...]
    signals: int
    headline: str
    standing: WithAndWithout | None


def signals_page(analysis: SafeAnalysis, names: Names) -> SignalsPage:
    """Return the page of signals; every signal of the run is on it."""
    grouped = by_group(analysis, names)
    groups = tuple(
        Group(key, name, note, tuple(told(s, analysis, names) for s in grouped[key]))
        for key, name, note in GROUPS
        if grouped[key]
    )
    silent = tuple(name for key, name, _ in GROUPS if not grouped[key])
    return SignalsPage(
        groups,
        silent,
        len(analysis.signals),
        headline(grouped),
        with_and_without(analysis, names),
    )


def by_group(analysis: SafeAnalysis, names: Names) -> dict[str, list[str]]:
    """Return the series with a signal in each group, the clearest first."""
    found: dict[str, dict[str, None]] = {key: {} for key, _, _ in GROUPS}
    for signal in sorted(analysis.signals, key=_clearness):
        found[_group(signal.series, names)][signal.series] = None
    return {key: list(series) for key, series in found.items()}


def headline(grouped: Mapping[str, Sequence[str]]) -> str:
    """Return what changed, counted by group, in one sentence."""
    parts = []
    for key, one, many in NOUNS:
        number = len(grouped[key])
        if number:
            parts.append(one if number == 1 else f"{number} {many}")
    if not parts:
        return "Nothing that was watched changed more than its past explains."
    listed = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return f"{listed[0].upper()}{listed[1:]} changed more than the past explains."


def _clearness(signal: SafeSignal) -> tuple[float, str, str, str]:
    return signal.q, signal.series, signal.period, signal.kind


def _group(series: str, names: Names) -> str:
    parts = parts_of(series)
    practice = names.catalogue.modus_operandi.get(parts.get("mo", ""))
    if practice is not None:
        return practice.direction
    if "topic" in parts:
        return TOPICS
    return PLACES if "office" in parts else EVERYTHING


def told(series: str, analysis: SafeAnalysis, names: Names) -> Told:
    """Return the signals of one series, at least one, and what is said of them."""
    signals = sorted((s for s in analysis.signals if s.series == series), key=_clearness)
    question = QUESTIONS.get(signals[0].kind, QUESTIONS["rise"])
    return Told(
        name=series_name(series, names),
        link=link_of(series),
        marks=tuple(
            Mark(
                KINDS.get(signal.kind, signal.kind),
                signal.direction == "up",
                sentence(signal, analysis, names),
                certainty(signal),
            )
            for signal in signals
        ),
        meanings=meanings(signals, analysis),
        rivals=rivals(signals, analysis, names),
        trend=course(analysis, series, title=question.format(when=period(signals[0].period))),
    )
