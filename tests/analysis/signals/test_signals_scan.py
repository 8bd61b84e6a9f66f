from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.analysis import signals
from observatory.analysis.signals import DETECTORS, SIGNAL_COLUMNS, scan
from observatory.analysis.signals.panel import COLUMNS
from observatory.analysis.signals.tails import benjamini_hochberg

KINDS = {"rise", "level_shift", "new", "vanishing", "drift"}
MONTH = {f"{2023 + i // 12}-{i % 12 + 1:02d}": i + 1 for i in range(36)}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.kind)
def test_a_detector_keeps_its_contract(detector, null_panel):
    counts = null_panel(1, series=12)
    found = detector.detect(counts, None)
    assert detector.kind in KINDS
    assert detector.METHOD.endswith(".")
    assert "\n" not in detector.METHOD
    assert list(found.columns) == list(COLUMNS)
    assert found["p"].between(0, 1).all()
    assert set(found["series"]) == set(counts.columns)
    cells = [counts.loc[row.period, row.series] for row in found.itertuples()]
    assert found["observed"].tolist() == cells
    with_offset = detector.detect(counts, counts.sum(axis=1))
    assert np.isfinite(with_offset[["expected", "upper"]].to_numpy()).all()


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.kind)
def test_a_detector_bears_silence_and_short_panels(detector):
    silent = pd.DataFrame(np.zeros((36, 3)), columns=list("abc"))
    assert (detector.detect(silent, None)["p"] == 1).all()
    for periods in (1, 5, 13, 20, 30):
        detector.detect(silent.head(periods), None)


def test_kinds_are_told_apart():
    assert {d.kind for d in DETECTORS} == KINDS


def test_a_new_detector_costs_one_line(monkeypatch, null_panel):
    def detect(counts, _offset):
        found = DETECTORS[0].detect(counts, None).head(1)
        return found.assign(p=0.0)

    extra = SimpleNamespace(kind="made_up", METHOD="Made up.", detect=detect)
    monkeypatch.setattr(signals, "DETECTORS", (*DETECTORS, extra))
    found = scan(null_panel(2, series=20))
    assert found["kind"].tolist().count("made_up") == 1


@pytest.mark.parametrize("seed", range(3))
def test_planted_facts_are_found(planted_panel, seed):
    counts = planted_panel(seed)
    found = scan(counts, counts["all"])
    assert list(found.columns) == list(SIGNAL_COLUMNS)
    assert (found["q"] <= 0.05).all()
    first = found.drop_duplicates(["series", "kind"]).set_index(["series", "kind"])["period"]
    when = first.map(MONTH)
    assert abs(when["mo:MO01|office:X", "level_shift"] - 27) <= 2
    assert abs(when["topic:new", "new"] - 20) <= 2
    assert ("topic:new", "level_shift") not in when.index
    assert abs(when["mo:MO04|office:A", "level_shift"] - 19) <= 2
    campaign = found[(found["series"] == "all") & (found["kind"] == "rise")]
    assert set(campaign["period"].map(MONTH)) == {30, 31}
    fall = found[(found["series"] == "mo:MO04|office:A") & (found["kind"] == "level_shift")]
    assert (fall["observed"] < fall["expected"]).all()
    quiet = found[found["series"].str.startswith("s")]
    assert len(quiet) <= 3


def test_displacement_is_found_more_often_than_not(planted_panel):
    found = [scan(counts, counts["all"]) for counts in map(planted_panel, range(10, 16))]
    dates = [
        frame.loc[
            (frame["series"] == "mo:MO04|office:B") & (frame["kind"] == "level_shift"), "period"
        ].map(MONTH)
        for frame in found
    ]
    near = [any(abs(date - 19) <= 2 for date in each) for each in dates]
    assert sum(near) >= 3


def test_a_campaign_is_explained_by_the_offset(planted_panel):
    counts = planted_panel(7)
    quiet = [name for name in counts if name.startswith("s")]
    raw = scan(counts)
    held = scan(counts, counts["all"])
    raised = raw[raw["series"].isin(quiet) & (raw["kind"] == "rise")]
    assert len(raised) > 20
    assert len(held[held["series"].isin(quiet)]) <= 3


def test_quiet_panels_give_no_signal(null_panel):
    assert sum(len(scan(null_panel(seed))) > 0 for seed in range(12)) <= 1


def test_the_end_of_a_series_is_told(null_panel):
    counts = null_panel(3, series=40)
    counts["ended"] = np.where(np.arange(36) < 18, 7, 0)
    found = scan(counts)
    assert found["series"].tolist() == ["ended"]
    assert found["kind"].tolist() == ["vanishing"]
    assert MONTH[found["period"].iloc[0]] == 19


