"""What became of topics in a run, with the reports behind each change: the door asks for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.topics.lineage import Change
from observatory.analysis.raw import RawChange, RawCount
from observatory.analysis.topics import Topics, name


def changes(topics: Topics, weeks: Sequence[str]) -> tuple[RawChange, ...]:
    """Return the changes of a run, by topic id.

    Args:
        topics: of n reports.
        weeks: (n,) week of receipt of each.
    """
    if topics.before is None:
        return ()
    when = np.array(weeks, dtype=np.str_)
    return tuple(
        RawChange(
            kind=change.kind,
            before={
                name(old + 1): reports_of(when[topics.before == old + 1]) for old in change.before
            },
            after=tuple(name(new + 1) for new in change.after),
            count=reports_of(when[_concerned(change, topics.before, topics.numbers)]),
        )
        for change in topics.changes
    )


def reports_of(weeks: Sequence[str] | NDArray[np.str_]) -> RawCount:
    """Return the count of reports that came in these weeks, one entry a report."""
    times = np.unique(np.asarray(weeks, dtype=np.str_), return_counts=True)[1]
    return RawCount(int(times.sum()), len(times), int(times.max(initial=0)))


def _concerned(
    change: Change, before: NDArray[np.int64], after: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which reports made a change: those that left, or that go from its old to its new."""
    old, new = (np.array(ids, np.int64) + 1 for ids in (change.before, change.after))
    if change.kind == "moved":
        return np.isin(before, old) & ~np.isin(after, old)
    leaves = np.isin(before, old) if len(old) else np.ones(len(before), bool)
    comes = np.isin(after, new) if len(new) else np.ones(len(after), bool)
    return leaves & comes
