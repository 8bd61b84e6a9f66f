"""The made-up corpus: the same each time, well formed, and as hard as it claims to be."""

import itertools
import json
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
import yaml

from observatory.complaint.facets import BY_CODE
from observatory.demo import planted as facts
from observatory.demo.corpus import make_corpus, stream
from observatory.demo.world import NEW, load_world

CATALOGUE = Path(__file__).parents[2] / "observatory" / "catalogue" / "modus_operandi.yaml"


@pytest.fixture(scope="module")
def corpus():
    return make_corpus()


@pytest.fixture(scope="module")
def untouched():
    return make_corpus(planted=False)


@pytest.fixture(scope="module")
def catalogue():
    return yaml.safe_load(CATALOGUE.read_text("utf-8"))


def test_the_same_seed_gives_the_same_corpus(corpus):
    again = make_corpus()
    assert again.reports == corpus.reports
    assert again.answer_key == corpus.answer_key


def test_another_seed_gives_other_reports(corpus):
    other = make_corpus(1, size=1500)
    assert not {r.narrative for r in other.reports if len(r.narrative) > 120} & {
        r.narrative for r in corpus.reports
    }


def test_a_stream_gives_the_same_reports(corpus):
    assert tuple(itertools.islice(stream(), 800)) == corpus.reports[:800]


def test_size_is_exact_without_planted_facts(untouched):
    assert len(untouched.reports) == 6000


def test_everything_says_that_it_is_made_up(corpus):
    assert corpus.answer_key["made_up"] is True
    assert all("(made up)" in office.name for office in corpus.offices)
    assert {report.source for report in corpus.reports} == {"demo"}


def test_the_answer_key_is_json(corpus):
    assert json.loads(json.dumps(corpus.answer_key)) == corpus.answer_key


def test_counts_of_the_key_are_those_of_the_reports(corpus):
    key = corpus.answer_key
    assert key["counts"]["received"] == len(corpus.reports)
    assert key["counts"]["junk"] == sum(report.junk for report in corpus.reports)
    counted = Counter(c for r in corpus.reports if not r.flood for c in r.truth)
    assert key["true_counts"] == {code: counted[code] for code in key["true_counts"]}
    assert key["counts"]["duplicates"] == sum(r.flood for r in corpus.reports) - 1


def test_every_code_is_there_often_enough(untouched, catalogue):
    counts = untouched.answer_key["true_counts"]
    assert set(counts) == {row["code"] for row in catalogue["modus_operandi"]}
    assert all(number >= 20 for code, number in counts.items() if code != "MO08")
    assert 12 <= counts["MO08"] <= 60


def test_extortion_is_reported_far_more_often_than_collusion(untouched, catalogue):
    direction = {row["code"]: row["direction"] for row in catalogue["modus_operandi"]}
    totals = Counter()
    for code, number in untouched.answer_key["true_counts"].items():
        totals[direction[code]] += number
    assert totals["extortive"] > 1.5 * totals["collusive"]


def test_shares_of_junk_praise_and_identifiers(untouched):
    size = len(untouched.reports)
    counts = untouched.answer_key["counts"]
    assert 0.04 < counts["junk"] / size < 0.06
    assert 0.022 < counts["positive"] / size < 0.04
    assert 0.11 < counts["with_identifiers"] / size < 0.18


def test_praise_is_of_no_code(corpus):
    praised = [r for r in corpus.reports if r.facets.get("experience") == "went_as_it_should"]
    assert praised
    assert all(report.truth == () for report in praised)


def test_shares_of_languages(corpus):
    counts = corpus.answer_key["languages"]
    size = len(corpus.reports)
    assert counts["en"] / size == pytest.approx(0.5, abs=0.04)
    assert counts["fr"] / size == pytest.approx(0.25, abs=0.03)
    assert counts["es"] / size == pytest.approx(0.25, abs=0.03)


def test_facets_are_answers_of_the_one_list(corpus):
    offices = {office.code for office in corpus.offices}
    for report in corpus.reports:
        for code, value in report.facets.items():
            assert BY_CODE[code].accepts(value), (code, value)
        assert report.facets.get("office", "MARENSA") in offices


def test_weeks_are_iso_weeks_of_the_months(corpus):
    months = set(corpus.answer_key["months"])
    for week in {report.week for report in corpus.reports}:
        year, number = re.fullmatch(r"(\d{4})-W(\d\d)", week).groups()
        thursday = date.fromisocalendar(int(year), int(number), 4)
        assert f"{thursday:%Y-%m}" in months


def test_no_event_lies_after_its_report(corpus):
    for report in corpus.reports:
        if "month" in report.facets:
            year, number = int(report.week[:4]), int(report.week[6:])
            assert report.facets["month"] <= f"{date.fromisocalendar(year, number, 7):%Y-%m}"


