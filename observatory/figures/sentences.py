"""Signals as sentences: what was seen, what the past explains, how sure one may be."""

from __future__ import annotations

import math
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

HARDLY_ANY = 0.5
"""Fewer expected reports than this are said in words."""

TEN = 10


def sentence(signal: SafeSignal, analysis: SafeAnalysis, _names: Names) -> str:
    """Return one signal in words; a count under k has no figure, only what follows from that."""
    threshold = least(analysis, *parts_of(signal.series).values())
    past = f"where the past leads one to expect {about(signal)}"
    if signal.direction == "up" and signal.upper >= 1:
        past += f" and explains up to {highest(signal)}"
    when = period(signal.period)
    if signal.observed is not None:
        seen = f"{count(signal.observed, threshold)} reports"
        if signal.kind in ("level_shift", "new", "vanishing"):
            level = "lower" if signal.direction == "down" else "higher"
            return f"Since {when} the level is {level}: {seen} in that month, {past}."
        return f"{when}: {seen}, {past}."
    few = f"that month alone has {fewer(threshold)}"
    if signal.direction == "down" and signal.expected >= 2 * threshold:
        few += ", at least halved"
    return (
        f"Since {when}, {'fewer' if signal.direction == 'down' else 'more'} reports than the past "
        f"explains, judged on all months together; {few}, {past}."
    )


def about(signal: SafeSignal) -> str:
    """Return the expected count in words; a tenth of a report means nothing beside ten."""
    if signal.expected < HARDLY_ANY:
        return "hardly any"
    return (
        f"about {signal.expected:.0f}" if signal.expected >= TEN else f"about {signal.expected:g}"
    )


def highest(signal: SafeSignal) -> str:
    """Return the highest count that the past explains, rounded outward."""
    return f"{math.ceil(signal.upper) if signal.upper >= TEN else signal.upper:g}"


def series_name(series: str, names: Names) -> str:
    """Return what a series watches, such as "Speed money at North Port"."""
    parts = parts_of(series)
    if not parts:
        return "All reports"
    place = names.label("office", parts["office"]) if "office" in parts else ""
    what = next(
        (names.label(name, level) for name, level in parts.items() if name != "office"),
        "All reports",
    )
    return f"{what}: {place}" if place else what


def of_series(analysis: SafeAnalysis, series: str) -> dict[str, SafeSignal]:
    """Return the signals of one series by the period in which they stand, the clearest if two."""
    found: dict[str, SafeSignal] = {}
    for signal in analysis.signals:
        if signal.series == series:
            found.setdefault(signal.period, signal)
    return found


def parts_of(series: str) -> dict[str, str]:
    """Return what a series watches: level by dimension, nothing for all reports."""
    pairs = (part.partition(":") for part in series.split("|"))
    return {name: level for name, colon, level in pairs if colon}


def link_of(series: str) -> str:
    """Return the address of the page about what a series watches."""
    parts = parts_of(series)
    if "topic" in parts:
        return f"/topics/{parts['topic']}"
    return f"/modus-operandi/{parts['mo']}" if "mo" in parts else ""
