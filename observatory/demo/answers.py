"""Who made-up reporters are and what they answer beside their words: the facets of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.complaint.facets import BY_CODE
from observatory.demo.periods import month_before
from observatory.demo.world import JUNK, NEW, POSITIVE, VAGUE, Habit, World

if TYPE_CHECKING:
    import random

_BANDS = {
    "small": {"under_day": 4, "day_week": 4, "week_month": 1},
    "middle": {"day_week": 2, "week_month": 4, "month_year": 3},
    "large": {"week_month": 1, "month_year": 4, "over_year": 4},
    "none": {},
}
# How often a question is answered at all.
_ANSWERED = {
    "reporter_side": 0.92,
    "subject_side": 0.85,
    "experience": 0.85,
    "stage": 0.72,
    "sector": 0.6,
    "month": 0.78,
    "asked": 0.65,
    "outcome": 0.62,
    "amount": 0.5,
    "frequency": 0.5,
}
_STAGES = tuple(value.code for value in BY_CODE["stage"].values)
_SECTORS = tuple(value.code for value in BY_CODE["sector"].values)
# Consumer goods, machines, vehicles and food are what most declarations are about.
_SECTOR_WEIGHTS = [
    {"hs02": 4, "hs04": 4, "hs06": 3, "hs11": 4, "hs15": 3, "hs16": 6, "hs17": 5, "hs20": 3}.get(
        code, 1
    )
    for code in _SECTORS
]


@dataclass(frozen=True)
class Plan:
    """One report to be written: where it stands in the counts.

    Attributes:
        category: a catalogue code, or one of the world's other categories.
        key: unlike any other report's; the seed of its randomness comes from it.
        serial: unlike any other report's; names are drawn by it.
    """

    category: str
    office: str
    week: str
    month: str
    key: str
    serial: int
    planted: str | None = None
    named: bool = False


@dataclass(frozen=True)
class Teller:
    """The person behind a report and the bare facts they tell."""

    language: str
    register: str
    side: str
    about: str
    codes: tuple[str, ...]
    stance: str
    sector: str
    band: str
    outcome: str
    frequency: str


def _pick(rng: random.Random, weights: dict[str, float] | dict[str, int]) -> str:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


def meet(plan: Plan, world: World, rng: random.Random, pinned: set[tuple[str, str]]) -> Teller:
    """Draw the teller of a planned report.

    Args:
        plan: the report to be written.
        world: habits, languages and registers.
        rng: the report's own randomness.
        pinned: (code, office) cells to which no second code may add.
    """
    habit = world.habits.get(plan.category)
    side = "business" if rng.random() < (habit.business if habit else 0.85) else "customs"
    about = "customs" if rng.random() < (habit.customs if habit else 0.9) else "business"
    stance = habit.stance if habit else "other"
    if stance == "victim" and side == "customs":
        stance = "witness"  # an officer who tells of it has seen it, not suffered it
    outcome = {"paid": 5, "refused": 2, "not_asked_again": 1, "not_known": 2}
    if stance != "victim":
        outcome = {"paid": 3, "refused": 1, "not_known": 6}
    bands = _BANDS[habit.money] if habit else {}
    register = _pick(rng, world.registers)
    return Teller(
        language=_pick(rng, world.languages),
        register=register,
        side=side,
        about=about,
        codes=_codes(plan, habit, register, rng, pinned),
        stance=stance,
        sector=rng.choices(_SECTORS, _SECTOR_WEIGHTS)[0],
        band=_pick(rng, bands) if bands else "",
        outcome=_pick(rng, outcome),
        frequency=_pick(rng, {"once": 3, "sometimes": 3, "often": 3, "always": 2}),
    )


def _codes(
    plan: Plan,
    habit: Habit | None,
    register: str,
    rng: random.Random,
    pinned: set[tuple[str, str]],
) -> tuple[str, ...]:
    """The true codes: the planned one, and in one report of eight or so a related second."""
    if habit is None:
        return ()
    second = ""
    if habit.also and register not in {"terse", "sms"} and rng.random() < 0.16:
        second = rng.choice(habit.also)
    if not second or (second, plan.office) in pinned:
        return (plan.category,)
    return (plan.category, second)


def answer(plan: Plan, teller: Teller, world: World, rng: random.Random) -> dict[str, str]:
    """Answer the form: facet codes and values, in the order of the one list of facets."""
    category = plan.category
    if category == JUNK:
        return _careless(plan, rng)
    problem = category != POSITIVE
    given = {
        "reporter_side": teller.side,
        "subject_side": teller.about,
        "experience": "problem" if problem else "went_as_it_should",
        "stage": _stage(category, world, rng),
        "sector": teller.sector,
        "month": month_before(plan.month, rng.choices((0, 1, 2, 4, 8), (60, 25, 8, 5, 2))[0]),
        "frequency": teller.frequency,
    }
    if problem and category != VAGUE:
        habit = world.habits.get(category)
        given["asked"] = _asked(habit, category, rng)
        given["outcome"] = teller.outcome
        if teller.band and given["asked"] == "money":
            given["amount"] = teller.band
    sure = {"experience"} if category == POSITIVE else set()
    kept = {f: v for f, v in given.items() if f in sure or rng.random() < _ANSWERED[f]}
    if plan.office:
        kept["office"] = plan.office
    return {code: kept[code] for code in BY_CODE if code in kept}


def _careless(plan: Plan, rng: random.Random) -> dict[str, str]:
    """What junk answers: mostly nothing."""
    given = {"reporter_side": "business"} if rng.random() < 0.3 else {}
    if plan.office and rng.random() < 0.3:
        given["office"] = plan.office
    return given


def _stage(category: str, world: World, rng: random.Random) -> str:
    habit = world.habits.get(category)
    if category == NEW:
        return rng.choice(("release", "examination", "declaration", "payment"))
    if habit is None or rng.random() < 0.06:  # a few tick the wrong box
        return rng.choice(_STAGES)
    return rng.choices(habit.stages, [3, 2, 1, 1, 1][: len(habit.stages)])[0]


def _asked(habit: Habit | None, category: str, rng: random.Random) -> str:
    usual = habit.asked if habit else "favour"
    if category == NEW:
        return rng.choice(("favour", "favour", "other"))
    return rng.choice(("favour", "other", "goods")) if rng.random() < 0.06 else usual
