"""Small charts over time for print: the grammar of :mod:`observatory.figures.trend`, in points."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from observatory.figures.plot import COLOURS

FONT = "Noto Sans"
INK, LINE, EXPECTED = "#4a545e", "#d8d5cd", "#767d84"
HEADROOM = 1.08


def multiple(
    points: Sequence[Mapping[str, Any]],
    marks: Sequence[Mapping[str, Any]],
    *,
    size: tuple[int, int],
) -> str:
    """Return one chart as SVG: a bar a period, pale and of one height for fewer than k.

    Args:
        points: ``period`` and ``reports``, or ``fewer_than`` in its place.
        marks: signals: ``period``, ``direction``, ``expected``, ``upper``.
        size: width and height in points.
    """
    raised = {mark["period"]: mark for mark in marks}
    data = [_datum(point, raised.get(point["period"])) for point in points]
    return _render(json.dumps(_spec(data, size)))


def _datum(point: Mapping[str, Any], mark: Mapping[str, Any] | None) -> dict[str, Any]:
    few = "reports" not in point
    found: dict[str, Any] = {
        "period": point["period"],
        "height": point["fewer_than"] if few else point["reports"],
        "fill": COLOURS["few" if few else "marked" if mark else "shown"],
        "edge": COLOURS["marked"] if mark else "transparent",
    }
    if mark is not None:
        found["expected"] = mark["expected"]
        if mark["direction"] == "up":
            found["upper"] = mark["upper"]
    return found


@lru_cache(maxsize=256)
def _render(spec: str) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(json.loads(spec))
    return svg


def _spec(data: list[dict[str, Any]], size: tuple[int, int]) -> dict[str, Any]:
    import altair as alt

    chart_of: Any = alt.Chart
    data_of: Any = alt.Data

    top = max(max(row["height"], row.get("upper", 0), row.get("expected", 0)) for row in data)
    months = alt.X(
        "period:O",
        title=None,
        sort=None,
        scale=alt.Scale(paddingInner=0.22, paddingOuter=0.1),
        axis=alt.Axis(
            labelExpr="slice(datum.value, 5) == '01' || slice(datum.value, 5) == 'Q1'"
            " ? slice(datum.value, 0, 4) : ''",
            labelAngle=0,
            labelAlign="left",
            labelOverlap=False,
            ticks=False,
        ),
    )
    scale = alt.Scale(domain=[0, top * HEADROOM], nice=False)
    axis = alt.Axis(tickCount=3, format="d", tickMinStep=1, domain=False, ticks=False)
    bars = (
        chart_of(data_of(values=data))
        .mark_bar()
        .encode(
            x=months,
            y=alt.Y("height:Q", title=None, scale=scale, axis=axis),
            color=alt.Color("fill:N", scale=None, legend=None),
            stroke=alt.Stroke("edge:N", scale=None, legend=None),
        )
    )
    layers = [bars]
    for name, colour, thickness in (("expected", EXPECTED, 1), ("upper", COLOURS["upper"], 1.4)):
        rows = [row for row in data if name in row]
        if rows:
            layers.append(
                chart_of(data_of(values=rows))
                .mark_tick(color=colour, thickness=thickness, orient="horizontal")
                .encode(x=months, y=alt.Y(f"{name}:Q", title=None, scale=scale))
            )
    chart = (
        alt.layer(*layers)
        .properties(width=size[0], height=size[1])
        .configure(
            background="transparent",
            font=FONT,
            padding={"left": 0, "right": 1, "top": 2, "bottom": 0},
            autosize={"type": "fit", "contains": "padding"},
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            labelFontSize=6.5,
            gridColor=LINE,
            gridWidth=0.5,
            domainColor=INK,
            domainWidth=0.5,
            labelPadding=2,
        )
        .configure_axisX(grid=False)
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec
