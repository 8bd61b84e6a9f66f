"""Counts over time: what the chart, its description and the table behind it say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from observatory.figures.names import count, few_of, period
from observatory.figures.plot import drawn
from observatory.figures.sentences import about, highest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from observatory.disclosure import SafeSignal


@dataclass(frozen=True)
class Point:
    """One period of a series.

    Attributes:
        period: month or quarter.
        reports: the count, or None for fewer than the threshold.
        signal: the signal raised there.
        usual: lowest and highest count of an even share of all reports.
        measured: whether the signal's expected count is one of this period and not of a part.
    """

    period: str
    reports: int | None
    signal: SafeSignal | None = None
    usual: tuple[int, int] | None = None
    measured: bool = True


@dataclass(frozen=True)
class Trend:
    """A chart over time with everything that stands beside it.

    Drawing takes some hundredths of a second, so it waits until a page asks for the picture: words
    reach the reader first.

    Attributes:
        title: the question that it answers.
        description: what there is to see, in words.
        points: one a period.
        rows: (period, count, even share, remark) in words: the table behind.
        few, marked, ranged: whether the key needs these.
    """

    title: str
    description: str
    points: tuple[Point, ...]
    rows: tuple[tuple[str, str, str, str], ...]
    threshold: int

    @property
    def head(self) -> str:
        """Return what a row is."""
        return _unit(self.points).capitalize()

    @property
    def enough(self) -> bool:
        """Tell whether any period may be shown: else the description says all there is."""
        return any(point.reports is not None for point in self.points)

    @property
    def few(self) -> bool:
        """Tell whether a period is kept back."""
        return any(point.reports is None for point in self.points)

    @property
    def marked(self) -> bool:
        """Tell whether a signal stands in the chart."""
        return any(point.signal for point in self.points)

    @property
    def measured(self) -> bool:
        """Tell whether a signal stands there with what was expected."""
        return any(point.signal and point.measured for point in self.points)

    @property
    def ranged(self) -> bool:
        """Tell whether the range of an even share is drawn."""
        return any(point.usual for point in self.points)

    @cached_property
    def wide(self) -> Markup:
        """Return the SVG for a screen, or nothing where nothing can be shown."""
        return self._drawn("wide")

    @cached_property
    def narrow(self) -> Markup:
        """Return the SVG for a phone."""
        return self._drawn("narrow")

    @cached_property
    def small(self) -> Markup:
        """Return the SVG to stand beside a sentence."""
        return self._drawn("small")

    def _drawn(self, kind: str) -> Markup:
        if not self.enough:
            return Markup()
        said = f"{self.title} {self.description}" if kind == "small" else self.description
        return drawn(self.points, self.threshold, kind, said)


def trend(
    cells: Iterable[tuple[str, int | None]],
    *,
    title: str,
    threshold: int,
    signals: Mapping[str, SafeSignal] | None = None,
    usual: Mapping[str, tuple[int, int]] | None = None,
    measured: bool = True,
) -> Trend:
    """Return the chart of a series.

    Args:
        cells: (period, count or None for fewer than ``threshold``) in order of time.
        title: the question that the chart answers.
        threshold: the series' own k.
        signals: signals by the period in which they stand.
        usual: lowest and highest count of an even share, by period.
        measured: whether the signals' figures are those of one such period.
    """
    raised, usual = signals or {}, usual or {}
    points = tuple(
        Point(at, reports, raised.get(at), usual.get(at), measured) for at, reports in cells
    )
    # Where most periods are kept back the range would fill the part where nothing is shown.
    if 2 * sum(point.reports is not None for point in points) < len(points):
        points = tuple(Point(p.period, p.reports, p.signal, None, measured) for p in points)
    return Trend(
        title,
        _describe(points, threshold),
        points,
        rows=tuple(_row(point, threshold) for point in points),
        threshold=threshold,
    )


def _row(point: Point, threshold: int) -> tuple[str, str, str, str]:
    remark = ""
    if point.signal is not None:
        remark = "signal"
        if point.measured:
            remark += f": {about(point.signal)} expected"
            if point.signal.direction != "down" and point.signal.upper >= 1:
                remark += f", {highest(point.signal)} at most"
    usual = "" if point.usual is None else f"{point.usual[0]} to {point.usual[1]}"
    return period(point.period), count(point.reports, threshold), usual, remark


def _unit(points: Sequence[Point]) -> str:
    return "quarter" if points and "Q" in points[0].period else "month"


def _describe(points: Sequence[Point], threshold: int) -> str:
    unit = _unit(points)
    shown = [(point.reports, point.period) for point in points if point.reports is not None]
    raised = [period(point.period) for point in points if point.signal]
    told = f"{'Signal' if len(raised) == 1 else 'Signals'} in {_listed(raised)}." if raised else ""
    if not shown:
        return " ".join(filter(None, (f"No {unit} has enough reports to be shown.", told)))
    most, when = max(shown)
    parts = [f"Most: {count(most, threshold)} reports in {period(when)}."]
    few = len(points) - len(shown)
    if few:
        parts.append(few_of(few, len(points), unit, threshold))
    inside = [p for p in points if p.usual and p.reports is not None]
    outside = sum(not p.usual[0] <= p.reports <= p.usual[1] for p in inside)  # type: ignore[index,operator]
    if inside:
        verb = "lies" if outside == 1 else "lie"
        parts.append(
            f"{outside or 'None'} of {len(inside)} shown {unit}s {verb} outside the range of an "
            "even share."
        )
    return " ".join(filter(None, (*parts, told)))


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
