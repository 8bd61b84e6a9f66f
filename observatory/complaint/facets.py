"""The one list of facets: what a report may say beside its narrative.

The form, the import map, the canonical plaintext, the cuts and the data dictionary all read
``FACETS``; to add a facet is to add one entry here. Every facet is optional.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["choice", "month", "office"]

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
OFFICE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}")


@dataclass(frozen=True)
class Value:
    """One answer of a facet: a stable code and its English label."""

    code: str
    label: str


@dataclass(frozen=True)
class Facet:
    """One facet of a report.

    Attributes:
        code: stable name, used in plaintext, mapping files and cuts.
        label: the question as the form asks it (English source text).
        kind: ``choice`` from ``values``; ``month`` as YYYY-MM; ``office`` as an office code.
        values: the answers of a ``choice``.
        cut: whether the disclosure rules may list cuts by this facet.
    """

    code: str
    label: str
    kind: Kind
    values: tuple[Value, ...] = ()
    cut: bool = True

    def accepts(self, value: str) -> bool:
        """Tell whether ``value`` is a well-formed answer (office codes: shape only)."""
        if self.kind == "month":
            return MONTH.fullmatch(value) is not None
        if self.kind == "office":
            return OFFICE.fullmatch(value) is not None
        return any(value == answer.code for answer in self.values)


def _values(**labels: str) -> tuple[Value, ...]:
    return tuple(Value(code, label) for code, label in labels.items())


SIDES = _values(customs="Customs", business="Business")

STAGES = _values(
    arrival_manifest="Arrival and manifest",
    declaration="Declaration",
    classification="Classification",
    valuation="Valuation",
    origin="Origin",
    selectivity="Selection for control",
    examination="Examination of goods",
    payment="Payment of duty and fees",
    release="Release",
    transit="Transit",
    road_corridor="Road corridor",
    port_terminal="Port or terminal",
    warehousing="Warehouse",
    free_zone="Free zone",
    exemption_refund="Exemption or refund",
    licensing="Licence or permit",
    post_clearance_audit="Audit after clearance",
    disputes_penalties="Dispute or penalty",
    enforcement_seizure="Enforcement or seizure",
    border_small_trade="Small border trade",
    human_resources="Staff and posts",
    it_systems="Computer systems",
    procurement="Procurement",
    private_services="Private services (agents, carriers)",
)

# The sections of the Harmonised System, in plain words.
SECTORS = _values(
    hs01="Live animals and animal products",
    hs02="Plants, fruit, cereals",
    hs03="Fats and oils",
    hs04="Prepared food, drink, tobacco",
    hs05="Minerals and fuels",
    hs06="Chemicals and medicines",
    hs07="Plastics and rubber",
    hs08="Leather and skins",
    hs09="Wood and cork",
    hs10="Paper",
    hs11="Textiles and clothing",
    hs12="Shoes and headgear",
    hs13="Stone, ceramics, glass",
    hs14="Precious metals and stones",
    hs15="Base metals",
    hs16="Machines and electronics",
    hs17="Vehicles, aircraft, ships",
    hs18="Instruments and clocks",
    hs19="Arms",
    hs20="Furniture, toys, various goods",
    hs21="Art and antiques",
    services="Transport and other services",
)

FACETS: tuple[Facet, ...] = (
    Facet("reporter_side", "Which side are you on?", "choice", SIDES),
    Facet("subject_side", "Whose conduct is it about?", "choice", SIDES),
    Facet(
        "experience",
        "What kind of experience is it?",
        "choice",
        _values(problem="Something went wrong", went_as_it_should="It went as it should"),
    ),
    Facet("stage", "At which step did it happen?", "choice", STAGES),
    Facet("office", "At which office or place?", "office"),
    Facet("sector", "What goods or sector?", "choice", SECTORS),
    Facet("month", "In which month did it happen?", "month"),
    Facet(
        "asked",
        "What was asked for?",
        "choice",
        _values(
            money="Money",
            goods="Goods",
            favour="A favour",
            sexual="Something sexual",
            other="Something else",
        ),
    ),
    Facet(
        "outcome",
        "What happened then?",
        "choice",
        _values(
            paid="It was paid or given",
            refused="It was refused",
            not_asked_again="Nobody asked again",
            not_known="I do not know",
        ),
    ),
    Facet(
        "amount",
        "About how much, in your currency's daily wages?",
        "choice",
        _values(
            under_day="Less than one day's wage",
            day_week="One day to one week",
            week_month="One week to one month",
            month_year="One month to one year",
            over_year="More than one year",
        ),
    ),
    Facet(
        "frequency",
        "How often does it happen?",
        "choice",
        _values(once="Once", sometimes="Sometimes", often="Often", always="Every time"),
    ),
)

BY_CODE: dict[str, Facet] = {facet.code: facet for facet in FACETS}
