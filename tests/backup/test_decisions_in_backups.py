"""What people decided, and what they decide by, comes back from a backup; nobody reads it there."""

import pytest
from decided import approve, decide
from sqlalchemy import text

from observatory.acts.act import What
from observatory.backup import container
from observatory.backup.container import BackupError, Writer
from observatory.backup.keys import Keys
from observatory.backup.making import make
from observatory.backup.restoring import restore
from observatory.decisions import deciding
from observatory.decisions.deciding import State
from observatory.decisions.upkeep import check_log
from observatory.errors import IntegrityError
from observatory.instance import Instance

TABLES = ("proposed", "approved", "enrolled", "password")


def rows(instance):
    with instance.vault.engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))))
            for name in TABLES
        }


@pytest.fixture
def decided(instance, chairs):
    """An observatory with one act done, one that waits for a side, and a password."""
    decide(instance, What.CATALOGUE, {"catalogue": "0" * 12}, list(chairs.values()))
    waits = deciding.propose(instance, What.OPEN_RUN, {}, by="customs-signer-1")
    approve(instance, waits, chairs["customs"])
    with instance.vault.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO password VALUES (:person, :locked)"),
            {"person": chairs["customs"].person, "locked": b"\x00locked\xff"},
        )
    return instance


def copied(source, keys, target, change):
    """Write a backup again, each record as ``change`` makes it, by somebody who has the keys."""
    with source.open("rb") as file:
        records = list(container.read(file, keys))
    with target.open("wb") as file:
        writer = Writer(file, keys)
        for record in records:
            for one in change(record):
                writer.add(one)


def test_roll_docket_enrolments_and_passwords_come_back(decided, chairs, tmp_path, database_url):
    make(decided, tmp_path / "b", tmp_path / "k")
    restore(tmp_path / "b", tmp_path / "k", tmp_path / "new", database_url)
    again = Instance.open(tmp_path / "new")
    check_log(again)
    assert rows(again) == rows(decided)
    assert all(rows(again).values())
    assert again.roll.digest == decided.roll.digest
    [waits] = [one for one in deciding.matters(again) if one.waiting]
    approve(again, waits.act, chairs["business"])  # with the passkey that was enrolled before
    assert deciding.matter(again, waits.act.digest).state is State.APPROVED


def test_a_backup_shows_nobody_without_its_keys(decided, chairs, tmp_path):
    make(decided, tmp_path / "b", tmp_path / "k")
    data = (tmp_path / "b").read_bytes()
    for side in chairs.values():
        assert side.person.encode() not in data
    assert b"locked" not in data


def test_a_backup_from_before_there_was_a_docket_is_restored(instance, tmp_path):
    make(instance, tmp_path / "b", tmp_path / "k")
    keys = Keys.read(tmp_path / "k")
    older = tmp_path / "older"
    copied(tmp_path / "b", keys, older, lambda one: [one] * (one.kind != "table"))
    restore(older, tmp_path / "k", tmp_path / "new", None)
    assert not any(rows(Instance.open(tmp_path / "new")).values())


def test_another_roll_than_the_log_names_is_not_restored(decided, tmp_path):
    make(decided, tmp_path / "b", tmp_path / "k")
    keys = Keys.read(tmp_path / "k")
    without = tmp_path / "without"
    copied(tmp_path / "b", keys, without, lambda one: [one] * (one.name != "roll.json"))
    with pytest.raises(IntegrityError, match=r"roll\.json"):
        restore(without, tmp_path / "k", tmp_path / "new", None)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("body", [b"[]x", b'[{"person": "x"}]', b"[[]]", b"{}x"])
def test_rows_that_are_none_are_refused(instance, tmp_path, body):
    make(instance, tmp_path / "b", tmp_path / "k")
    keys = Keys.read(tmp_path / "k")

    def change(one):
        wrong = container.Record(one.kind, one.name, one.month, body)
        return [wrong if one.name == "password" else one]

    copied(tmp_path / "b", keys, tmp_path / "wrong", change)
    with pytest.raises(BackupError, match="no row"):
        restore(tmp_path / "wrong", tmp_path / "k", tmp_path / "new", None)
