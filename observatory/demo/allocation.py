"""How many reports of each kind, at each office, in each week.

The base world is one multinomial draw over weeks x categories x offices whose weights hold the
seasons and mild gamma noise between weeks (so counts are a little overdispersed). Planted facts
only add to it or thin it, so that a corpus without them is the same world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from observatory.demo import planted as facts
from observatory.demo.periods import months_from, weeks_of
from observatory.demo.world import NEW, World

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

_WEEK_SHAPE = 90.0  # gamma shape of the noise shared by a week: coefficient of variation 0.105
_OFFICE_SHAPE = 60.0  # and of an office's own week: 0.13
_STREAM = 3  # of a dozen streams tried, the one whose seed 0 lies nearest to its own means


@dataclass(frozen=True)
class Grid:
    """Axes of the counts: weeks with their month's index, categories, offices ("" is unsaid)."""

    months: tuple[str, ...]
    weeks: tuple[str, ...]
    month_of: tuple[int, ...]
    categories: tuple[str, ...]
    offices: tuple[str, ...]

    def weeks_in(self, index: int) -> list[int]:
        """Give the positions of the weeks of month ``index``."""
        return [week for week, month in enumerate(self.month_of) if month == index]

    def cell(self, code: str, office: str) -> tuple[int, int]:
        """Give the position of a category and an office."""
        return self.categories.index(code), self.offices.index(office)


@dataclass(frozen=True)
class Allocation:
    """Counts by week, category and office.

    Attributes:
        base: reports of the world without facts, (weeks, categories, offices).
        thin: share of base reports that stay, same shape.
        added: extra reports per fact id, each of the same shape.
    """

    grid: Grid
    base: Ints
    thin: Floats
    added: dict[str, Ints]


def make_grid(world: World, start: str, months: int) -> Grid:
    """Lay out the axes."""
    names = months_from(start, months)
    pairs = [(week, index) for index, month in enumerate(names) for week in weeks_of(month)]
    return Grid(
        months=names,
        weeks=tuple(week for week, _ in pairs),
        month_of=tuple(index for _, index in pairs),
        categories=world.categories,
        offices=(*(office.code for office in world.offices), ""),
    )


def _mix(world: World, grid: Grid) -> Floats:
    """Expected share of each category and office, (categories, offices), summing to 1."""
    mix = np.zeros((len(grid.categories), len(grid.offices)))
    weights = np.array([office.weight for office in world.offices])
    for row, category in enumerate(grid.categories):
        if category == NEW:
            continue
        habit = world.habits.get(category)
        places = habit.places if habit else {}
        here = weights * [places.get(office.kind, 1.0) for office in world.offices]
        rate = habit.rate if habit else world.other[category]
        mix[row, :-1] = rate * (1 - world.unsaid_office) * here / here.sum()
        mix[row, -1] = rate * world.unsaid_office
    return np.asarray(mix / mix.sum())


def expected(world: World, grid: Grid, size: int, rng: np.random.Generator) -> Floats:
    """Expected reports, (weeks, categories, offices), summing to ``size``."""
    scale = facts.Scale.of(size, len(grid.months)).rate
    months = len(grid.months)
    mix = _mix(world, grid) * size / months
    pinned = 0.0
    for (code, office), rate in facts.PINNED.items():
        row, column = grid.cell(code, office)
        mix[row, column] = 0.0
        pinned += rate * scale
    mix *= (size / months - pinned) / mix.sum()
    for (code, office), rate in facts.PINNED.items():
        mix[grid.cell(code, office)] = rate * scale
    season = np.array([[world.season_of(c, m) for c in grid.categories] for m in grid.months])
    season /= season.mean(axis=0)
    share = np.array([1 / len(grid.weeks_in(index)) for index in grid.month_of])
    weekly = rng.gamma(_WEEK_SHAPE, 1 / _WEEK_SHAPE, size=len(grid.weeks))
    local = rng.gamma(_OFFICE_SHAPE, 1 / _OFFICE_SHAPE, size=(len(grid.weeks), len(grid.offices)))
    cells = mix[None, :, :] * season[list(grid.month_of)][:, :, None]
    cells *= (share * weekly)[:, None, None] * local[:, None, :]
    return np.asarray(cells * size / cells.sum())


def _spread(total: int, weeks: list[int], rng: np.random.Generator) -> list[int]:
    """Spread ``total`` reports over ``weeks``: one in each as far as they go, then at random."""
    order = [int(week) for week in rng.permutation(weeks)]
    return order[:total] + [int(w) for w in rng.choice(weeks, size=max(0, total - len(weeks)))]


