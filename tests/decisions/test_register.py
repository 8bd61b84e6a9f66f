"""The register of offices grows by imports; what a run counted by changes by both sides alone."""

import pytest
from decided import approve

from observatory.complaint import offices
from observatory.complaint.offices import Office
from observatory.decisions import deciding, memory
from observatory.decisions.quorum import open_key
from observatory.errors import NotAllowedError
from observatory.instance import Instance

NORTH, SOUTH, EAST = (
    Office(code, f"{code.capitalize()} port") for code in ("NORTH", "SOUTH", "EAST")
)
PRODUCTS = {"members": "ab" * 32, "public": "cd" * 32}


@pytest.fixture
def after_a_run(instance, quorum):
    """Let a run have counted by two offices; return what the next one does first."""
    instance.add_offices([NORTH, SOUTH])
    private = open_key(instance, quorum)
    left = memory.made(instance, private, {}, PRODUCTS)
    instance.vault.replace_state({}, {"key": private.public.id.hex(), **PRODUCTS})

    def begins():
        return memory.checked(Instance.open(instance.folder), private, {memory.PART: left})

    return begins


def write(instance, *register):
    offices.write(instance.folder / offices.FILE_NAME, register)


def test_an_import_adds_offices_without_a_decision(instance, after_a_run):
    assert Instance.open(instance.folder).add_offices([EAST]) == 1
    assert after_a_run() == {}


@pytest.mark.parametrize(
    "register",
    [
        (NORTH,),
        (NORTH, Office("SOUTH", "North port")),
        (NORTH, Office("SOUTH", "South port", "Coast")),
    ],
    ids=["gone", "renamed", "moved"],
)
def test_an_office_that_is_gone_or_altered_stops_the_run(instance, after_a_run, register):
    write(instance, *register)
    with pytest.raises(NotAllowedError, match="no longer has SOUTH"):
        after_a_run()
    write(instance, NORTH, SOUTH)
    assert after_a_run() == {}


def test_no_register_at_all_stops_the_run(instance, after_a_run):
    (instance.folder / offices.FILE_NAME).unlink()
    with pytest.raises(NotAllowedError, match="NORTH, SOUTH"):
        after_a_run()


def test_both_sides_take_an_office_away(instance, after_a_run, command, chairs):
    write(instance, NORTH)
    assert "with 1 in it" in command("offices", "propose")
    [proposed] = deciding.matters(instance)
    approve(instance, proposed.act, chairs["customs"])
    with pytest.raises(NotAllowedError):
        after_a_run()
    approve(instance, proposed.act, chairs["business"])
    command("approve", proposed.act.digest)
    assert after_a_run() == {}
    write(instance, EAST)  # that, they did not decide
    with pytest.raises(NotAllowedError, match="NORTH, SOUTH"):
        after_a_run()
