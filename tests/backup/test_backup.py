"""Backups of closed weeks: restored whole or not at all, and telling nothing of the open week."""

import contextlib
import io
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, inspect, text

from observatory.audit import Kind
from observatory.backup import container
from observatory.backup.container import BackupError, Record, Writer
from observatory.backup.keys import Keys
from observatory.backup.making import digest_of, make
from observatory.backup.restoring import restore
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.decisions.founding import found
from observatory.decisions.upkeep import check_log
from observatory.errors import (
    BadInputError,
    IntegrityError,
    NotAllowedError,
    ResourceError,
    UsageError,
)
from observatory.instance import Instance, today

THIS_WEEK = periods.week_of(today())
PASSPHRASE = "an old passphrase of nine words"


def sealed(instance, words, source="import:a"):
    return instance.seal(Complaint(words), week="2026-W02", source=source, once=os.urandom(32))


def fill(instance):
    """Put two imports of different months and a state into an instance."""
    vault = instance.vault
    vault.add_set([sealed(instance, f"they asked {n}") for n in range(5)], "2025-W10")
    vault.add_set([sealed(instance, f"they paid {n}") for n in range(5)], THIS_WEEK)
    vault.replace_state({"2025-03": b"old part", "topics": b"topics", "tallies/2025-03": b"t"})
    return instance


@pytest.fixture
def filled(instance):
    return fill(instance)


@pytest.fixture
def made(filled, tmp_path):
    make(filled, tmp_path / "backup", tmp_path / "keys")
    return tmp_path / "backup", tmp_path / "keys"


def contents(instance):
    vault = instance.vault
    sets = {one: sorted(e.to_bytes() for e in vault.envelopes_of(one)) for one in vault.sets()}
    return sets, vault.state()


def test_a_backup_gives_the_whole_instance_back(filled, made, tmp_path):
    assert restore(*made, tmp_path / "new", None) == 0
    again = Instance.open(tmp_path / "new")
    check_log(again)
    assert contents(again) == contents(filled)
    before = filled.audit.encoded()
    assert again.audit.encoded()[:-1] == before[:-1]
    assert again.audit.entries()[-1].facts == {"sha256": digest_of(made[0])}
    assert filled.audit.entries()[-1].kind is Kind.BACKUP_MADE
    assert again.policy.fingerprint == filled.policy.fingerprint
    assert again.offices == filled.offices


def test_a_backup_moves_from_either_database_to_either(filled, made, tmp_path, database_url):
    restore(*made, tmp_path / "new", database_url)
    assert contents(Instance.open(tmp_path / "new")) == contents(filled)


def test_a_backup_of_postgresql_is_restored_into_sqlite(tmp_path, database_url):
    origin = found(
        tmp_path / "o",
        tmp_path / "s",
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: PASSPHRASE,
        database_url=database_url,
        plain_sheets=True,
    )
    fill(origin.instance)
    make(origin.instance, tmp_path / "backup", tmp_path / "keys")
    url = "sqlite:///observatory.db"
    restore(tmp_path / "backup", tmp_path / "keys", tmp_path / "new", url)
    assert contents(Instance.open(tmp_path / "new")) == contents(origin.instance)


def test_the_open_week_is_in_no_backup_and_two_tell_nothing_of_it(filled, tmp_path):
    filled.seal_report(Complaint("the first night"), once=os.urandom(32))
    make(filled, tmp_path / "one", tmp_path / "keys")
    with filled.vault.engine.begin() as connection:  # the second is made of the same log
        connection.execute(
            text("DELETE FROM audit_entry WHERE number = (SELECT max(number) FROM audit_entry)")
        )
    for number in range(40):
        filled.seal_report(Complaint(f"the second night {number}"), once=os.urandom(32))
    make(filled, tmp_path / "two", tmp_path / "keys")
    one, two = [shape(tmp_path / name, tmp_path / "keys") for name in ("one", "two")]
    assert one == two
    restore(tmp_path / "two", tmp_path / "keys", tmp_path / "new", None)
    with Instance.open(tmp_path / "new").vault.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM open_envelope")).scalar() == 0


def shape(path, keys):
    """Return all that a backup shows without its keys: kinds, names, months, lengths."""
    with path.open("rb") as file:
        known = Keys({}, Keys.read(keys).rest)
        seen = [(r.kind, r.name, r.month) for r in records_of(file, known)]
    return path.stat().st_size, seen


def records_of(file, keys):
    try:
        yield from container.read(file, keys)
    except BackupError:
        return


