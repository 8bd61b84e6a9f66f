"""The made-up corpus: reports, offices and the answer key. Everything in it is invented.

``make_corpus`` holds all reports; ``stream`` gives them one by one, week by week, in the memory
of one week, for corpora of any size.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from observatory.demo import planted as facts
from observatory.demo.allocation import Allocation, allocate
from observatory.demo.answers import Plan, answer, meet
from observatory.demo.key import Tally
from observatory.demo.narrative import Writer
from observatory.demo.world import JUNK, POSITIVE, VAGUE, MadeUpOffice, World, load_world

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = "demo"


@dataclass(frozen=True, slots=True)
class MadeUpReport:
    """One invented report with the truth about it.

    Attributes:
        facets: facet code -> value, as the form would send them.
        narrative: the words.
        week: ISO week of receipt, YYYY-Www.
        truth: catalogue codes it tells of; none for junk, positive, vague and novel reports.
        junk: it is no complaint at all.
        flood: it belongs to a ring's near-duplicates.
        language: "en", "fr" or "es".
        planted: id of the planted fact that brought it or marked it, or None.
        category: primary code, or POSITIVE, JUNK, VAGUE, NEW.
        register: manner of writing.
        identifiers: what must never be shown, word for word as in the narrative.
    """

    facets: dict[str, str]
    narrative: str
    week: str
    truth: tuple[str, ...]
    junk: bool
    flood: bool
    language: str
    planted: str | None
    category: str
    register: str
    identifiers: tuple[str, ...]
    source: str = SOURCE


@dataclass(frozen=True)
class Corpus:
    """All reports of a made-up world, its offices and its answer key (made for JSON)."""

    reports: tuple[MadeUpReport, ...]
    offices: tuple[MadeUpOffice, ...]
    answer_key: dict[str, Any]


def make_corpus(
    seed: int = 0,
    *,
    months: int = 36,
    size: int = 6000,
    planted: bool = True,
    start: str = "2023-10",
) -> Corpus:
    """Make a corpus and its answer key.

    Args:
        seed: the same seed gives the same corpus.
        months: number of reporting months.
        size: reports without planted facts, exactly; planted facts come on top.
        planted: False gives the same world with nothing planted.
        start: first reporting month, YYYY-MM.

    Raises:
        ValueError: ``size``, ``months`` or ``start`` make no corpus.
    """
    world = load_world()
    plan = allocate(world, seed=seed, months=months, size=size, planted=planted, start=start)
    tally = Tally(world, plan.grid, seed=seed, size=size, planted=planted)
    reports = tuple(tally.watch(_write_all(world, plan, seed, size=size, planted=planted)))
    return Corpus(reports, world.offices, tally.answer_key())


def stream(
    seed: int = 0,
    *,
    months: int = 36,
    size: int = 6000,
    planted: bool = True,
    start: str = "2023-10",
) -> Iterator[MadeUpReport]:
    """Give the reports of ``make_corpus`` one by one, in order of their weeks."""
    world = load_world()
    plan = allocate(world, seed=seed, months=months, size=size, planted=planted, start=start)
    return _write_all(world, plan, seed, size=size, planted=planted)


def _write_all(
    world: World, plan: Allocation, seed: int, *, size: int, planted: bool
) -> Iterator[MadeUpReport]:
    writers = {tag: Writer(tag, world) for tag in world.languages}
    pinned = set(facts.PINNED)
    named = _named_weeks(plan) if planted else set()
    serials = [0, size]  # names of base reports stay the same with and without facts
    for week in range(len(plan.grid.weeks)):
        reports = []
        for one in _plans(plan, week, seed, serials, named=week in named):
            rng = random.Random(f"{seed}|{one.key}")
            teller = meet(one, world, rng, pinned)
            facets = answer(one, teller, world, rng)
            told = writers[teller.language].write(one, teller, rng)
            reports.append(
                MadeUpReport(
                    facets=facets,
                    narrative=told.text,
                    week=one.week,
                    truth=teller.codes,
                    junk=one.category == JUNK,
                    flood=False,
                    language=teller.language,
                    planted=one.planted,
                    category=one.category,
                    register="none" if one.category == JUNK else teller.register,
                    identifiers=told.identifiers,
                )
            )
        if planted:
            reports.extend(_flood(world, plan, week, writers[facts.FLOOD_LANGUAGE], seed))
        random.Random(f"{seed}|order|{week}").shuffle(reports)
        yield from reports


def _plans(
    plan: Allocation, week: int, seed: int, serials: list[int], *, named: bool
) -> Iterator[Plan]:
    """Give the reports of a week, first of the base world, then of the planted facts."""
    chance = random.Random(f"{seed}|thin|{week}")
    for row, column in zip(*plan.base[week].nonzero(), strict=True):
        stays = float(plan.thin[week, row, column])
        for copy in range(int(plan.base[week, row, column])):
            one = _plan(plan, (week, int(row), int(column)), f"base|{copy}", serials[0])
            serials[0] += 1
            if named and one.category not in (JUNK, POSITIVE, VAGUE):
                one, named = replace(one, named=True, planted=facts.RARE_NAME), False
            if stays >= 1 or chance.random() < stays or one.named:
                yield one
    for fact, counts in plan.added.items():
        for row, column in zip(*counts[week].nonzero(), strict=True):
            for copy in range(int(counts[week, row, column])):
                one = _plan(plan, (week, int(row), int(column)), f"{fact}|{copy}", serials[1])
                serials[1] += 1
                yield replace(one, planted=fact)


def _plan(plan: Allocation, cell: tuple[int, int, int], key: str, serial: int) -> Plan:
    grid = plan.grid
    week, row, column = cell
    category, office, name = grid.categories[row], grid.offices[column], grid.weeks[week]
    return Plan(
        category=category,
        office=office,
        week=name,
        month=grid.months[grid.month_of[week]],
        key=f"{name}|{category}|{office}|{key}",
        serial=serial,
    )


def _named_weeks(plan: Allocation) -> set[int]:
    """Weeks in which one report holds the planted name: every fourth, from its first month."""
    first = [w for w, month in enumerate(plan.grid.month_of) if month >= facts.NAME_FIRST]
    return set(first[::4][: facts.NAME_REPORTS])


def _flood(
    world: World, plan: Allocation, week: int, writer: Writer, seed: int
) -> Iterator[MadeUpReport]:
    grid = plan.grid
    weeks = grid.weeks_in(facts.FLOOD_INDEX)
    if len(weeks) < 2 or week != weeks[1]:
        return
    scale = facts.Scale.of(int(plan.base.sum()), len(grid.months)).rate
    row, column = grid.cell(facts.FLOOD_CODE, facts.FLOOD_OFFICE)
    for copy in range(round(facts.FLOOD_SIZE * scale)):
        one = _plan(plan, (week, row, column), f"{facts.FLOOD}|{copy}", 0)
        rng = random.Random(f"{seed}|{one.key}")
        teller = replace(
            meet(one, world, rng, set(facts.PINNED)),
            language=facts.FLOOD_LANGUAGE,
            side="business",
            about="customs",
            codes=(facts.FLOOD_CODE,),
        )
        yield MadeUpReport(
            facets=answer(one, teller, world, rng),
            narrative=writer.flood(rng),
            week=one.week,
            truth=teller.codes,
            junk=False,
            flood=True,
            language=facts.FLOOD_LANGUAGE,
            planted=facts.FLOOD,
            category=facts.FLOOD_CODE,
            register="plain",
            identifiers=(),
        )
