"""A new key: everything that is kept is sealed again, whatever stops it half-way."""

import os
import secrets
from collections import Counter
from datetime import timedelta

import pytest

from crypto.envelope import BUCKETS, OVERHEAD, Envelope, EnvelopeError, seal, seal_blob
from crypto.xwing import open_blob, open_envelope
from observatory.analysis import opening
from observatory.analysis.opening import SealedSet
from observatory.audit import Kind
from observatory.batches.exporting import make_intake_host
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.decisions import rotation, signed_file, succession
from observatory.decisions.quorum import open_key
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, UsageError
from observatory.instance import Instance, today
from observatory.vault.closing import filled

WEEKS = ("2026-W40", "2026-W41", "2026-W42")


class StoppedError(Exception):
    """Stands for a machine that stops."""


def fill(instance):
    """Three closed sets of an import and a part of state, all to the key in force."""
    for number, week in enumerate(WEEKS):
        sealed = instance.seal(
            Complaint(f"they asked for money, week {number}"),
            week=week,
            source="import:demo",
            once=secrets.token_bytes(32),
        )
        instance.vault.add_set([sealed], week)
    name = "counts"
    instance.vault.replace_state({name: seal_blob(instance.public_key, name, b"as it was")})


def opened(instance, private):
    sets = [
        SealedSet(one.source, one.week, one.month, instance.vault.envelopes_of(one))
        for one in instance.vault.sets()
    ]
    return sorted(r.narrative for r in opening.open_reports(sets, private, today()).reports)


def clear_parts(vault, kept):
    return Counter((one.bucket, one.quarter) for one in vault.envelopes_of(kept))


def opens(envelope, private):
    try:
        return bool(open_envelope(envelope, private))
    except EnvelopeError:
        return False


def keys_in(instance, kept):
    return {envelope.key_id for envelope in instance.vault.envelopes_of(kept)}


@pytest.fixture
def rotated(founded, command, sign, tmp_path):
    """Both sides made a new key and put it in force; what is kept is sealed to the old one."""
    fill(founded.instance)
    new = tmp_path / "new"
    said = command("key", "rotate", "--shares-to", new)
    assert "Keep the old sheets until everything is sealed again" in said
    sign(new / "policy-2.json")
    said = command("policy", "install", new / "policy-2.json")
    assert "Start `observatory serve` again now" in said
    return Instance.open(founded.instance.folder)


@pytest.fixture
def newer(tmp_path):
    return lambda *numbers: [
        tmp_path / "new" / f"{side}-custodian-{number}.txt"
        for side in ("customs", "business")
        for number in numbers
    ]


def test_a_rotation_from_making_to_giving_up(rotated, founded, command, sign, quorum, newer):
    old = founded.instance.public_key
    assert rotated.public_key != old
    assert rotated.policy.previous_keys == (old,)
    before = {one.id: one for one in rotated.vault.sets()}
    with pytest.raises(NotAllowedError, match="may still be sealed to the old one"):
        command("analyse", "--shares", *newer(1, 2))
    last = rotated.folder.with_name("policy-3.json")
    said = command("key", "rotate", "--reseal", "--shares", *quorum)
    assert "3 sets were sealed again" in said
    assert "destroy every one of its sheets" in said
    private = open_key(rotated, newer(2, 3))
    assert opened(rotated, private) == [f"they asked for money, week {n}" for n in range(3)]
    state = rotated.vault.state()
    assert open_blob(private, "counts", state["counts"]) == b"as it was"
    for one in rotated.vault.sets():
        assert keys_in(rotated, one) == {rotated.public_key.id}
        assert (one.week, one.source) == (before[one.id].week, before[one.id].source)
        assert one.root != before[one.id].root
    sign(last)  # signers stay; only custodians' shares are new
    command("policy", "install", last)
    done = Instance.open(rotated.folder)
    assert done.policy.previous_keys == ()
    with pytest.raises(BadInputError, match="Sheets of another key"):
        open_key(done, quorum)
    kinds = [entry.kind for entry in done.audit.entries()]
    assert kinds.count(Kind.SET_RESEALED) == 3
    assert kinds.count(Kind.KEY_ROTATED) == 1
    assert kinds[-1] == Kind.POLICY_INSTALLED
    with pytest.raises(NotAllowedError, match="no earlier key"):
        command("key", "rotate", "--reseal", "--shares", *quorum)


