"""The answer key: what is true of a made-up corpus, for machines that must find it again."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from observatory.demo import planted as facts
from observatory.demo.world import JUNK, NEW, POSITIVE, VAGUE, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from observatory.demo.allocation import Grid
    from observatory.demo.corpus import MadeUpReport


class Tally:
    """Counts the truth of reports as they pass and writes the answer key."""

    def __init__(self, world: World, grid: Grid, *, seed: int, size: int, planted: bool) -> None:
        self.world = world
        self.grid = grid
        self.seed = seed
        self.size = size
        self.planted = planted
        self.counts: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.cells: dict[str, Counter[str]] = defaultdict(Counter)
        self.facts: dict[str, Counter[str]] = defaultdict(Counter)
        self.month_of = dict(
            zip(grid.weeks, (grid.months[index] for index in grid.month_of), strict=True)
        )

    def watch(self, reports: Iterable[MadeUpReport]) -> Iterator[MadeUpReport]:
        """Pass reports on and count them."""
        for report in reports:
            self._count(report)
            yield report

    def _count(self, report: MadeUpReport) -> None:
        month = self.month_of[report.week]
        self.counts["received"] += 1
        self.counts[report.category] += 1
        self.counts["flood"] += report.flood
        self.counts["with_identifiers"] += bool(report.identifiers)
        self.languages[report.language] += 1
        if report.planted:
            self.facts[report.planted][month] += 1
        if report.category == NEW:
            self.cells[NEW][month] += 1
        if report.flood:
            return
        self.codes.update(report.truth)
        office = report.facets.get("office")
        for code in report.truth:
            if (code, office) in facts.PINNED and office:
                self.cells[facts.series(code, office)][month] += 1

    def answer_key(self) -> dict[str, Any]:
        """Give the key of everything seen so far, ready for JSON."""
        months = self.grid.months
        scale = facts.Scale.of(self.size, len(months)).rate
        duplicates = max(0, self.counts["flood"] - 1)
        received = self.counts["received"]
        return {
            "made_up": True,
            "source": "demo",
            "note": "Everything here is invented: offices, people, numbers, events.",
            "seed": self.seed,
            "size": self.size,
            "planted": self.planted,
            "months": list(months),
            "weeks": {"first": self.grid.weeks[0], "last": self.grid.weeks[-1]},
            "disclosure": {"k": 5, "weeks": 3},
            "offices": [
                {"code": o.code, "name": o.name, "kind": o.kind, "region": o.region,
                 "population": dict(o.population)}
                for o in self.world.offices
            ],
            "counts": {
                "received": received,
                "usable": received - self.counts[JUNK] - duplicates,
                "junk": self.counts[JUNK],
                "duplicates": duplicates,
                "positive": self.counts[POSITIVE],
                "vague": self.counts[VAGUE],
                "novel": self.counts[NEW],
                "with_identifiers": self.counts["with_identifiers"],
            },
            "true_counts": {code: self.codes[code] for code in self.world.habits},
            "true_counts_exclude": "the flood",
            "base_frequencies": self._base(),
            "languages": dict(sorted(self.languages.items())),
            "planted_reports": {
                fact: sum(months.values()) for fact, months in sorted(self.facts.items())
            },
            "scale": scale,
            "facts": self._facts(scale) if self.planted else {},
        }  # fmt: skip

    def _base(self) -> dict[str, float]:
        """Relative weight of each category in the world, before any planted fact."""
        rates = {code: habit.rate for code, habit in self.world.habits.items()} | self.world.other
        total = sum(rates.values())
        return {code: round(rate / total, 6) for code, rate in rates.items()}

    def _period(self, index: int) -> str | None:
        return self.grid.months[index] if index < len(self.grid.months) else None

    def _monthly(self, name: str) -> dict[str, int]:
        return {month: self.cells[name][month] for month in self.grid.months}

    def _facts(self, scale: float) -> dict[str, Any]:
        """Parameters of the facts that begin inside the corpus."""
        found = {
            facts.SPEED_MONEY: self._speed(scale),
            facts.NEW_MODUS: self._novelty(scale),
            facts.MEASURE: self._measure(scale),
            facts.CAMPAIGN: {
                "kind": "reporting_shock",
                "first_period": self._period(facts.CAMPAIGN_INDEXES[0]),
                "periods": [self._period(index) for index in facts.CAMPAIGN_INDEXES],
                "factor": facts.CAMPAIGN_FACTOR,
                "offices": "all",
                "codes": "all",
                "added": sum(self.facts[facts.CAMPAIGN].values()),
            },
            facts.FLOOD: self._flood(),
            facts.RARE_NAME: {
                "kind": "name",
                "first_period": self._period(facts.NAME_FIRST),
                "name": facts.NAME,
                "reports": sum(self.facts[facts.RARE_NAME].values()),
            },
        }
        return {name: fact for name, fact in found.items() if fact["first_period"]}

    def _speed(self, scale: float) -> dict[str, Any]:
        name = facts.series(facts.SPEED_CODE, facts.SPEED_OFFICE)
        return {
            "kind": "rise",
            "series": name,
            "codes": [facts.SPEED_CODE],
            "offices": [facts.SPEED_OFFICE],
            "first_period": self._period(facts.SPEED_FIRST),
            "first_index": facts.SPEED_FIRST,
            "before": facts.SPEED_BEFORE * scale,
            "after": facts.SPEED_AFTER * scale,
            "rate_ratio": facts.SPEED_AFTER / facts.SPEED_BEFORE,
            "monthly": self._monthly(name),
        }

    def _novelty(self, scale: float) -> dict[str, Any]:
        return {
            "kind": "new",
            "series": "topic: satisfaction ratings forced from traders",
            "codes": [],
            "offices": list(facts.NEW_OFFICES),
            "first_period": self._period(facts.NEW_FIRST),
            "first_index": facts.NEW_FIRST,
            "per_month": facts.NEW_RATE * scale,
            "about": "officers make traders give top satisfaction ratings before they act",
            "monthly": self._monthly(NEW),
        }

    def _measure(self, scale: float) -> dict[str, Any]:
        here = facts.series(facts.MEASURE_CODE, facts.MEASURE_OFFICE)
        there = facts.series(facts.MEASURE_CODE, facts.MEASURE_NEIGHBOUR)
        return {
            "kind": "measure",
            "measure": facts.MEASURE_CATALOGUE,
            "series": here,
            "codes": [facts.MEASURE_CODE],
            "offices": [facts.MEASURE_OFFICE],
            "first_period": self._period(facts.MEASURE_FIRST),
            "first_index": facts.MEASURE_FIRST,
            "before": facts.MEASURE_BASE * scale,
            "rate_ratio": facts.MEASURE_RATIO,
            "monthly": self._monthly(here),
            "displacement": {
                "series": there,
                "offices": [facts.MEASURE_NEIGHBOUR],
                "before": facts.NEIGHBOUR_BASE * scale,
                "rate_ratio": facts.NEIGHBOUR_RATIO,
                "monthly": self._monthly(there),
            },
        }

    def _flood(self) -> dict[str, Any]:
        weeks = self.grid.weeks_in(facts.FLOOD_INDEX)
        return {
            "kind": "flood",
            "series": facts.series(facts.FLOOD_CODE, facts.FLOOD_OFFICE),
            "codes": [facts.FLOOD_CODE],
            "offices": [facts.FLOOD_OFFICE],
            "first_period": self._period(facts.FLOOD_INDEX),
            "week": self.grid.weeks[weeks[1]] if weeks else None,
            "language": facts.FLOOD_LANGUAGE,
            "reports": self.counts["flood"],
        }
