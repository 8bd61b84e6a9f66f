"""Cell suppression: which cells of a cut may be shown.

Primary suppression hides what the rules do not allow. Complementary suppression then hides more
cells wherever a hidden one could be found by subtracting the shown cells of its line from the
line's margin. "Line" means all cells that differ along one additive dimension only (Hundepool et
al. 2012, Statistical Disclosure Control, chapter 4).

Cuts are linked: the cells of a line add up to a cell of another cut. Where that one is hidden the
line must not be shown whole, or it would be found by addition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from types import MappingProxyType

from observatory.analysis.raw import NOTHING, RawCount, RawTable
from observatory.disclosure.products import SafeCell, SafeTable
from observatory.disclosure.rules import Rules

Key = tuple[str, ...]


@dataclass(frozen=True)
class _Line:
    """Cells that differ along one dimension, and whether a reader may know what they add up to."""

    keys: tuple[Key, ...]
    known: bool


def safe_tables(tables: Iterable[RawTable], rules: Rules) -> tuple[tuple[SafeTable, ...], int]:
    """Pass all cuts of a run through the door.

    Args:
        tables: a cut comes after those that its lines add up to.
        rules: of the audience.

    Returns:
        The cuts as :func:`safe_table` gives them, and the number of cells that are not shown.
    """
    found: dict[Key, SafeTable] = {}
    suppressed = 0
    for table in tables:
        found[table.dimensions], hidden = safe_table(table, rules, found)
        suppressed += hidden
    return tuple(found.values()), suppressed


def safe_table(
    table: RawTable, rules: Rules, margins: Mapping[Key, SafeTable] = MappingProxyType({})
) -> tuple[SafeTable, int]:
    """Pass a cut through the door.

    Args:
        table: the cut.
        rules: of the audience.
        margins: cuts that passed before, by their dimensions.

    Returns:
        The cut with the cells that may be shown, and the number of cells that are not: empty ones
        among them, since a count of the others would tell none from one.
    """
    shown = {key for key, count in table.cells.items() if rules.allows(count, *key)}
    shown -= _complementary(table, shown, rules, list(_lines(table, margins)))
    cells = tuple(SafeCell(key, rules.rounded(table.cells[key].reports)) for key in sorted(shown))
    hidden = prod(len(levels) for levels in table.levels.values()) - len(cells)
    return SafeTable(table.id, table.dimensions, table.levels, cells), hidden


def _complementary(
    table: RawTable, shown: set[Key], rules: Rules, lines: Sequence[_Line]
) -> set[Key]:
    """Return the shown cells that must be hidden too, smallest first, until every line holds.

    Hiding a cell can open a line of another dimension, so lines are visited until nothing changes;
    each visit hides at least one cell, so this ends.
    """
    extra: set[Key] = set()
    changed = True
    while changed:
        changed = False
        for line in lines:
            while victim := _victim(table, line, shown - extra, rules):
                extra.add(victim)
                changed = True
    return extra


def _lines(table: RawTable, margins: Mapping[Key, SafeTable]) -> Iterator[_Line]:
    """Yield the lines of a table along each of its additive dimensions."""
    for position, dimension in enumerate(table.dimensions):
        if dimension not in table.additive:
            continue
        names = tuple(name for name in table.dimensions if name != dimension)
        margin = margins.get(names)
        for fixed in product(*(table.levels[name] for name in names)):
            keys = tuple(
                (*fixed[:position], level, *fixed[position:]) for level in table.levels[dimension]
            )
            yield _Line(keys, margin is None or margin.count(*fixed) is not None)


def _victim(table: RawTable, line: _Line, shown: set[Key], rules: Rules) -> Key | None:
    """Return the cell to hide next so that the line's hidden cells cannot be found, or None.

    The hidden cells of a line are safe when there are two or more and their sum, which a reader
    gets by subtraction, is itself at least k: then no hidden count is determined. A line whose
    margin is hidden is not shown whole.
    """
    hidden = [key for key in line.keys if key not in shown]
    visible = [key for key in line.keys if key in shown]
    if not visible or (not hidden and line.known):
        return None
    total = sum(_count(table, key).reports for key in hidden)
    threshold = max((rules.threshold(*key) for key in hidden), default=0)
    if len(hidden) > 1 and total >= threshold:
        return None
    return min(visible, key=lambda key: (_count(table, key).reports, key))


def _count(table: RawTable, key: Key) -> RawCount:
    return table.cells.get(key, NOTHING)