@pytest.mark.parametrize("stop", range(1, 4))
@pytest.mark.parametrize("moment", ["in", "after"])
def test_a_machine_that_stops_half_way_goes_on_where_it_stopped(
    rotated, quorum, newer, stop, moment, monkeypatch
):
    """The machine stops within the transaction of a set, and after it."""
    old = open_key(rotated, quorum, rotated.policy.previous_keys[0])
    vault = rotated.vault
    whole = type(vault).replace_set
    done = []

    def stopping(self, kept, envelopes):
        def until(given):
            for number, one in enumerate(given):
                if moment == "in" and len(done) == stop - 1 and number == 40:
                    raise StoppedError
                yield one

        whole(self, kept, until(envelopes))
        done.append(kept)
        if moment == "after" and len(done) == stop:
            raise StoppedError

    monkeypatch.setattr(type(vault), "replace_set", stopping)
    with pytest.raises(StoppedError):
        rotation.reseal(vault, old, rotated.public_key, lambda *_: None)
    monkeypatch.undo()
    again = Instance.open(rotated.folder)
    finished = stop if moment == "after" else stop - 1
    keys = [keys_in(again, one) for one in again.vault.sets()]  # also that every root holds
    assert keys.count({again.public_key.id}) == finished
    assert keys.count({old.public.id}) == 3 - finished
    result = rotation.reseal(again.vault, old, again.public_key, lambda *_: None)
    assert result == rotation.Resealed(3 - finished, done=True)
    assert len(opened(again, open_key(again, newer(1, 3)))) == 3
    nothing = rotation.reseal(again.vault, old, again.public_key, lambda *_: None)
    assert nothing == rotation.Resealed(0, done=True)


def test_reports_of_the_open_week_are_waited_for(rotated, founded, command, quorum):
    founded.instance.seal_report(Complaint("to the old key"), once=secrets.token_bytes(32))
    said = command("key", "rotate", "--reseal", "--shares", *quorum)
    assert "3 sets were sealed again" in said
    assert "Do this once\nmore when it is over" in said
    assert not rotated.folder.with_name("policy-3.json").exists()
    rotated.vault.close_weeks(periods.thursday("2026-W52"))
    said = command("key", "rotate", "--reseal", "--shares", *quorum)
    assert "Nothing that is kept is sealed to key" in said


@pytest.fixture
def retiring(rotated, founded, sign, tmp_path):
    """A policy that gives the old key up, signed by both sides before its time."""
    out = tmp_path / "early.json"
    signed_file.propose(
        out, rotation.retired_key_rules(rotated.policy, founded.instance.public_key)
    )
    sign(out)
    return out


def refused(rotated, command, retiring, words):
    with pytest.raises(NotAllowedError, match=words):
        command("policy", "install", retiring)
    now = Instance.open(rotated.folder)
    assert now.policy.previous_keys == rotated.policy.previous_keys
    assert now.audit.entries() == rotated.audit.entries()


def test_a_key_is_not_given_up_while_anything_is_sealed_to_it(
    rotated, founded, command, retiring, quorum, newer
):
    """Closed weeks, then the run's state alone, then a week that is still open."""
    first = "First seal it again: observatory key rotate --reseal"
    refused(rotated, command, retiring, f"Closed weeks are still sealed.*{first}")
    command("key", "rotate", "--reseal", "--proposal", retiring, "--shares", *quorum)
    old = founded.instance.public_key
    rotated.vault.replace_state({"2026-10": seal_blob(old, "2026-10", b"as it was")})
    refused(rotated, command, retiring, f"state of the last run is still sealed.*{first}")
    said = command("key", "rotate", "--reseal", "--proposal", retiring, "--shares", *quorum)
    assert f"The proposal in {retiring} stands" in said
    founded.instance.seal_report(Complaint("to the old key"), once=secrets.token_bytes(32))
    refused(rotated, command, retiring, r"not closed are still sealed.*first seal .*--reseal")
    rotated.vault.close_weeks(periods.thursday("2026-W52"))
    refused(rotated, command, retiring, "Closed weeks are still sealed")
    command("key", "rotate", "--reseal", "--proposal", retiring, "--shares", *quorum)
    command("policy", "install", retiring)
    done = Instance.open(rotated.folder)
    assert done.policy.previous_keys == ()
    assert state_of(done, open_key(done, newer(1, 2))) == {"2026-10": b"as it was"}


def state_of(instance, private):
    return {name: open_blob(private, name, part) for name, part in instance.vault.state().items()}


def test_an_intake_host_gives_the_key_up_when_its_week_is_over(
    founded, rotated, retiring, tmp_path
):
    """Its closed sets are the analysis host's to seal again; here they stay as they were closed."""
    make_intake_host(rotated, tmp_path / "intake")
    intake, week = Instance.open(tmp_path / "intake"), periods.week_of(today())
    late = founded.instance.seal(Complaint("late"), week=week, source="form", once=bytes(32))
    intake.vault.receive([late], week)
    with pytest.raises(NotAllowedError, match=r"not closed are still .*batch export"):
        succession.install(intake, signed_file.read(retiring, "policy"))
    intake.vault.close_weeks(today() + timedelta(days=7))
    assert succession.install(intake, signed_file.read(retiring, "policy")).previous_keys == ()


