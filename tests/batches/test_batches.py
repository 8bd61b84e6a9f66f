"""Batches from an intake host to the analysis host: exactly once, in order, refused if altered."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from lowest_costs import LOWEST_COSTS
from shorter_retention import keep_only

from crypto import passphrase
from crypto.envelope import Envelope, seal
from crypto.signing import SigningKey
from observatory.audit import Kind
from observatory.backup import making as backup
from observatory.backup.restoring import restore
from observatory.batches import batch
from observatory.batches.batch import BatchError, Head
from observatory.batches.exporting import export, make_intake_host
from observatory.batches.host import in_groups, own_key
from observatory.batches.importing import take
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint
from observatory.custody.ceremony import new_key
from observatory.decisions import rotation, succession
from observatory.decisions.founding import found
from observatory.decisions.signed_file import SignedFile
from observatory.decisions.upkeep import first_kept, keep_up
from observatory.errors import BadInputError, NotAllowedError, UsageError
from observatory.instance import Instance, today
from observatory.vault import closing
from observatory.vault.closing import SetRecord

PASSPHRASE = "an old passphrase of nine words"


def founded_at(folder, database_url="sqlite:///observatory.db"):
    return found(
        folder,
        folder.with_name(f"{folder.name}-shares"),
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: PASSPHRASE,
        database_url=database_url,
        plain_sheets=True,
    ).instance


@pytest.fixture(autouse=True)
def _lowest_costs(monkeypatch):
    monkeypatch.setattr(passphrase, "KDF", LOWEST_COSTS)


@pytest.fixture
def central(tmp_path, database_url):
    """The analysis host, on either database."""
    return founded_at(tmp_path / "central", database_url)


@pytest.fixture
def intake(central, tmp_path):
    """The intake host."""
    make_intake_host(central, tmp_path / "intake")
    return Instance.open(tmp_path / "intake")


def weeks_ago(number):
    return periods.week_of(today() - timedelta(days=7 * number))


def write(intake, week, number=3):
    """Have reports come in a week that is over."""
    sealed = [
        intake.seal(Complaint(f"they asked {n}"), week=week, source="form", once=os.urandom(32))
        for n in range(number)
    ]
    intake.vault.receive(sealed, week)
    return sealed


def carry(intake, central, path, **options):
    done = export(intake, path)
    return take(central, path, options.get("host", done.fingerprint))


def as_of(then, weeks, *places):
    """Let these places believe that it is some weeks ago."""
    day = today() - timedelta(weeks=weeks)
    for place in places or ("observatory.decisions.upkeep",):
        then.setattr(f"{place}.today", lambda: day)


def held(instance):
    return {
        envelope.to_bytes()
        for one in instance.vault.sets()
        for envelope in instance.vault.envelopes_of(one)
    }


def test_an_intake_host_has_no_share_and_no_report(central, intake, tmp_path):
    names = {path.name for path in (tmp_path / "intake").iterdir()} - {
        "observatory.db-wal",
        "observatory.db-shm",
    }
    assert names == {"config.toml", "policy.json", "offices.csv", "observatory.db"}
    assert intake.public_key == central.public_key
    assert len(intake.vault) == 0


def test_closed_weeks_arrive_as_they_were_and_the_open_week_stays(intake, central, tmp_path):
    sealed = write(intake, weeks_ago(2))
    intake.seal_report(Complaint("of this week"), once=os.urandom(32))
    taken = carry(intake, central, tmp_path / "b1")
    assert (taken.number, taken.sets, taken.new) == (1, 2, 2)
    assert held(central) == held(intake)
    assert {one.to_bytes() for one in sealed} <= held(central)


def test_batches_follow_each_other_and_each_counts_once(intake, central, tmp_path):
    write(intake, weeks_ago(3))
    intake.vault.close_weeks(today() - timedelta(days=7))
    first = export(intake, tmp_path / "b1")
    write(intake, weeks_ago(1))
    second = export(intake, tmp_path / "b2")
    with pytest.raises(NotAllowedError, match="first batch of the host"):
        take(central, tmp_path / "b1", None)
    with pytest.raises(BadInputError, match="Batch 1 comes before batch 2"):
        take(central, tmp_path / "b2", second.fingerprint)
    assert take(central, tmp_path / "b1", first.fingerprint).new == first.sets
    assert take(central, tmp_path / "b1", None).new == 0
    assert take(central, tmp_path / "b2", None).new == second.sets
    assert held(central) == held(intake)


def test_a_batch_can_be_written_again_to_the_byte(intake, tmp_path):
    write(intake, weeks_ago(2))
    export(intake, tmp_path / "b1")
    export(intake, tmp_path / "b2")
    export(intake, tmp_path / "again", again=1)
    assert (tmp_path / "again").read_bytes() == (tmp_path / "b1").read_bytes()
    with pytest.raises(BadInputError, match="no batch 3"):
        export(intake, tmp_path / "x", again=3)
    with pytest.raises(UsageError, match="there already"):
        export(intake, tmp_path / "b1")


def test_an_import_that_was_broken_off_goes_on(intake, central, tmp_path, monkeypatch):
    write(intake, weeks_ago(4))
    done = export(intake, tmp_path / "b1")
    assert done.sets >= 3
    vault, calls = central.vault, []
    whole = vault.take_set

    def breaking(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        whole(*arguments)

    monkeypatch.setattr(vault, "take_set", breaking)
    with pytest.raises(KeyboardInterrupt):
        take(central, tmp_path / "b1", done.fingerprint)
    monkeypatch.undo()
    assert len(central.vault.sets()) == 2
    assert take(central, tmp_path / "b1", done.fingerprint).new == done.sets - 2
    assert held(central) == held(intake)


def test_an_import_that_is_killed_goes_on(intake, central, tmp_path):
    write(intake, weeks_ago(8))
    done = export(intake, tmp_path / "b1")
    program = "from observatory.cli import main; main()"
    command = [sys.executable, "-c", program, "--instance", str(central.folder), "batch", "import"]
    before = 0
    for _ in range(2):
        running = subprocess.Popen(
            [*command, str(tmp_path / "b1"), "--host", done.fingerprint],
            stdout=subprocess.DEVNULL,
        )
        while running.poll() is None and len(central.vault) == before:
            time.sleep(0.001)
        running.kill()
        running.wait()
        before = len(central.vault)
        assert before
        assert held(central) <= held(intake)  # whole sets, each that of its root
    take(central, tmp_path / "b1", done.fingerprint)
    assert held(central) == held(intake)
    assert len(central.vault.sets()) == done.sets


def test_a_flipped_bit_anywhere_is_refused_and_nothing_taken(intake, central, tmp_path):
    write(intake, weeks_ago(1))
    done = export(intake, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    for part in range(14):
        data = bytearray(whole)
        data[min(len(data) * part // 13, len(data) - 1)] ^= 1
        (tmp_path / "b").write_bytes(bytes(data))
        with pytest.raises(BatchError, match="Nothing of it was taken"):
            take(central, tmp_path / "b", done.fingerprint)
        assert central.vault.sets() == [], part


def test_a_batch_cut_short_is_refused(intake, central, tmp_path):
    write(intake, weeks_ago(1))
    done = export(intake, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    for kept in (0, 3, 200, -1, -64, -65):
        (tmp_path / "b").write_bytes(whole[:kept])
        with pytest.raises(BatchError):
            take(central, tmp_path / "b", done.fingerprint)
        assert central.vault.sets() == [], kept


def test_another_host_is_not_taken_for_the_known_one(intake, central, tmp_path):
    write(intake, weeks_ago(1))
    carry(intake, central, tmp_path / "b1")
    make_intake_host(central, tmp_path / "stranger")
    stranger = Instance.open(tmp_path / "stranger")
    write(stranger, weeks_ago(1))
    done = export(stranger, tmp_path / "s1")
    with pytest.raises(NotAllowedError, match="first batch of the host"):
        take(central, tmp_path / "s1", None)
    with pytest.raises(NotAllowedError, match="not by the one you named"):
        take(central, tmp_path / "s1", "0" * 64)
    assert take(central, tmp_path / "s1", done.fingerprint).new == done.sets


def test_another_observatorys_batch_is_refused(intake, tmp_path):
    write(intake, weeks_ago(1))
    done = export(intake, tmp_path / "b")
    other = founded_at(tmp_path / "other")
    with pytest.raises(BatchError, match="another observatory's"):
        take(other, tmp_path / "b", done.fingerprint)


def test_where_nobody_writes_no_week_is_closed(intake, central, tmp_path):
    write(intake, weeks_ago(2))
    carry(intake, central, tmp_path / "b1")
    assert central.vault.close_weeks(today() + timedelta(days=60)) == []


def test_what_retention_removed_does_not_come_back(intake, central, tmp_path, monkeypatch):
    with monkeypatch.context() as then:  # when the batch was carried, the month was kept
        as_of(then, 129, "observatory.decisions.upkeep", "observatory.batches.importing")
        write(intake, weeks_ago(130))
        assert carry(intake, central, tmp_path / "b1").new == 1
        export(intake, tmp_path / "again", again=1)
        (intake.folder / "host-key.json").unlink()
        anew = export(intake, tmp_path / "anew")
    keep_up(central)
    assert central.vault.sets() == []
    assert take(central, tmp_path / "anew", anew.fingerprint).new == 0
    assert take(central, tmp_path / "again", None).new == 0
    assert central.vault.sets() == []


def test_a_batch_that_retention_reached_is_not_written_again_as_another(
    central, tmp_path, monkeypatch
):
    central = keep_only(central, tmp_path / "central-shares", months=3)
    make_intake_host(central, tmp_path / "intake")
    intake = Instance.open(tmp_path / "intake")
    write(intake, weeks_ago(18))
    with monkeypatch.context() as then:  # when the batch was written, the month was kept
        as_of(then, 17)
        lost = export(intake, tmp_path / "lost")
    write(intake, weeks_ago(1))
    with pytest.raises(NotAllowedError, match=r"keeps nothing from before .* move host-key.json"):
        take(central, tmp_path / "lost", lost.fingerprint)
    assert central.vault.sets() == []
    with pytest.raises(BadInputError, match="retention removed some"):
        export(intake, tmp_path / "again", again=1)
    assert not (tmp_path / "again").exists()
    (intake.folder / "host-key.json").unlink()
    carry(intake, central, tmp_path / "new")
    assert held(central) == held(intake)


def refused(central, path, done, error, words):
    with pytest.raises(error, match=words) as caught:
        take(central, path, done.fingerprint)
    assert "Nothing of it was taken" in str(caught.value)
    assert central.vault.sets() == []


def test_a_week_that_is_not_over_waits_however_it_was_signed(
    intake, central, tmp_path, monkeypatch
):
    write(intake, weeks_ago(1))
    with monkeypatch.context() as then:  # the intake host's clock is wrong
        as_of(then, -1)
        done = export(intake, tmp_path / "b")
    refused(central, tmp_path / "b", done, BadInputError, f"week {weeks_ago(0)}, which is not over")
    as_of(monkeypatch, -1, "observatory.batches.importing")  # a week later
    assert take(central, tmp_path / "b", done.fingerprint).new == done.sets


def test_the_first_month_that_is_kept_is_taken_and_the_one_before_is_not(
    intake, central, tmp_path, monkeypatch
):
    first = first_kept(central, today())
    back = next(n for n in range(90, 130) if periods.month_of_week(weeks_ago(n)) == first)
    kept, gone = weeks_ago(back), weeks_ago(back + 5)
    assert periods.month_of_week(gone) < first
    closed = iter((gone, kept))
    monkeypatch.setattr("observatory.batches.exporting.keep_up", lambda _: None)
    for week in closed:
        write(intake, week, 1)
        intake.vault.close_weeks(periods.thursday(week) + timedelta(days=4))
        if week == gone:
            done = export(intake, tmp_path / "gone")
            refused(central, tmp_path / "gone", done, NotAllowedError, f"the week {gone}")
    intake.vault.remove_before(first)
    (intake.folder / "host-key.json").unlink()
    carry(intake, central, tmp_path / "kept")
    assert kept in {one.week for one in central.vault.sets()}


def signed_by(intake, central, path, number, records):
    """Write a batch with the intake host's own key, whatever the sets are."""
    key = own_key(intake.folder)
    before = hashlib.sha256((path.parent / "b1").read_bytes()).hexdigest() if number > 1 else ""
    head = Head(key.public_key().public_bytes_raw().hex(), number, before, central.policy.root)
    with path.open("wb") as file:
        batch.write(file, head, records, key)


