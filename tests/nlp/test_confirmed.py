"""Links that members confirm raise the code in reports like those they read, and nowhere else."""

import numpy as np
import pytest

from nlp.confirmed import ConfirmedClassifier
from nlp.embedding import quantise, unit

CODES = ("A", "B", "C")
TOPICS = ["T1"] * 40 + ["T2"] * 40 + ["T3"] * 40


@pytest.fixture(scope="module")
def vectors():
    chance = np.random.default_rng(0)
    middles = np.repeat(np.eye(3, 16), 40, axis=0)
    return quantise(unit(middles + chance.normal(scale=0.15, size=middles.shape)))


@pytest.fixture
def chances():
    return np.full((120, 3), 0.25)


def test_nothing_confirmed_changes_nothing(vectors, chances):
    taught = ConfirmedClassifier(CODES, {}).fit(vectors, TOPICS, chances)
    np.testing.assert_array_equal(taught.blend(chances, vectors), chances)
    assert not taught.predict_proba(vectors).any()


def test_reports_like_the_confirmed_topic_get_its_code(vectors, chances):
    taught = ConfirmedClassifier(CODES, {"T2": "B"}).fit(vectors[::2], TOPICS[::2], chances[::2])
    late = taught.blend(chances, vectors)[1::2]
    assert (late[20:40, 1] > 0.4).all()
    np.testing.assert_array_equal(late[:, [0, 2]], 0.25)
    assert (late[:20, 1] <= 0.25).all()


def test_unlikeness_counts_only_as_far_as_the_topic_holds_the_code(vectors, chances):
    spread, gathered = chances.copy(), chances.copy()
    spread[40:, 0] = 0.6  # the code is told in many topics, of which one is confirmed
    gathered[40:, 0] = 0.01  # it is told in the confirmed topic alone
    links = {"T1": "A"}
    little, much = (
        ConfirmedClassifier(CODES, links).fit(vectors, TOPICS, before).blend(chances, vectors)
        for before in (spread, gathered)
    )
    assert (much[40:, 0] < little[40:, 0]).all()
    assert (little[40:, 0] < chances[40:, 0]).all()


def test_the_order_of_reports_changes_nothing(vectors, chances):
    order = np.random.default_rng(2).permutation(120)
    links = {"T1": "A", "T3": "C"}
    plain = ConfirmedClassifier(CODES, links).fit(vectors, TOPICS, chances)
    mixed = ConfirmedClassifier(CODES, links).fit(
        vectors[order], [TOPICS[row] for row in order], chances
    )
    np.testing.assert_array_equal(plain.predict_proba(vectors), mixed.predict_proba(vectors))


def test_a_code_that_the_catalogue_dropped_is_left_out(vectors, chances):
    taught = ConfirmedClassifier(CODES, {"T1": "GONE"}).fit(vectors, TOPICS, chances)
    np.testing.assert_array_equal(taught.blend(chances, vectors), chances)


def test_reports_without_a_topic_teach_nothing(vectors, chances):
    taught = ConfirmedClassifier(CODES, {"T1": "A"}).fit(vectors, [""] * 120, chances)
    np.testing.assert_array_equal(taught.blend(chances, vectors), chances)
