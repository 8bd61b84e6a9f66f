"""Carrying out: what both sides approved is done once, and nothing else is done."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from decided import (
    approve,
    carry,
    change_roll,
    decide,
    enrol_chairs,
    invite,
    new_person,
    signer,
)

from observatory.acts.act import What
from observatory.acts.people import Role
from observatory.acts.roll import Link, Roll
from observatory.audit import AuditLog, Kind
from observatory.decisions import acting, deciding
from observatory.decisions.deciding import State
from observatory.decisions.founding import found
from observatory.decisions.upkeep import check_log
from observatory.errors import IntegrityError, NotAllowedError, ResourceError
from observatory.instance import Instance


@pytest.fixture
def either(database_url, tmp_path):
    """A founding on SQLite and on PostgreSQL."""
    thresholds = {"customs": (2, 2), "business": (2, 2)}
    made = found(
        tmp_path / "o", tmp_path / "s", thresholds, lambda _: "an old passphrase of nine words",
        database_url=database_url, plain_sheets=True,
    )  # fmt: skip
    yield made
    made.instance.vault.engine.dispose()


def ready(founded, chairs, *roles):
    """Return the act of a roll with one person more, which both sides approved."""
    instance = founded.instance
    person = new_person("customs", *(roles or (Role.MEMBER,)))[0]
    people = [one.to_json() for one in (*instance.roll.people, person)]
    act = deciding.propose(instance, What.MEMBERS, {"people": people}, by="customs-signer-1")
    approve(instance, act, *chairs.values())
    return act


def facts(instance, kind):
    return [entry.facts for entry in instance.audit.entries() if entry.kind is kind]


def test_two_passkeys_change_the_roll_and_the_newcomer_decides_with_the_others(instance, chairs):
    member = invite(instance, list(chairs.values()), "business", Role.MEMBER)
    assert instance.roll.version == 2
    act = decide(instance, What.CATALOGUE, {"sha256": "ab" * 32}, [member, chairs["customs"]])
    assert deciding.matter(instance, act.digest).state is State.DONE
    assert facts(instance, Kind.ACT_DONE)[-1]["act"] == act.digest


def test_signers_keys_decide_as_passkeys_do(founded, chairs):
    both = [signer(founded, "customs"), chairs["business"]]
    act = decide(founded.instance, What.OFFICES, {"sha256": "cd" * 32}, both)
    assert deciding.matter(founded.instance, act.digest).state is State.DONE


def test_whoever_left_the_roll_decides_nothing_more(founded, chairs):
    instance, both = founded.instance, list(chairs.values())
    member = invite(instance, both, "business", Role.MEMBER)
    change_roll(instance, both, lambda people: [p for p in people if p.id != member.person])
    act = deciding.propose(instance, What.CATALOGUE, {"a": 1}, by="customs-signer-1")
    with pytest.raises(NotAllowedError, match="for no side"):
        approve(instance, act, member)


def test_an_observatory_without_a_roll_gets_its_first_from_signers_of_both_sides(founded):
    """One that was founded before there were rolls: no file, and no entry of the log."""
    from sqlalchemy import text

    instance = founded.instance
    people = [one.to_json() for one in instance.roll.people]
    (instance.folder / "roll.json").unlink()
    with instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE number = 2"))
    act = deciding.propose(instance, What.MEMBERS, {"people": people}, by="customs-signer-1")
    approve(instance, act, signer(founded, "customs"), signer(founded, "customs", 2))
    with pytest.raises(NotAllowedError, match="business is missing"):
        carry(instance, act)
    approve(instance, act, signer(founded, "business"))
    carry(instance, act)
    assert instance.roll.version == 1
    check_log(instance)


def test_removing_the_roll_lets_nobody_begin_anew(founded, chairs):
    instance = founded.instance
    people = [one.to_json() for one in instance.roll.people]
    (instance.folder / "roll.json").unlink()
    act = deciding.propose(instance, What.MEMBERS, {"people": people}, by="customs-signer-1")
    approve(instance, act, signer(founded, "customs"), signer(founded, "business"))
    with pytest.raises(IntegrityError, match="names last"):
        carry(instance, act)
    assert not (instance.folder / "roll.json").exists()
    assert len(chairs) == 2


def killed(folder, act, moment):
    """Carry an act out in a process that is killed at a moment; return once it is dead."""
    child = os.fork()
    if child == 0:  # nothing here may reach pytest again
        try:
            moment(lambda: os.kill(os.getpid(), signal.SIGKILL))
            acting.carry_out(Instance.open(folder), act)
        finally:
            os._exit(9)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def before_the_file(kill):
    Roll.write = lambda *_: kill()


def before_the_log(kill):
    AuditLog.append = lambda *_: kill()


def before_the_commit(kill):
    acting.log_done = lambda *_: kill()


@pytest.mark.parametrize("moment", [before_the_file, before_the_log, before_the_commit])
def test_a_roll_whose_installation_was_killed_is_installed_by_carrying_it_out_again(either, moment):
    instance, chairs = either.instance, enrol_chairs(either)
    act = ready(either, chairs)
    instance.vault.engine.dispose()
    killed(instance.folder, act, moment)
    written = instance.roll.digest == act.digest
    assert written == (moment is not before_the_file)
    if written:
        with pytest.raises(IntegrityError, match="carry the same act out once more"):
            check_log(instance)
    carry(instance, act)
    assert instance.roll.digest == act.digest
    assert [one["version"] for one in facts(instance, Kind.ROLL_INSTALLED)] == [1, 2]
    assert [one["act"] for one in facts(instance, Kind.ACT_DONE)] == [act.digest]
    check_log(instance)


def written_without_the_log(instance, act):
    """Write a roll into the folder, as whoever has the machine can, with the docket's proofs."""
    link = Link(act, instance.docket.approvals(act.digest))
    after = instance.roll.followed_by(link)
    after.verify()
    after.write(instance.folder / "roll.json")


