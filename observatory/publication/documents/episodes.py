"""Signals of one series and direction, taken together: one story instead of a list of months."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from observatory.disclosure import SafeSignal
from observatory.publication.documents.source import Source, parts

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


def _months(period: str) -> int:
    year, _, month = period.partition("-")
    return int(year) * 12 + int(month) if month.isdecimal() else int(year) * 12
