"""What a reader can find by subtraction: never the size of a cell under k."""

from itertools import product
from math import prod

from hypothesis import given
from hypothesis import strategies as st

from observatory.analysis.raw import RawCount, RawTable
from observatory.disclosure.cells import safe_table
from observatory.disclosure.rules import Rules

RULES = Rules("members", k=5)


@st.composite
def tables(draw):
    rows = tuple(f"r{i}" for i in range(draw(st.integers(1, 5))))
    columns = tuple(f"c{i}" for i in range(draw(st.integers(1, 6))))
    cells = {}
    for key in product(rows, columns):
        reports = draw(st.integers(0, 25))
        if reports:
            weeks = draw(st.integers(1, reports))
            largest = draw(st.integers(-(-reports // weeks), reports - weeks + 1))
            cells[key] = RawCount(reports, weeks, largest)
    additive = draw(st.sets(st.sampled_from(["row", "column"])))
    levels = {"row": rows, "column": columns}
    return RawTable("t", ("row", "column"), levels, cells, frozenset(additive))


@given(tables())
def test_shown_cells_are_true_and_allowed(table):
    safe, hidden = safe_table(table, RULES)
    for cell in safe.cells:
        assert cell.reports == table.cells[cell.key].reports
        assert RULES.allows(table.cells[cell.key])
    every = prod(len(levels) for levels in table.levels.values())
    assert hidden == every - len(safe.cells)


@given(tables())
def test_no_hidden_cell_is_found_by_subtracting_from_its_line(table):
    safe, _ = safe_table(table, RULES)
    shown = {cell.key for cell in safe.cells}
    for dimension in table.additive:
        position = table.dimensions.index(dimension)
        other = table.dimensions[1 - position]
        for level in table.levels[other]:
            line = [(level, own) if position else (own, level) for own in table.levels[dimension]]
            hidden = [key for key in line if key not in shown]
            rest = sum(table.cells[key].reports for key in hidden if key in table.cells)
            if hidden and len(hidden) < len(line):
                assert len(hidden) >= 2
                assert rest >= RULES.k


@given(tables())
def test_zero_and_less_than_k_look_alike(table):
    def without_small(count):
        return count is not None and count.reports >= RULES.k

    bare = RawTable(
        table.id,
        table.dimensions,
        table.levels,
        {key: count for key, count in table.cells.items() if without_small(count)},
        frozenset(),
    )
    full = RawTable(table.id, table.dimensions, table.levels, table.cells, frozenset())
    assert safe_table(bare, RULES)[0].to_json() == safe_table(full, RULES)[0].to_json()


def test_a_suppressed_cell_is_absent_from_json():
    table = RawTable(
        "mo_office",
        ("mo", "office"),
        {"mo": ("MO01",), "office": ("NORTH", "SOUTH")},
        {("MO01", "NORTH"): RawCount(40, 20, 4), ("MO01", "SOUTH"): RawCount(4, 4, 1)},
        frozenset(),
    )
    safe, hidden = safe_table(table, RULES)
    assert safe.to_json()["cells"] == [{"mo": "MO01", "office": "NORTH", "reports": 40}]
    assert hidden == 1
    assert safe.count("MO01", "SOUTH") is None
    assert list(safe.series("office", mo="MO01")) == [("NORTH", 40), ("SOUTH", None)]
