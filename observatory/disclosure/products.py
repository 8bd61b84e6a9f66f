"""Safe products: what has passed the door, and the only thing that a person ever sees.

Figures, pages, documents, exports and the command's JSON take these types and no others. A count
that must not be shown is absent: never ``None`` and never 0 in JSON, so that 0 and k-1 look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from observatory.disclosure.standing import SafeStanding
from observatory.disclosure.topics import SafeChange, SafeTopic

SCHEMA = "joint-integrity-observatory/analysis/1"


@dataclass(frozen=True)
class SafeCell:
    """One shown cell: its coordinates (one per dimension) and its number of distinct reports."""

    key: tuple[str, ...]
    reports: int


@dataclass(frozen=True)
class SafeTable:
    """A cut of the counts. A combination of ``levels`` that has no cell is "fewer than k".

    Attributes:
        id: stable name, such as ``mo_month``.
        dimensions: names of the coordinates, in order.
        levels: every level of each dimension, from fixed lists and never from the data.
        cells: the shown cells, sorted by key.
    """

    id: str
    dimensions: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    cells: tuple[SafeCell, ...]

    @cached_property
    def _index(self) -> dict[tuple[str, ...], int]:
        return {cell.key: cell.reports for cell in self.cells}

    def count(self, *key: str) -> int | None:
        """Return the shown count at ``key``, or None for "fewer than k"."""
        return self._index.get(key)

    def series(self, along: str, **fixed: str) -> Iterator[tuple[str, int | None]]:
        """Yield (level, count or None) along one dimension with all others fixed."""
        for level in self.levels[along]:
            at = {**fixed, along: level}
            yield level, self.count(*(at[dimension] for dimension in self.dimensions))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, cells as objects keyed by dimension."""
        return {
            "id": self.id,
            "dimensions": list(self.dimensions),
            "levels": {name: list(values) for name, values in self.levels.items()},
            "cells": [
                {**dict(zip(self.dimensions, cell.key, strict=True)), "reports": cell.reports}
                for cell in self.cells
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SafeTable:
        """Read the JSON form."""
        dimensions = tuple(data["dimensions"])
        return cls(
            data["id"],
            dimensions,
            {name: tuple(values) for name, values in data["levels"].items()},
            tuple(
                SafeCell(tuple(cell[d] for d in dimensions), cell["reports"])
                for cell in data["cells"]
            ),
        )


@dataclass(frozen=True)
class SafeSignal:
    """A count above, or below, what its past explains.

    Attributes:
        series: what was watched, such as ``mo:MO01|office:NORTH``.
        period: month ``2024-05``.
        kind: rise, level_shift, new, vanishing or drift.
        direction: ``up`` or ``down``.
        observed: the count of that period, or None where it is fewer than k.
        expected, upper: fitted on the counts inside the run, rounded outward.
        q: Benjamini-Hochberg adjusted p-value over everything tested.
    """

    series: str
    period: str
    kind: str
    direction: str
    observed: int | None
    expected: float
    upper: float
    q: float

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form; an ``observed`` that must not be shown is absent."""
        shown: dict[str, Any] = {
            "series": self.series,
            "period": self.period,
            "kind": self.kind,
            "direction": self.direction,
            "expected": self.expected,
            "upper": self.upper,
            "q": self.q,
        }
        if self.observed is not None:
            shown["observed"] = self.observed
        return shown

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SafeSignal:
        """Read the JSON form."""
        return cls(
            data["series"],
            data["period"],
            data["kind"],
            data["direction"],
            data.get("observed"),
            data["expected"],
            data["upper"],
            data["q"],
        )


@dataclass(frozen=True)
class SafeAnalysis:
    """Everything that one run may show to one audience.

    Attributes:
        reports: ``received``, ``usable``, ``duplicate``, ``junk``; one that is under k is absent.
        modus_operandi: (code, distinct reports) in code order; codes are never summed.
        disclosure: k, weeks, dominance, audience and how many cells were suppressed.
        manifest: what was read and by which rules; ``run`` alone differs between equal runs.
        standing: with and without unproven reports; None where no tokens count.
        changes: what became of topics in this run; empty in the first one.
    """

    reports: Mapping[str, int]
    topics: tuple[SafeTopic, ...]
    modus_operandi: tuple[tuple[str, int], ...]
    signals: tuple[SafeSignal, ...]
    tables: tuple[SafeTable, ...]
    disclosure: Mapping[str, Any]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    standing: SafeStanding | None = None
    changes: tuple[SafeChange, ...] = ()

    @property
    def k(self) -> int:
        """The threshold under which every count is "fewer than k"."""
        return int(self.disclosure["k"])

    def table(self, table_id: str) -> SafeTable:
        """Return the cut named ``table_id``.

        Raises:
            KeyError: the policy lists no such cut.
        """
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)

    def topic(self, topic_id: str) -> SafeTopic:
        """Return one topic.

        Raises:
            KeyError: no topic of that id may be shown.
        """
        for topic in self.topics:
            if topic.id == topic_id:
                return topic
        raise KeyError(topic_id)

    def code_count(self, code: str) -> int | None:
        """Return the reports of one modus operandi, or None for "fewer than k"."""
        return dict(self.modus_operandi).get(code)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form of ``analyse --json``."""
        return {
            "schema": SCHEMA,
            "reports": dict(self.reports),
            "topics": [topic.to_json() for topic in self.topics],
            "changes": [change.to_json() for change in self.changes],
            "modus_operandi": [
                {"code": code, "reports": reports} for code, reports in self.modus_operandi
            ],
            "signals": [signal.to_json() for signal in self.signals],
            "tables": [table.to_json() for table in self.tables],
            "disclosure": dict(self.disclosure),
            "manifest": dict(self.manifest),
            **({} if self.standing is None else {"standing": self.standing.to_json()}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SafeAnalysis:
        """Read the JSON form.

        Raises:
            ValueError: the JSON is of another schema.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"expected schema {SCHEMA}, found {data.get('schema')}")
        return cls(
            data["reports"],
            tuple(SafeTopic.from_json(entry) for entry in data["topics"]),
            tuple((entry["code"], entry["reports"]) for entry in data["modus_operandi"]),
            tuple(SafeSignal.from_json(entry) for entry in data["signals"]),
            tuple(SafeTable.from_json(entry) for entry in data["tables"]),
            data["disclosure"],
            data["manifest"],
            SafeStanding.from_json(data["standing"]) if "standing" in data else None,
            # Products of runs before changes were kept have none.
            tuple(SafeChange.from_json(entry) for entry in data.get("changes", ())),
        )
