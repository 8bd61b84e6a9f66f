from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.complaint.facets import BY_CODE
from observatory.errors import BadInputError
from observatory.intake.imports import mapping
from observatory.intake.imports.mapping import CellError, DateRule, FacetRule

TODAY = date(2026, 11, 24)


def write(tmp_path, text):
    path = tmp_path / "map.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_example_reads(pytestconfig):
    found = mapping.read(pytestconfig.rootpath / "examples/bribe_titles.yaml")
    assert found.source == "bribe-titles"
    assert {rule.facet.code for rule in found.facets} == {"month", "amount", "office"}
    assert len(found.offices) == 29


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("source: A B\nnarrative: [x]", "'source'"),
        ("source: a", "'narrative'"),
        ("source: a\nnarrative: [x]\nfacets: {colour: {column: c}}", "no facet 'colour'"),
        (
            "source: a\nnarrative: [x]\nfacets: {stage: {column: c, values: {A: nowhere}}}",
            "nowhere",
        ),
        ("source: a\nnarrative: [x]\nfacets: {stage: {always: nowhere}}", "is not one of"),
        ("source: a\nnarrative: [x]\nfacets: {stage: {column: c, otherwise: maybe}}", "otherwise"),
        ("source: a\nnarrative: [x]\nfacets: {stage: {}}", "column"),
        ("source: [", "cannot be read"),
        ("source: a\nnarrative: [x]\ndelimiter: ';;'", "'delimiter'"),
        ("source: a\nnarrative: [x]\nheader_row: 0", "'header_row'"),
    ],
)
def test_a_mapping_that_cannot_work_says_why(tmp_path, text, said):
    with pytest.raises(BadInputError, match="mapping") as error:
        mapping.read(write(tmp_path, text))
    assert said in str(error.value)


def test_a_missing_mapping_says_so(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read"):
        mapping.read(tmp_path / "none.yaml")


def test_dates():
    assert DateRule("d").read("2026-01-31", TODAY) == date(2026, 1, 31)
    both = DateRule("d", ("%d/%m/%Y", "%m/%d/%Y"))
    assert both.read("31/01/2026", TODAY) == date(2026, 1, 31)
    assert both.read("04/04/2026", TODAY) == date(2026, 4, 4)
    with pytest.raises(CellError, match="two different dates"):
        both.read("03/04/2026", TODAY)
    with pytest.raises(CellError, match="no date"):
        both.read("2026-01-31", TODAY)
    with pytest.raises(CellError, match="outside"):
        DateRule("d").read("2027-01-01", TODAY)


def test_amounts_fall_into_bands():
    bands = (("under_day", 0.0), ("day_week", 100.0), ("over_year", 10000.0))
    rule = FacetRule(BY_CODE["amount"], column="a", bands=bands)
    assert rule.read("99", TODAY) == "under_day"
    assert rule.read("Rs. 1,500", TODAY) is not None
    assert rule.read("12,000", TODAY) == "over_year"
    assert rule.read("  ", TODAY) is None
    with pytest.raises(CellError, match="no amount"):
        rule.read("a lot", TODAY)
    with pytest.raises(CellError, match="lowest band"):
        rule.read("-5", TODAY)


def test_unknown_values_are_refused_or_skipped():
    refusing = FacetRule(BY_CODE["stage"], column="s", values={"Release": "release"})
    assert refusing.read("Release", TODAY) == "release"
    with pytest.raises(CellError, match="Release"):
        refusing.read("Elsewhere", TODAY)
    skipping = FacetRule(BY_CODE["stage"], column="s", otherwise="skip")
    assert skipping.read("nonsense", TODAY) is None
    assert skipping.read("release", TODAY) == "release"


@given(st.text(max_size=40))
def test_a_reason_never_repeats_the_cell(cell):
    for rule in (
        FacetRule(BY_CODE["stage"], column="s"),
        FacetRule(BY_CODE["month"], column="m", dates=DateRule("m")),
        FacetRule(BY_CODE["amount"], column="a", bands=(("under_day", 5.0),)),
        FacetRule(BY_CODE["office"], column="o"),
    ):
        reason = _reason(rule, cell)
        assert len(cell.strip()) < 12 or cell.strip() not in reason


def _reason(rule, cell):
    try:
        value = rule.read(cell, TODAY)
    except CellError as error:
        return str(error)
    return "" if value is None or rule.facet.accepts(value) else cell