def test_a_slow_rise_is_told_as_drift():
    rng = np.random.default_rng(4)
    counts = pd.DataFrame(rng.poisson(10, (36, 30)))
    counts["slow"] = rng.poisson(np.exp(np.linspace(np.log(6), np.log(40), 36)))
    found = scan(counts)
    assert ("slow", "drift") in set(zip(found["series"], found["kind"], strict=True))


def test_short_histories_use_recent_periods():
    rng = np.random.default_rng(6)
    counts = pd.DataFrame(rng.poisson(6, (18, 40)))
    counts.iloc[17, 3] = 40
    found = scan(counts)
    assert set(zip(found["series"], found["period"], found["kind"], strict=True)) == {
        (3, 17, "rise")
    }


def test_weekly_panels_are_read():
    rng = np.random.default_rng(8)
    counts = pd.DataFrame(rng.poisson(5, (200, 12)))
    counts.iloc[190, 2] = 40
    found = scan(counts, frequency=52)
    assert (2, 190, "rise") in set(
        zip(found["series"], found["period"], found["kind"], strict=True)
    )


def test_fewer_than_five_reports_are_no_rise():
    counts = pd.DataFrame(np.zeros((36, 20)))
    counts.iloc[35] = 4
    assert scan(counts).empty


def test_a_period_without_denominator_tells_nothing(null_panel):
    counts = null_panel(9, series=20)
    offset = counts.sum(axis=1).astype(float)
    counts.iloc[0], offset.iloc[0] = 0, 0.0
    assert scan(counts, offset).empty


@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_unusable_values_are_refused(null_panel, value):
    counts = null_panel(9, series=3).astype(float)
    with pytest.raises(ValueError, match="offset"):
        scan(counts, pd.Series(value, index=counts.index))
    counts.iloc[0, 0] = value
    with pytest.raises(ValueError, match="counts"):
        scan(counts)


def test_names_are_used_once(null_panel):
    counts = null_panel(9, series=2)
    counts.columns = ["a", "a"]
    with pytest.raises(ValueError, match="once"):
        scan(counts)


def test_an_empty_panel_has_no_signals():
    found = scan(pd.DataFrame(index=range(36)))
    assert list(found.columns) == list(SIGNAL_COLUMNS)
    assert found.empty


def _tested(counts, offset=None):
    frames = [d.detect(counts, offset).assign(kind=d.kind) for d in DETECTORS]
    keys = ["series", "kind", "period"]
    return pd.concat(frames).set_index(keys).sort_index()


@settings(max_examples=5, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_the_order_of_series_changes_nothing(null_panel, seed):
    counts = null_panel(seed, series=15)
    counts["odd"] = np.where(np.arange(36) > 20, 30, 5)
    order = np.random.default_rng(seed).permutation(counts.columns)
    one, other = _tested(counts), _tested(counts[list(order)])
    pd.testing.assert_frame_equal(one, other, rtol=1e-6)


@settings(max_examples=5, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**31), level=st.integers(0, 50))
def test_an_unrelated_series_changes_no_expectation(null_panel, seed, level):
    counts = null_panel(seed, series=15)
    rises = signals.rise.detect(counts, None)
    more = signals.rise.detect(counts.assign(constant=level), None)
    more = more[more["series"] != "constant"]
    np.testing.assert_allclose(rises["expected"], more["expected"], rtol=1e-6)


@settings(max_examples=5, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**31), factor=st.floats(1e-3, 1e3))
def test_units_of_the_offset_do_not_matter(null_panel, seed, factor):
    counts = null_panel(seed, series=15)
    offset = counts.sum(axis=1)
    pd.testing.assert_frame_equal(
        _tested(counts, offset), _tested(counts, offset * factor), rtol=1e-5
    )


@settings(max_examples=50, derandomize=True)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_values_rise_with_p_and_are_never_smaller(p):
    p = np.array(p)
    q = benjamini_hochberg(p)
    assert (q >= p - 1e-12).all()
    assert (np.diff(q[np.argsort(p)]) >= -1e-12).all()
    for level in (0.01, 0.05, 0.2):  # the step-up rule as first stated
        ranked = np.sort(p) <= level * np.arange(1, len(p) + 1) / len(p)
        many = np.flatnonzero(ranked)[-1] + 1 if ranked.any() else 0
        assert (q <= level).sum() == many or np.isclose(q, level).any()