def test_lengths_run_from_a_few_words_to_250(corpus):
    lengths = [len(report.narrative.split()) for report in corpus.reports if not report.junk]
    assert 4 <= min(lengths) <= 6
    assert 220 < max(lengths) <= 260


def test_no_two_longer_narratives_are_equal(corpus):
    seen = Counter(r.narrative for r in corpus.reports if not r.flood)
    repeated = {text: number for text, number in seen.items() if number > 1}
    assert all(len(text.split()) < 12 for text in repeated)
    assert sum(repeated.values()) < 0.006 * len(corpus.reports)


def test_hardly_any_texts_outside_the_flood_look_alike(corpus):
    groups = defaultdict(list)
    for report in corpus.reports:
        words = re.findall(r"\w+", report.narrative.lower())
        if not report.flood and not report.junk and len(words) >= 20:
            groups[report.language, report.category].append(
                set(zip(words, words[1:], words[2:], strict=False))
            )
    alike = sum(
        len(one & other) > 0.8 * len(one | other)
        for group in groups.values()
        for one, other in itertools.combinations(group, 2)
    )
    assert alike <= 12


def test_the_flood_is_of_near_duplicates(corpus):
    flood = [report for report in corpus.reports if report.flood]
    assert len(flood) == 150
    assert len({report.week for report in flood}) == 1
    assert {report.facets["office"] for report in flood} == {facts.FLOOD_OFFICE}
    small = set(re.findall(r"\w+", "a an the or and of our in at to him same else not"))
    for report in flood:
        words = [w for w in re.findall(r"[a-z]+", report.narrative.lower()) if w not in small]
        assert 25 <= len(words) <= 48
    assert len({report.narrative for report in flood}) > 140


def test_at_most_a_third_of_a_code_speaks_in_the_catalogues_cues(corpus, catalogue):
    patterns = {
        (row["code"], tag): re.compile(
            "|".join(rf"(?<!\w){re.escape(plain(cue))}(?!\w)" for cue in cues)
        )
        for row in catalogue["modus_operandi"]
        for tag, cues in row["cues"].items()
    }
    hits, totals = Counter(), Counter()
    for report in corpus.reports:
        if not report.flood:
            for code in report.truth:
                totals[code] += 1
                found = patterns[code, report.language].search(plain(report.narrative))
                hits[code] += found is not None
    assert all(hits[code] <= totals[code] / 3 for code in totals)
    assert 0.1 < hits.total() / totals.total() < 0.25


def plain(text):
    return text.lower().replace("’", "'")


def test_no_word_belongs_to_one_code_alone(corpus):
    """A word that half of a code's reports hold is found in other codes too."""
    words_of = defaultdict(list)
    for report in corpus.reports:
        if len(report.truth) == 1 and not report.flood:
            words = set(re.findall(r"\w+", report.narrative.lower()))
            words_of[report.language, report.truth[0]].append(words)
    for (tag, code), texts in words_of.items():
        if len(texts) < 20:
            continue
        counts = Counter(word for words in texts for word in words)
        for word, number in counts.items():
            if number > 0.5 * len(texts):
                elsewhere = sum(
                    word in words
                    for (other_tag, other), others in words_of.items()
                    if other_tag == tag and other != code
                    for words in others
                )
                assert elsewhere >= number, (tag, code, word)


def test_names_are_rare_but_for_the_planted_one(corpus):
    held = Counter()
    for report in corpus.reports:
        for word in {w for text in report.identifiers for w in re.findall(r"[^\W\d_]{3,}", text)}:
            held[word] += 1
        assert all(identifier in report.narrative for identifier in report.identifiers)
    surnames = {w for w in held if re.fullmatch(r"[A-Z][a-z]{6,}", w)} - {"Inspector", "Officer"}
    frames = {"Clearing", "Freight", "Logistics", "Trading", "Shipping", "Transit", "Logistique"}
    frames |= {"Maritime", "Aduanas", "Transportes", "Comercial", "Naviera"}
    common = {w: held[w] for w in surnames - frames if held[w] >= 5}
    assert set(common) == set(facts.NAME.split()) & set(common)
    assert held["Valtemane"] == facts.NAME_REPORTS


def test_small_corpora_and_short_spans_work():
    tiny = make_corpus(size=40, months=3)
    assert 40 <= len(tiny.reports) <= 60
    assert tiny.answer_key["facts"] == {}
    with pytest.raises(ValueError, match="at least one"):
        make_corpus(size=0)


def test_a_larger_world_keeps_its_shares():
    larger = make_corpus(size=12_000, planted=False)
    world = load_world()
    total = sum(h.rate for h in world.habits.values()) + sum(world.other.values())
    primary = Counter(report.category for report in larger.reports)
    expected = 12_000 * world.habits["MO09"].rate / total
    assert primary["MO09"] == pytest.approx(expected, rel=0.15)
    assert primary[NEW] == 0
