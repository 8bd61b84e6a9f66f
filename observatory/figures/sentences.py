"""Signals as sentences: what was seen, what the past explains, how sure one may be."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from observatory.figures.names import count, fewer, least, period

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis, SafeSignal
    from observatory.figures.names import Names

KINDS = {
    "rise": "rise",
    "level_shift": "lasting change",
    "new": "new",
    "vanishing": "vanishing",
    "drift": "slow drift",
}


@dataclass(frozen=True)
class Watched:
    """The signals of one series.

    Attributes:
        name: what was watched.
        link: address of the page with its chart, or "".
        kinds: (kind in words, up or down), each once.
        latest: sentence on the newest signal.
        earlier: sentences on those before it, newest first.
    """

    name: str
    link: str
    kinds: tuple[tuple[str, str], ...]
    latest: str
    earlier: tuple[str, ...]


def watched(analysis: SafeAnalysis, names: Names) -> tuple[Watched, ...]:
    """Return every series that raised a signal, the one with the newest first."""
    ordered = sorted(analysis.signals, key=lambda s: (s.series, s.period), reverse=True)
    found = []
    for series, group in groupby(ordered, key=lambda signal: signal.series):
        signals = list(group)
        said = [sentence(signal, analysis, names) for signal in signals]
        kinds = dict.fromkeys((KINDS.get(s.kind, s.kind), s.direction) for s in signals)
        item = Watched(
            series_name(series, names), _link(series), tuple(kinds), said[0], tuple(said[1:])
        )
        found.append((signals[0].period, item))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(item for _, item in found)


def sentence(signal: SafeSignal, analysis: SafeAnalysis, _names: Names) -> str:
    """Return one signal in words; a count under k has no figure, only what follows from that."""
    threshold = least(analysis, *(level for _, level in _parts(signal.series)))
    when = period(signal.period)
    expected = f"about {signal.expected:g} expected from the past"
    if signal.observed is None:
        return f"{when}: {unseen(signal, threshold)}; {expected}."
    seen = count(signal.observed, threshold)
    if signal.direction == "down":
        return f"{when}: {seen} reports, {expected}."
    return f"{when}: {seen} reports; {expected}, {signal.upper:g} at most."


def unseen(signal: SafeSignal, threshold: int) -> str:
    """Return what may be said of a month whose count is under k.

    Below k and expected to be 2k or more, it has at least halved. Otherwise the month by itself
    shows little: the signal is about all months since.
    """
    few = f"{fewer(threshold)} reports in that month"
    if signal.direction == "down" and signal.expected >= 2 * threshold:
        return f"{few}, at least halved"
    return f"{few}, judged on all months since"


def series_name(series: str, names: Names) -> str:
    """Return what a series watches, such as "Speed money at North Port"."""
    parts = dict(_parts(series))
    if not parts:
        return "All reports"
    place = names.label("office", parts["office"]) if "office" in parts else ""
    what = next(
        (names.label(name, level) for name, level in parts.items() if name != "office"),
        "All reports",
    )
    return f"{what}: {place}" if place else what


def of_series(analysis: SafeAnalysis, series: str) -> list[SafeSignal]:
    """Return the signals of one series."""
    return [signal for signal in analysis.signals if signal.series == series]


def _parts(series: str) -> list[tuple[str, str]]:
    pairs = (part.partition(":") for part in series.split("|"))
    return [(name, level) for name, colon, level in pairs if colon]


def _link(series: str) -> str:
    parts = dict(_parts(series))
    if "topic" in parts:
        return f"/topics/{parts['topic']}"
    return f"/modus-operandi/{parts['mo']}" if "mo" in parts else ""
