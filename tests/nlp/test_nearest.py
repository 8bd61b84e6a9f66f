import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp import nearest as module
from nlp.embedding import quantise, unit
from nlp.nearest import nearest


def made_up(seed, rows, *, distinct):
    """Quantised unit rows, of which only ``distinct`` differ: equal rows make ties."""
    rng = np.random.default_rng(seed)
    return quantise(unit(rng.normal(size=(distinct, 12)))[rng.integers(0, distinct, rows)])


@given(
    st.integers(0, 99), st.integers(1, 60), st.integers(2, 700), st.integers(1, 40),
    st.integers(1, 20),
)  # fmt: skip
def test_the_same_rows_as_sorting_everything(seed, rows, others, distinct, count):
    a, b = made_up(seed, rows, distinct=distinct), made_up(seed + 1, others, distinct=distinct)
    own = np.random.default_rng(seed).integers(-1, others, rows)
    count = min(count, others - 1)
    products = a @ b.T
    held = np.flatnonzero(own >= 0)
    products[held, own[held]] = -np.inf
    expected = np.argsort(-products, axis=1, kind="stable")[:, :count]
    near, similarity = nearest(a, b, count, own)
    assert (near == expected).all()
    assert (similarity == np.take_along_axis(products, expected, axis=1)).all()


def test_blocks_change_nothing(monkeypatch):
    vectors = made_up(0, 500, distinct=90)
    whole = nearest(vectors, vectors, 15, np.arange(500))
    monkeypatch.setattr(module, "_CELLS", 1200)
    parts = nearest(vectors, vectors, 15, np.arange(500))
    assert all((a == b).all() for a, b in zip(whole, parts, strict=True))
