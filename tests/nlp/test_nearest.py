import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp import nearest as module
from nlp.embedding import quantise, unit
from nlp.nearest import _by_graph as by_graph
from nlp.nearest import nearest, neighbours


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


def test_the_graph_finds_nearly_all_and_always_the_same(monkeypatch):
    rng = np.random.default_rng(3)
    middles = rng.normal(size=(40, 64))
    vectors = quantise(unit(middles[rng.integers(0, 40, 3000)] + rng.normal(size=(3000, 64)) * 0.7))
    exact = neighbours(vectors, 15)
    monkeypatch.setattr(module, "EXACT", 1000)
    near = neighbours(vectors, 15)
    found = [len(set(a) & set(b)) for a, b in zip(near.tolist(), exact.tolist(), strict=True)]
    assert np.mean(found) > 0.97 * 15
    assert not (near == np.arange(3000)[:, None]).any()
    assert (near == neighbours(vectors, 15)).all()


@given(st.integers(0, 20), st.integers(2, 60), st.integers(1, 20), st.integers(1, 20))
def test_a_row_is_its_own_neighbour_only_where_the_graph_reaches_too_few(seed, rows, kinds, count):
    vectors = made_up(seed, rows, distinct=kinds)
    near = by_graph(vectors, min(count, rows - 1))
    assert near.shape == (rows, min(count, rows - 1))
    for row, found in enumerate(near.tolist()):
        others = [other for other in found if other != row]
        assert len(set(others)) == len(others)
