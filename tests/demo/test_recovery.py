"""The main job: the planted facts are found in what a member sees, and none where none is."""

import json
import re

import pytest
from taught_once import Remembering, taught_once

from observatory.decisions import joint_run
from observatory.demo import story
from observatory.demo.corpus import make_corpus
from observatory.demo.recovery import recover
from observatory.instance import Instance


@pytest.fixture(scope="module")
def embedder():
    """One for both worlds, which share nearly all of their texts."""
    with taught_once():
        yield Remembering()


def analysed(folder, corpus, embedder):
    made = story.found_for(folder, corpus)
    story.seal_corpus(made.instance, corpus, lambda *_: None)
    instance = Instance.open(made.instance.folder)
    run = joint_run.analyse(instance, made.custodians, embedder, lambda *_: None)
    return made, run


@pytest.fixture(scope="module")
def world(tmp_path_factory, embedder):
    corpus = make_corpus()
    made, run = analysed(tmp_path_factory.mktemp("planted"), corpus, embedder)
    return corpus, made, run


@pytest.fixture(scope="module")
def products(world):
    return world[2].products["members"]


def test_every_planted_fact_is_found(world, products):
    corpus, _, _ = world
    recoveries = recover(corpus.answer_key, products)
    assert len(recoveries) == 6
    assert [r.fact for r in recoveries if not r.found] == []


def test_base_counts_are_near_the_truth(world, products):
    truth = world[0].answer_key["counts"]
    assert products.reports["received"] == truth["received"]
    assert products.reports["usable"] == pytest.approx(truth["usable"], rel=0.02)
    assert products.reports["duplicate"] >= truth["duplicates"]
    assert truth["junk"] * 0.75 <= products.reports["junk"] <= truth["junk"] * 1.05
    parts = [products.reports[name] for name in ("usable", "duplicate", "junk")]
    assert sum(parts) == products.reports["received"]


def test_frequent_practices_are_counted_about_right(world, products):
    true = world[0].answer_key["true_counts"]
    for code, count in true.items():
        if count >= 200:
            assert 0.55 * count <= products.code_count(code) <= 1.25 * count, code
    assert [code for code in true if products.code_count(code) is None] == []


def test_planted_facts_are_visible_in_listed_cuts(world, products):
    facts = world[0].answer_key["facts"]
    quarters = products.table("mo_office_quarter")
    speed = dict(quarters.series("quarter", mo="MO01", office=facts["speed_money"]["offices"][0]))
    assert all(speed[quarter] for quarter in ("2026-Q1", "2026-Q2", "2026-Q3"))
    neighbour = facts["measure"]["displacement"]["offices"][0]
    moved = dict(quarters.series("quarter", mo="MO04", office=neighbour))
    assert all(moved[quarter] for quarter in ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2"))
    months = dict(products.table("month").series("month"))
    for month in facts["campaign"]["periods"]:
        assert months[month] > 1.3 * months["2026-02"]


def test_no_identifier_and_no_name_is_shown(world):
    corpus, _, run = world
    shown = "\n".join(
        json.dumps(products.to_json(), ensure_ascii=False) for products in run.products.values()
    ).casefold()
    planted = {text.casefold() for report in corpus.reports for text in report.identifiers}
    assert len(planted) > 500
    found = [text for text in planted if text in shown]  # perhaps within a longer word
    assert [text for text in found if re.search(rf"\b{re.escape(text)}\b", shown)] == []


def test_public_products_are_rounded_and_hold_to_k_10(world):
    public = world[2].products["public"]
    assert public.k == 10
    counts = [cell.reports for table in public.tables for cell in table.cells]
    counts += [topic.reports for topic in public.topics]
    assert counts
    assert all(count % 5 == 0 and count >= 10 for count in counts)


def test_nothing_is_clear_in_the_instance(world):
    corpus, made, _ = world
    rare = [text.encode() for r in corpus.reports for text in r.identifiers if len(text) > 8]
    rare = rare[:: len(rare) // 25]
    assert len(rare) >= 25
    for path in made.instance.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [text for text in rare if text in content], path.name


def test_a_world_without_planted_facts_has_no_signals(tmp_path, embedder):
    _, run = analysed(tmp_path, make_corpus(planted=False), embedder)
    assert run.products["members"].signals == ()
    assert run.products["members"].reports["duplicate"] < 60