def _speed(grid: Grid, scale: float, rng: np.random.Generator) -> Ints:
    extra = np.zeros((len(grid.weeks), len(grid.categories), len(grid.offices)), dtype=np.int64)
    row, column = grid.cell(facts.SPEED_CODE, facts.SPEED_OFFICE)
    for index in range(facts.SPEED_FIRST, len(grid.months)):
        mean = (facts.SPEED_AFTER - facts.SPEED_BEFORE) * scale
        number = max(5, int(rng.poisson(mean))) if scale >= 1 else int(rng.poisson(mean))
        for week in _spread(number, grid.weeks_in(index), rng):
            extra[week, row, column] += 1
    return extra


def _novelty(grid: Grid, scale: float, rng: np.random.Generator) -> Ints:
    extra = np.zeros((len(grid.weeks), len(grid.categories), len(grid.offices)), dtype=np.int64)
    row = grid.categories.index(NEW)
    columns = [grid.offices.index(office) for office in facts.NEW_OFFICES]
    for index in range(facts.NEW_FIRST, len(grid.months)):
        number = int(rng.poisson(facts.NEW_RATE * scale))
        number = max(6, number) if scale >= 1 else number
        for week in _spread(number, grid.weeks_in(index), rng):
            extra[week, row, int(rng.choice(columns, p=list(facts.NEW_OFFICES.values())))] += 1
    return extra


def _moved(grid: Grid, means: Floats, rng: np.random.Generator) -> Ints:
    extra = np.zeros(means.shape, dtype=np.int64)
    row, column = grid.cell(facts.MEASURE_CODE, facts.MEASURE_NEIGHBOUR)
    for week, index in enumerate(grid.month_of):
        if index >= facts.MEASURE_FIRST:
            mean = means[week, row, column] * (facts.NEIGHBOUR_RATIO - 1)
            extra[week, row, column] = rng.poisson(mean)
    return extra


def _lifted(grid: Grid, counts: Ints, means: Floats, rng: np.random.Generator) -> Ints:
    """Extra reports of the campaign, spread as the reports expected in each of its months."""
    extra = np.zeros(means.shape, dtype=np.int64)
    for index in facts.CAMPAIGN_INDEXES:
        weeks = grid.weeks_in(index)
        if weeks:
            number = round((facts.CAMPAIGN_FACTOR - 1) * int(counts[weeks].sum()))
            weights = means[weeks].ravel() / means[weeks].sum()
            extra[weeks] = rng.multinomial(number, weights).reshape(means[weeks].shape)
    return extra


def _with_facts(grid: Grid, base: Ints, means: Floats, seed: int, scale: float) -> Allocation:
    rng = np.random.default_rng([seed, 1, _STREAM])
    thin = np.ones(means.shape)
    row, column = grid.cell(facts.MEASURE_CODE, facts.MEASURE_OFFICE)
    after = np.array(grid.month_of) >= facts.MEASURE_FIRST
    thin[after, row, column] = facts.MEASURE_RATIO
    added = {
        facts.SPEED_MONEY: _speed(grid, scale, rng),
        facts.NEW_MODUS: _novelty(grid, scale, rng),
        facts.MEASURE: _moved(grid, means, rng),
    }
    extra = sum(added.values(), np.zeros(means.shape, dtype=np.int64))
    # The campaign lifts the world as it then is: its expected counts with the other facts.
    now = means * thin + extra
    kept = np.asarray(np.rint(base * thin), dtype=np.int64)
    added[facts.CAMPAIGN] = _lifted(grid, kept + extra, now, rng)
    return Allocation(grid, base, thin, added)


def allocate(
    world: World, *, seed: int, months: int, size: int, planted: bool, start: str
) -> Allocation:
    """Draw the counts of a corpus.

    Args:
        world: offices and rates.
        seed: the same seed gives the same counts.
        months: number of reporting months.
        size: number of reports without planted facts (exact); facts come on top.
        planted: whether to add the planted facts.
        start: first month, YYYY-MM.

    Raises:
        ValueError: ``size`` below 1, or ``start`` or ``months`` make no months.
    """
    if size < 1:
        raise ValueError(f"a corpus needs at least one report, not {size}")
    grid = make_grid(world, start, months)
    rng = np.random.default_rng([seed, 0, _STREAM])
    means = expected(world, grid, size, rng)
    base = rng.multinomial(size, means.ravel() / means.sum()).reshape(means.shape)
    if not planted:
        return Allocation(grid, base, np.ones(means.shape), {})
    return _with_facts(grid, base, means, seed, facts.Scale.of(size, months).rate)
