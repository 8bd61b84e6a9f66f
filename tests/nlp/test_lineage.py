"""What became of each topic."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.topics.lineage import Change, compare, inherit

labellings = st.lists(st.tuples(st.integers(-1, 6), st.integers(-1, 6)), min_size=1, max_size=60)


def labels(*runs):
    return np.repeat([topic for topic, _ in runs], [texts for _, texts in runs])


def test_a_topic_that_is_still_there_keeps_its_id():
    before = labels((7, 20), (3, 10), (-1, 5))
    after = labels((1, 18), (0, 12), (2, 5))
    assert list(inherit(before, after, 8)) == [3, 7, 8]


def test_each_kind_of_change_is_told():
    before = labels((0, 20), (1, 10), (2, 10), (3, 10), (-1, 12))
    after = labels((0, 10), (4, 10), (1, 20), (-1, 10), (5, 12))
    assert compare(before, after) == [
        Change("split", (0,), (0, 4), 20),
        Change("died", (3,), (), 10),
        Change("merged", (1, 2), (1,), 20),
        Change("born", (), (5,), 12),
    ]


def test_the_log_can_be_read():
    assert str(Change("merged", (1, 2), (1,), 20)) == "1 and 2 have become 1 (20 texts)"


@given(labellings)
def test_no_change_is_told_where_nothing_changed(pairs):
    before = np.array([topic for topic, _ in pairs])
    assert compare(before, before) == []


@given(labellings)
def test_every_id_that_came_or_went_is_told(pairs):
    before, found = (np.array(column) for column in zip(*pairs, strict=True))
    numbered = np.full(len(found), -1)
    numbered[found >= 0] = np.unique(found[found >= 0], return_inverse=True)[1]
    ids = inherit(before, numbered, 7)
    assert len(set(ids.tolist())) == len(ids)
    after = np.where(numbered >= 0, ids[numbered] if len(ids) else -1, -1)
    changes = compare(before, after)
    had, has = set(before.tolist()) - {-1}, set(after.tolist()) - {-1}
    assert had - has <= {i for change in changes for i in change.before}
