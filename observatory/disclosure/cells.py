"""Cell suppression: which cells of a cut may be shown.

Primary suppression hides what the rules do not allow. Complementary suppression then hides more
cells wherever a hidden one could be found by subtracting the shown cells of its line from the
line's margin. "Line" means all cells that differ along one additive dimension only (Hundepool et
al. 2012, Statistical Disclosure Control, chapter 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from observatory.analysis.raw import NOTHING, RawCount, RawTable
from observatory.disclosure.products import SafeCell, SafeTable
from observatory.disclosure.rules import Rules

Key = tuple[str, ...]


def safe_table(table: RawTable, rules: Rules) -> tuple[SafeTable, int]:
    """Pass a cut through the door.

    Returns:
        The cut with the cells that may be shown, and the number of cells that are not: empty ones
        among them, since a count of the others would tell none from one.
    """
    shown = {key for key, count in table.cells.items() if rules.allows(count, *key)}
    shown -= _complementary(table, shown, rules)
    cells = tuple(SafeCell(key, rules.rounded(table.cells[key].reports)) for key in sorted(shown))
    hidden = prod(len(levels) for levels in table.levels.values()) - len(cells)
    return SafeTable(table.id, table.dimensions, table.levels, cells), hidden


def _complementary(table: RawTable, shown: set[Key], rules: Rules) -> set[Key]:
    """Return the shown cells that must be hidden too, smallest first, until every line holds.

    Hiding a cell can open a line of another dimension, so lines are visited until nothing changes;
    each visit hides at least one cell, so this ends.
    """
    extra: set[Key] = set()
    changed = True
    while changed:
        changed = False
        for line in _lines(table):
            while victim := _victim(table, line, shown - extra, rules):
                extra.add(victim)
                changed = True
    return extra


def _lines(table: RawTable) -> Iterator[list[Key]]:
    """Yield the lines of a table along each of its additive dimensions."""
    for position, dimension in enumerate(table.dimensions):
        if dimension not in table.additive:
            continue
        others = [table.levels[name] for name in table.dimensions if name != dimension]
        for fixed in product(*others):
            yield [
                (*fixed[:position], level, *fixed[position:]) for level in table.levels[dimension]
            ]


def _victim(table: RawTable, line: list[Key], shown: set[Key], rules: Rules) -> Key | None:
    """Return the cell to hide next so that the line's hidden cells cannot be found, or None.

    The hidden cells of a line are safe when there are two or more and their sum, which a reader
    gets by subtraction, is itself at least k: then no hidden count is determined.
    """
    hidden = [key for key in line if key not in shown]
    visible = [key for key in line if key in shown]
    if not hidden or not visible:
        return None
    total = sum(_count(table, key).reports for key in hidden)
    threshold = max(rules.threshold(*key) for key in hidden)
    if len(hidden) > 1 and total >= threshold:
        return None
    return min(visible, key=lambda key: (_count(table, key).reports, key))


def _count(table: RawTable, key: Key) -> RawCount:
    return table.cells.get(key, NOTHING)
