"""With and without unproven reports through the door: a verdict, no count, and only from enough."""

import json

from hypothesis import given
from hypothesis import strategies as st

from observatory.analysis.raw import RawComparison, RawCount, RawStanding
from observatory.disclosure import Rules, SafeStanding
from observatory.disclosure.standing import safe_standing

RULES = Rules("members", k=5)
MONTHS = ("2026-10", "2026-11")
PLENTY = RawCount(20, 4, 6)


def passed(proven, unproven, series="mo:MO01", *, verdict=(True, False), rules=RULES):
    raw = RawComparison(series, "2026-11", "rise", True, *verdict, proven, unproven)
    return safe_standing(RawStanding(MONTHS, (raw,)), rules)


COUNTS = st.builds(RawCount, st.integers(0, 30), st.integers(0, 6), st.integers(0, 30))


@given(COUNTS, COUNTS)
def test_a_verdict_rests_on_proven_and_unproven_reports_that_could_each_be_shown(proven, unproven):
    told = bool(passed(proven, unproven).signals)
    assert told == (RULES.allows(proven) and RULES.allows(unproven))


@given(COUNTS, st.integers(0, RULES.k - 1), st.booleans(), st.booleans())
def test_from_none_to_less_than_k_of_either_is_one_state(other, few, with_all, alone):
    some = RawCount(few, min(few, 3), min(few, 1))
    for pair in ((some, other), (other, some)):
        assert passed(*pair, verdict=(with_all, alone)).signals == ()


def test_no_count_leaves_and_the_json_comes_back():
    safe = passed(PLENTY, RawCount(17, 5, 4))
    text = json.dumps(safe.to_json())
    assert not any(number in text for number in ("20,", "17", '"proven"'))
    assert SafeStanding.from_json(json.loads(text)) == safe
    assert safe.signals[0].direction == "up"


def test_levels_with_a_stricter_threshold_keep_it():
    nine = RawCount(9, 4, 3)
    assert passed(nine, PLENTY).signals
    assert not passed(nine, PLENTY, "mo:MO08|office:NORTH").signals
