"""Drawing of counts over time: Altair's grammar, Vega's renderer, no browser and no script.

The SVG holds presentation attributes only, so that the strict content policy holds; its colours are
set by the style sheet. It holds no text but the labels of its axes and the description it is given.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from observatory.figures.trend import Point

SIZES = {"wide": (820, 230), "narrow": (330, 190), "small": (300, 92)}

# For a picture without a style sheet; the pages set their own colours by class.
COLOURS = {
    "shown": "#0072b2",
    "marked": "#d55e00",
    "few": "#dcd9d1",
    "upper": "#1d2329",
    "range": "#c9d3da",
}
_INK, _LINE = "#4a545e", "#d8d5cd"

_HEADROOM = 2
"""Low series are drawn on an axis of at least this many thresholds: the pale part stays low."""


@lru_cache(maxsize=512)
def drawn(points: tuple[Point, ...], threshold: int, kind: str, description: str) -> Markup:
    """Return the chart as SVG.

    Args:
        points: one a period, in order of time; at least one shown.
        threshold: height of the pale part where a count is not shown, the same for all of them.
        kind: one of ``SIZES``; also the class of the SVG.
        description: what there is to see, in words.
    """
    import vl_convert

    width, height = SIZES[kind]
    svg: str = vl_convert.vegalite_to_svg(json.loads(_spec(points, threshold, kind)))
    opening = (
        f'<svg class="{kind}" role="img" aria-label="{escape(description)}" '
        f'viewBox="0 0 {width} {height}" preserveAspectRatio="xMinYMin">'
    )
    # The renderer writes no text of ours but axis labels, and those it escapes.
    svg = re.sub(r' role="[^"]*"| aria-roledescription="[^"]*"', "", svg)
    return Markup(re.sub(r"^<svg[^>]*>", lambda _: opening, svg))  # noqa: S704


def _spec(points: Sequence[Point], threshold: int, kind: str) -> str:
    import altair as alt

    rows = [_row(place, point, threshold) for place, point in enumerate(points)]
    ticks = _ticks(points, kind)
    names = json.dumps({f"{at:g}": name for at, name in ticks.items()})
    across = alt.X(
        "left:Q",
        title=None,
        scale=alt.Scale(domain=[0, len(points)], nice=False),
        axis=alt.Axis(
            values=list(ticks),
            labelExpr=f"({names})[datum.value]",
            labelAngle=0,
            labelOverlap=False,
            labelFlush=False,
            ticks=False,
            grid=False,
        ),
    )
    top = max([_HEADROOM * threshold, *(row["top"] for row in rows)])
    up = alt.Y(
        "height:Q",
        title=None,
        scale=alt.Scale(domain=[0, top], nice=True),
        axis=alt.Axis(
            tickCount=2 if kind == "small" else 4,
            format="d",
            tickMinStep=1,
            domain=False,
            ticks=False,
        ),
    )
    chart = (
        alt.layer(*_layers(across, up), data=alt.NamedData("rows"))
        .properties(width=SIZES[kind][0], height=SIZES[kind][1])
        .configure(
            background="transparent",
            font="sans-serif",
            padding={"left": 0, "right": 2, "top": 12, "bottom": 0},
            autosize={"type": "fit", "contains": "padding"},
        )
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=_INK, labelFontSize=12, gridColor=_LINE, domainColor=_INK, aria=False
        )
    )
    # The grammar is the same for every chart: tests check it, and checking it again costs more
    # than drawing.
    spec = chart.to_dict(validate=False)
    return json.dumps({**spec, "datasets": {"rows": rows}})


def _layers(across: Any, up: Any) -> list[Any]:
    """Return the layers from back to front; a layer without a row is left out by its filter."""
    import altair as alt

    def layer(name: str, test: str) -> Any:
        return alt.Chart(name=name).transform_filter(test)

    def height(field: str) -> Any:
        return alt.Y(f"{field}:Q", title=None)

    def whole(name: str, test: str, low: str, high: str) -> Any:
        return (
            layer(name, test)
            .mark_rect(color=COLOURS[name], aria=False)
            .encode(x=across, x2="right:Q", y=height(low), y2=f"{high}:Q")
        )

    def edge(name: str, test: str, field: str, **given: Any) -> Any:
        return (
            layer(name, test)
            .mark_rule(color=_INK, aria=False, **given)
            .encode(x=across, x2="right:Q", y=height(field))
        )

    bars = [
        layer(kind, f"datum.kind == '{kind}'")
        .mark_rect(color=COLOURS[kind], aria=False)
        .encode(x=alt.X("from:Q", title=None), x2="to:Q", y=up, y2="zero:Q")
        for kind in ("shown", "marked")
    ]
    upper = (
        layer("upper", "isValid(datum.upper)")
        .mark_rule(color=COLOURS["upper"], strokeWidth=2, aria=False)
        .encode(x=alt.X("middle:Q", title=None), y=height("expected"), y2="upper:Q")
    )
    ends = [
        layer(f"end{field}", f"isValid(datum.{field})")
        .mark_rule(color=COLOURS["upper"], strokeWidth=2, aria=False)
        .encode(x=alt.X("from:Q", title=None), x2="to:Q", y=height(field))
        for field in ("expected", "upper")
    ]
    flags = [
        layer(f"flag{way}", f"datum.flag == '{way}'")
        .mark_point(
            shape=f"triangle-{way}", filled=True, size=70, yOffset=-9, opacity=1,
            color=COLOURS["marked"], aria=False,
        )
        .encode(x=alt.X("middle:Q", title=None), y=height("top"))
        for way in ("up", "down")
    ]  # fmt: skip
    return [
        whole("range", "isValid(datum.high)", "low", "high"),
        whole("few", "datum.kind == 'few'", "zero", "height"),
        edge("fewtop", "datum.kind == 'few'", "height", strokeWidth=1, strokeDash=[2, 2]),
        *bars,
        edge("rangelow", "isValid(datum.high) && datum.kind != 'few'", "low", strokeWidth=1),
        edge("rangehigh", "isValid(datum.high)", "high", strokeWidth=1),
        upper,
        *ends,
        *flags,
    ]


_SEAM = 1.03
"""Width of a period's background: a little over, so that no seam shows between two."""

_AIR = 0.14
"""Share of a period's width left free on each side of its bar."""


def _row(place: int, point: Point, threshold: int) -> dict[str, Any]:
    few = point.reports is None
    height = threshold if point.reports is None else point.reports
    row: dict[str, Any] = {
        "left": place, "right": place + _SEAM, "middle": place + 0.5,
        "from": place + _AIR, "to": place + 1 - _AIR,
        "zero": 0, "height": height, "top": height,
        "kind": "few" if few else "marked" if point.signal else "shown",
    }  # fmt: skip
    if point.usual is not None:
        row["low"], row["high"] = point.usual
        row["top"] = max(height, point.usual[1])
    if point.signal is not None:
        row["flag"] = point.signal.direction
        if point.measured:
            row["expected"], row["upper"] = point.signal.expected, point.signal.upper
            row["top"] = max(row["top"], point.signal.upper)
    return row


def _ticks(points: Sequence[Point], kind: str) -> dict[float, str]:
    """Return labels by place: years, and where there is room the middle of each year."""
    found = {}
    for place, point in enumerate(points):
        year, _, part = point.period.partition("-")
        if part in {"01", "Q1"}:
            found[place + 0.5] = year
        elif part == "07" and kind == "wide":
            found[place + 0.5] = "July"
    return found
