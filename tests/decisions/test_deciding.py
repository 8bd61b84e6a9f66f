"""Propose, second, act: on either database, and against whoever can write into it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from decided import (
    approval_by,
    approve,
    carry,
    change_roll,
    decide,
    enrol,
    enrol_chairs,
    enrolled_by,
    invite,
    keep,
    new_person,
    secret_of,
    signer,
    vouched_by,
)

from decided import Enrolled, chair_link  # isort: skip
from passkeys import Passkey
from sqlalchemy import text

from crypto import signing
from crypto.sides import SIDES
from observatory.acts import act as acts
from observatory.acts import enrolment
from observatory.acts.act import NOBODY, What
from observatory.acts.people import Interests, Role
from observatory.audit import Kind
from observatory.decisions import deciding, succession
from observatory.decisions.deciding import State
from observatory.decisions.founding import found
from observatory.decisions.signed_file import SignedFile
from observatory.docket import store
from observatory.errors import BadInputError, IntegrityError, NotAllowedError
from observatory.instance import Instance, today

BODY = {"sha256": "ab" * 32}


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


def state(instance, act):
    return deciding.matter(instance, act.digest).state


def kinds(instance):
    return [entry.kind for entry in instance.audit.entries()]


def proposed(instance, what=What.CATALOGUE, **other):
    return deciding.propose(instance, what, BODY, **{"by": "customs-signer-1", **other})


def rows(instance, statement, **values):
    """Do what somebody with the database's password can do."""
    with instance.vault.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_from_proposal_to_act_and_what_stands_in_the_log(either):
    instance, chairs = either.instance, enrol_chairs(either)
    act = proposed(instance, about={"offices": ["A1"]})
    assert (state(instance, act), kinds(instance).count(Kind.ACT_DONE)) == (State.OPEN, 0)
    approve(instance, act, chairs["customs"])
    with pytest.raises(NotAllowedError, match="approval of business is missing"):
        carry(instance, act)
    approve(instance, act, chairs["business"])
    assert state(instance, act) is State.APPROVED
    done = carry(instance, act)
    assert {one.who for one in done} == {one.person for one in chairs.values()}
    assert instance.audit.entries()[-1].facts == {
        "act": act.digest,
        "what": "catalogue",
        "approved": [one.who for one in done],
    }
    assert [one.act.digest for one in deciding.matters(instance)] == [act.digest]
    assert deciding.matter(instance, act.digest[:12]).verdict.missing == ()


def test_what_is_over_is_neither_approved_nor_withdrawn_nor_done_again(either):
    instance, chairs = either.instance, enrol_chairs(either)
    mine = instance.roll.person(chairs["customs"].person)
    done = decide(instance, What.CATALOGUE, BODY, list(chairs.values()))
    gone = proposed(instance)
    approve(instance, gone, *chairs.values())
    deciding.withdraw(instance, gone, mine)
    before = (len(instance.audit.entries()), instance.docket.approvals(done.digest))
    for act, end in ((done, State.DONE), (gone, State.WITHDRAWN)):
        assert state(instance, act) is end
        for again in (
            lambda act=act: approve(instance, act, signer(either, "customs")),
            lambda act=act: deciding.withdraw(instance, act, mine),
            lambda act=act: carry(instance, act),
        ):
            with pytest.raises(NotAllowedError, match=f"is {end}"):
                again()
    assert (len(instance.audit.entries()), instance.docket.approvals(done.digest)) == before


def test_an_act_is_over_after_its_last_day_and_before_its_first(founded, chairs, monkeypatch):
    instance = founded.instance
    act = proposed(instance, days=3)
    approve(instance, act, *chairs.values())
    for days, expected in ((3, State.APPROVED), (4, State.EXPIRED), (-1, State.EXPIRED)):
        monkeypatch.setattr(deciding, "today", lambda days=days: today() + timedelta(days))
        assert state(instance, act) is expected
    with pytest.raises(NotAllowedError, match="expired"):
        carry(instance, act)
    with pytest.raises(NotAllowedError, match="expired"):
        approve(instance, act, signer(founded, "customs"))
    monkeypatch.undo()
    carry(instance, act)


