import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nlp.calibration import Calibration

SCORES = arrays.arrays(np.float64, st.integers(1, 20), elements=st.floats(0, 1))


def told(chances, seed):
    return np.random.default_rng(seed).random(chances.shape) < chances


def test_chances_come_true_on_texts_that_taught_nothing():
    scores = np.random.default_rng(1).random((4000, 5))
    sure = scores**3  # too modest; the truth follows the scores themselves
    found = Calibration.fit(sure[:2000], told(scores[:2000], 2)).chances(sure[2000:])
    came_true = told(scores[2000:], 3)
    for low in np.arange(0, 1, 0.1):
        inside = (found >= low) & (found < low + 0.1)
        assert abs(found[inside].mean() - came_true[inside].mean()) < 0.06


def test_as_it_stands_it_changes_nothing():
    scores = np.linspace(0.001, 0.999, 50)
    np.testing.assert_allclose(Calibration().chances(scores), scores, atol=1e-12)


@given(SCORES, st.floats(0.1, 5), st.floats(-5, 5))
@settings(deadline=None)
def test_it_keeps_the_order_and_stays_between_0_and_1(scores, slope, offset):
    found = Calibration(slope, offset).chances(np.sort(scores))
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= 0).all()


def test_nothing_can_be_learnt_where_all_is_true():
    with pytest.raises(ValueError, match="class"):
        Calibration.fit(np.array([0.1, 0.9]), np.array([True, True]))
