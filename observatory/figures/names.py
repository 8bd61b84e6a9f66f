"""What codes are called, and how a count or its absence is said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from observatory.complaint.facets import BY_CODE
from observatory.complaint.offices import ELSEWHERE
from observatory.disclosure.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from observatory.catalogue import Catalogue
    from observatory.complaint.offices import Office
    from observatory.disclosure import SafeAnalysis, SafeTopic

OTHER_CODE = "other"
NOT_SAID = "not_said"

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_LANGUAGES = {
    "ar": "Arabic", "en": "English", "es": "Spanish", "fr": "French", "pt": "Portuguese",
    "ru": "Russian", "sw": "Swahili", "other": "Another language",
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """Labels of the codes that Safe products hold.

    Attributes:
        catalogue: names modus operandi.
        offices: names places.
        topics: topic titles by id; they come from the Safe products themselves.
    """

    catalogue: Catalogue
    offices: tuple[Office, ...]
    topics: Mapping[str, str]

    @cached_property
    def _places(self) -> dict[str, str]:
        names = {office.code: office.name for office in self.offices}
        return {**names, ELSEWHERE: "Another place"}

    def label(self, dimension: str, level: str) -> str:
        """Return what a level of a dimension is called; an unknown code stands for itself."""
        if level == NOT_SAID:
            return "Not said"
        if dimension in ("month", "quarter"):
            return period(level)
        if dimension == "mo":
            return self.practice(level)
        return self._labels(dimension).get(level, level)

    def _labels(self, dimension: str) -> Mapping[str, str]:
        if dimension == "office":
            return self._places
        if dimension == "topic":
            return self.topics
        if dimension == "language":
            return _LANGUAGES
        facet = BY_CODE.get(dimension)
        return {value.code: value.label for value in facet.values} if facet else {}

    def practice(self, code: str) -> str:
        """Return the name of a modus operandi."""
        if code == OTHER_CODE:
            return "No known modus operandi"
        known = self.catalogue.modus_operandi.get(code)
        return known.name if known else code


def names_of(analysis: SafeAnalysis, catalogue: Catalogue, offices: tuple[Office, ...]) -> Names:
    """Return the names that go with an analysis."""
    named = Names(catalogue, offices, {})
    titles = {topic.id: _title(topic, named) for topic in analysis.topics}
    return Names(catalogue, offices, titles)


def _title(topic: SafeTopic, names: Names) -> str:
    """Return a topic's label, or where no words may be shown what tells it from others."""
    if topic.phrases:
        return topic.label[:1].upper() + topic.label[1:]
    near = next((code for code, _ in topic.codes if code != OTHER_CODE), None)
    rest = f"nearest to “{names.practice(near)}”" if near else "no words shown"
    return f"Topic {topic.id[1:].lstrip('0')}, {rest}"


def period(code: str) -> str:
    """Return a period in words: ``May 2024``, ``April to June 2024``, ``week 5 of 2024``."""
    year, _, part = code.partition("-")
    if part.isdecimal() and 1 <= int(part) <= 12:
        return f"{_MONTHS[int(part) - 1]} {year}"
    if part[:1] == "Q" and part[1:] in {"1", "2", "3", "4"}:
        first = 3 * int(part[1:]) - 3
        return f"{_MONTHS[first]} to {_MONTHS[first + 2]} {year}"
    if part[:1] == "W" and part[1:].isdecimal():
        return f"week {int(part[1:])} of {year}"
    return code


def least(analysis: SafeAnalysis, *levels: str) -> int:
    """Return the threshold of a cell with these levels; some codes have a stricter one."""
    return Rules("members", k=analysis.k).threshold(*levels)


def fewer(threshold: int) -> str:
    """Return the one sentence for every count that is not shown, whatever it is."""
    return f"fewer than {threshold}"


def few_of(few: int, whole: int, unit: str, threshold: int) -> str:
    """Return how many of a number of rows, months or the like are not shown, and why."""
    verb = "has" if few == 1 else "have"
    return f"{few} of {whole} {unit}s {verb} {fewer(threshold)} reports, or are kept back."


def count(reports: int | None, threshold: int) -> str:
    """Return a count in figures, or that it is under the threshold."""
    return fewer(threshold) if reports is None else f"{reports:,}".replace(",", "\u202f")
