"""Figures: an absent cell is one state, whatever was behind it; charts obey the content policy."""

import re
from dataclasses import replace

import pytest
from made_up_analysis import OFFICES, analysis

from observatory.catalogue import load
from observatory.disclosure import SafeSignal
from observatory.figures.bars import cut
from observatory.figures.matrix import matrix
from observatory.figures.names import fewer, least, names_of, period
from observatory.figures.sentences import sentence, watched
from observatory.figures.trend import trend

SAFE = analysis(load())
NAMES = names_of(SAFE, load(), OFFICES)


def signal(**changes):
    given = {
        "series": "mo:MO01|office:PORT_NORTH",
        "period": "2024-03",
        "kind": "rise",
        "direction": "up",
        "observed": 14,
        "expected": 5.1,
        "upper": 9.8,
        "q": 0.004,
    }
    return SafeSignal(**{**given, **changes})


def drawn(cells, **given):
    return trend(cells, title="How many?", threshold=5, **given)


def bars_in(svg, kind):
    layer = re.search(rf'class="[^"]*{kind}_marks"[^>]*>(.*?)</g>', svg, re.DOTALL)
    return re.findall(r'd="([^"]+)"', layer[1]) if layer else []


def test_absent_months_are_drawn_and_said_alike():
    chart = drawn([("2024-01", 9), ("2024-02", None), ("2024-03", 7), ("2024-04", None)])
    for svg in (chart.wide, chart.narrow):
        assert len(bars_in(svg, "shown")) == 2
        heights = {re.search(r"v([\d.]+)", path)[1] for path in bars_in(svg, "few")}
        assert len(bars_in(svg, "few")) == 2
        assert len(heights) == 1
    assert [said for _, said, _ in chart.rows] == ["9", "fewer than 5", "7", "fewer than 5"]
    assert "2 of 4 months have fewer than 5" in chart.description


def test_months_stand_in_the_order_of_time_whatever_is_absent():
    cells = [(f"2024-{m:02d}", None if m % 3 == 0 else 10 + m) for m in range(1, 13)]
    svg = drawn(cells).wide
    left = [
        float(re.match(r"M([\d.]+)", path)[1])
        for kind in ("shown", "few")
        for path in bars_in(svg, kind)
    ]
    assert len(set(left)) == 12
    shown = [float(re.match(r"M([\d.]+)", path)[1]) for path in bars_in(svg, "shown")]
    assert shown == sorted(shown)


def test_a_chart_without_a_shown_month_is_a_sentence():
    chart = drawn([("2024-01", None), ("2024-02", None)])
    assert chart.wide == ""
    assert chart.description == "Every month has fewer than 5 reports."


def test_charts_hold_no_style_script_or_address():
    svg = drawn([("2024-01", 9), ("2024-02", 12)], signals=[signal(period="2024-02")]).wide
    for forbidden in (" style=", "<style", "<script", "href=", "url(", " on", "<foreignObject"):
        assert forbidden not in re.sub(r'aria-label="[^"]*"', "", svg)
    assert svg.count("<svg") == 1
    assert 'role="img"' in svg


def test_the_same_series_is_drawn_to_the_same_bytes():
    cells = [("2024-01", 9), ("2024-02", 12)]
    assert drawn(cells).wide == drawn(cells).wide


def test_a_signal_says_what_was_expected_and_seen():
    assert sentence(signal(), SAFE, NAMES) == (
        "March 2024: 14 reports; about 5.1 expected from the past, 9.8 at most."
    )
    hidden = signal(kind="vanishing", direction="down", observed=None, expected=10.4)
    assert sentence(hidden, SAFE, NAMES) == (
        "March 2024: fewer than 5 reports in that month, at least halved; "
        "about 10.4 expected from the past."
    )
    lasting = signal(kind="level_shift", direction="up", observed=None, expected=0.3)
    assert sentence(lasting, SAFE, NAMES) == (
        "March 2024: fewer than 5 reports in that month, judged on all months since; "
        "about 0.3 expected from the past."
    )


def test_series_are_listed_once_the_newest_first():
    listed = watched(SAFE, NAMES)
    assert listed[0].name == "Speed money or facilitation payment: North Port"
    assert len(listed) == len({item.name for item in listed}) == 4
    assert len(listed[0].earlier) == 1
    assert listed[0].link == "/modus-operandi/MO01"


def test_places_are_never_ranked_and_absent_ones_look_alike():
    bars = cut(SAFE, NAMES, "mo_office", "office", title="Where?", whole=200, mo="MO02")
    order = [(row.group, row.label) for row in bars.rows if row.group != "Elsewhere, or not said"]
    assert order == sorted(order)
    assert "no ranking" in bars.description
    few = [(row.said, row.share, row.width) for row in bars.rows if row.few]
    assert len(set(few)) <= 1


def test_sexual_extortion_has_its_own_threshold():
    assert least(SAFE, "MO08") == 10
    assert least(SAFE, "MO01", "PORT_NORTH") == 5


def test_a_cut_that_is_not_listed_is_no_figure():
    assert cut(SAFE, NAMES, "mo_weather", "weather", title="", whole=None) is None
    bare = replace(SAFE, tables=())
    assert matrix(bare, NAMES, "mo_stage", title="", groups=[]) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("2024-05", "May 2024"),
        ("2024-Q2", "April to June 2024"),
        ("2024-W05", "week 5 of 2024"),
        ("?", "?"),
    ],
)
def test_periods_are_said_in_words(code, said):
    assert period(code) == said


def test_fewer_than_k_is_one_phrase():
    assert fewer(7) == "fewer than 7"
