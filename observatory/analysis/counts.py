"""The counts: one row a report and code; a report counts once in each of its codes (up to three).

So codes are never summed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from observatory.analysis.opening import Report
from observatory.complaint.facets import BY_CODE
from observatory.complaint.offices import ELSEWHERE

NOT_SAID = "not_said"
NO_PRACTICE = "none"

PROVEN, UNPROVEN = "proven", "unproven"
STANDINGS = (PROVEN, UNPROVEN)
"""What a report stands as where bona fide tokens count."""


def frame(
    reports: Sequence[Report],
    *,
    codes: Sequence[tuple[str, ...]],
    topics: Sequence[str],
    languages: Sequence[str],
    offices: frozenset[str],
    proven: Sequence[bool] = (),
) -> pd.DataFrame:
    """Return the table that every cut is made of.

    Args:
        reports: usable reports, one a row, in the run's order.
        codes: up to three modus operandi codes a report; ``()`` counts as ``other``, and
            ``(NO_PRACTICE,)`` stands for a report that all went as it should.
        topics: topic id a report.
        languages: language tag a report.
        offices: registered office codes; another place counts as ``elsewhere``.
        proven: whether a token proves a report; none does by default.

    Returns:
        One row per report and code, with a column per dimension but those of time, and
        ``report``, ``week``, ``kept``.
    """
    table = pd.DataFrame(
        {
            "report": np.arange(len(reports), dtype=np.int64),
            "week": [r.week for r in reports],
            "kept": [r.kept for r in reports],
            "office": [_office(r.facets.get("office"), offices) for r in reports],
            "topic": list(topics),
            "language": list(languages),
            "standing": [PROVEN if one else UNPROVEN for one in proven or [False] * len(reports)],
            **{
                code: [r.facets.get(code, NOT_SAID) for r in reports]
                for code in BY_CODE
                if code not in ("office", "month")
            },
        }
    )
    table["mo"] = [list(given) or ["other"] for given in codes]
    return table.explode("mo", ignore_index=True)


def _office(code: str | None, offices: frozenset[str]) -> str:
    if code is None:
        return NOT_SAID
    return code if code in offices else ELSEWHERE
