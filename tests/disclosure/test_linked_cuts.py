"""What a reader can find by putting the cuts by month together: no count under k.

The reader is given every equation: all shown cells and the number of usable reports. What is left
open is a polytope; a count is found if it holds one whole number for it.
"""

from itertools import product
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from observatory.analysis.counts import PROVEN, STANDINGS, UNPROVEN
from observatory.analysis.cuts import BY_STANDING, CUTS
from observatory.analysis.raw import RawCount, RawTable
from observatory.disclosure.cells import safe_tables
from observatory.disclosure.rules import Rules

RULES = Rules("members", k=5)
OFFICES = ("EAST", "NORTH", "SOUTH")
MONTHS = ("2026-10", "2026-11", "2026-12")
WEEKS = 4
LINKED = ("month", "office", "office_month", "standing_month")
BY_MONTH = ("month", "standing_month")
ATOMS = tuple(product(OFFICES, MONTHS, STANDINGS))
PLACE = {"office": 0, "month": 1, "standing": 2}


def cuts_of(numbers):
    """Return the linked cuts of so many reports of each atom, spread over the month's weeks."""
    held = dict(zip(ATOMS, numbers, strict=True))
    levels = {"office": OFFICES, "month": MONTHS, "standing": STANDINGS}
    return [
        RawTable(
            cut.id,
            cut.dimensions,
            {name: levels[name] for name in cut.dimensions},
            {
                key: RawCount(reports, min(reports, WEEKS), ceil(reports / WEEKS))
                for key in product(*(levels[name] for name in cut.dimensions))
                if (reports := int(row_of(cut.dimensions, key) @ list(held.values())))
            },
            cut.additive,
        )
        for cut in (*CUTS, BY_STANDING)
        if cut.id in LINKED
    ]


def row_of(dimensions, key):
    """Return which atoms a cell adds up."""
    return np.array(
        [
            all(atom[PLACE[name]] == level for name, level in zip(dimensions, key, strict=True))
            for atom in ATOMS
        ],
        float,
    )


def found(raw, safe, total):
    """Return the cells under k of which a reader of ``safe`` knows the count."""
    shown = [(row_of(t.dimensions, c.key), c.reports) for t in safe for c in t.cells]
    rows, sums = zip((np.ones(len(ATOMS)), total), *shown, strict=True)
    known = []
    for cut, table in zip(raw, safe, strict=True):
        for key in product(*(cut.levels[name] for name in cut.dimensions)):
            count = cut.cells[key].reports if key in cut.cells else 0
            if count >= RULES.k:
                continue
            assert table.count(*key) is None
            aim = row_of(cut.dimensions, key)
            ends = [linprog(s * aim, A_eq=np.array(rows), b_eq=sums).fun * s for s in (1, -1)]
            if ceil(ends[0] - 1e-7) == floor(ends[1] + 1e-7):
                known.append((cut.id, key))
    return known


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 14) | st.just(0), min_size=len(ATOMS), max_size=len(ATOMS)))
def test_no_count_under_k_is_found_of_a_month_or_of_its_proven_or_unproven_reports(numbers):
    if sum(numbers) < RULES.k:
        return
    raw = cuts_of(numbers)
    safe, _ = safe_tables(raw, RULES)
    # Cells of office and month can still be found by putting whole blocks together.
    assert [key for cut, key in found(raw, safe, sum(numbers)) if cut in BY_MONTH] == []


def spread(proven, unproven):
    """Return numbers of atoms: by month so many proven and unproven ones, all of one office."""
    wanted = {PROVEN: proven, UNPROVEN: unproven}
    return [
        wanted[standing][MONTHS.index(month)] if office == OFFICES[0] else 0
        for office, month, standing in ATOMS
    ]


def test_a_month_that_is_kept_back_beside_a_small_one_is_not_the_sum_of_its_halves():
    raw = cuts_of(spread([2, 10, 20], [1, 10, 20]))
    safe = {table.id: table for table in safe_tables(raw, RULES)[0]}
    assert [safe["month"].count(month) for month in MONTHS] == [None, None, 40]
    halves = safe["standing_month"]
    assert [halves.count(PROVEN, month) for month in MONTHS] == [None, None, 20]
    assert [halves.count(UNPROVEN, month) for month in MONTHS] == [None, None, 20]


@pytest.mark.parametrize(("proven", "unproven"), [(3, 20), (20, 3), (20, 0)])
def test_one_half_under_k_hides_the_other(proven, unproven):
    raw = cuts_of(spread([proven, 20, 20], [unproven, 20, 20]))
    safe = {table.id: table for table in safe_tables(raw, RULES)[0]}
    assert safe["month"].count("2026-10") == proven + unproven
    for standing in STANDINGS:
        assert safe["standing_month"].count(standing, "2026-10") is None
        assert safe["standing_month"].count(standing, "2026-11") == 20
