"""What a document is drawn from: Safe products, the catalogue, names and standing text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import yaml

from observatory.acts.people import Person
from observatory.catalogue import Catalogue
from observatory.complaint.offices import Office
from observatory.disclosure import SafeAnalysis, SafeTable
from observatory.figures.names import Names, least, names_of
from observatory.publication.documents.evidence import Study

Entry = dict[str, Any]

FEWEST_KS = 6
"""A practice with fewer reports than this many times k gives no statement of its own by size."""


@dataclass(frozen=True)
class Source:
    """Everything that a document may draw on.

    Attributes:
        analysis: Safe products of one run for one audience.
        policy: fingerprint of the signed policy.
        observatory: name of the observatory, from its settings.
        studies: what is known of the measures' effects, by study id.
        roll: digest of the roll of members; empty where there is none.
        people: who is on it.
    """

    analysis: SafeAnalysis
    catalogue: Catalogue
    offices: tuple[Office, ...]
    policy: str
    observatory: str
    studies: Mapping[str, Study]
    roll: str = ""
    people: tuple[Person, ...] = ()

    @cached_property
    def names(self) -> Names:
        """What codes are called."""
        return names_of(self.analysis, self.catalogue, self.offices)

    @cached_property
    def text(self) -> Mapping[str, Any]:
        """The standing text, with this run's disclosure rules filled in."""
        disclosure = self.analysis.disclosure
        folder = files("observatory") / "templates" / "documents"
        filled: Mapping[str, Any] = _fill(
            yaml.safe_load((folder / "systemic.yaml").read_text("utf-8")),
            {
                "k": disclosure["k"],
                "below": disclosure["k"] - 1,
                "weeks": disclosure["weeks"],
                "dominance": f"{disclosure['dominance']:.0%}",
                "audience": disclosure["audience"],
            },
        )
        return filled

    @cached_property
    def safe_json(self) -> Entry:
        """The Safe products as JSON, without ``manifest.run``: the same for the same input."""
        return _without_run(self.analysis)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the Safe products, without ``manifest.run``."""
        return fingerprint_of(self.analysis)

    def table(self, table_id: str) -> SafeTable | None:
        """Return a cut, or None where the policy lists none of that name."""
        try:
            return self.analysis.table(table_id)
        except KeyError:
            return None

    def direction(self, code: str) -> str:
        """Return extortive, collusive, internal or private-to-private."""
        return self.catalogue.modus_operandi[code].direction

    def entry(self, dimension: str, level: str, reports: int | None, *others: str) -> Entry:
        """Return a named count; one that may not be shown has ``fewer_than`` instead."""
        named: Entry = {"code": level, "label": self.names.label(dimension, level)}
        return named | self.counted(reports, level, *others)

    def counted(self, reports: int | None, *levels: str) -> Entry:
        """Return ``reports``, or ``fewer_than`` with the threshold that applies to these levels."""
        if reports is None:
            return {"fewer_than": least(self.analysis, *levels)}
        return {"reports": reports}

    def practice(self, code: str) -> Entry:
        """Return a modus operandi's name and count."""
        return self.entry("mo", code, self.analysis.code_count(code))

    def line(self, table_id: str, along: str, whole: int | None, **fixed: str) -> list[Entry]:
        """Return one line of a cut in its own order, with shares of ``whole`` where both are shown.

        Returns:
            An empty list where the policy lists no such cut.
        """
        table = self.table(table_id)
        if table is None:
            return []
        entries = []
        for level, reports in table.series(along, **fixed):
            entry = self.entry(along, level, reports, *fixed.values())
            if reports is not None and whole:
                entry["share"] = round(reports / whole, 2)
            entries.append(entry)
        return entries

    def signalled(self) -> frozenset[str]:
        """Return the modus operandi codes that carry a signal."""
        return frozenset(
            level
            for signal in self.analysis.signals
            for name, level in parts(signal.series).items()
            if name == "mo" and level in self.catalogue.modus_operandi
        )

    def largest(self, direction: str) -> list[str]:
        """Return the shown codes of one direction, most reported first; never across directions."""
        found = [
            (-reports, code)
            for code, reports in self.analysis.modus_operandi
            if code in self.catalogue.modus_operandi and self.direction(code) == direction
        ]
        return [code for _, code in sorted(found)]


def fingerprint_of(analysis: SafeAnalysis) -> str:
    """Return the SHA-256 of Safe products, without ``manifest.run``: what manifests name."""
    text = json.dumps(_without_run(analysis), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_run(analysis: SafeAnalysis) -> Entry:
    data = analysis.to_json()
    data["manifest"] = {k: v for k, v in data["manifest"].items() if k != "run"}
    return data


def lower(name: str) -> str:
    """Return a name as it reads inside a sentence; words in capitals stay."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def parts(series: str) -> dict[str, str]:
    """Return ``{"mo": "MO01", "office": "X"}`` for ``mo:MO01|office:X``, nothing for ``all``."""
    pairs = (part.partition(":") for part in series.split("|"))
    return {name: level for name, colon, level in pairs if colon}


def shown(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the entries whose count is shown."""
    return (entry for entry in entries if "reports" in entry)


def _fill(value: Any, words: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return value.format_map(words)
    if isinstance(value, dict):
        return {key: _fill(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, words) for inner in value]
    return value