def test_what_never_opened_stops_no_sealing_again_as_it_stops_no_run(
    rotated, founded, command, quorum, newer
):
    """In an import's set as in the form's: noise of every size, and what opens to no plaintext."""
    old, vault = founded.instance.public_key, founded.instance.vault
    quarter = periods.quarter_code(WEEKS[0])
    noise = [
        Envelope(old.id, bucket, quarter, os.urandom(n + OVERHEAD)) for bucket, n in BUCKETS.items()
    ]
    report = founded.instance.seal(
        Complaint("they asked for money, week 9"),
        week=WEEKS[0],
        source="import:demo",
        once=secrets.token_bytes(32),
    )
    vault.add_set([*noise, seal(b"no plaintext".ljust(4096), old, quarter), report], WEEKS[0])
    vault.receive(noise, WEEKS[2])
    vault.close_weeks(today())
    before = {one.id: clear_parts(vault, one) for one in rotated.vault.sets()}
    said = command("key", "rotate", "--reseal", "--shares", *quorum)
    assert f"{len(before)} sets were sealed again" in said
    assert "Nothing that is kept is sealed to key" in said
    private = open_key(rotated, newer(2, 3))
    for one in rotated.vault.sets():
        assert clear_parts(rotated.vault, one) == before[one.id]
        assert {filled(count) for count in before[one.id].values()} == set(before[one.id].values())
        unopened = [e for e in rotated.vault.envelopes_of(one) if not opens(e, private)]
        assert unopened == []
    found = opened(rotated, private)
    assert found == [f"they asked for money, week {n}" for n in (0, 1, 2, 9)]


def test_a_set_that_was_altered_stops_it_and_stays_as_it_is(rotated, quorum):
    from sqlalchemy import update

    from observatory.vault.envelope import StoredEnvelope

    old = open_key(rotated, quorum, rotated.policy.previous_keys[0])
    victim = rotated.vault.sets()[1]
    with rotated.vault.engine.begin() as connection:
        connection.execute(
            update(StoredEnvelope).where(StoredEnvelope.set_id == victim.id).values(quarter=8000)
        )
    with pytest.raises(IntegrityError):
        rotation.reseal(rotated.vault, old, rotated.public_key, lambda *_: None)
    assert victim.root == rotated.vault.sets()[1].root


def test_who_may_do_what_while_a_rotation_is_under_way(rotated, command, quorum, newer, tmp_path):
    assert rotated.policy.previous_keys
    with pytest.raises(NotAllowedError, match="shares of business are missing"):
        command("key", "rotate", "--reseal", "--shares", *quorum[:2])
    with pytest.raises(BadInputError, match="Sheets of another key"):
        command("key", "rotate", "--reseal", "--shares", *newer(1, 2))
    with pytest.raises(UsageError, match="needs no old shares"):
        command("key", "rotate", "--shares-to", tmp_path / "x", "--shares", *quorum)
    with pytest.raises(UsageError, match="--shares-to DIR"):
        command("key", "rotate")
    for name, options in (("reshare", ()), ("replace", ("--lost", 1))):
        with pytest.raises(NotAllowedError, match="A rotation is under way"):
            command("key", name, *options, "--shares-to", tmp_path / "y", "--shares", *quorum[:2])
    said = command("key", "show")
    assert "in force, since policy 2" in said
    assert "still to be sealed again, since policy 1" in said
    assert "Nothing was opened" in command("key", "drill", "--shares", *newer(1, 2)[:2])


def test_two_rotations_in_a_row_lose_nothing(
    rotated, founded, command, sign, quorum, newer, tmp_path
):
    """The second key was compromised as well, before anything was sealed again."""
    third = tmp_path / "third"
    command("key", "rotate", "--shares-to", third)
    sign(third / "policy-3.json")
    command("policy", "install", third / "policy-3.json")
    now = Instance.open(rotated.folder)
    assert now.policy.previous_keys == (rotated.public_key, founded.instance.public_key)
    said = command("key", "rotate", "--reseal", "--shares", *quorum)
    assert "3 sets were sealed again" in said
    proposal = rotated.folder.with_name("policy-4.json")
    sign(proposal)
    command("policy", "install", proposal)
    assert Instance.open(rotated.folder).policy.previous_keys == (rotated.public_key,)
    said = command("key", "rotate", "--reseal", "--shares", *newer(1, 2))
    assert "0 sets were sealed again" in said
    proposal = rotated.folder.with_name("policy-5.json")
    sign(proposal)
    command("policy", "install", proposal)
    last = Instance.open(rotated.folder)
    private = open_key(last, sorted(third.glob("*-custodian-*.txt")))
    assert len(opened(last, private)) == 3