def test_another_roll_or_policy_makes_every_proposal_stale(founded, chairs):
    instance, both = founded.instance, list(chairs.values())
    act = proposed(instance)
    approve(instance, act, *both)
    invite(instance, both, "business", Role.MEMBER)
    assert state(instance, act) is State.STALE
    with pytest.raises(NotAllowedError, match="stale"):
        carry(instance, act)
    act = proposed(instance)
    approve(instance, act, *both)
    proposal = SignedFile(instance.policy.proposal(retention_months=18))
    for side in SIDES:
        proposal = proposal.with_signature(signer(founded, side))
    succession.install(instance, proposal)
    now = Instance.open(instance.folder)
    assert state(now, act) is State.STALE
    with pytest.raises(NotAllowedError, match="stale"):
        carry(now, act)


def test_history_is_told_as_it_was_when_the_term_of_an_approver_is_over(
    founded, chairs, monkeypatch
):
    act = decide(founded.instance, What.OFFICES, BODY, list(chairs.values()))
    monkeypatch.setattr(deciding, "today", lambda: today() + timedelta(900))
    found = deciding.matter(founded.instance, act.digest)
    assert (found.state, found.verdict.missing, found.verdict.refused) == (State.DONE, (), ())


def test_what_cannot_be_is_not_proposed(founded, chairs):
    instance = founded.instance
    people = [one.to_json() for one in instance.roll.people]
    for what, body, other in (
        (What.MEMBERS, {}, {}),
        (What.MEMBERS, {"people": []}, {}),
        (What.MEMBERS, {"people": people[:1]}, {}),
        (What.MEMBERS, {"people": [*people, {**people[0], "id": 7}]}, {}),
        (What.CATALOGUE, BODY, {"days": 31}),
        (What.CATALOGUE, BODY, {"by": ""}),
        (What.CATALOGUE, {"n": float("inf")}, {}),
        (What.CATALOGUE, BODY, {"about": {"firms": ["\n"]}}),
    ):
        with pytest.raises(BadInputError, match="cannot be proposed"):
            deciding.propose(instance, what, body, **{"by": "customs-signer-1", **other})
    assert len(instance.docket) == 0
    assert len(chairs) == 2


def test_only_a_chair_or_whoever_proposed_it_withdraws_and_nobody_with_an_interest(founded, chairs):
    instance, both = founded.instance, list(chairs.values())
    member = invite(instance, both, "customs", Role.MEMBER)
    other = invite(instance, both, "business", Role.MEMBER)
    firm = {"firms": ["Acme"]}
    chair = invite(
        instance, both, "business", Role.CHAIR, interests=Interests(firms=frozenset(["ACME"]))
    )

    def person(who):
        return instance.roll.person(who.person)

    act = proposed(instance, by=member.person, about=firm)
    with pytest.raises(NotAllowedError, match="or by a chair"):
        deciding.withdraw(instance, act, person(other))
    with pytest.raises(NotAllowedError, match="takes no part"):
        deciding.withdraw(instance, act, person(chair))
    stranger = new_person("customs", Role.CHAIR, id=member.person[:-1] + "0")[0]
    with pytest.raises(NotAllowedError, match="whose term holds"):
        deciding.withdraw(instance, act, stranger)
    deciding.withdraw(instance, act, person(member))
    assert state(instance, act) is State.WITHDRAWN
    assert instance.audit.entries()[-1].facts == {"act": act.digest, "by": member.person}
    deciding.withdraw(instance, (one := proposed(instance, by=member.person)), person(chair))
    assert state(instance, one) is State.WITHDRAWN


def test_an_approval_that_does_not_count_is_not_kept(founded, chairs):
    instance, both = founded.instance, list(chairs.values())
    invite(instance, both, "customs", Role.CUSTODIAN)
    act, other = proposed(instance), proposed(instance)
    wrong = [
        chairs["customs"].approval(other),
        {**chairs["customs"].approval(act), "person": chairs["business"].person},
        signer(founded, "customs").sign(other.signed),
        {},
    ]
    for evidence in wrong:
        with pytest.raises(NotAllowedError, match="does not count"):
            deciding.approve(instance, act, evidence)
    assert instance.docket.approvals(act.digest) == []


