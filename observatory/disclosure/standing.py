"""With and without unproven reports: what a reader is told of it, which holds no counts.

A verdict alone is shown, and only where proven and unproven reports could each be shown. A count of
proven ones beside that of all would give the others away, and make small groups smaller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from observatory.analysis.raw import RawStanding
from observatory.disclosure.rules import Rules


@dataclass(frozen=True)
class SafeComparison:
    """A signal that was looked for with and without unproven reports.

    Attributes:
        series, period, kind, direction: as of a signal.
        with_unproven: whether it is there among all reports.
        without_unproven: whether it is there among proven reports alone.
    """

    series: str
    period: str
    kind: str
    direction: str
    with_unproven: bool
    without_unproven: bool

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return dict(vars(self))


@dataclass(frozen=True)
class SafeStanding:
    """What changes when unproven reports are left out.

    Attributes:
        months: in which tokens of the same kinds counted; nothing else was looked at for this.
        signals: those of either of which it may be told; of others it cannot be.
    """

    months: tuple[str, ...]
    signals: tuple[SafeComparison, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"months": list(self.months), "signals": [one.to_json() for one in self.signals]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SafeStanding:
        """Read the JSON form."""
        return cls(
            tuple(data["months"]), tuple(SafeComparison(**entry) for entry in data["signals"])
        )


def safe_standing(raw: RawStanding, rules: Rules) -> SafeStanding:
    """Pass the comparison through the door."""
    shown = []
    for one in raw.signals:
        levels = tuple(part.partition(":")[2] for part in one.series.split("|"))
        if rules.allows(one.proven, *levels) and rules.allows(one.unproven, *levels):
            direction = "up" if one.rising else "down"
            verdict = one.with_unproven, one.without_unproven
            shown.append(SafeComparison(one.series, one.period, one.kind, direction, *verdict))
    return SafeStanding(raw.months, tuple(shown))
