"""The disclosure rules that one audience is held to; their numbers come from the signed policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from observatory.analysis.raw import RawCount

Audience = Literal["members", "public"]

K_RANGE = (3, 50)

SEXUAL_EXTORTION = "MO08"
SEXUAL_EXTORTION_K = 10


@dataclass(frozen=True)
class Rules:
    """When a count may be shown.

    Attributes:
        audience: who will see it.
        k: fewest distinct reports.
        weeks: fewest distinct receipt weeks that they came from.
        dominance: largest share that one week may give.
        base: counts are rounded to multiples of this; 1 shows them as they are.
        stricter: levels with a threshold of their own, whichever is larger.
    """

    audience: Audience
    k: int = 5
    weeks: int = 3
    dominance: float = 0.6
    base: int = 1
    stricter: Mapping[str, int] = field(
        default_factory=lambda: {
            SEXUAL_EXTORTION: SEXUAL_EXTORTION_K,
            "sexual": SEXUAL_EXTORTION_K,
        }
    )

    def __post_init__(self) -> None:
        """Refuse rules that no policy may set.

        Raises:
            ValueError: k is outside 3 to 50, or a share or a number of weeks makes no sense.
        """
        low, high = K_RANGE
        if not low <= self.k <= high:
            raise ValueError(f"k is {self.k}; it must lie between {low} and {high}")
        if self.weeks < 1 or not 0 < self.dominance <= 1:
            raise ValueError("weeks must be at least 1 and dominance above 0, at most 1")

    def threshold(self, *levels: str) -> int:
        """Return the k that applies to a cell with these levels."""
        return max([self.k, *(self.stricter.get(level, 0) for level in levels)])

    def rounded(self, reports: int) -> int:
        """Return a shown count, rounded to the audience's base."""
        return self.base * ((2 * reports + self.base) // (2 * self.base))

    def allows(self, count: RawCount, *levels: str) -> bool:
        """Tell whether a count may be shown: enough reports, from enough weeks, none dominant.

        A week must give at most ``dominance`` of the reports, so that somebody who files reports
        to probe a cell has to keep it up for weeks and still learns little.
        """
        return (
            count.reports >= self.threshold(*levels)
            and count.weeks >= self.weeks
            and count.largest_week <= self.dominance * count.reports
        )
