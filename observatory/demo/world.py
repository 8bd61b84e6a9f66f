"""The made-up world as data: its offices and how each modus operandi shows up in reports.

Nothing here describes a real place or a real rate; ``world.yaml`` holds the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

POSITIVE = "POSITIVE"
JUNK = "JUNK"
VAGUE = "VAGUE"
NEW = "NEW"

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where built


def read_yaml(path: Path) -> Any:
    """Read one of the demo's own YAML files."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=Loader)  # noqa: S506  (a safe loader, in C or Python)


@dataclass(frozen=True)
class MadeUpOffice:
    """An invented office.

    Attributes:
        population: people per side who could report ("customs", "business").
    """

    code: str
    name: str
    kind: str
    region: str
    weight: float
    population: dict[str, int]


@dataclass(frozen=True)
class Habit:
    """How one modus operandi shows up: how often, where, from whom, about whom."""

    code: str
    rate: float
    business: float
    customs: float
    stance: str
    money: str
    asked: str
    places: dict[str, float]
    also: tuple[str, ...]
    stages: tuple[str, ...]


@dataclass(frozen=True)
class World:
    """All of ``world.yaml``, with the process stages of the catalogue."""

    offices: tuple[MadeUpOffice, ...]
    habits: dict[str, Habit]
    other: dict[str, float]
    unsaid_office: float
    season: tuple[float, ...]
    seasons: dict[str, tuple[float, ...]]
    languages: dict[str, float]
    registers: dict[str, float]

    @property
    def categories(self) -> tuple[str, ...]:
        """Catalogue codes, then what is not one: positive, junk, vague, and the planted novelty."""
        return (*self.habits, POSITIVE, JUNK, VAGUE, NEW)

    def season_of(self, category: str, month: str) -> float:
        """Give the factor of ``category`` in the calendar month of ``month`` (YYYY-MM)."""
        return self.seasons.get(category, self.season)[int(month[5:]) - 1]


def _office(row: dict[str, Any]) -> MadeUpOffice:
    population = {side: int(row[side]) for side in ("customs", "business")}
    return MadeUpOffice(
        row["code"], row["name"], row["kind"], row["region"], float(row["weight"]), population
    )


def _habit(code: str, row: dict[str, Any], stages: tuple[str, ...]) -> Habit:
    return Habit(
        code=code,
        rate=float(row["rate"]),
        business=float(row["business"]),
        customs=float(row["customs"]),
        stance=row["stance"],
        money=row["money"],
        asked=row.get("asked", "money"),
        places={kind: float(weight) for kind, weight in row.get("places", {}).items()},
        also=tuple(row["also"]),
        stages=stages,
    )


@lru_cache(maxsize=1)
def load_world() -> World:
    """Load the made-up world once."""
    here = Path(__file__).parent
    raw = read_yaml(here / "world.yaml")
    catalogue = read_yaml(here.parent / "catalogue" / "modus_operandi.yaml")
    stages = {row["code"]: tuple(row["process_stages"]) for row in catalogue["modus_operandi"]}
    return World(
        offices=tuple(_office(row) for row in raw["offices"]),
        habits={code: _habit(code, row, stages[code]) for code, row in raw["codes"].items()},
        other={POSITIVE: raw["positive"], JUNK: raw["junk"], VAGUE: raw["vague"]},
        unsaid_office=float(raw["unsaid_office"]),
        season=tuple(raw["season"]),
        seasons={code: tuple(row) for code, row in raw["seasons"].items()},
        languages=dict(raw["languages"]),
        registers=dict(raw["registers"]),
    )
