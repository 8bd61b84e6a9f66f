"""What became of each topic when topics were found anew, or new ones opened: a log to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Kind = Literal["born", "split", "merged", "died", "moved"]

# Share of a topic's texts that must go to, or come from, another for it to count as its heir.
_PART = 0.25
# Jaccard coefficient from which a topic found anew is the old one.
_SAME = 0.3


@dataclass(frozen=True)
class Change:
    """One entry of the log.

    Attributes:
        kind: ``born`` (from texts that had no topic, or from parts of many), ``split``, ``merged``,
            ``died`` (its texts have no common topic any more), ``moved`` (some of its texts, and
            not enough for any of these, went to others).
        before: ids of the topics that were.
        after: ids of the topics that are.
        texts: how many texts it concerns.
    """

    kind: Kind
    before: tuple[int, ...]
    after: tuple[int, ...]
    texts: int

    def __str__(self) -> str:
        old, new = (" and ".join(f"{i}" for i in ids) for ids in (self.before, self.after))
        told = {
            "born": f"{new} is new",
            "split": f"{old} has become {new}",
            "merged": f"{old} have become {new}",
            "died": f"{old} is no topic any more",
            "moved": f"of {old} some went elsewhere",
        }
        return f"{told[self.kind]} ({self.texts} texts)"


def inherit(before: Labels, after: Labels, first_free: int) -> Labels:
    """Ids for topics found anew: that of the old topic that each is, or a fresh one.

    Old and new are matched one to one so that the sum of their Jaccard coefficients is greatest
    (Kuhn 1955); a match under :data:`_SAME` is none.

    Args:
        before: (n,) ids that the texts had, -1 for none.
        after: (n,) topics 0..m - 1 that they have now, -1 for none.
        first_free: the lowest id that was never used.

    Returns:
        (m,) id of each topic.
    """
    from scipy.optimize import linear_sum_assignment

    old, common, likeness = _overlap(before, after)
    ids = np.full(common.shape[1], -1, dtype=np.int64)
    for i, j in zip(*linear_sum_assignment(-likeness), strict=True):
        if likeness[i, j] >= _SAME:
            ids[j] = old[i]
    fresh = np.flatnonzero(ids < 0)
    ids[fresh] = first_free + np.arange(len(fresh))
    return ids


def compare(before: Labels, after: Labels) -> list[Change]:
    """What changed between two labellings of the same texts by ids, -1 for none."""
    names, numbered = np.unique(after[after >= 0], return_inverse=True)
    rows = np.full(len(after), -1, dtype=np.int64)
    rows[after >= 0] = numbered
    old, common, _ = _overlap(before, rows)
    sizes_before = np.array([(before == i).sum() for i in old])
    sizes_after = np.bincount(numbered, minlength=len(names))
    goes = common >= np.maximum(_PART * sizes_before[:, None], 1)
    comes = common >= np.maximum(_PART * sizes_after[None, :], 1)
    changes = []
    for i, topic in enumerate(old.tolist()):
        heirs = np.flatnonzero(goes[i] & comes[i])
        alone = len(heirs) == 1 and (comes & goes)[:, heirs[0]].sum() == 1
        if len(heirs) > 1 or (alone and topic not in names):
            changes.append(_change("split", [topic], names[heirs], common[i, heirs].sum()))
        elif topic not in names:
            if not len(heirs):
                changes.append(_change("died", [topic], [], sizes_before[i]))
        elif left := int(sizes_before[i] - common[i, names == topic].sum()):
            changes.append(_change("moved", [topic], [], left))
    for j, topic in enumerate(names.tolist()):
        parents = np.flatnonzero(comes[:, j] & goes[:, j])
        if len(parents) > 1:
            changes.append(_change("merged", old[parents], [topic], common[parents, j].sum()))
        elif not len(parents) and topic not in old:
            changes.append(_change("born", [], [topic], sizes_after[j]))
    return changes


def _change(
    kind: Kind, before: Sequence[int] | Labels, after: Sequence[int] | Labels, texts: int
) -> Change:
    return Change(kind, tuple(map(int, before)), tuple(map(int, after)), int(texts))


def _overlap(before: Labels, after: Labels) -> tuple[Labels, Labels, NDArray[np.float64]]:
    """Old ids, texts that each old and new topic share, and their Jaccard coefficients."""
    old, numbered = np.unique(before, return_inverse=True)
    common = np.zeros((len(old), int(after.max(initial=-1)) + 1), dtype=np.int64)
    placed = after >= 0
    np.add.at(common, (numbered[placed], after[placed]), 1)
    had = old >= 0
    sizes = np.bincount(numbered, minlength=len(old))[had, None]
    sizes = sizes + np.bincount(after[placed], minlength=common.shape[1])[None, :]
    common = common[had]
    return old[had], common, common / np.maximum(sizes - common, 1)
