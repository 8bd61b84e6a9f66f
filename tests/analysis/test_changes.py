"""What became of topics, with the reports behind each change."""

import numpy as np
import pytest

from nlp import TopicModel
from nlp.topics.lineage import Change
from observatory.analysis.changes import changes
from observatory.analysis.raw import RawChange, RawCount
from observatory.analysis.topics import Topics

BEFORE = np.array([1, 1, 1, 1, 2, 2, 2, 0, 0])
NOW = np.array([1, 1, 3, 3, 1, 1, 1, 4, 4])
WEEKS = ["W1", "W2", "W2", "W3", "W1", "W1", "W2", "W3", "W3"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            Change("split", (0,), (0, 2), 4),
            RawChange("split", {"T0001": RawCount(4, 3, 2)}, ("T0001", "T0003"), RawCount(4, 3, 2)),
        ),
        (
            Change("merged", (0, 1), (0,), 5),
            RawChange(
                "merged",
                {"T0001": RawCount(4, 3, 2), "T0002": RawCount(3, 2, 2)},
                ("T0001",),
                RawCount(5, 2, 3),
            ),
        ),
        (
            Change("moved", (0,), (), 2),
            RawChange("moved", {"T0001": RawCount(4, 3, 2)}, (), RawCount(2, 2, 1)),
        ),
        (
            Change("died", (1,), (), 3),
            RawChange("died", {"T0002": RawCount(3, 2, 2)}, (), RawCount(3, 2, 2)),
        ),
        (Change("born", (), (3,), 2), RawChange("born", {}, ("T0004",), RawCount(2, 1, 2))),
    ],
)
def test_a_change_counts_the_reports_that_it_concerns(change, found):
    assert changes(Topics(NOW, TopicModel(), (change,), BEFORE), WEEKS) == (found,)


def test_a_first_run_changes_nothing():
    assert changes(Topics(NOW, TopicModel()), WEEKS) == ()
