"""Counts over time as a chart that reads on a phone and on a board-room screen.

Drawn on the server (Altair's grammar, Vega's renderer, no browser and no script), as SVG whose
colours the style sheet sets: presentation attributes only, so that the strict content policy holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from observatory.figures.names import count, fewer, period

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from observatory.disclosure import SafeSignal

WIDE, NARROW = (820, 210), (330, 180)

# For a picture without a style sheet; the pages set their own colours by class.
COLOURS = {"shown": "#0072b2", "marked": "#d55e00", "few": "#dcd9d1", "upper": "#1d2329"}
_INK, _LINE = "#4a545e", "#d8d5cd"


@dataclass(frozen=True)
class Point:
    """One period of a series: its count or None, and the signal raised there."""

    period: str
    reports: int | None
    signal: SafeSignal | None = None

    @property
    def limit(self) -> float | None:
        """What the past explains: at most for a rise, on average for a fall."""
        if self.signal is None:
            return None
        return self.signal.expected if self.signal.direction == "down" else self.signal.upper


@dataclass(frozen=True)
class Trend:
    """A chart over time with everything that stands beside it.

    Attributes:
        title: the question that it answers.
        description: what there is to see, in words.
        wide, narrow: the SVG for a screen and for a phone; empty where nothing can be shown.
        rows: (period, count in words, remark) of the table behind.
        few, marked: whether the key needs these.
    """

    title: str
    description: str
    wide: Markup
    narrow: Markup
    rows: tuple[tuple[str, str, str], ...]
    few: bool
    marked: bool
    threshold: int


def trend(
    cells: Iterable[tuple[str, int | None]],
    *,
    title: str,
    threshold: int,
    signals: Iterable[SafeSignal] = (),
) -> Trend:
    """Return the chart of a series.

    Args:
        cells: (period, count or None for fewer than ``threshold``) in order of time.
        title: the question that the chart answers.
        threshold: the series' own k.
        signals: signals of this series.
    """
    raised = {signal.period: signal for signal in signals}
    points = [Point(at, reports, raised.get(at)) for at, reports in cells]
    description = _describe(points, threshold)
    enough = any(point.reports is not None for point in points)
    wide, narrow = (
        _svg(points, threshold, size, kind, description) if enough else Markup()
        for size, kind in ((WIDE, "wide"), (NARROW, "narrow"))
    )
    return Trend(
        title,
        description,
        wide,
        narrow,
        rows=tuple(_row(point, threshold) for point in points),
        few=enough and any(point.reports is None for point in points),
        marked=any(point.signal for point in points),
        threshold=threshold,
    )


def _row(point: Point, threshold: int) -> tuple[str, str, str]:
    remark = ""
    if point.signal is not None:
        remark = f"signal: about {point.signal.expected:g} expected"
        if point.signal.direction != "down":
            remark += f", {point.signal.upper:g} at most"
    return period(point.period), count(point.reports, threshold), remark


def _describe(points: Sequence[Point], threshold: int) -> str:
    shown = [(point.reports, point.period) for point in points if point.reports is not None]
    if not shown:
        return f"Every month has {fewer(threshold)} reports."
    most, when = max(shown)
    parts = [
        f"One bar a month, {period(points[0].period)} to {period(points[-1].period)}.",
        f"Most: {count(most, threshold)} reports in {period(when)}.",
    ]
    few = len(points) - len(shown)
    if few:
        verb = "has" if few == 1 else "have"
        parts.append(f"{few} of {len(points)} months {verb} {fewer(threshold)} reports.")
    signals = [period(point.period) for point in points if point.signal]
    if signals:
        parts.append(f"Months with a signal: {', '.join(signals)}.")
    return " ".join(parts)


def _svg(
    points: Sequence[Point], threshold: int, size: tuple[int, int], kind: str, description: str
) -> Markup:
    drawn = _render(json.dumps(_spec(points, threshold, size)))
    opening = (
        f'<svg class="{kind}" role="img" aria-label="{escape(description)}" '
        f'viewBox="0 0 {size[0]} {size[1]}" preserveAspectRatio="xMinYMin">'
    )
    # The renderer writes no text of ours but axis labels, and those it escapes.
    drawn = re.sub(r' role="[^"]*"| aria-roledescription="[^"]*"', "", drawn)
    return Markup(re.sub(r"^<svg[^>]*>", lambda _: opening, drawn))  # noqa: S704


@lru_cache(maxsize=512)
def _render(spec: str) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(json.loads(spec))
    return svg


def _spec(points: Sequence[Point], threshold: int, size: tuple[int, int]) -> dict[str, Any]:
    """Return the Vega-Lite specification: dark bars shown, pale bars of one height for the few."""
    import altair as alt

    data = alt.InlineData(values=[_datum(point, threshold) for point in points])
    months = alt.X(
        "period:O",
        title=None,
        scale=alt.Scale(
            domain=[point.period for point in points], paddingInner=0.25, paddingOuter=0.15
        ),
        axis=alt.Axis(
            labelExpr=_month_labels(len(points), narrow=size == NARROW),
            labelAngle=0,
            labelOverlap=False,
            ticks=False,
            grid=False,
        ),
    )
    height = alt.Y(
        "height:Q",
        title=None,
        axis=alt.Axis(tickCount=4, format="d", tickMinStep=1, domain=False, ticks=False),
    )
    layers = [
        alt.Chart(data, name=kind)
        .mark_bar(color=COLOURS[kind], aria=False)
        .encode(x=months, y=height)
        .transform_filter(alt.datum.kind == kind)
        for kind in ("few", "shown", "marked")
    ]
    if any(point.signal for point in points):
        layers.append(
            alt.Chart(data, name="upper")
            .mark_tick(color=COLOURS["upper"], thickness=2, aria=False)
            .encode(x=months, y=alt.Y("limit:Q", title=None))
            .transform_filter("isValid(datum.limit)")
        )
    chart = (
        alt.layer(*layers)
        .properties(width=size[0], height=size[1])
        .configure(
            background="transparent",
            font="sans-serif",
            padding={"left": 0, "right": 2, "top": 6, "bottom": 0},
            autosize={"type": "fit", "contains": "padding"},
        )
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=_INK, labelFontSize=12, gridColor=_LINE, domainColor=_INK, aria=False
        )
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


def _datum(point: Point, threshold: int) -> Mapping[str, Any]:
    datum: dict[str, Any] = {"period": point.period}
    if point.limit is not None:
        datum["limit"] = point.limit
    if point.reports is None:
        return {**datum, "height": threshold, "kind": "few"}
    return {**datum, "height": point.reports, "kind": "marked" if point.signal else "shown"}


def _month_labels(months: int, *, narrow: bool) -> str:
    """Return the label expression: years, and where there is room the middle of each year."""
    if months <= 12 and not narrow:
        return "datum.value"
    year = "slice(datum.value, 5) == '01' ? slice(datum.value, 0, 4)"
    middle = "" if narrow else " : slice(datum.value, 5) == '07' ? 'July'"
    return f"{year}{middle} : ''"
