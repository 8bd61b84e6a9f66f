from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.analysis.signals import farrington_flexible

# The reference files carry no dates. Two of the three agree only when years are counted by the
# calendar; these first dates were found by fitting the reference values, and are not documented
# beside them. salmonella.agona agrees with years counted in rows.
SERIES = {
    "salmonella.agona": (52, None),
    "salmNewport": (52, ("2004-01-05", "7D")),
    "rotaBB": (12, ("2002-01-01", "MS")),
}
CASES = [
    (name, levels, method)
    for name in SERIES
    for levels in ((1,) if name == "rotaBB" else (1, 10))
    for method in ("delta", "muan", "nbPlugin")
]


@pytest.mark.parametrize(("name", "levels", "method"), CASES)
def test_equals_the_published_implementation(reference, name, levels, method):
    frequency, dates = SERIES[name]
    counts = pd.read_csv(reference / f"{name}_series.csv")["observed"]
    if dates:
        counts.index = pd.date_range(dates[0], periods=len(counts), freq=dates[1])
    file = f"{name}_farringtonflexible_b3_w3_p{levels}_{method}.csv"
    wanted = pd.read_csv(reference / file)
    got = farrington_flexible(counts, frequency=frequency, noperiods=levels, method=method)
    assert list(got.columns) == ["index", "observed", "expected", "upperbound", "alarm"]
    assert got["index"].tolist() == wanted["index"].tolist()
    assert got["observed"].tolist() == wanted["observed"].tolist()
    np.testing.assert_allclose(got["expected"], wanted["expected"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(got["upperbound"], wanted["upperbound"], rtol=0, atol=1e-6)
    assert got["alarm"].tolist() == (wanted["alarm"] == 1).tolist()


def test_a_short_series_is_refused():
    with pytest.raises(ValueError, match="too short"):
        farrington_flexible(np.ones(159))
    assert len(farrington_flexible(np.ones(160))) == 1


def test_a_start_before_the_past_is_refused():
    with pytest.raises(ValueError, match="too short"):
        farrington_flexible(np.ones(200), start=100)


@pytest.mark.parametrize("bad", [[-1.0] * 200, [np.nan] * 200, np.ones((200, 2))])
def test_unusable_counts_are_refused(bad):
    with pytest.raises(ValueError, match="counts"):
        farrington_flexible(bad)


@pytest.mark.parametrize("bad", [np.zeros(200), np.ones(10)])
def test_unusable_denominators_are_refused(bad):
    with pytest.raises(ValueError, match="offset"):
        farrington_flexible(np.ones(200), offset=bad)


def test_few_reports_raise_no_alarm():
    counts = np.zeros(60)
    counts[55] = 3
    options = {"frequency": 12, "w": 1, "noperiods": 4, "past_not_included": 6}
    assert farrington_flexible(counts, **options)["alarm"].any()
    assert not farrington_flexible(counts, **options, limit54=(5, 4))["alarm"].any()


@settings(max_examples=15, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**31), factor=st.floats(0.01, 1000))
def test_units_of_the_denominator_do_not_matter(seed, factor):
    rng = np.random.default_rng(seed)
    offset = rng.uniform(50, 150, 48)
    counts = rng.poisson(offset / 10)
    options = {"frequency": 12, "w": 1, "noperiods": 4, "past_not_included": 6}
    one = farrington_flexible(counts, offset=offset, **options)
    other = farrington_flexible(counts, offset=offset * factor, **options)
    np.testing.assert_allclose(one["expected"], other["expected"], rtol=1e-6)
    assert one["alarm"].tolist() == other["alarm"].tolist()


def test_the_denominator_explains_what_it_caused():
    rng = np.random.default_rng(5)
    offset = np.full(48, 100.0)
    offset[45:] = 300.0
    counts = rng.poisson(offset / 5)
    options = {"frequency": 12, "w": 1, "noperiods": 4, "past_not_included": 6, "alpha": 0.001}
    assert farrington_flexible(counts, **options)["alarm"].any()
    assert not farrington_flexible(counts, offset=offset, **options)["alarm"].any()