@pytest.mark.parametrize("statement", [
    "UPDATE approved SET evidence = :evidence",
    "UPDATE approved SET digest = :digest",
    "INSERT INTO approved (digest, who, evidence) VALUES (:digest, 'business-0', :evidence)",
])  # fmt: skip
def test_a_forged_or_moved_approval_stops_the_act(either, statement):
    instance, chairs = either.instance, enrol_chairs(either)
    first, act = proposed(instance), proposed(instance)
    approve(instance, first, *chairs.values())
    forged = {**chairs["customs"].approval(act), "person": chairs["business"].person}
    values = {"evidence": json.dumps(forged).encode(), "digest": act.digest}
    names = [name for name in values if f":{name}" in statement]
    rows(instance, statement, **{name: values[name] for name in names})
    target = first if "SET evidence" in statement else act
    with pytest.raises(IntegrityError, match="altered or forged"):
        carry(instance, target)
    assert Kind.ACT_DONE not in kinds(instance)


def changed(act, **fields):
    signed = {**act.signed, **fields}
    return signing.canonical(signed), acts.Act(signed).digest


def test_a_proposal_that_was_altered_is_not_done(either):
    instance, chairs = either.instance, enrol_chairs(either)
    act = proposed(instance)
    approve(instance, act, *chairs.values())
    data, digest = changed(act, body={"sha256": "cd" * 32})
    rows(instance, "UPDATE proposed SET signed = :data", data=data)
    with pytest.raises(IntegrityError, match="altered"):
        carry(instance, act)
    # Under its own digest it is another act, which nobody approved.
    rows(instance, "UPDATE proposed SET digest = :digest", digest=digest)
    rows(instance, "UPDATE approved SET digest = :digest", digest=digest)
    with pytest.raises(IntegrityError, match="altered or forged"):
        carry(instance, deciding.matter(instance, digest).act)
    with pytest.raises(BadInputError):
        carry(instance, act)


@pytest.mark.parametrize("kind", ["policy", "offices", "document-manifest"])
def test_a_proposal_that_stands_there_as_something_else_is_told(founded, chairs, kind):
    act = proposed(founded.instance)
    rows(founded.instance, "UPDATE proposed SET kind = :kind", kind=kind)
    for read in (
        lambda: deciding.matters(founded.instance),
        lambda: approve(founded.instance, act, chairs["customs"]),
    ):
        with pytest.raises(IntegrityError, match="was altered"):
            read()


@pytest.mark.parametrize("data", [b"", b"[]", b"7", b"{}", b'{"a": 1}', b'"\\ud800"', b"[" * 9000])
def test_a_row_that_is_no_proposal_is_told(founded, data):
    import hashlib

    proposed(founded.instance)
    for digest in ("00" * 32, hashlib.sha256(data).hexdigest()):
        rows(
            founded.instance, "UPDATE proposed SET signed = :data, digest = :digest",
            data=data, digest=digest,
        )  # fmt: skip
        with pytest.raises(IntegrityError, match="was altered"):
            deciding.matters(founded.instance)


def test_an_act_done_or_withdrawn_by_the_log_alone_stays_so(founded, chairs):
    """Whoever can write into the log can end a proposal, which harms nobody, and begin none."""
    instance = founded.instance
    act = proposed(instance)
    approve(instance, act, *chairs.values())
    instance.audit.record(Kind.ACT_WITHDRAWN, {"act": act.digest, "by": "customs-00000000"})
    instance.audit.record(Kind.ACT_DONE, {"act": act.digest, "what": "catalogue", "approved": []})
    assert state(instance, act) is State.WITHDRAWN
    with pytest.raises(NotAllowedError):
        carry(instance, act)


def smuggled(instance, evidence, person):
    """Write an enrolment's row and an entry of the log past the code that asks whether it may."""
    keep(instance, evidence, instance.roll.person(person))


def test_a_link_that_leaked_makes_no_second_passkey_even_with_the_database(either):
    instance = either.instance
    person, secret = secret_of(chair_link(either, "customs"))
    chairs = enrol_chairs(either)
    act = proposed(instance)
    thief = Passkey()
    direct = enrolled_by(secret, instance.policy.root, person, thief)
    with pytest.raises(IntegrityError, match="never enrolled here"):
        deciding.approve(instance, act, Enrolled(person, thief, direct).approval(act))
    smuggled(instance, direct, person)
    device = Passkey()
    vouched = vouched_by(direct, thief, device)
    smuggled(instance, vouched, person)
    for one in (Enrolled(person, thief, direct), Enrolled(person, device, vouched)):
        with pytest.raises(IntegrityError, match="not as the first by its link"):
            deciding.approve(instance, act, one.approval(act))
        approve(instance, act, chairs["business"])
        instance.docket.approve(act.digest, person, one.approval(act))
        with pytest.raises(IntegrityError, match="not as the first by its link"):
            carry(instance, act)
    approve(instance, act, chairs["customs"])
    carry(instance, act)


