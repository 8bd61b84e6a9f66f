"""A measure is registered by both sides, and by nobody whom it concerns."""

from dataclasses import replace

import pytest
from click.testing import CliRunner
from decided import approve, carry, decide, enrol_chairs, signer

from observatory.acts.act import What
from observatory.acts.people import Interests
from observatory.audit import Kind
from observatory.cli import observatory
from observatory.complaint.offices import Office
from observatory.decisions import agreement, deciding
from observatory.errors import BadInputError, NotAllowedError

ENTRY = """
id: rotation-north
title: Rotation of inspectors at the north gate
instrument: rotation
begins: 2027-01-04
by: Director of Customs, north
codes: [MO02, MO01]
measure: M03
offices: [NORTH]
parties: [Harbour Freight Limited]
"""


@pytest.fixture
def propose(instance, tmp_path):
    """Propose a file's measure by the command; return the act."""
    instance.add_offices([Office("NORTH", "North gate", "Coast", 40, 40)])

    def proposed(text):
        path = tmp_path / "measure.yaml"
        path.write_text(text, "utf-8")
        call = ["--instance", str(instance.folder), "register", "measure", str(path)]
        CliRunner().invoke(observatory, call, catch_exceptions=False, standalone_mode=False)
        return next(one.act for one in deciding.matters(instance) if one.waiting)

    return proposed


def test_a_measure_counts_when_both_sides_registered_it(founded, propose):
    chairs = enrol_chairs(founded)
    instance, act = founded.instance, propose(ENTRY)
    approve(instance, act, chairs["customs"])
    with pytest.raises(NotAllowedError, match="business is missing"):
        carry(instance, act)
    assert agreement.registered(instance) == []
    approve(instance, act, chairs["business"])
    carry(instance, act)
    (found,) = agreement.registered(instance)
    assert (found["id"], found["codes"], found["begins"]) == (
        "rotation-north", ["MO01", "MO02"], "2027-01-04"
    )  # fmt: skip
    changed = [e.facts for e in instance.audit.entries() if e.kind is Kind.MEASURE_CHANGED]
    assert changed == [{"measure": "rotation-north", "sha256": act.digest}]


def test_the_same_measure_once_more_replaces_the_entry_and_the_log_keeps_both(founded, propose):
    chairs = enrol_chairs(founded).values()
    instance = founded.instance
    for text in (ENTRY, ENTRY.replace("2027-01-04", "2027-02-01")):
        act = propose(text)
        approve(instance, act, *chairs)
        carry(instance, act)
    (found,) = agreement.registered(instance)
    assert found["begins"] == "2027-02-01"
    kinds = [entry.kind for entry in instance.audit.entries()]
    assert kinds.count(Kind.MEASURE_CHANGED) == 2


def test_whoever_has_an_interest_in_it_takes_no_part(founded, propose):
    chairs = enrol_chairs(founded)
    instance = founded.instance
    concerned = [
        replace(one, interests=Interests(firms=frozenset({"HARBOUR freight limited"})))
        if one.side == "business" else one
        for one in instance.roll.people
    ]  # fmt: skip
    people = {"people": [one.to_json() for one in concerned]}
    decide(instance, What.MEMBERS, people, list(chairs.values()))
    act = propose(ENTRY)
    with pytest.raises(NotAllowedError, match="takes no part"):
        approve(instance, act, chairs["business"])
    with pytest.raises(NotAllowedError, match="declared no interests"):
        approve(instance, act, signer(founded, "business"))


@pytest.mark.parametrize(
    ("was", "then", "said"),
    [
        ("codes: [MO02, MO01]", "codes: [MO99]", "no modus operandi MO99"),
        ("codes: [MO02, MO01]", "codes: []", "names no modus operandi"),
        ("measure: M03", "measure: M99", "no measure M99"),
        ("offices: [NORTH]", "offices: [SOUTH]", "no office SOUTH"),
        ("offices: [NORTH]", "offices: NORTH", "offices is a list"),
        ("begins: 2027-01-04", "begins: soon", "YYYY-MM-DD"),
        ("begins: 2027-01-04", "begins: 2027-01-04\nends: 2026-12-31", "before it begins"),
        ("instrument: rotation", "instrument: hope", "one of: memorandum"),
        ("id: rotation-north", "id: Rotation North", "small letters"),
        ("title: Rotation", "titel: Rotation", "nothing else"),
        ("title: Rotation", "title: |\n  Two\n  lines ", "characters"),
        (ENTRY, "- a list", "it needs"),
        (ENTRY, "a: [", "YAML"),
    ],
)
def test_a_file_that_cannot_be_registered_says_why(propose, was, then, said):
    assert was in ENTRY
    with pytest.raises(BadInputError, match=said):
        propose(ENTRY.replace(was, then))


def test_an_act_that_names_no_measure_is_not_carried_out(founded):
    chairs = enrol_chairs(founded)
    instance = founded.instance
    with pytest.raises(BadInputError, match="names no measure"):
        decide(instance, What.MEASURE, {"measure": "nothing"}, list(chairs.values()))
    assert agreement.registered(instance) == []
