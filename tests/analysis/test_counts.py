"""Counts are distinct reports, and every count knows its weeks."""

import os
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.analysis import counts
from observatory.analysis.opening import Report
from observatory.complaint import periods

WEEKS = ["2024-W01", "2024-W02", "2024-W05", "2024-W06", "2024-W09", "2024-W30"]
CODES = ["MO01", "MO02", "MO03"]
OFFICES = ["NORTH", "SOUTH"]


@st.composite
def corpora(draw):
    size = draw(st.integers(1, 40))
    reports, codes = [], []
    for number in range(size):
        facets = {}
        office = draw(st.sampled_from(["NORTH", "SOUTH", "UNKNOWN", None]))
        if office:
            facets["office"] = office
        reports.append(
            Report(bytes([number]) * 32, "words", facets, draw(st.sampled_from(WEEKS)), "form")
        )
        codes.append(tuple(draw(st.sets(st.sampled_from(CODES), max_size=3))))
    return reports, codes


def table_of(reports, codes, last="2024-12"):
    return counts.frame(
        reports,
        codes=codes,
        topics=["T0001"] * len(reports),
        languages=["en"] * len(reports),
        offices=frozenset(OFFICES),
        last_month=last,
    )


def levels(table):
    return counts.levels(
        rest=counts.left_over(table),
        months=counts.months_between("2024-01", "2024-12"),
        codes=CODES,
        offices=OFFICES,
        topics=["T0001"],
        languages=["en"],
    )


@given(corpora())
def test_every_count_equals_counting_by_hand(corpus):
    reports, codes = corpus
    found = counts.counts_by(table_of(reports, codes), ("mo", "office"))
    by_hand = {}
    for report, given_codes in zip(reports, codes, strict=True):
        office = report.facets.get("office", counts.NOT_SAID)
        office = "elsewhere" if office == "UNKNOWN" else office
        for code in given_codes or ("other",):
            by_hand.setdefault((code, office), Counter())[report.week] += 1
    assert {key: (c.reports, c.weeks, c.largest_week) for key, c in found.items()} == {
        key: (weeks.total(), len(weeks), max(weeks.values())) for key, weeks in by_hand.items()
    }


@given(corpora())
def test_cuts_are_inside_their_levels_and_add_up_along_additive_dimensions(corpus):
    reports, codes = corpus
    table = table_of(reports, codes)
    cuts = {cut.id: cut for cut in counts.tables(table, levels(table))}
    assert sum(c.reports for c in cuts["month"].cells.values()) == len(reports)
    assert sum(c.reports for c in cuts["office"].cells.values()) == len(reports)
    assert "mo" not in cuts["mo_month"].additive
    for cut in cuts.values():
        for key in cut.cells:
            assert all(
                level in cut.levels[name] for name, level in zip(cut.dimensions, key, strict=True)
            )


@given(corpora())
def test_series_count_whole_months_only(corpus):
    reports, codes = corpus
    months = counts.months_between("2024-01", "2024-02")
    wide, behind = counts.series(table_of(reports, codes), months, codes=CODES, least=1)
    inside = [r for r in reports if periods.month_of_week(r.week) in months]
    assert ("all" in wide) == bool(inside)
    if inside:
        assert wide["all"].sum() == len(inside)
    for name in wide:
        for month in wide.index:
            cell = behind.get((name, month))
            assert wide.loc[month, name] == (cell.reports if cell else 0)


def test_a_month_that_is_not_over_counts_as_outside():
    reports = [Report(os.urandom(32), "words", {}, "2024-W30", "form")]
    table = table_of(reports, [()], last="2024-06")
    assert list(table["month"]) == [counts.OUTSIDE]
    month = counts.tables(table, levels(table))[0]
    assert set(month.cells) == {(counts.OUTSIDE,)}
    assert month.levels["month"][-1] == counts.OUTSIDE


def test_a_report_that_went_well_names_no_practice():
    reports = [Report(os.urandom(32), "words", {}, "2024-W05", "form")]
    table = table_of(reports, [(counts.NO_PRACTICE,)])
    cuts = {cut.id: cut for cut in counts.tables(table, levels(table))}
    assert cuts["mo_month"].cells == {}
    assert cuts["month"].cells["2024-02",].reports == 1


@pytest.mark.parametrize(
    ("month", "quarter"), [("2024-01", "2024-Q1"), ("2024-06", "2024-Q2"), ("2024-12", "2024-Q4")]
)
def test_quarters(month, quarter):
    assert counts.quarter_of_month(month) == quarter
