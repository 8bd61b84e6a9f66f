# ruff: noqa: E501  (sentences of examples are not broken)
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.codes import CodeScorer, Definition, assign

DEFINITIONS = (
    Definition(
        "A", "Speed money", "A payment asked for a lawful act so that it happens at normal speed.",
        {"en": ("tea money", "speed money", "facilitation fee"), "fr": ("bakchich", "graisser la patte"),
         "es": ("mordida", "dinero para agilizar")},
    ),
    Definition(
        "B", "Roadblock extortion", "Trucks pay to pass checkpoints or weighbridges.",
        {"en": ("weighbridge", "mobile squad", "per axle"), "fr": ("pont-bascule",), "es": ("báscula",)},
        frozenset({"weighbridge"}),
    ),
    Definition("C", "Sexual extortion", "Sexual favours are demanded.", {"en": ("sexual favour", "harassed")}),
)  # fmt: skip


@pytest.fixture(scope="module")
def scorer(embedder):
    return CodeScorer(DEFINITIONS, embedder)


def codes(scorer, *texts: str, languages=None):
    return assign(scorer.score(texts, languages=languages), scorer.codes)


def test_cues_in_three_languages(scorer):
    texts = (
        "He wanted tea money for my file",
        "Il faut toujours graisser la patte",
        "Piden dinero para agilizar la salida",
    )
    found = codes(scorer, *texts, languages=["en", "fr", "es"])
    assert [codes[:1] for codes in found] == [("A",)] * 3


def test_accents_plurals_and_one_slip(scorer):
    assert codes(scorer, "they ask facilitatoin fees at the gate", languages=["en"])[0] == ("A",)
    assert codes(scorer, "pagan en la bascula cada noche", languages=["es"])[0] == ("B",)


def test_a_weak_cue_needs_company(scorer):
    alone, together = scorer.score(
        ["the weighbridge was closed", "at the weighbridge the mobile squad asks per axle"],
        languages=["en", "en"], spread=False,
    )  # fmt: skip
    assert alone[1] < 0.5 < together[1]


def test_a_word_of_every_complaint_is_no_code(scorer):
    assert codes(scorer, "Police harassed me for passport verification", languages=["en"]) == [()]


def test_real_titles_are_mostly_other(titles, title_vectors, embedder):
    scorer = CodeScorer(DEFINITIONS, embedder)
    found = assign(scorer.score(titles, embeddings=title_vectors), scorer.codes)
    assert sum(bool(row) for row in found) < 0.05 * len(titles)


def test_the_same_scores_in_any_order(titles, title_vectors, scorer):
    order = np.random.default_rng(0).permutation(600)
    tags = ["en"] * 600
    plain = scorer.score(titles[:600], embeddings=title_vectors[:600], languages=tags)
    mixed = scorer.score(
        [titles[i] for i in order], embeddings=title_vectors[order], languages=tags
    )
    np.testing.assert_allclose(mixed, plain[order], rtol=0, atol=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.floats(0, 1), min_size=5, max_size=5), min_size=1, max_size=8))
def test_at_most_three_codes_strongest_first(rows):
    names = tuple("ABCDE")
    for row, chosen in zip(rows, assign(np.array(rows), names), strict=True):
        assert len(chosen) <= 3
        values = [row[names.index(code)] for code in chosen]
        assert values == sorted(values, reverse=True)
        assert all(value >= 0.5 for value in values)
