"""Figures: an absent cell is one state, whatever was behind it; charts obey the content policy."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_analysis import OFFICES, analysis
from scipy import stats

from observatory.catalogue import load
from observatory.disclosure import SafeCell, SafeSignal, SafeTable
from observatory.figures.bars import cut
from observatory.figures.matrix import matrix
from observatory.figures.names import fewer, least, names_of, period
from observatory.figures.ranges import even_share, poisson_range
from observatory.figures.sentences import sentence
from observatory.figures.series import course
from observatory.figures.trend import trend
from observatory.review.practices import by_direction

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
    assert [said for _, said, *_ in chart.rows] == ["9", "fewer than 5", "7", "fewer than 5"]
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
    assert chart.wide == chart.small == ""
    assert not chart.enough
    assert chart.description == "No month has enough reports to be shown."


def test_charts_hold_no_style_script_or_address():
    svg = drawn(
        [("2024-01", 9), ("2024-02", 12)], signals={"2024-02": signal(period="2024-02")}
    ).wide
    for forbidden in (" style=", "<style", "<script", "href=", "url(", " on", "<foreignObject"):
        assert forbidden not in re.sub(r'aria-label="[^"]*"', "", svg)
    assert svg.count("<svg") == 1
    assert 'role="img"' in svg


def test_the_same_series_is_drawn_to_the_same_bytes():
    cells = [("2024-01", 9), ("2024-02", 12)]
    assert drawn(cells).wide == drawn(cells).wide


def test_a_signal_says_what_was_expected_and_seen():
    assert sentence(signal(), SAFE, NAMES) == (
        "March 2024: 14 reports, where the past leads one to expect about 5.1 and explains up to "
        "9.8."
    )
    hidden = signal(kind="vanishing", direction="down", observed=None, expected=10.4)
    assert sentence(hidden, SAFE, NAMES) == (
        "Since March 2024, fewer reports than the past explains, judged on all months together; "
        "that month alone has fewer than 5, at least halved, where the past leads one to expect "
        "about 10."
    )
    lasting = signal(kind="level_shift", direction="up", observed=None, expected=0.3, upper=2.0)
    assert sentence(lasting, SAFE, NAMES) == (
        "Since March 2024, more reports than the past explains, judged on all months together; "
        "that month alone has fewer than 5, where the past leads one to expect hardly any and "
        "explains up to 2."
    )


def test_large_fitted_counts_are_said_without_tenths_and_limits_rounded_outward():
    large = signal(series="all", observed=325, expected=147.6, upper=193.2)
    assert "about 148 and explains up to 194." in sentence(large, SAFE, NAMES)


def test_a_hidden_month_has_its_signal_marked_without_a_bar():
    cells = [("2024-01", 9), ("2024-02", None), ("2024-03", 6)]
    chart = drawn(cells, signals={"2024-02": signal(period="2024-02", observed=None, upper=3.0)})
    assert len(bars_in(chart.wide, "few")) == 1
    assert bars_in(chart.wide, "marked") == []
    assert len(bars_in(chart.wide, "flagup")) == 1
    assert chart.rows[1] == (
        "February 2024",
        "fewer than 5",
        "",
        "signal: about 5.1 expected, 3 at most",
    )


def test_what_was_expected_of_a_month_is_not_drawn_beside_a_quarter():
    place = course(SAFE, "mo:MO01|office:PORT_NORTH", title="Did it rise?")
    assert place.head == "Quarter"
    assert place.marked
    assert not place.measured
    assert re.search(r'"[^"]* upper_marks"[^>]*/>', place.small), "a layer without a mark"
    assert "signal" in {remark for *_, remark in place.rows}


def test_an_even_share_moves_with_all_reports_and_rests_on_shown_figures():
    months = tuple(f"2024-{m:02d}" for m in range(1, 13))
    levels = {"month": months}
    cells = tuple(
        SafeCell((month,), 900 if month == "2024-03" else 300)
        for month in months
        if month != "2024-07"
    )
    safe = replace(
        SAFE, reports={"usable": 3900}, tables=(SafeTable("month", ("month",), levels, cells),)
    )
    found = even_share(safe, 390)
    assert "2024-07" not in found
    assert found["2024-01"] == (20, 41)
    assert found["2024-03"] == (72, 109)
    assert even_share(safe, None) == {}
    assert even_share(replace(safe, reports={}), 390) == {}


@given(st.floats(0, 2000))
def test_the_range_holds_nineteen_of_twenty_poisson_counts(mean):
    low, high = poisson_range(mean)
    inside = stats.poisson.cdf(high, mean) - stats.poisson.cdf(low - 1, mean)
    assert inside >= 0.95 - 1e-9
    # And no wider than that: one count less on either side leaves more than half of it outside.
    assert stats.poisson.cdf(high - 1, mean) <= 0.976 or high == 0
    assert stats.poisson.cdf(low - 1, mean) <= 0.026 or low == 0


def test_the_range_is_told_only_where_most_months_are():
    usual = {f"2024-{m:02d}": (3, 12) for m in range(1, 5)}
    full = drawn([(month, 9) for month in usual], usual=usual)
    assert full.ranged
    assert {row[2] for row in full.rows} == {"3 to 12"}
    assert "None of 4 shown months lie outside the range of an even share." in full.description
    thin = drawn([(m, 9 if m == "2024-01" else None) for m in usual], usual=usual)
    assert not thin.ranged


def test_shades_never_compare_extortive_with_collusive():
    codes = (("MO01", 200), ("MO02", 100), ("MO11", 10), ("MO12", 5))
    table = SafeTable(
        "mo_stage",
        ("mo", "stage"),
        {"mo": tuple(code for code, _ in codes), "stage": ("release", "not_said")},
        tuple(SafeCell((code, "release"), reports) for code, reports in codes),
    )
    found = matrix(
        replace(SAFE, tables=(table,)), NAMES, "mo_stage", title="?", groups=by_direction(NAMES)
    )
    shades = {heading: [fields[0].shade for _, _, fields in rows] for heading, rows in found.groups}
    assert max(shades["Extortive"]) == max(shades["Collusive"]) == 5
    assert all(shade > 0 for group in shades.values() for shade in group)


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
