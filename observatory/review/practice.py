"""What the page of one modus operandi shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.bars import Bars, cut
from observatory.figures.names import count, fewer, least
from observatory.figures.sentences import parts_of
from observatory.figures.series import course
from observatory.review.signals import Told, by_group, told

if TYPE_CHECKING:
    from observatory.catalogue import Measure, ModusOperandi
    from observatory.disclosure import SafeAnalysis
    from observatory.figures.names import Names
    from observatory.figures.trend import Trend

CUTS = (
    ("mo_office", "office", "Where is it reported?"),
    ("mo_stage", "stage", "At which step?"),
    ("mo_reporter_side", "reporter_side", "Who reports it?"),
    ("mo_subject_side", "subject_side", "Whose conduct is it about?"),
    ("mo_outcome", "outcome", "How did it end?"),
)


@dataclass(frozen=True)
class PracticePage:
    """Everything on a modus operandi's page."""

    practice: ModusOperandi
    group: str
    direction: str
    said: str
    few: bool
    share: str
    stages: tuple[str, ...]
    trend: Trend | None
    signals: tuple[Told, ...]
    cuts: tuple[Bars, ...]
    measures: tuple[Measure, ...]


def practice_page(analysis: SafeAnalysis, names: Names, code: str) -> PracticePage:
    """Return the page of a modus operandi.

    Raises:
        KeyError: the catalogue has no such code.
    """
    catalogue = names.catalogue
    practice = catalogue.modus_operandi[code]
    reports, threshold = analysis.code_count(code), least(analysis, code)
    cuts = (
        cut(analysis, names, table, along, title=title, whole=reports, mo=code)
        for table, along, title in CUTS
    )
    return PracticePage(
        practice=practice,
        group=catalogue.groups[practice.group],
        direction=catalogue.directions[practice.direction],
        said=fewer(threshold) if reports is None else count(reports, threshold),
        few=reports is None,
        share=share_of_all(reports, analysis),
        stages=tuple(names.label("stage", stage) for stage in practice.stages),
        trend=course(analysis, f"mo:{code}", title="How many reports named it each month?"),
        signals=tuple(
            told(series, analysis, names)
            for found in by_group(analysis, names).values()
            for series in found
            if parts_of(series).get("mo") == code
        ),
        cuts=tuple(bars for bars in cuts if bars is not None),
        measures=tuple(
            catalogue.measures[key] for key in practice.measures if key in catalogue.measures
        ),
    )


def share_of_all(reports: int | None, analysis: SafeAnalysis) -> str:
    """Return reports as a share of all usable ones, in words, or "" where one is not shown."""
    usable = analysis.reports.get("usable")
    if not reports or not usable:
        return ""
    percent = 100 * reports / usable
    return f"{percent:.0f}%" if percent >= 1 else "less than 1%"
