"""People on a roll: who can be, and together with whom."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from decided import new_person
from hypothesis import given
from hypothesis import strategies as st

from observatory.acts import people
from observatory.acts.people import Interests, PeopleError, Role, in_words

CHAIRS = [
    new_person(
        side,
        Role.CHAIR,
        id=f"{side}-00000007",
        name=f"Chair of {side}",
        first="2026-01-01",
        last="2028-12-31",
        invitation=digit * 64,
    )[0]
    for side, digit in (("customs", "a"), ("business", "b"))
]


def read(*others, chairs=CHAIRS):
    return people.read([one.to_json() for one in (*chairs, *others)])


def test_people_are_read_as_they_are_listed():
    member = new_person(
        "business", Role.MEMBER, Role.SIGNER, signer="ab" * 32,
        interests=Interests(frozenset({"A1"}), frozenset({"Acme"})),
    )[0]  # fmt: skip
    auditor = new_person("neither", Role.AUDITOR)[0]
    assert read(member, auditor) == (*CHAIRS, member, auditor)
    assert "interests: A1, Acme" in in_words(member)


@pytest.mark.parametrize(
    ("side", "roles", "fields"),
    [
        ("customs", [], {}),
        ("customs", [Role.AUDITOR], {}),
        ("customs", [Role.MEMBER, Role.ADMINISTRATOR], {}),
        ("neither", [Role.MEMBER], {}),
        ("neither", [Role.SIGNER], {"signer": "ab" * 32}),
        ("customs", [Role.SIGNER], {}),
        ("customs", [Role.MEMBER], {"signer": "ab" * 32}),
        ("customs", [Role.SIGNER], {"signer": "AB" * 32}),
        ("customs", [Role.MEMBER], {"id": "business-00000001"}),
        ("customs", [Role.MEMBER], {"id": "customs-0000000G"}),
        ("customs", [Role.MEMBER], {"id": "customs-00000001\n"}),
        ("customs", [Role.MEMBER], {"name": ""}),
        ("customs", [Role.MEMBER], {"name": " Ann"}),
        ("customs", [Role.MEMBER], {"name": "Ann\u202e"}),
        ("customs", [Role.MEMBER], {"name": "An\u200bn"}),
        ("customs", [Role.MEMBER], {"name": "A" * 81}),
        ("customs", [Role.MEMBER], {"invitation": "00"}),
        ("customs", [Role.MEMBER], {"mandate": "\x00"}),
        ("customs", [Role.MEMBER], {"mandate_sha256": "none"}),
        ("customs", [Role.MEMBER], {"first": "20261124"}),
        ("customs", [Role.MEMBER], {"first": "2027-12-31", "last": "2027-01-01"}),
        ("customs", [Role.MEMBER], {"first": "2026-01-01", "last": "2031-01-01"}),
        ("customs", [Role.MEMBER], {"interests": Interests(firms=frozenset({"Ac\nme"}))}),
        ("customs", [Role.MEMBER],
         {"interests": Interests(frozenset(str(n) for n in range(201)))}),
        ("customs", [Role.MEMBER], {"name": "CHAIR  of customs"}),
        ("customs", [Role.MEMBER], {"name": "Chair of\u200d customs"}),
        ("customs", [Role.MEMBER], {"id": CHAIRS[0].id}),
        ("customs", [Role.MEMBER], {"invitation": CHAIRS[1].invitation}),
    ],
    # No value may stand in a name: some are drawn anew by every process that collects the tests.
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_who_cannot_be_on_a_roll(side, roles, fields):
    person = new_person(side, *roles)[0]
    with pytest.raises(PeopleError):
        read(replace(person, **fields))


def test_a_term_of_five_years_to_the_day_is_the_longest():
    longest = new_person("customs", Role.MEMBER, first="2026-03-02", last="2031-03-01")[0]
    assert read(longest)
    with pytest.raises(PeopleError, match="within 5 years"):
        read(replace(longest, last="2031-03-02"))


def test_no_key_signs_for_two_and_each_side_has_a_chair():
    signers = [
        new_person(side, Role.SIGNER, signer="ab" * 32)[0] for side in ("customs", "business")
    ]
    with pytest.raises(PeopleError, match="same signing key"):
        read(*signers)
    for only in CHAIRS:
        with pytest.raises(PeopleError, match="has no chair"):
            read(chairs=[only])


@pytest.mark.parametrize(
    "listed", [None, [], {}, "people", [None], [7], ["Ann"], [[]], [{}]], ids=str
)
def test_what_lists_nobody_is_refused(listed):
    with pytest.raises(PeopleError):
        people.read(listed)


PLACES = [(name,) for name in CHAIRS[0].to_json()] + [
    ("mandate", "title"), ("mandate", "sha256"), ("interests", "offices"), ("interests", "firms"),
]  # fmt: skip
ODD = st.none() | st.integers() | st.lists(st.integers(), max_size=2) | st.just({}) | st.just("")


@given(st.sampled_from(PLACES), ODD)
def test_an_entry_with_a_part_of_another_shape_is_refused(path, value):
    listed = copy.deepcopy([one.to_json() for one in CHAIRS])
    place = listed[1]
    for name in path[:-1]:
        place = place[name]
    unchanged = place[path[-1]] == value
    place[path[-1]] = value
    if unchanged:
        assert people.read(listed)
    else:
        with pytest.raises(PeopleError):
            people.read(listed)


def test_an_entry_with_more_or_less_than_is_written_is_refused():
    listed = [one.to_json() for one in CHAIRS]
    with pytest.raises(PeopleError):
        people.read([listed[0], {**listed[1], "password": "x"}])
    with pytest.raises(PeopleError):
        people.read([listed[0], {**listed[1], "roles": ["chair", "chair"]}])