def test_a_month_whose_key_was_destroyed_is_left_out_and_logged(instance, tmp_path, monkeypatch):
    old = periods.week_of(today() - timedelta(days=900))
    month = periods.month_of_week(old)
    instance.vault.add_set([sealed(instance, "they asked")], old)
    instance.vault.add_set([sealed(instance, "they paid")], THIS_WEEK)
    instance.vault.replace_state({month: b"old part", "topics": b"t", f"tallies/{month}": b"t"})
    backup, keys = tmp_path / "backup", tmp_path / "keys"
    with monkeypatch.context() as then:  # when the backup was made, the month was kept
        then.setattr("observatory.backup.making.keep_up", lambda _: None)
        make(instance, backup, keys)
    make(instance, tmp_path / "later", keys)
    assert restore(backup, keys, tmp_path / "new", None) == 1
    again = Instance.open(tmp_path / "new")
    check_log(again)
    assert [one.week for one in again.vault.sets()] == [THIS_WEEK]
    assert set(again.vault.state()) == {"topics", f"tallies/{month}"}
    assert [e.kind for e in again.audit.entries()[-2:]] == [Kind.SET_REMOVED, Kind.RESTORED]


@pytest.mark.parametrize("fraction", [n / 17 for n in range(18)])
def test_a_flipped_bit_anywhere_is_refused_and_nothing_restored(made, tmp_path, fraction):
    backup, keys = made
    data = bytearray(backup.read_bytes())
    data[min(int(len(data) * fraction), len(data) - 1)] ^= 0x10
    backup.write_bytes(bytes(data))
    with pytest.raises(BackupError, match="Nothing was restored"):
        restore(backup, keys, tmp_path / "new", None)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kept", [0, 5, 30, 1000, -1])
def test_a_backup_cut_short_is_refused(made, tmp_path, kept):
    backup, keys = made
    backup.write_bytes(backup.read_bytes()[:kept])
    with pytest.raises(BackupError):
        restore(backup, keys, tmp_path / "new", None)
    assert not (tmp_path / "new").exists()


def test_records_left_out_or_exchanged_are_refused():
    keys = Keys({"2026-01": os.urandom(32)}, os.urandom(32))
    file = io.BytesIO()
    writer = Writer(file, keys)
    ends = []
    for record in (Record("file", "a"), Record("state", "b", "2026-01"), Record("end")):
        writer.add(record)
        ends.append(file.tell())
    whole = file.getvalue()
    assert [r.kind for r in container.read(io.BytesIO(whole), keys)] == ["file", "state", "end"]
    start = len(container.MAGIC) + container.ID_BYTES
    first, second, last = whole[start : ends[0]], whole[ends[0] : ends[1]], whole[ends[1] :]
    for parts in (second + last, first + last, second + first + last, whole[start:] + last):
        with pytest.raises(BackupError):
            list(container.read(io.BytesIO(whole[:start] + parts), keys))


def test_an_instance_or_database_in_use_is_not_restored_into(filled, made, tmp_path):
    with pytest.raises(NotAllowedError, match="not empty"):
        restore(*made, filled.folder, None)
    url = f"sqlite:///{filled.folder / 'observatory.db'}"
    with pytest.raises(NotAllowedError, match="in use"):
        restore(*made, tmp_path / "new", url)
    assert not (tmp_path / "new").exists()
    check_log(filled)


def test_what_is_no_key_file_and_a_wrong_one_are_told_apart(made, tmp_path):
    backup, keys = made
    (tmp_path / "letter").write_text("dear sir")
    with pytest.raises(BadInputError, match="key file"):
        restore(backup, tmp_path / "letter", tmp_path / "new", None)
    Keys(Keys.read(keys).months, os.urandom(32)).write(tmp_path / "other")
    with pytest.raises(BackupError, match="another backup's"):
        restore(backup, tmp_path / "other", tmp_path / "new", None)


