"""Small charts: what is absent looks the same whatever it is, and a signal is marked."""

from __future__ import annotations

import re

from observatory.figures.multiples import multiple

SIZE = (150, 66)


def heights(svg, colour):
    """Return the heights of the bars of one colour."""
    bars = re.findall(r'<path[^>]*d="M[^"]*?v([\d.]+)h[^"]*"[^>]*fill="([^"]+)"', svg)
    return [float(height) for height, fill in bars if fill == colour]


def test_every_absent_month_has_one_height():
    points = [{"period": f"2024-{m:02}", "reports": 10 + m} for m in range(1, 7)]
    points += [{"period": f"2024-{m:02}", "fewer_than": 5} for m in range(7, 13)]
    few = heights(multiple(points, [], size=SIZE), "#dcd9d1")
    assert len(few) == 6
    assert len(set(few)) == 1


def test_a_signal_changes_the_colour_of_its_month_only():
    points = [{"period": f"2024-{m:02}", "reports": 10} for m in range(1, 13)]
    mark = {"period": "2024-05", "direction": "up", "expected": 4.0, "upper": 8.0}
    svg = multiple(points, [mark], size=SIZE)
    assert len(heights(svg, "#d55e00")) == 1
    assert len(heights(svg, "#0072b2")) == 11


def test_a_chart_of_absent_months_alone_can_be_drawn():
    points = [{"period": "2024-01", "fewer_than": 5}, {"period": "2024-02", "fewer_than": 5}]
    assert multiple(points, [], size=SIZE).startswith("<svg")
