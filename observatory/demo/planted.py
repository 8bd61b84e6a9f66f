"""The facts hidden in the made-up corpus, with their sizes and dates.

A test of the analysis looks for these and for nothing else; ``planted=False`` leaves them out.
Rates are reports a month at the reference volume of 6,000 in 36 months and grow with the corpus.
"""

from __future__ import annotations

from dataclasses import dataclass

SPEED_MONEY = "speed_money"
NEW_MODUS = "new_modus"
MEASURE = "measure"
CAMPAIGN = "campaign"
FLOOD = "flood"
RARE_NAME = "rare_name"

REFERENCE_RATE = 6000 / 36  # reports a month at which the rates below hold as they stand

# (a) MO01 at one office: from about 2 to about 10 a month, from the 27th month to the end.
SPEED_CODE, SPEED_OFFICE = "MO01", "SOLPASS"
SPEED_FIRST, SPEED_BEFORE, SPEED_AFTER = 26, 2.0, 10.0

# (b) A modus operandi no catalogue code covers: officers make traders give top satisfaction
# ratings (tablet, message, app) before they act, because the scores decide their bonus.
NEW_FIRST, NEW_RATE = 19, 15.0
NEW_OFFICES = {"MARENSA": 0.3, "KELTOR": 0.25, "DROVANE": 0.2, "QUENTAR": 0.15, "TIRVANE": 0.1}

# (c) Cashless payment at one port: invented charges fall there and move to the next port.
MEASURE_CODE, MEASURE_OFFICE, MEASURE_NEIGHBOUR = "MO04", "MARENSA", "TIRVANE"
MEASURE_CATALOGUE = "M04"
MEASURE_FIRST, MEASURE_BASE, MEASURE_RATIO = 18, 7.0, 0.35
NEIGHBOUR_BASE, NEIGHBOUR_RATIO = 6.0, 1.8

# (d) An awareness campaign that lifts all reporting in two months.
CAMPAIGN_INDEXES, CAMPAIGN_FACTOR = (29, 30), 1.8

# (e) A ring floods one office in one week with one accusation.
FLOOD_INDEX, FLOOD_SIZE = 32, 150
FLOOD_CODE, FLOOD_OFFICE, FLOOD_LANGUAGE = "MO05", "VASSILEN", "en"

# (f) One invented name in more reports than the threshold: the name check must stop it, not k.
NAME, NAME_REPORTS, NAME_FIRST = "Odric Valtemane", 9, 4

PINNED = {
    (SPEED_CODE, SPEED_OFFICE): SPEED_BEFORE,
    (MEASURE_CODE, MEASURE_OFFICE): MEASURE_BASE,
    (MEASURE_CODE, MEASURE_NEIGHBOUR): NEIGHBOUR_BASE,
}
"""Cells whose base rate (reports a month) is set, so that a planted change is a known ratio."""


@dataclass(frozen=True)
class Scale:
    """Volume of a corpus against the reference.

    Attributes:
        rate: planted and pinned rates are multiplied by this: 1 from about 2,200 to 6,000
            reports in 36 months, proportional above; below, less than 1.
    """

    rate: float

    @classmethod
    def of(cls, size: int, months: int) -> Scale:
        """Scale for ``size`` reports in ``months`` months."""
        ratio = size / months / REFERENCE_RATE
        # A small corpus keeps the planted facts whole, until the fixed cells would fill a
        # quarter of it.
        share = sum(PINNED.values()) / REFERENCE_RATE
        return cls(max(ratio, min(1.0, ratio * 0.25 / share)))


def series(code: str, office: str) -> str:
    """Name a series as signals do."""
    return f"mo:{code}|office:{office}"
