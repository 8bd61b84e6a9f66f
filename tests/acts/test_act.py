"""The act: one object, one digest, and nothing that can be read in two ways."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.acts import act as acts
from observatory.acts.act import NOBODY, RULES, ActError, What

DAY = date(2026, 11, 24)


def proposed(what=What.CATALOGUE, body=None, **other):
    usual = {"observatory": "aa" * 32, "policy": "bb" * 32, "roll": "cc" * 32}
    body = {"sha256": "dd" * 32} if body is None else body
    return acts.propose(what, body, **{**usual, "by": "customs-00000001", "today": DAY, **other})


ABOUT = {"offices": ["A1", "B2"], "firms": ["Acme"]}
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=9)
BODIES = st.dictionaries(
    st.text(max_size=9),
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=6),
    max_size=4,
)


@given(BODIES, st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3))
def test_an_act_is_read_as_it_was_proposed(body, offices, firms):
    try:
        act = proposed(body=body, about={"offices": offices, "firms": firms})
    except ActError:  # a lone surrogate has no canonical form
        assert any(
            "\ud800" <= letter <= "\udfff" for letter in json.dumps(body, ensure_ascii=False)
        )
        return
    again = acts.read(json.loads(act.canonical))
    assert (again.digest, again.body) == (act.digest, body)
    assert again.about == {"offices": sorted(set(offices)), "firms": sorted(set(firms))}


def places(value, path=()):
    """Return the path of every leaf."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        if isinstance(one, dict | list) and one:
            yield from places(one, (*path, key))
        else:
            yield (*path, key)


@pytest.mark.parametrize("path", list(places(proposed(about=ABOUT).signed)), ids=str)
def test_whatever_is_changed_in_an_act_has_another_digest(path):
    act = proposed(about=ABOUT)
    signed = copy.deepcopy(act.signed)
    place = signed
    for key in path[:-1]:
        place = place[key]
    old = place[path[-1]]
    place[path[-1]] = (
        (date.fromisoformat(old) - timedelta(1)).isoformat()
        if path == ("until",)
        else "offices" if path == ("kind",)
        else old[:-1] + ("1" if old[-1] == "0" else "0")
    )  # fmt: skip
    assert acts.Act(signed).digest != act.digest


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "joint-integrity-observatory/act/2"},
        {"kind": "policy"},
        {"kind": ["catalogue"]},
        {"observatory": "AA" * 32},
        {"observatory": "aa" * 31},
        {"policy": None},
        {"roll": "cc" * 32 + "\n"},
        {"nonce": "00"},
        {"nonce": 7},
        {"made": "20261124"},  # another way to write a day would compare as later than any
        {"until": "20261220"},
        {"until": "2026-W52-1"},
        {"until": "2026-11-23"},
        {"until": "2026-12-25"},
        {"until": "2026-12-01T00:00:00"},
        {"until": 20261201},
        {"by": ""},
        {"by": {"id": "customs-00000001"}},
        {"by": "customs-00000001 "},
        {"about": {}},
        {"about": {"offices": [], "firms": [], "people": []}},
        {"about": {"offices": "A1", "firms": []}},
        {"about": {"offices": ["B", "A"], "firms": []}},
        {"about": {"offices": ["A", "A"], "firms": []}},
        {"about": {"offices": [], "firms": [{"name": "Acme"}]}},
        {"about": {"offices": [], "firms": [" Acme"]}},
        {"about": {"offices": [], "firms": ["Ac\u200bme"]}},
        {"about": {"offices": [], "firms": [str(n) for n in range(100, 400)]}},
        {"body": []},
        {"body": {"n": 2**53}},
        {"body": {"n": float("nan")}},
        {"body": {"n": "\ud800"}},
        {"kind": "members"},
        {"kind": "members", "body": {"people": [], "more": 1}},
        {"more": 1},
    ],
    ids=str,
)
def test_what_is_no_act_is_refused(change):
    with pytest.raises(ActError):
        acts.read({**proposed().signed, **change})


@pytest.mark.parametrize("signed", [None, [], "act", 7, {}, {"schema": acts.SCHEMA}])
def test_what_is_nothing_is_refused(signed):
    with pytest.raises(ActError):
        acts.read(signed)


@pytest.mark.parametrize("what", What)
def test_no_proposal_stands_for_longer_than_its_kind_may(what):
    body = {"people": []} if what is What.MEMBERS else {}
    longest = RULES[what].days
    assert proposed(what, body).until == (DAY + timedelta(longest)).isoformat()
    for days in (longest + 1, -1):
        with pytest.raises(ActError):
            proposed(what, body, days=days)


def test_an_act_stands_from_its_first_day_to_its_last():
    act = proposed(days=2)
    days = [(DAY + timedelta(n)).isoformat() for n in range(-1, 4)]
    assert [act.stands_on(day) for day in days] == [False, True, True, True, False]


def test_two_proposals_of_the_same_thing_are_two():
    assert proposed().digest != proposed().digest
    assert proposed(roll=NOBODY).signed["roll"] == "0" * 64
