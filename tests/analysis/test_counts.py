"""Counts are distinct reports, every count knows its weeks, and months outlive their reports."""

import os
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.analysis import counts, cuts, months, series, tallies
from observatory.analysis.months import Calendar
from observatory.analysis.opening import Report
from observatory.complaint import periods

WEEKS = ["2024-W01", "2024-W02", "2024-W05", "2024-W06", "2024-W09", "2024-W30"]
CODES = ["MO01", "MO02", "MO03"]
OFFICES = ["NORTH", "SOUTH"]
YEAR = Calendar(months.months_between("2024-01", "2024-12"))
KEPT = ["2024-01", "2024-02", "2024-09"]


def report_of(number, week, kept="2024-12", **facets):
    return Report(bytes([number]) * 32, "words", facets, week, "form", kept)


@st.composite
def corpora(draw):
    size = draw(st.integers(1, 40))
    reports, codes = [], []
    for number in range(size):
        office = draw(st.sampled_from(["NORTH", "SOUTH", "UNKNOWN", None]))
        facets = {"office": office} if office else {}
        week, kept = draw(st.sampled_from(WEEKS)), draw(st.sampled_from(KEPT))
        reports.append(report_of(number, week, kept, **facets))
        codes.append(tuple(draw(st.sets(st.sampled_from(CODES), max_size=3))))
    return reports, codes


def table_of(reports, codes):
    return counts.frame(
        reports,
        codes=codes,
        topics=["T0001"] * len(reports),
        languages=["en"] * len(reports),
        offices=frozenset(OFFICES),
    )


def tallies_of(reports, codes):
    return tallies.take(
        table_of(reports, codes), cuts.tallied(tokens=False), {"usable": len(reports)}
    )


def levels(tallied, calendar=YEAR):
    return cuts.levels(
        rest=cuts.left_over(tallied, calendar),
        months=calendar.months,
        codes=CODES,
        offices=OFFICES,
        topics=["T0001"],
        languages=["en"],
    )


def cuts_of(tallied, calendar=YEAR):
    return {c.id: c for c in cuts.tables(tallied, calendar, levels(tallied, calendar))}


@settings(max_examples=25)
@given(corpora())
def test_every_count_equals_counting_by_hand(corpus):
    reports, codes = corpus
    found = cuts.counts_by(tallies_of(reports, codes), YEAR, ("mo", "office"))
    by_hand = {}
    for report, given_codes in zip(reports, codes, strict=True):
        office = report.facets.get("office", counts.NOT_SAID)
        office = "elsewhere" if office == "UNKNOWN" else office
        for code in given_codes or ("other",):
            by_hand.setdefault((code, office), Counter())[report.week] += 1
    assert {key: (c.reports, c.weeks, c.largest_week) for key, c in found.items()} == {
        key: (weeks.total(), len(weeks), max(weeks.values())) for key, weeks in by_hand.items()
    }


@settings(max_examples=15)
@given(corpora())
def test_cuts_are_inside_their_levels_and_add_up_along_additive_dimensions(corpus):
    reports, codes = corpus
    found = cuts_of(tallies_of(reports, codes))
    assert sum(c.reports for c in found["month"].cells.values()) == len(reports)
    assert sum(c.reports for c in found["office"].cells.values()) == len(reports)
    assert "mo" not in found["mo_month"].additive
    for cut in found.values():
        for key in cut.cells:
            assert all(
                level in cut.levels[name] for name, level in zip(cut.dimensions, key, strict=True)
            )


@settings(max_examples=25)
@given(corpora())
def test_series_count_whole_months_only(corpus):
    reports, codes = corpus
    two = months.months_between("2024-01", "2024-02")
    tallied = tallies_of(reports, codes)
    wide, behind = series.series(tallied, Calendar(two), codes=CODES, least=1)
    inside = [r for r in reports if periods.month_of_week(r.week) in two]
    assert ("all" in wide) == bool(inside)
    if inside:
        assert wide["all"].sum() == len(inside)
    for name in wide:
        for month in wide.index:
            cell = behind.get((name, month))
            assert wide.loc[month, name] == (cell.reports if cell else 0)


@given(corpora(), st.sampled_from(["all", "mo:MO01", "office:NORTH", "mo:MO01|office:NORTH"]))
def test_what_came_since_a_month_is_counted_by_hand(corpus, name):
    reports, codes = corpus
    wanted = dict(part.split(":") for part in name.split("|")) if name != "all" else {}
    weeks = Counter(
        report.week
        for report, given_codes in zip(reports, codes, strict=True)
        if periods.month_of_week(report.week) >= "2024-02"
        and wanted.get("office") in (None, report.facets.get("office"))
        and ("mo" not in wanted or wanted["mo"] in given_codes)
    )
    found = series.since(tallies_of(reports, codes), YEAR, name, "2024-02")
    expected = (weeks.total(), len(weeks), max(weeks.values(), default=0))
    assert (found.reports, found.weeks, found.largest_week) == expected


@settings(max_examples=10)
@given(corpora())
def test_months_counted_apart_add_up_to_all_also_after_they_were_packed(corpus):
    reports, codes = corpus
    table = table_of(reports, codes)
    wanted = cuts.tallied(tokens=False)
    apart = [
        tallies.unpack(tallies.pack(tallies.take(table[table["kept"] == month], wanted, {"n": 1})))
        for month in KEPT
    ]
    together = tallies.add(apart, wanted)
    assert together.base == {"n": 3}
    whole = tallies_of(reports, codes)
    assert cuts_of(together) == cuts_of(whole)
    watched = [series.series(one, YEAR, codes=CODES, least=1) for one in (together, whole)]
    assert watched[0][1] == watched[1][1]


def test_no_reports_are_empty_tallies():
    nothing = tallies.add([], cuts.tallied(tokens=False))
    assert months.calendar(nothing, "2024-12", 1) == Calendar(())
    assert all(cut.cells == {} for cut in cuts_of(nothing).values())
    wide, behind = series.series(nothing, YEAR, codes=CODES, least=1)
    assert wide.empty
    assert behind == {}


def test_the_calendar_runs_over_whole_months_with_enough_reports():
    weeks = ["2024-W01"] * 1 + ["2024-W06"] * 3 + ["2024-W20"] * 1 + ["2024-W27"] * 3
    tallied = tallies_of([report_of(n, week) for n, week in enumerate(weeks)], [()] * len(weeks))
    assert months.calendar(tallied, "2024-12", 2).months == months.months_between(
        "2024-02", "2024-07"
    )
    assert months.calendar(tallied, "2024-06", 2).months == ("2024-02",)


def test_a_month_that_is_not_over_counts_as_outside():
    tallied = tallies_of([Report(os.urandom(32), "words", {}, "2024-W30", "form", "2024-07")], [()])
    month = cuts_of(tallied, Calendar(("2024-06",)))["month"]
    assert set(month.cells) == {(months.OUTSIDE,)}
    assert month.levels["month"][-1] == months.OUTSIDE


def test_a_report_that_went_well_names_no_practice():
    found = cuts_of(tallies_of([report_of(1, "2024-W05")], [(counts.NO_PRACTICE,)]))
    assert found["mo_month"].cells == {}
    assert found["month"].cells["2024-02",].reports == 1


@pytest.mark.parametrize(
    ("month", "quarter"), [("2024-01", "2024-Q1"), ("2024-06", "2024-Q2"), ("2024-12", "2024-Q4")]
)
def test_quarters(month, quarter):
    assert months.quarter_of_month(month) == quarter