def made_set(central, week, source="form"):
    one = seal(plaintext.encode_dummy(week, 1), central.public_key, periods.quarter_code(week))
    root = closing.root_of([closing.digest(one)])
    record = SetRecord(os.urandom(16), source, week, periods.month_of_week(week), root)
    return record, [one]


def test_a_second_set_of_a_week_is_refused_in_one_batch_and_in_a_later_one(
    intake, central, tmp_path
):
    write(intake, weeks_ago(1))
    done = export(intake, tmp_path / "honest")
    twice = [made_set(central, weeks_ago(1)), made_set(central, weeks_ago(1))]
    signed_by(intake, central, tmp_path / "b", 1, twice)
    refused(central, tmp_path / "b", done, BatchError, f"second set of the week {weeks_ago(1)}")
    signed_by(intake, central, tmp_path / "b", 1, [twice[0], twice[0]])
    refused(central, tmp_path / "b", done, BatchError, "holds a set twice")
    signed_by(intake, central, tmp_path / "b1", 1, twice[:1])
    assert take(central, tmp_path / "b1", done.fingerprint).new == 1
    signed_by(intake, central, tmp_path / "b2", 2, [made_set(central, weeks_ago(2)), twice[1]])
    with pytest.raises(BatchError, match=f"second set of the week {weeks_ago(1)}"):
        take(central, tmp_path / "b2", None)
    assert len(central.vault.sets()) == 1
    signed_by(intake, central, tmp_path / "b2", 2, [made_set(central, weeks_ago(2)), twice[0]])
    assert take(central, tmp_path / "b2", None).new == 1


