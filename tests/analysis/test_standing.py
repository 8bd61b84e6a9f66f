"""Signals with and without unproven reports: the same months, the same detectors."""

import random
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from observatory.analysis import counts, cuts, months, standing, tallies
from observatory.analysis.months import Calendar
from observatory.analysis.opening import Report
from observatory.complaint import periods
from observatory.tokens.epoch import Epoch

CODES = ("MO01", "MO02", "MO03")
SPAN = months.months_between("2025-01", "2027-03")
QUARTERS = tuple(dict.fromkeys(map(months.quarter_of_month, SPAN)))


@pytest.fixture(scope="module")
def epochs():
    public = rsa.generate_private_key(65_537, 2048).public_key()
    return [Epoch("ab" * 32, "trader", quarter, public, 100) for quarter in QUARTERS]


def weeks_of(month):
    year = int(month[:4])
    every = [f"{y}-W{n:02}" for y in (year - 1, year, year + 1) for n in range(1, 53)]
    return [week for week in every if periods.month_of_week(week) == month]


def counted(*, more_proven=0, more_unproven=0):
    """Tally reports of three practices, half of them proven, and more of MO01 in one late month."""
    chance, reports, codes, proven = random.Random(7), [], [], []
    for month in SPAN:
        for code in CODES:
            for is_proven in (True, False):
                number = round(chance.gauss(14, 2))
                if (code, month) == ("MO01", "2027-02"):
                    number += more_proven if is_proven else more_unproven
                for each in range(number):
                    weeks = weeks_of(month)
                    week = weeks[each % len(weeks)]
                    reports.append(Report(b"", "words", {}, week, "form", month))
                    codes.append((code,))
                    proven.append(is_proven)
    table = counts.frame(
        reports,
        codes=codes,
        topics=["T0001"] * len(reports),
        languages=["en"] * len(reports),
        offices=frozenset(),
        proven=proven,
    )
    return tallies.take(table, cuts.tallied(tokens=True), {})


def rises(found):
    return {
        one.series: (one.with_unproven, one.without_unproven)
        for one in found.signals
        if one.kind == "rise" and one.rising and one.period == "2027-02"
    }


def compared(tallied, epochs):
    return standing.compared(tallied, Calendar(SPAN), epochs, codes=CODES, least=24)


def test_a_flood_of_unproven_reports_is_seen_only_with_them(epochs):
    found = compared(counted(more_unproven=80), epochs)
    assert rises(found)["mo:MO01"] == (True, False)
    [one] = [s for s in found.signals if (s.series, s.period) == ("mo:MO01", "2027-02")]
    assert one.unproven.reports > 80
    assert one.proven.reports < 30
    assert one.proven.weeks == 4


def test_what_holders_of_tokens_tell_of_as_well_is_seen_either_way(epochs):
    assert rises(compared(counted(more_proven=40, more_unproven=40), epochs))["mo:MO01"] == (
        True,
        True,
    )


def test_without_anything_new_nothing_differs(epochs):
    assert rises(compared(counted(), epochs)) == {}


def test_only_months_with_tokens_of_the_same_kinds_are_looked_at(epochs):
    def over(given):
        return standing.months_with_tokens(given, SPAN)

    assert over(epochs) == SPAN
    assert over([replace(one, issued=99) for one in epochs]) == ()
    assert over(epochs[2:4]) == SPAN[6:12]
    assert over([*epochs[:3], *epochs[4:6]]) == SPAN[12:18]  # a quarter without parts them
    officials = [replace(one, kind="official") for one in epochs[5:]]
    assert over([*epochs, *officials]) == SPAN[15:]
    assert compared(counted(), []) is None


def test_series_of_which_too_few_are_proven_are_not_compared(epochs):
    found = standing.compared(
        counted(more_unproven=80), Calendar(SPAN), epochs, codes=CODES, least=600
    )
    assert "mo:MO01" not in rises(found)