def test_backup_and_keys_are_two_new_files(filled, tmp_path):
    with pytest.raises(UsageError, match="another file"):
        make(filled, tmp_path / "x", tmp_path / "x")
    (tmp_path / "there").write_bytes(b"")
    with pytest.raises(UsageError, match="there already"):
        make(filled, tmp_path / "there", tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_week_close_comes_first(filled, tmp_path):
    weeks = [periods.week_of(today() - timedelta(weeks=back)) for back in (2, 1)]
    filled.vault.receive([sealed(filled, "an old week", "form")], weeks[0])
    make(filled, tmp_path / "b", tmp_path / "k")
    restore(tmp_path / "b", tmp_path / "k", tmp_path / "new", None)
    sets = Instance.open(tmp_path / "new").vault.sets()
    assert [one.week for one in sets if one.source == "form"] == weeks


def test_a_set_that_is_closed_meanwhile_is_in_it_with_its_entry_or_not_at_all(
    filled, tmp_path, monkeypatch
):
    whole, added = filled.vault.sets, []

    def racing():
        found = whole()
        if not added:
            added.append(filled.vault.add_set([sealed(filled, "meanwhile")], THIS_WEEK))
        return found

    monkeypatch.setattr(filled.vault, "sets", racing)
    make(filled, tmp_path / "b", tmp_path / "k")
    monkeypatch.undo()
    restore(tmp_path / "b", tmp_path / "k", tmp_path / "new", None)
    assert contents(Instance.open(tmp_path / "new")) == contents(filled)


def test_a_restore_that_is_killed_leaves_no_instance_and_can_be_begun_again(made, tmp_path):
    program = "from observatory.cli import main; main()"
    place = tmp_path / "new"
    command = [sys.executable, "-c", program, "--instance", str(place), "restore", str(made[0])]
    for delay in (0.5, 0.7, 0.9, 1.1):
        running = subprocess.Popen([*command, "--keys", str(made[1])], stdout=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(delay)
        running.kill()
        running.wait()
        if place.exists():
            break
    else:
        assert restore(*made, place, None) == 0
    check_log(Instance.open(place))
    assert len(Instance.open(place).vault.sets()) == 2
    assert not list(tmp_path.glob(".new*"))


def test_a_restored_instance_that_is_not_what_both_sides_had_is_taken_back(
    filled, tmp_path, database_url
):
    make(filled, tmp_path / "b", tmp_path / "k")
    with (tmp_path / "b").open("rb") as file:
        records = list(container.read(file, Keys.read(tmp_path / "k")))
    with (tmp_path / "forged").open("wb") as file:  # by somebody who has the keys
        writer = Writer(file, Keys.read(tmp_path / "k"))
        for record in records:
            if record.kind != "entry" or b"set-closed" not in record.body:
                writer.add(record)
    with pytest.raises(IntegrityError, match="does not hold the sets"):
        restore(tmp_path / "forged", tmp_path / "k", tmp_path / "new", database_url)
    assert not (tmp_path / "new").exists()
    assert restore(tmp_path / "b", tmp_path / "k", tmp_path / "new", database_url) == 0


def test_another_programs_database_is_left_as_it_is(made, tmp_path):
    url = f"sqlite:///{tmp_path / 'other.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with pytest.raises(NotAllowedError, match="invoices"):
        restore(*made, tmp_path / "new", url)
    assert inspect(engine).get_table_names() == ["invoices"]


def test_a_part_too_large_to_be_read_again_is_not_written(monkeypatch):
    keys = Keys({}, os.urandom(32))
    file = io.BytesIO()
    writer = Writer(file, keys)
    writer.add(Record("state", "vectors", body=bytes(65 << 20)))
    writer.add(Record("end"))
    file.seek(0)
    assert [len(record.body) for record in container.read(file, keys)] == [65 << 20, 0]
    monkeypatch.setattr(container, "MAX_BODY", 10)
    with pytest.raises(ResourceError, match="no backup can hold it"):
        writer.add(Record("state", "vectors", body=bytes(11)))


def test_products_catalogue_and_settings_come_back_to_the_byte(filled, tmp_path):
    for name in (
        "products/2026-11-24-1/members.json",
        "catalogue/measures.yaml",
        "tokens/trader-2026-Q4.json",
    ):
        (filled.folder / name).parent.mkdir(parents=True)
        (filled.folder / name).write_text(f"what stands in {name}")
    make(filled, tmp_path / "b", tmp_path / "k")
    restore(tmp_path / "b", tmp_path / "k", tmp_path / "new", None)
    assert files_of(tmp_path / "new") == files_of(filled.folder)


def files_of(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder): p.read_bytes() for p in found if "observatory.db" not in p.name}


def test_a_key_file_from_before_a_month_is_no_reason_to_lose_that_month(filled, tmp_path):
    make(filled, tmp_path / "b", tmp_path / "k")
    known = Keys.read(tmp_path / "k")
    old = {month: key for month, key in known.months.items() if month == "2025-03"}
    Keys(old, known.rest).write(tmp_path / "older")
    with pytest.raises(BadInputError, match="lacks the key of"):
        restore(tmp_path / "b", tmp_path / "older", tmp_path / "new", None)
    assert not (tmp_path / "new").exists()