def test_what_was_approved_and_then_withdrawn_is_not_finished_from_the_folder(founded, chairs):
    instance = founded.instance
    before, act = instance.roll, ready(founded, chairs)
    chair = instance.roll.person(chairs["business"].person)
    deciding.withdraw(instance, act, chair)
    written_without_the_log(instance, act)
    with pytest.raises(IntegrityError):
        check_log(instance)
    with pytest.raises(NotAllowedError, match="is withdrawn"):
        carry(instance, act)
    assert instance.roll.digest == before.digest
    check_log(instance)


def test_what_was_approved_and_expired_is_not_finished_from_the_folder(
    founded, chairs, monkeypatch
):
    from datetime import timedelta

    instance = founded.instance
    before, act = instance.roll, ready(founded, chairs)
    written_without_the_log(instance, act)
    late = deciding.today() + timedelta(31)
    monkeypatch.setattr(deciding, "today", lambda: late)
    with pytest.raises(NotAllowedError, match="is expired"):
        carry(instance, act)
    assert instance.roll.digest == before.digest


def test_a_disk_that_refuses_leaves_the_roll_in_force(founded, chairs, monkeypatch):
    instance, act = founded.instance, ready(founded, chairs)
    before = (instance.folder / "roll.json").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Roll, "write", full)
    with pytest.raises(ResourceError, match="The roll in force stands"):
        carry(instance, act)
    assert (instance.folder / "roll.json").read_bytes() == before
    check_log(instance)
    monkeypatch.undo()
    carry(instance, act)


def at_once(calls):
    """Make calls in threads that begin together; return what each returned or raised."""
    start, ends = threading.Barrier(len(calls)), [None] * len(calls)

    def work(number, call):
        start.wait()
        try:
            ends[number] = call()
        except (NotAllowedError, IntegrityError) as error:
            ends[number] = error

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(calls)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return ends


@pytest.mark.parametrize("what", [What.MEMBERS, What.CATALOGUE])
def test_of_several_who_carry_one_act_out_at_once_one_does(either, what):
    instance, chairs = either.instance, enrol_chairs(either)
    if what is What.MEMBERS:
        act = ready(either, chairs)
    else:
        act = deciding.propose(instance, what, {"a": 1}, by="customs-signer-1")
        approve(instance, act, *chairs.values())
    ends = at_once(
        [lambda: acting.carry_out(Instance.open(instance.folder), act) for _ in range(4)]
    )
    assert [type(one) for one in ends].count(tuple) == 1, ends
    assert all("is done" in str(one) for one in ends if not isinstance(one, tuple))
    assert len(facts(instance, Kind.ACT_DONE)) == 1
    check_log(instance)


def test_of_two_rolls_carried_out_at_once_one_is_in_force_and_the_other_stale(either):
    instance, chairs = either.instance, enrol_chairs(either)
    both = [ready(either, chairs) for _ in range(2)]
    ends = at_once(
        [lambda act=act: acting.carry_out(Instance.open(instance.folder), act) for act in both]
    )
    assert sorted(type(one) is tuple for one in ends) == [False, True], ends
    assert instance.roll.version == 2
    states = sorted(str(deciding.matter(instance, act.digest).state) for act in both)
    assert states == ["done", "stale"]
    check_log(instance)


def test_of_withdrawing_and_carrying_out_at_once_one_happens(either):
    instance, chairs = either.instance, enrol_chairs(either)
    chair = instance.roll.person(chairs["customs"].person)
    act = ready(either, chairs)
    ends = at_once(
        [
            lambda: acting.carry_out(Instance.open(instance.folder), act),
            lambda: deciding.withdraw(Instance.open(instance.folder), act, chair),
        ]
    )
    assert sum(isinstance(one, NotAllowedError) for one in ends) == 1, ends
    done = facts(instance, Kind.ACT_DONE) + facts(instance, Kind.ACT_WITHDRAWN)
    assert len(done) == 1
    check_log(instance)


def test_a_run_is_not_opened_by_carrying_its_act_out(founded, chairs):
    act = deciding.propose(founded.instance, What.OPEN_RUN, {}, by="customs-signer-1")
    approve(founded.instance, act, *chairs.values())
    with pytest.raises(NotAllowedError, match="observatory analyse"):
        carry(founded.instance, act)
    assert deciding.matter(founded.instance, act.digest).state is State.APPROVED
