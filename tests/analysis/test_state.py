import os

import numpy as np
import pytest

from observatory.analysis import state
from observatory.analysis.opening import Report, open_state
from observatory.analysis.tallies import Tallies
from observatory.decisions.quorum import open_key
from observatory.errors import IntegrityError


def reports():
    weeks = ["2024-W01", "2024-W20", "2024-W21", "2024-W40"]
    months = ["2024-01", "2024-05", "2024-05", "2024-10"]
    return [
        Report(os.urandom(32), "words", {}, week, "form", month)
        for week, month in zip(weeks, months, strict=True)
    ]


def parts_of(found):
    rng = np.random.default_rng(0)
    model = {
        "centroids": rng.normal(size=(2, 8)).astype(np.float32),
        "coherence": np.array([0.1, -0.2]),
        "ids": np.array([0, 1]),
        "reach": np.array([0.2, 0.3], np.float32),
        "resolution": 1.5,
        "sizes": np.array([3, 1]),
        "stability": np.array([0.8, np.nan]),
        "means": {"": np.zeros(8, np.float32), "en": np.ones(8, np.float32)},
    }
    vectors = rng.normal(size=(len(found), 8)).astype(np.float32)
    return (
        vectors,
        model,
        state.write(
            found,
            vectors,
            np.array([1, 2, 1, 0]),
            [("MO01", "MO04"), (), ("none",), ("MO02",)],
            model,
            embedder="use",
            catalogue="c1",
            tallies={"2024-01": Tallies({}, {"usable": 1})},
        ),
    )


def test_state_comes_back_and_lies_in_monthly_parts():
    found = reports()
    vectors, model, parts = parts_of(found)
    assert set(parts) == {"2024-01", "2024-05", "2024-10", "topics", "tallies/2024-01"}
    read = state.read(parts)
    assert (read.embedder, read.catalogue) == ("use", "c1")
    assert [read.codes[r.leaf] for r in found] == [("MO01", "MO04"), (), ("none",), ("MO02",)]
    assert [read.topics[r.leaf] for r in found] == [1, 2, 1, 0]
    for report, vector in zip(found, vectors, strict=True):
        np.testing.assert_array_equal(read.vectors[report.leaf], vector)
    assert set(read.model["means"]) == {"", "en"}
    for name in state.MODEL:
        np.testing.assert_array_equal(read.model[name], model[name])


def test_destroying_a_month_destroys_all_of_its_reports():
    found = reports()
    _, _, parts = parts_of(found)
    del parts["2024-05"]
    read = state.read(parts)
    assert found[1].leaf not in read.vectors
    assert found[1].leaf not in read.topics
    assert found[0].leaf in read.vectors
    assert read.tallies["2024-01"].base == {"usable": 1}


def test_no_parts_are_an_empty_state():
    assert state.read({}).model is None


def test_an_altered_part_is_refused(founded, quorum):
    from crypto.envelope import seal_blob

    private = open_key(founded.instance, quorum)
    sealed = {"topics": seal_blob(founded.instance.public_key, "topics", b"data")}
    assert open_state(sealed, private) == {"topics": b"data"}
    broken = {"topics": sealed["topics"][:-1] + bytes([sealed["topics"][-1] ^ 1])}
    with pytest.raises(IntegrityError, match="altered"):
        open_state(broken, private)
    with pytest.raises(IntegrityError, match="altered"):
        open_state({"2024-01": sealed["topics"]}, private)
