"""What a signal may mean, what else would look the same, and how sure one may be that it is there.

Sentences are fixed; a signal chooses among them by its kind, its direction and what it watches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from observatory.figures.names import period
from observatory.figures.sentences import parts_of, series_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from observatory.disclosure import SafeAnalysis, SafeSignal
    from observatory.figures.names import Names

MEANINGS = {
    ("rise", "up"): (
        "A burst in one month: a new demand, a change at one post, or one event that many met."
    ),
    ("level_shift", "up"): ("The level moved up and has stayed up, as when a practice takes hold."),
    ("level_shift", "down"): (
        "The level moved down and has stayed down, as when a measure works, when people are "
        "afraid, or when the practice moves elsewhere."
    ),
    ("new", "up"): (
        "Hardly anything was heard before, and then it kept coming, as when a practice is new."
    ),
    ("vanishing", "down"): (
        "It was heard for long and then hardly any more: it ended, or people ceased to report it."
    ),
    ("drift", "up"): "It has grown slowly over the whole time, with no month in which it began.",
    ("drift", "down"): "It has faded slowly over the whole time, with no month in which it ended.",
}
"""By (kind, direction)."""

EVERYTHING = {
    "up": (
        "More people reported, about everything together. That says more about reporting than "
        "about corruption."
    ),
    "down": (
        "Fewer people reported, about everything together. Ask first whether the channel works "
        "and is trusted."
    ),
}
CANDIDATE = (
    "No modus operandi of the catalogue explains it, so it may be one that is not in it yet."
)

CAMPAIGN = (
    "A campaign, a workshop, a scandal in the news or a new channel: more trust, not more "
    "corruption."
)
AIMED = "A campaign about just this. One about reporting as a whole is allowed for."
MANY_OF_ONE = "One event that many saw, or people who agreed to report."
TRAFFIC_UP = "More traffic, which brings more of everything: declarations are not counted here."
TRAFFIC_DOWN = "Less traffic, which brings less of everything: declarations are not counted here."
WORDING = "Other words for what was there before: topics follow wording."
SPOKE = "Both sides gain from this and seldom speak. One insider who began to may be all of it."
SILENT = "Both sides gain from this and seldom speak, so fewer reports say next to nothing."
FEAR = "Fear, reprisals or lost trust: people no longer report what goes on as before."
MOVED = "It moved to another place or took another form."

CERTAIN = 0.001
"""Odds are told down to this; below it, finer figures would only seem exact."""


def meanings(signals: Iterable[SafeSignal], analysis: SafeAnalysis) -> tuple[str, ...]:
    """Return what the signals of one series may mean, each sentence once."""
    candidates = {topic.id for topic in analysis.topics if topic.candidate}
    said: dict[str, None] = {}
    for signal in signals:
        parts = parts_of(signal.series)
        either = "rise" if signal.direction == "up" else "level_shift"
        usual = MEANINGS.get((signal.kind, signal.direction), MEANINGS[either, signal.direction])
        said[usual if parts else EVERYTHING[signal.direction]] = None
        if signal.direction == "up" and parts.get("topic") in candidates:
            said[CANDIDATE] = None
    return tuple(said)


def rivals(signals: Sequence[SafeSignal], analysis: SafeAnalysis, names: Names) -> tuple[str, ...]:
    """Return what else would look like the signals of one series, each sentence once.

    What other signals of the run suggest comes first, then what is true of any such signal.
    """
    beside = [said for signal in signals for said in _seen_beside(signal, analysis, names)]
    usual = [said for signal in signals for said in _usual(signal, names)]
    return tuple(dict.fromkeys((*beside, *usual)))


def _usual(signal: SafeSignal, names: Names) -> Iterable[str]:
    parts = parts_of(signal.series)
    known = names.catalogue.modus_operandi.get(parts.get("mo", ""))
    collusive = known is not None and known.direction == "collusive"
    if signal.direction == "up":
        said = [AIMED if parts else CAMPAIGN, SPOKE if collusive else "", MANY_OF_ONE]
        last = TRAFFIC_UP if "office" in parts else WORDING if "topic" in parts else ""
    else:
        said = [FEAR, SILENT if collusive else "", MOVED if parts else ""]
        last = TRAFFIC_DOWN if "office" in parts or not parts else ""
        last = WORDING if "topic" in parts else last
    return filter(None, (*said, last))


def _seen_beside(signal: SafeSignal, analysis: SafeAnalysis, names: Names) -> list[str]:
    """Return what other signals of the same run suggest: a flood of reports, or a move."""
    parts = parts_of(signal.series)
    found = []
    for other in analysis.signals:
        theirs = parts_of(other.series)
        if parts and not theirs and (other.period, other.direction) == (
            signal.period, signal.direction,
        ):  # fmt: skip
            way = "rose" if other.direction == "up" else "fell"
            found.append(
                f"All reports together {way} in {period(other.period)}, too. That is allowed for, "
                "but a campaign seldom moves every part alike."
            )
        same = "mo" in parts and theirs.get("mo") == parts["mo"] and other.series != signal.series
        if same and other.direction != signal.direction:
            way = "rise" if other.direction == "up" else "fall"
            found.append(
                f"It may have moved: there is a {way} of {series_name(other.series, names)}, "
                f"{period(other.period)}."
            )
    return found


def certainty(signal: SafeSignal) -> str:
    """Return how often signals as clear as this one are chance: the false discovery rate, said.

    The adjusted p-value q bounds the share of false signals among all at least as clear
    (Benjamini and Hochberg 1995).
    """
    clear = "Of signals at least as clear as this one,"
    if signal.q < CERTAIN:
        return f"{clear} fewer than 1 in {_grouped(1 / CERTAIN)} is expected to be chance."
    return f"{clear} about 1 in {_grouped(1 / signal.q)} is expected to be chance."


def _grouped(number: float) -> str:
    """Return a number to one or two figures: 33 as "30", 124 as "100", 1000 as "1 000"."""
    size = 10 ** (len(str(int(number))) - 1)
    return f"{int(number) // size * size:,}".replace(",", "\u202f")
