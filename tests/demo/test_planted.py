"""Planted facts: there in the true counts, visible at the threshold, absent when not planted."""

from collections import Counter, defaultdict

import pytest

from observatory.demo import planted as facts
from observatory.demo.corpus import make_corpus
from observatory.demo.periods import months_from, weeks_of
from observatory.demo.world import NEW

K, WEEKS = 5, 3
MONTH_OF = {week: month for month in months_from("2023-10", 36) for week in weeks_of(month)}


@pytest.fixture(scope="module")
def corpus():
    return make_corpus()


@pytest.fixture(scope="module")
def untouched():
    return make_corpus(planted=False)


def cells(reports, code, office):
    """Reports of a code at an office by month: {month: Counter of weeks}."""
    found = defaultdict(Counter)
    for report in reports:
        if code in report.truth and report.facets.get("office") == office and not report.flood:
            found[MONTH_OF[report.week]][report.week] += 1
    return found


def monthly(reports, code, office, months):
    found = cells(reports, code, office)
    return [found[month].total() for month in months]


def mean(numbers):
    return sum(numbers) / len(numbers)


def test_speed_money_rises_at_one_office(corpus):
    fact = corpus.answer_key["facts"][facts.SPEED_MONEY]
    months = corpus.answer_key["months"]
    counts = monthly(corpus.reports, "MO01", fact["offices"][0], months)
    assert list(fact["monthly"].values()) == counts
    assert mean(counts[:26]) == pytest.approx(2.0, abs=0.7)
    quiet = [n for at, n in enumerate(counts) if at >= 26 and at not in facts.CAMPAIGN_INDEXES]
    assert mean(quiet) == pytest.approx(10.0, abs=2.0)
    assert fact["first_period"] == months[26]


def test_the_rise_is_visible_at_the_threshold(corpus):
    fact = corpus.answer_key["facts"][facts.SPEED_MONEY]
    found = cells(corpus.reports, "MO01", fact["offices"][0])
    for month in corpus.answer_key["months"][26:]:
        weeks = found[month]
        assert weeks.total() >= K
        assert len(weeks) >= WEEKS
        assert max(weeks.values()) <= 0.6 * weeks.total()


def test_a_new_modus_operandi_begins(corpus):
    months = corpus.answer_key["months"]
    novel = [report for report in corpus.reports if report.category == NEW]
    by_month = defaultdict(Counter)
    for report in novel:
        by_month[MONTH_OF[report.week]][report.week] += 1
    assert min(by_month) == months[19]
    for month in months[19:]:
        assert by_month[month].total() >= K
        assert len(by_month[month]) >= WEEKS
    assert {report.language for report in novel} == {"en", "fr", "es"}
    assert {report.facets["office"] for report in novel} == set(facts.NEW_OFFICES)
    assert all(report.truth == () and not report.junk for report in novel)


def test_the_measure_works_and_displaces(corpus):
    fact = corpus.answer_key["facts"][facts.MEASURE]
    months = corpus.answer_key["months"]
    quiet = [at for at in range(18, 36) if at not in facts.CAMPAIGN_INDEXES]
    here = monthly(corpus.reports, "MO04", fact["offices"][0], months)
    there = monthly(corpus.reports, "MO04", fact["displacement"]["offices"][0], months)
    assert list(fact["monthly"].values()) == here
    assert list(fact["displacement"]["monthly"].values()) == there
    assert mean(here[:18]) == pytest.approx(7.0, abs=1.5)
    assert mean(there[:18]) == pytest.approx(6.0, abs=1.5)
    fell = mean([here[at] for at in quiet]) / mean(here[:18])
    rose = mean([there[at] for at in quiet]) / mean(there[:18])
    assert fell == pytest.approx(fact["rate_ratio"], abs=0.12)
    assert rose == pytest.approx(fact["displacement"]["rate_ratio"], abs=0.45)


def test_measure_cells_are_visible_by_quarter(corpus):
    fact = corpus.answer_key["facts"][facts.MEASURE]
    months = corpus.answer_key["months"]
    for office in (fact["offices"][0], fact["displacement"]["offices"][0]):
        found = cells(corpus.reports, "MO04", office)
        for quarter in range(0, 18, 3):
            weeks = sum((found[month] for month in months[quarter : quarter + 3]), Counter())
            assert weeks.total() >= K
            assert len(weeks) >= WEEKS


def test_the_campaign_lifts_all_reporting(corpus, untouched):
    months = corpus.answer_key["months"]
    usual = [r for r in corpus.reports if not r.flood and r.category != NEW]
    counts = Counter(MONTH_OF[report.week] for report in usual)
    before = Counter(MONTH_OF[report.week] for report in untouched.reports)
    lifted = sum(counts[months[at]] for at in facts.CAMPAIGN_INDEXES)
    plain = sum(before[months[at]] for at in facts.CAMPAIGN_INDEXES)
    assert lifted / plain == pytest.approx(facts.CAMPAIGN_FACTOR, abs=0.15)
    languages = {r.language for r in corpus.reports if r.planted == facts.CAMPAIGN}
    assert languages == {"en", "fr", "es"}


def test_the_planted_name_is_in_more_reports_than_the_threshold(corpus):
    named = [report for report in corpus.reports if facts.NAME in report.narrative]
    assert len(named) == corpus.answer_key["facts"][facts.RARE_NAME]["reports"] >= K
    assert len({report.week for report in named}) >= WEEKS


def test_facts_touch_nothing_else(corpus, untouched):
    """Reports that no fact brought, removed or marked are the same in both worlds."""
    plain = {(r.week, r.narrative) for r in untouched.reports}
    usual = [r for r in corpus.reports if r.planted is None]
    assert all((report.week, report.narrative) in plain for report in usual)
    missing = len(untouched.reports) - len(usual)
    assert missing < 110  # thinned by the measure, or holding the planted name


def test_a_world_without_facts_has_none(untouched):
    assert untouched.answer_key["facts"] == {}
    assert untouched.answer_key["counts"]["duplicates"] == 0
    for report in untouched.reports:
        assert report.planted is None
        assert not report.flood
        assert report.category != NEW
        assert facts.NAME not in report.narrative


def test_a_world_without_facts_has_level_series(untouched):
    months = untouched.answer_key["months"]
    speed = monthly(untouched.reports, facts.SPEED_CODE, facts.SPEED_OFFICE, months)
    assert mean(speed[26:]) < 2 * mean(speed[:26]) + 1
    here = monthly(untouched.reports, facts.MEASURE_CODE, facts.MEASURE_OFFICE, months)
    assert mean(here[18:]) == pytest.approx(mean(here[:18]), rel=0.3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_facts_are_visible_with_other_seeds_too(seed):
    corpus = make_corpus(seed)
    found = cells(corpus.reports, facts.SPEED_CODE, facts.SPEED_OFFICE)
    for month in corpus.answer_key["months"][26:]:
        assert found[month].total() >= K
        assert len(found[month]) >= WEEKS
    assert all(n >= 20 for c, n in corpus.answer_key["true_counts"].items() if c != "MO08")
