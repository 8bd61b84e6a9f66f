"""Signals of one series and direction, taken together: one story instead of a list of months."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from observatory.disclosure import SafeSignal
from observatory.figures.names import count, period
from observatory.figures.sentences import about, highest, sentence
from observatory.publication.documents.source import Source, parts

LEAST_Q = 0.001
NEAR = 4
"""Months within which a fall here and a rise there are told together."""


@dataclass(frozen=True)
class Episode:
    """The signals of one series in one direction, in order of time."""

    series: str
    direction: str
    signals: tuple[SafeSignal, ...]

    @property
    def first(self) -> str:
        """First period with a signal."""
        return self.signals[0].period

    @property
    def last(self) -> str:
        """Last period with a signal."""
        return self.signals[-1].period

    @property
    def strongest(self) -> SafeSignal:
        """The signal that chance explains least."""
        return min(self.signals, key=lambda s: (s.q, s.period))

    @property
    def most(self) -> SafeSignal | None:
        """The signal with the most reports above its strongest one, of those that may be shown."""
        above = self.strongest.observed or 0
        return max(
            (s for s in self.signals if s.observed is not None and s.observed > above),
            key=lambda s: (s.observed or 0, s.period),
            default=None,
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of its signals, each once."""
        return tuple(dict.fromkeys(signal.kind for signal in self.signals))

    @property
    def levels(self) -> dict[str, str]:
        """What the series watches: level by dimension."""
        return parts(self.series)


def episodes(source: Source) -> list[Episode]:
    """Return every episode, the least explained by chance first."""
    ordered = sorted(source.analysis.signals, key=lambda s: (s.series, s.direction, s.period))
    found = [
        Episode(series, direction, tuple(group))
        for (series, direction), group in groupby(ordered, key=lambda s: (s.series, s.direction))
    ]
    return sorted(found, key=lambda e: (e.strongest.q, -len(e.signals), e.series))


def opposite(one: Episode, others: list[Episode]) -> Episode | None:
    """Return a rise elsewhere of what fell here at about the same time, or None."""
    if one.direction != "down" or set(one.levels) != {"mo", "office"}:
        return None
    for other in others:
        if (
            other.direction == "up"
            and set(other.levels) == {"mo", "office"}
            and other.levels["mo"] == one.levels["mo"]
            and abs(_months(other.first) - _months(one.first)) <= NEAR
        ):
            return other
    return None


def told(source: Source, episode: Episode) -> str:
    """Return an episode in words: its strongest month, its highest one, and how many there are."""
    signal = episode.strongest
    said = sentence(signal, source.analysis, source.names).removesuffix(".")
    said += f" ({probability(signal.q)})."
    if episode.direction == "up" and (most := episode.most) is not None:
        said += (
            f" The most were {count(most.observed, 0)} in {period(most.period)}, against "
            f"{about(most)} expected and up to {highest(most)} explained."
        )
    if (several := len(episode.signals)) > 1:
        first, last = period(episode.first), period(episode.last)
        said += f" Signals stand in {several} months, from {first} to {last}."
    return said


def probability(q: float) -> str:
    """Return an adjusted p-value in words: very small ones carry no more than their smallness."""
    return f"q {q:.2g}" if q >= LEAST_Q else f"q under {LEAST_Q}"


def _months(at: str) -> int:
    year, _, month = at.partition("-")
    return int(year) * 12 + int(month) if month.isdecimal() else int(year) * 12
