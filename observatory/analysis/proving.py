"""Proving: which reports bear a token that counts, each token once.

A token proves that its sender, or whoever it was taken from, is a trader or an official. It is
compared here, in the run's memory, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from observatory.analysis.opening import Report
from observatory.complaint import periods
from observatory.tokens import token
from observatory.tokens.epoch import Epoch


def proven(reports: Sequence[Report], epochs: Iterable[Epoch]) -> tuple[bool, ...]:
    """Tell of each report whether a token proves it.

    A token counts in a report that was received in the epoch's quarter, if enough were issued. Of
    several reports with one token the one received first counts; among those of one week, that
    with the least leaf, since nothing says which of them came earlier.

    Args:
        reports: in any order; what is found does not depend on it.
        epochs: as both sides signed them.
    """
    known = {epoch.key_id: epoch for epoch in epochs if epoch.counts}
    first: dict[tuple[bytes, bytes], int] = {}
    order = sorted(range(len(reports)), key=lambda n: _received_first(reports[n]))
    for number in order if known else ():
        report = reports[number]
        if not report.token:
            continue
        found = token.from_bytes(report.token)
        epoch = known.get(found.key_id)
        spent = (found.key_id, found.value)
        if epoch is None or spent in first or epoch.quarter != _quarter(report.week):
            continue
        if found.is_of(epoch):
            first[spent] = number
    counted = frozenset(first.values())
    return tuple(number in counted for number in range(len(reports)))


def _received_first(report: Report) -> tuple[str, bytes]:
    return report.week, report.leaf


def _quarter(week: str) -> str:
    return periods.quarter_name(periods.quarter_code(week))