def test_two_hosts_may_each_bring_their_set_of_a_week_also_after_a_broken_import(
    intake, central, tmp_path, monkeypatch
):
    make_intake_host(central, tmp_path / "other")
    other = Instance.open(tmp_path / "other")
    for host in (intake, other):
        write(host, weeks_ago(2))
    done = export(intake, tmp_path / "b1")
    whole = central.vault.take_set

    def once(*arguments):
        whole(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(central.vault, "take_set", once)
        with pytest.raises(KeyboardInterrupt):
            take(central, tmp_path / "b1", done.fingerprint)
    assert carry(other, central, tmp_path / "o1").new == 2
    assert take(central, tmp_path / "b1", done.fingerprint).new == 1
    assert held(central) == held(intake) | held(other)


def test_a_register_comes_in_no_batch(intake, central, tmp_path):
    write(intake, weeks_ago(1))
    row = intake.seal(Complaint("a row"), week=weeks_ago(3), source="import:a", once=bytes(32))
    intake.vault.add_set([row], weeks_ago(1))  # as no command of an intake host does
    done = export(intake, tmp_path / "b1")
    assert done.sets == 1
    bad = [made_set(central, weeks_ago(1)), made_set(central, weeks_ago(1), "import")]
    signed_by(intake, central, tmp_path / "b", 1, bad)
    refused(central, tmp_path / "b", done, NotAllowedError, r"holds a register.*observatory import")
    assert take(central, tmp_path / "b1", done.fingerprint).new == 1
    assert [one.source for one in central.vault.sets()] == ["form"]


def test_both_hosts_log_what_was_carried(intake, central, tmp_path):
    write(intake, weeks_ago(1))
    carry(intake, central, tmp_path / "b1")
    assert intake.audit.entries()[-1].kind is Kind.BATCH_EXPORTED
    assert central.audit.entries()[-1].kind is Kind.BATCH_IMPORTED
    assert intake.audit.entries()[-1].facts["sha256"] == central.audit.entries()[-1].facts["sha256"]


def test_an_intake_host_that_was_restored_is_a_new_host_and_nothing_is_lost_or_doubled(
    intake, central, tmp_path
):
    write(intake, weeks_ago(3))
    carry(intake, central, tmp_path / "b1")
    backup.make(intake, tmp_path / "backup", tmp_path / "keys")
    restore(tmp_path / "backup", tmp_path / "keys", tmp_path / "again", None)
    restored = Instance.open(tmp_path / "again")
    taken = carry(restored, central, tmp_path / "r1")
    assert (taken.number, taken.new) == (1, 0)
    assert carry(restored, central, tmp_path / "r2").number == 2
    assert held(central) == held(intake)


def test_a_host_that_was_copied_is_noticed_and_goes_on_under_a_new_key(
    intake, central, tmp_path, monkeypatch
):
    write(intake, weeks_ago(2))
    with monkeypatch.context() as then:
        as_of(then, 1)
        carry(intake, central, tmp_path / "b1")
    intake.vault.engine.dispose()
    shutil.copytree(intake.folder, tmp_path / "copy")
    copy = Instance.open(tmp_path / "copy")
    carry(intake, central, tmp_path / "b2")
    forked = export(copy, tmp_path / "fork")
    with pytest.raises(BatchError, match="put back or copied"):
        take(central, tmp_path / "fork", forked.fingerprint)
    (copy.folder / "host-key.json").unlink()
    assert carry(copy, central, tmp_path / "new").new == 1
    assert held(copy) | held(intake) == held(central)


def test_reports_sealed_to_a_key_that_is_not_held_are_refused_or_given_up(
    intake, central, tmp_path
):
    sealed = write(intake, weeks_ago(1))
    foreign = Envelope(b"another.", 1, 2026 * 4, os.urandom(4096 + 1136))
    intake.vault.receive([foreign], weeks_ago(1))
    done = export(intake, tmp_path / "b")
    with pytest.raises(NotAllowedError, match=b"another.".hex()):
        take(central, tmp_path / "b", done.fingerprint)
    assert central.vault.sets() == []
    taken = take(central, tmp_path / "b", done.fingerprint, unreadable=True)
    assert (taken.sets, taken.new, taken.unreadable) == (1, 1, 1)
    assert {one.to_bytes() for one in sealed} <= held(central)


def test_sets_that_were_sealed_again_here_are_known_whatever_key_they_come_under(
    intake, central, tmp_path
):
    write(intake, weeks_ago(1))
    carry(intake, central, tmp_path / "b1")
    central = rotated(central, tmp_path / "central-shares")
    (intake.folder / "host-key.json").unlink()
    assert carry(intake, central, tmp_path / "all").new == 0


def rotated(instance, shares):
    """Put a new key in force, seal the one set to it (dummies will do), and retire the old one."""

    def install(rules):
        proposal = SignedFile(rules)
        for side in ("customs", "business"):
            key = SigningKey.load(shares / f"{side}-signer-1.json", PASSPHRASE)
            proposal = proposal.with_signature(key)
        succession.install(Instance.open(instance.folder), proposal)
        return Instance.open(instance.folder)

    old = instance.public_key
    now = install(rotation.new_key_rules(instance.policy, new_key((2, 2), (2, 2))))
    (kept,) = now.vault.sets()
    quarter = periods.quarter_code(kept.week)
    dummy = seal(plaintext.encode_dummy(kept.week, 1), now.public_key, quarter)
    now.vault.replace_set(kept, [dummy])
    return install(rotation.retired_key_rules(now.policy, old))


def test_a_fingerprint_is_taken_as_it_was_read_out(intake, central, tmp_path):
    write(intake, weeks_ago(1))
    done = export(intake, tmp_path / "b")
    spoken = in_groups(done.fingerprint).upper()
    assert spoken.count(" ") == 15
    assert take(central, tmp_path / "b", spoken).new == done.sets
