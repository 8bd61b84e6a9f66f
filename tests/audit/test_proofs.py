"""Proofs convince somebody who has only a signed head, and nothing else convinces them."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import merkle
from observatory.audit import Entry, Head, Kind
from observatory.audit.proofs import ProofError, check, of_entry, of_growth

ENTRIES = [
    Entry(Kind.POLICY_INSTALLED, "2026-01-01", {"policy": "0" * 64, "version": n}).to_bytes()
    for n in range(1, 41)
]


def head_of(size):
    return Head(size, merkle.root(ENTRIES[:size]))


@given(st.integers(1, 40), st.data())
def test_every_entry_is_proven_under_every_later_head(size, data):
    number = data.draw(st.integers(1, size))
    assert check(of_entry(ENTRIES, number, head_of(size))) == head_of(size)


@given(st.integers(1, 40), st.data())
def test_every_growth_is_proven(size, data):
    earlier = data.draw(st.integers(1, size))
    assert check(of_growth(ENTRIES, head_of(earlier), head_of(size))) == head_of(size)


@given(st.integers(2, 40), st.data())
def test_an_entry_at_another_place_or_another_entry_is_not_proven(size, data):
    number = data.draw(st.integers(1, size))
    proof = of_entry(ENTRIES, number, head_of(size))
    for change in (
        {"number": number % size + 1},
        {"entry": ENTRIES[number % size].decode()},
        {"path": proof["path"][::-1] if len(set(proof["path"])) > 1 else []},
        {"head": Head(size, b"\x01" * 32).to_json()},
    ):
        with pytest.raises(ProofError):
            check({**copy.deepcopy(proof), **change})


def test_a_log_that_was_rewritten_has_no_proof_of_growth():
    proof = of_growth(ENTRIES, Head(7, b"\x02" * 32), head_of(20))
    with pytest.raises(ProofError, match="altered"):
        check(proof)


@pytest.mark.parametrize("proof", [{}, [], {"head": 1}, {"head": head_of(3).to_json(), "path": 7}])
def test_what_is_no_proof_is_refused(proof):
    with pytest.raises(ProofError, match="no proof"):
        check(proof)


@pytest.mark.parametrize("number", [0, 6, 41])
def test_no_proof_of_an_entry_that_a_head_does_not_cover(number):
    with pytest.raises(ProofError, match="no entry"):
        of_entry(ENTRIES, number, head_of(5))
