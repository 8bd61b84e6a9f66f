"""Precedence: of reports that say the same, which one counts, with its office and its sides."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from observatory.analysis.opening import Report


def precedence(
    reports: Sequence[Report], proven: Sequence[bool], junk: Sequence[bool] | NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the rank of each report, (n,), 0 for the one that goes before all others.

    Junk goes last: a copy with an advertisement in it must not take a complaint along with it.
    What was received first goes first, so that a copy never displaces a report of an earlier week,
    nor changes a figure that was shown. Within a week, of which no order is known, what a token
    proves goes before what nothing proves. Then lots are drawn, by what all reports of that week
    say: salts change nothing, and whoever imitates a report cannot try wordings until one is drawn
    first without knowing every other report of the week. Copies that differ in a word or an answer
    have a lot each, so who sends many of them in the week of the report has most of the lots.

    Args:
        reports: in any order; of equal ones the earlier in the sequence goes first.
        proven: for each, whether a token proves it.
        junk: for each, whether it is set aside as no complaint.
    """
    told = [_told(report) for report in reports]
    received: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row, report in enumerate(reports):
        received[report.kept, report.week, report.source].append(row)
    lots = [b""] * len(reports)
    for rows in received.values():
        week = hashlib.sha256(b"".join(sorted(told[row] for row in rows))).digest()
        for row in rows:
            lots[row] = hashlib.sha256(week + told[row]).digest()

    def key(row: int) -> tuple[bool, str, str, bool, bytes]:
        report = reports[row]
        return bool(junk[row]), report.kept, report.week, not proven[row], lots[row]

    ranks = np.empty(len(reports), np.int64)
    ranks[sorted(range(len(reports)), key=key)] = np.arange(len(reports))
    return ranks


def _told(report: Report) -> bytes:
    """Return a digest of everything that a reporter chose, and of nothing else."""
    said = json.dumps([report.narrative, dict(report.facets)], sort_keys=True)
    return hashlib.sha256(said.encode("ascii")).digest()
