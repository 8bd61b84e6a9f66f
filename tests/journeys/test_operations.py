"""The administrator's year in commands: two hosts, backups, a lost disk, retention."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from click.testing import CliRunner

from observatory.cli import observatory
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.errors import Exit, NotAllowedError, UsageError
from observatory.instance import Instance, today


def run(folder, *arguments):
    """Run a command on an instance; return what it says, or raise its error."""
    done = CliRunner().invoke(
        observatory, ["--instance", str(folder), *map(str, arguments)], standalone_mode=False
    )
    if done.exception is not None:
        raise done.exception
    return done.output


def receive(folder, number, back):
    instance = Instance.open(folder)
    week = periods.week_of(today() - timedelta(weeks=back))
    instance.vault.receive(
        [
            instance.seal(
                Complaint(f"they asked {n}"), week=week, source="form", once=os.urandom(32)
            )
            for n in range(number)
        ],
        week,
    )


def test_weeks_travel_from_the_intake_host_survive_a_lost_disk_and_go_in_time(instance, tmp_path):
    central, intake = instance.folder, tmp_path / "intake"
    run(central, "intake-host", intake)
    receive(intake, 3, back=2)
    said = run(intake, "batch", "export", tmp_path / "b1")
    spoken = said.partition("This host: ")[2].strip()
    with pytest.raises(NotAllowedError, match="by voice"):
        run(central, "batch", "import", tmp_path / "b1")
    assert "2 of 2 sets" in run(central, "batch", "import", tmp_path / "b1", "--host", spoken)
    assert "taken before" in run(central, "batch", "import", tmp_path / "b1")

    run(central, "audit", "log", tmp_path / "log")
    said = run(central, "backup", tmp_path / "backup", "--keys", tmp_path / "keys")
    assert "is in no backup" in said
    restored = tmp_path / "restored"
    assert "2 sets" in run(restored, "restore", tmp_path / "backup", "--keys", tmp_path / "keys")
    assert "whole" in run(restored, "audit", "verify", "--copy", tmp_path / "log")
    assert "taken before" in run(restored, "batch", "import", tmp_path / "b1")
    assert "removed 0 sets" in run(restored, "retention", "run")


def test_two_batches_of_other_arrivals_differ_in_nothing_that_can_be_counted(instance, tmp_path):
    sizes = []
    for number, name in ((1, "quiet"), (25, "busy")):
        run(instance.folder, "intake-host", tmp_path / name)
        receive(tmp_path / name, number, back=1)
        receive(tmp_path / name, number, back=0)
        run(tmp_path / name, "batch", "export", tmp_path / f"{name}.batch")
        sizes.append((tmp_path / f"{name}.batch").stat().st_size)
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(
    "command",
    [
        "analyse --shares {shares}",
        "serve",
        "serve --role members",
        "import {register}",
        "key rotate --reseal --shares {shares}",
        "key drill --shares {customs}",
        "batch import {register}",
    ],
)
def test_an_intake_host_says_what_belongs_elsewhere(founded, tmp_path, command):
    intake, register = tmp_path / "intake", tmp_path / "a.csv"
    run(founded.instance.folder, "intake-host", intake)
    register.write_text("narrative,reported_on\nthey asked for money,2025-03-03\n")
    before = Instance.open(intake).audit.entries()
    shares = " ".join(map(str, founded.custodians))
    customs = founded.shares / "customs-custodian-1.txt"
    words = command.format(shares=shares, customs=customs, register=register).split()
    with pytest.raises(NotAllowedError, match=r"belongs on the analysis host.*--role intake"):
        run(intake, *words)
    assert Instance.open(intake).audit.entries() == before
    assert len(Instance.open(intake).vault) == 0


def test_a_restored_intake_host_is_one_still(instance, tmp_path):
    run(instance.folder, "intake-host", tmp_path / "intake")
    run(tmp_path / "intake", "backup", tmp_path / "backup", "--keys", tmp_path / "keys")
    again = tmp_path / "again"
    run(again, "restore", tmp_path / "backup", "--keys", tmp_path / "keys")
    with pytest.raises(NotAllowedError, match="belongs on the analysis host"):
        run(again, "serve")


def test_a_batch_that_was_altered_ends_with_the_code_of_integrity(instance, tmp_path):
    run(instance.folder, "intake-host", tmp_path / "intake")
    receive(tmp_path / "intake", 1, back=1)
    run(tmp_path / "intake", "batch", "export", tmp_path / "b")
    data = bytearray((tmp_path / "b").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "b").write_bytes(bytes(data))
    with pytest.raises(Exception, match="Nothing of it was taken") as refused:
        run(instance.folder, "batch", "import", tmp_path / "b")
    assert refused.value.exit_code == Exit.INTEGRITY


@pytest.mark.parametrize(
    "command",
    [
        "backup {inside} --keys {outside}",
        "backup {outside} --keys {inside}",
        "batch export {inside}",
        "intake-host {inside}",
        "audit log {inside}",
        "audit head {inside}",
        "audit prove {inside} --entry 1",
    ],
)
def test_nothing_is_written_among_the_observatorys_own_files(instance, tmp_path, command):
    inside, outside = instance.folder / "out", tmp_path / "out"
    with pytest.raises(UsageError, match="inside the observatory's folder"):
        run(instance.folder, *command.format(inside=inside, outside=outside).split())
    assert not inside.exists()
    assert not outside.exists()
