import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.analysis.raw import RawCount
from observatory.disclosure.rules import Rules


@pytest.mark.parametrize("k", [2, 51, 0, -1])
def test_k_outside_what_a_policy_may_set_is_refused(k):
    with pytest.raises(ValueError, match="between 3 and 50"):
        Rules("members", k=k)


@given(st.integers(0, 200), st.integers(0, 60), st.integers(0, 200))
def test_nothing_below_k_is_ever_allowed(reports, weeks, largest):
    rules = Rules("members", k=5)
    if rules.allows(RawCount(reports, weeks, largest)):
        assert reports >= 5
        assert weeks >= 3
        assert largest <= 0.6 * reports


def test_one_week_that_gives_most_reports_hides_the_cell():
    rules = Rules("members")
    assert rules.allows(RawCount(10, 3, 6))
    assert not rules.allows(RawCount(10, 3, 7))


def test_sexual_extortion_needs_ten_reports():
    rules = Rules("members")
    assert not rules.allows(RawCount(9, 9, 1), "MO08", "2024-01")
    assert rules.allows(RawCount(10, 9, 2), "MO08", "2024-01")
    assert not rules.allows(RawCount(9, 9, 1), "sexual")
