"""What the page of one modus operandi shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.bars import Bars, cut
from observatory.figures.names import least
from observatory.figures.sentences import of_series, sentence, series_name
from observatory.figures.trend import Trend, trend
from observatory.review.overview import code_said

if TYPE_CHECKING:
    from observatory.catalogue import Measure, ModusOperandi
    from observatory.disclosure import SafeAnalysis
    from observatory.figures.names import Names


@dataclass(frozen=True)
class PracticePage:
    """Everything on a modus operandi's page."""

    practice: ModusOperandi
    group: str
    direction: str
    said: str
    stages: tuple[str, ...]
    trend: Trend | None
    signals: tuple[tuple[str, str], ...]
    cuts: tuple[Bars, ...]
    measures: tuple[Measure, ...]


def practice_page(analysis: SafeAnalysis, names: Names, code: str) -> PracticePage:
    """Return the page of a modus operandi.

    Raises:
        KeyError: the catalogue has no such code.
    """
    catalogue = names.catalogue
    practice = catalogue.modus_operandi[code]
    return PracticePage(
        practice=practice,
        group=catalogue.groups[practice.group],
        direction=catalogue.directions[practice.direction],
        said=code_said(analysis, code),
        stages=tuple(names.label("stage", stage) for stage in practice.stages),
        trend=_trend(analysis, code),
        signals=_signals(analysis, names, code),
        cuts=_cuts(analysis, names, code),
        measures=tuple(
            catalogue.measures[key] for key in practice.measures if key in catalogue.measures
        ),
    )


def _trend(analysis: SafeAnalysis, code: str) -> Trend | None:
    try:
        cells = analysis.table("mo_month").series("month", mo=code)
    except KeyError:
        return None
    return trend(
        cells,
        title="How many reports named it each month?",
        threshold=least(analysis, code),
        signals=of_series(analysis, f"mo:{code}"),
    )


def _signals(analysis: SafeAnalysis, names: Names, code: str) -> tuple[tuple[str, str], ...]:
    """Return (where, sentence) of every signal of this code, anywhere; newest first."""
    raised = [s for s in analysis.signals if f"mo:{code}" in s.series.split("|")]
    raised.sort(key=lambda signal: (signal.period, signal.series), reverse=True)
    return tuple(
        (
            series_name(signal.series, names) if "|" in signal.series else "All places",
            sentence(signal, analysis, names),
        )
        for signal in raised
    )


def _cuts(analysis: SafeAnalysis, names: Names, code: str) -> tuple[Bars, ...]:
    asked = (
        ("mo_office", "office", "Where?"),
        ("mo_stage", "stage", "At which step?"),
        ("mo_reporter_side", "reporter_side", "Who reports it?"),
        ("mo_subject_side", "subject_side", "Whose conduct is it about?"),
        ("mo_outcome", "outcome", "How did it end?"),
    )
    found = (
        cut(analysis, names, table, along, title=title, whole=analysis.code_count(code), mo=code)
        for table, along, title in asked
    )
    return tuple(bars for bars in found if bars is not None)