def test_a_second_device_approves_and_a_device_that_was_not_enrolled_here_does_not(founded, chairs):
    instance, own = founded.instance, chairs["customs"]
    device, act = Passkey(), proposed(instance)
    one = Enrolled(own.person, device, vouched_by(own.evidence, own.passkey, device))
    with pytest.raises(IntegrityError, match="never enrolled here"):
        deciding.approve(instance, act, one.approval(act))
    smuggled(instance, one.evidence, own.person)
    assert approve(instance, act, one)[0].who == own.person


def test_a_password_enrolled_first_leaves_the_link_its_passkey(founded):
    instance = founded.instance
    person, secret = secret_of(chair_link(founded, "customs"))
    password = enrolled_by(secret, instance.policy.root, person, Passkey(), password="ab" * 32)
    smuggled(instance, password, person)
    own = enrol(instance, person, secret)
    assert approve(instance, proposed(instance), own)[0].who == person


def test_recovery_ends_what_was_enrolled_before(founded, chairs):
    from dataclasses import replace

    instance, lost = founded.instance, chairs["customs"]
    public, secret = enrolment.new_invitation()
    change_roll(
        instance,
        [signer(founded, "customs"), chairs["business"]],
        lambda people: [
            replace(one, invitation=public) if one.id == lost.person else one for one in people
        ],
    )
    act = proposed(instance)
    with pytest.raises(NotAllowedError, match="not signed by the invitation on the roll"):
        approve(instance, act, lost)
    again = enrol(instance, lost.person, secret)
    approve(instance, act, again, chairs["business"])
    carry(instance, act)


def test_one_side_with_the_database_and_the_others_old_proofs_decides_nothing(either):
    """Customs holds the machine, its own keys and passkeys, every old proof of business."""
    instance, chairs = either.instance, enrol_chairs(either)
    old = proposed(instance)
    approve(instance, old, *chairs.values())
    carry(instance, old)
    kept = [one for one in instance.docket.approvals(old.digest) if "business" in str(one)]
    wanted = proposed(instance)
    mine = [chairs["customs"], signer(either, "customs"), signer(either, "customs", 2)]
    approve(instance, wanted, *mine)
    with pytest.raises(NotAllowedError, match="approval of business is missing"):
        carry(instance, wanted)
    for number, proof in enumerate([*kept, {**approval_by(wanted, mine[1]), "side": "business"}]):
        instance.docket.approve(wanted.digest, f"business-{number}", proof)
        with pytest.raises(IntegrityError, match="altered or forged"):
            carry(instance, wanted)
    people = [one.to_json() for one in instance.roll.people]
    forged, _ = changed(wanted, kind="members", body={"people": people}, roll=NOBODY)
    rows(instance, "UPDATE proposed SET signed = :data", data=forged)
    with pytest.raises(IntegrityError):
        carry(instance, wanted)
    assert kinds(instance).count(Kind.ACT_DONE) == 1


def test_a_full_docket_makes_room_of_what_is_over_and_keeps_what_is_done(
    founded, chairs, monkeypatch
):
    instance = founded.instance
    for module in (deciding, store):
        monkeypatch.setattr(module, "MOST_PROPOSALS", 4)
    done = decide(instance, What.CATALOGUE, BODY, list(chairs.values()))
    first, *rest = (proposed(instance) for _ in range(3))
    approve(instance, first, chairs["customs"])
    with pytest.raises(BadInputError, match="docket is full"):
        proposed(instance)
    deciding.withdraw(instance, first, instance.roll.person(chairs["customs"].person))
    new = proposed(instance)
    left = {one.act.digest for one in deciding.matters(instance)}
    assert left == {done.digest, new.digest, *(one.digest for one in rest)}
    assert instance.docket.approvals(first.digest) == []
    assert len(instance.docket.approvals(done.digest)) == 2
    monkeypatch.undo()
    instance.docket.put("catalogue", first.signed)  # withdrawn it stays, for ever
    assert state(instance, first) is State.WITHDRAWN


@pytest.mark.parametrize("name", ["", "abc", "g" * 12, "0" * 11, "%" * 12])
def test_a_name_that_is_no_digest_finds_nothing(founded, name):
    with pytest.raises(BadInputError, match="first 12 digits"):
        deciding.matter(founded.instance, name)
