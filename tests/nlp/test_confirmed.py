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
    taught = ConfirmedClassifier(CODES, {}).fit(vectors, TOPICS)
    np.testing.assert_array_equal(taught.blend(chances, vectors), chances)
    assert not taught.predict_proba(vectors).any()


def test_reports_like_the_confirmed_topic_get_its_code(vectors, chances):
    taught = ConfirmedClassifier(CODES, {"T2": "B"}).fit(vectors[::2], TOPICS[::2])
    late = taught.blend(chances, vectors)[1::2]
    assert (late[20:40, 1] > 0.4).all()
    np.testing.assert_array_equal(late[:, [0, 2]], 0.25)
    np.testing.assert_array_equal(late[:20], 0.25)


def test_no_code_is_made_less_likely(vectors):
    chances = np.random.default_rng(1).random((120, 3))
    taught = ConfirmedClassifier(CODES, {"T1": "A", "T2": "B"}).fit(vectors, TOPICS)
    assert (taught.blend(chances, vectors) >= chances).all()


def test_the_order_of_reports_changes_nothing(vectors):
    order = np.random.default_rng(2).permutation(120)
    links = {"T1": "A", "T3": "C"}
    plain = ConfirmedClassifier(CODES, links).fit(vectors, TOPICS)
    mixed = ConfirmedClassifier(CODES, links).fit(vectors[order], [TOPICS[row] for row in order])
    np.testing.assert_array_equal(plain.predict_proba(vectors), mixed.predict_proba(vectors))


def test_a_code_that_the_catalogue_dropped_is_left_out(vectors, chances):
    taught = ConfirmedClassifier(CODES, {"T1": "GONE"}).fit(vectors, TOPICS)
    np.testing.assert_array_equal(taught.blend(chances, vectors), chances)


def test_reports_without_a_topic_teach_nothing(vectors, chances):
    taught = ConfirmedClassifier(CODES, {"T1": "A"}).fit(vectors, [""] * 120)
    np.testing.assert_array_equal(taught.blend(chances, vectors), chances)
