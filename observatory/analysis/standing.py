"""Standing: signals looked for with and without unproven reports.

Both are looked for over the same months, those in which tokens of the same kinds counted, and by
the same detectors: so nothing makes the difference but the unproven reports, and that fewer reports
show less. Before tokens every report was unproven, and each series of proven ones would look new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observatory.analysis import series, signals
from observatory.analysis.counts import PROVEN, UNPROVEN
from observatory.analysis.months import Calendar, quarter_of_month
from observatory.analysis.raw import RawComparison, RawCount, RawStanding
from observatory.analysis.signals import rise
from observatory.analysis.tallies import Tallies
from observatory.tokens.epoch import Epoch, Kind

Change = tuple[str, bool, str]
"""A series, whether it rises, and the month of what lasts no longer; "" for what does."""


@dataclass(frozen=True)
class _Seen:
    """What the detectors see in some of the reports: series watched, and the clearest signals."""

    watched: frozenset[str]
    signals: Mapping[Change, Mapping[str, Any]]


def compared(
    counted: Tallies,
    calendar: Calendar,
    epochs: Sequence[Epoch],
    *,
    codes: Sequence[str],
    least: int,
) -> RawStanding | None:
    """Look for signals with and without unproven reports; None where no tokens count.

    Args:
        counted: tallies, by standing as well where tokens count.
        calendar: the whole months of the run.
        epochs: of bona fide tokens.
        codes: the modus operandi codes to watch.
        least: a series with fewer reports in all, proven or not, is not compared.
    """
    months = months_with_tokens(epochs, calendar.months)
    if not months:
        return None
    over = Calendar(months)
    proven, unproven = (counted.at("standing", one) for one in (PROVEN, UNPROVEN))
    every, alone = (_seen(tallies, over, codes, least) for tallies in (counted, proven))
    either = {**alone.signals, **every.signals}
    return RawStanding(
        months,
        tuple(
            RawComparison(
                series=change[0],
                period=str(either[change]["period"]),
                kind=str(either[change]["kind"]),
                rising=change[1],
                with_unproven=change in every.signals,
                without_unproven=change in alone.signals,
                proven=_behind(proven, over, change),
                unproven=_behind(unproven, over, change),
            )
            for change in sorted(either)
            if change[0] in every.watched & alone.watched
        ),
    )


def months_with_tokens(epochs: Sequence[Epoch], months: Sequence[str]) -> tuple[str, ...]:
    """Return the last months, without a gap, in which tokens of the same kinds counted.

    Where another kind of person is given tokens, who is proven changes, and with it what they tell.
    """
    kinds: dict[str, set[Kind]] = {}
    for epoch in epochs:
        if epoch.counts:
            kinds.setdefault(epoch.quarter, set()).add(epoch.kind)
    found: list[str] = []
    for month in reversed(months):
        given = kinds.get(quarter_of_month(month))
        if given and (not found or given == kinds[quarter_of_month(found[0])]):
            found.insert(0, month)
        elif found:
            break
    return tuple(found)


def _seen(tallies: Tallies, over: Calendar, codes: Sequence[str], least: int) -> _Seen:
    wide, _ = series.series(tallies, over, codes=codes, least=least)
    if "all" not in wide:
        return _Seen(frozenset(), {})
    found: dict[Change, Mapping[str, Any]] = {}
    for row in signals.scan(wide, wide["all"], frequency=12).to_dict("records"):
        once = str(row["period"]) if row["kind"] == rise.kind else ""
        change = str(row["series"]), bool(row["observed"] >= row["expected"]), once
        found.setdefault(change, {str(name): value for name, value in row.items()})
    return _Seen(frozenset(map(str, wide.columns)), found)


def _behind(tallies: Tallies, over: Calendar, change: Change) -> RawCount:
    """Return the reports that a change rests on: a month's, or all if it lasts."""
    name, _, month = change
    whole = Calendar((month,)) if month else over
    return series.since(tallies, whole, name, whole.months[0])
