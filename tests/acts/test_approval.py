"""Approvals: whose counts for what, and every way of getting one that does not."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import replace
from datetime import timedelta

import cbor2
import pytest
from decided import Enrolled, enrolled_by, vouched_by
from passkeys import PRESENT, VERIFIED, Passkey, b64url

from crypto.sides import SIDES
from observatory.acts import approval, assertion, enrolment
from observatory.acts.act import NOBODY, RULES, What
from observatory.acts.approval import ApprovalError, ConflictError, ForgedError, check, weigh
from observatory.acts.people import Interests, Role

CHAIR, MEMBER = "customs-chair", "business-member"
ABOUT = {"offices": ["A1"], "firms": ["Acme Ltd"]}


def checked(world, act, evidence, electorate=None, day=None):
    return check(act, evidence, electorate or world.electorate, day or world.day)


def replayed(world, act):
    """Return a proof of every kind for another act than this one."""
    return [world.keys["customs"].sign(act.signed), world.passkeys[CHAIR].approval(act)]


@pytest.mark.parametrize("side", SIDES)
def test_each_kind_of_approval_counts_for_its_own_side(world, side):
    act = world.act()
    assert checked(world, act, world.keys[side].sign(act.signed)).side == side
    found = checked(world, act, world.passkeys[f"{side}-member"].approval(act))
    assert (found.side, found.who) == (side, world.passkeys[f"{side}-member"].person)


@pytest.mark.parametrize("what", What)
@pytest.mark.parametrize(
    "name", [f"{side}-{role}" for side in SIDES for role in ("chair", "member", "custodian")]
)
def test_a_passkey_counts_for_the_roles_of_the_rule_and_no_others(world, what, name):
    act = world.act(what, {"people": []} if what is What.MEMBERS else {})
    proof = world.passkeys[name].approval(act)
    may = Role(name.split("-")[1]) in RULES[what].roles
    assert approval.may_approve(act, world.person(name), world.day) == may
    if may:
        assert checked(world, act, proof).who == world.passkeys[name].person
    else:
        with pytest.raises(ApprovalError, match=r"which .* is not"):
            checked(world, act, proof)


def test_somebody_of_neither_side_approves_nothing(world):
    act = world.act()
    with pytest.raises(ApprovalError, match="for no side"):
        checked(world, act, world.passkeys["neither-auditor"].approval(act))


@pytest.mark.parametrize("kind", [0, 1], ids=["signature", "passkey"])
@pytest.mark.parametrize(
    "change",
    [
        {"body": {"sha256": "de" * 32}},
        {"what": What.OFFICES},
        {"days": 3},
        {"by": "business-00000002"},
        {"about": ABOUT},
        {},  # the same once more, with another random number
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_approval_counts_for_no_other_act(world, kind, change):
    proof = replayed(world, world.act())[kind]
    with pytest.raises(ForgedError):
        checked(world, world.act(**change), proof)


@pytest.mark.parametrize("kind", [0, 1], ids=["signature", "passkey"])
@pytest.mark.parametrize("name", ["observatory", "policy", "roll"])
def test_an_approval_counts_under_no_other_observatory_policy_or_roll(world, kind, name):
    act = world.act()
    with pytest.raises(ApprovalError, match="another observatory, policy or roll"):
        checked(
            world, act, replayed(world, act)[kind], replace(world.electorate, **{name: "0" * 64})
        )


def test_another_observatorys_people_and_signers_count_for_nothing(world, another):
    act = world.act()
    for proof in replayed(another, act):
        with pytest.raises(ApprovalError):
            checked(world, act, proof)


def test_a_signer_who_is_no_longer_in_the_policy_signs_nothing(world):
    act = world.act()
    signers = {**world.electorate.signers, "customs": ["ee" * 32]}
    with pytest.raises(ForgedError, match="whom the policy names"):
        checked(
            world, act, world.keys["customs"].sign(act.signed),
            replace(world.electorate, signers=signers),
        )  # fmt: skip


def test_somebody_who_is_no_longer_on_the_roll_approves_nothing(world):
    act = world.act()
    with pytest.raises(ApprovalError, match="for no side"):
        checked(world, act, world.passkeys[CHAIR].approval(act), world.without(CHAIR))


def on_the_roll(world, side="customs", **fields):
    """Return the electorate with a side's signer on the roll as its custodian."""
    signer = world.keys[side].signer.public_key
    roles = frozenset({Role.SIGNER})
    return world.changed(f"{side}-custodian", **{"signer": signer, "roles": roles, **fields})


def test_a_term_holds_on_the_day_and_on_the_day_the_act_was_made(world):
    act = world.act(today=world.day - timedelta(3))
    days = [(world.day + timedelta(n)).isoformat() for n in (-4, -1, 1)]
    over, late = {"last": days[1]}, {"first": days[1]}
    for fields in (over, late, {"first": days[2]}):
        for electorate, proof in (
            (world.changed(CHAIR, **fields), world.passkeys[CHAIR].approval(act)),
            (on_the_roll(world, **fields), world.keys["customs"].sign(act.signed)),
        ):
            with pytest.raises(ApprovalError, match="the term of"):
                checked(world, act, proof, electorate)
        assert not approval.may_approve(act, replace(world.person(CHAIR), **fields), world.day)
    fits = {"first": days[0], "last": days[2]}
    assert checked(world, act, replayed(world, act)[1], world.changed(CHAIR, **fits))
    assert checked(world, act, replayed(world, act)[0], on_the_roll(world, **fits))


@pytest.mark.parametrize(
    "interests",
    [
        Interests(frozenset({"A1"})),
        Interests(firms=frozenset({"Acme Ltd"})),
        Interests(firms=frozenset({"ACME  ltd"})),
        Interests(firms=frozenset({"Ａｃｍｅ Ltd"})),
        Interests(firms=frozenset({"Ac\u200dme Ltd", "Other"})),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whoever_has_an_interest_takes_no_part(world, interests):
    act = world.act(about=ABOUT)
    for electorate, proof in (
        (world.changed(CHAIR, interests=interests), world.passkeys[CHAIR].approval(act)),
        (on_the_roll(world, interests=interests), world.keys["customs"].sign(act.signed)),
    ):
        with pytest.raises(ConflictError):
            checked(world, act, proof, electorate)
        assert weigh(act, [proof], electorate, world.day).missing == SIDES
    conflicted = replace(world.person(CHAIR), interests=interests)
    assert not approval.may_approve(act, conflicted, world.day)
    assert approval.recused(act.about, [conflicted, world.person(MEMBER)]) == [conflicted]


def test_a_signer_without_an_entry_on_the_roll_decides_nothing_about_firms(world):
    about = world.act(about=ABOUT)
    with pytest.raises(ConflictError, match="declared no interests"):
        checked(world, about, world.keys["customs"].sign(about.signed))
    first = replace(world.electorate, roll=NOBODY, people=())
    act = world.act(roll=NOBODY, about=ABOUT)
    assert checked(world, act, world.keys["customs"].sign(act.signed), first).side == "customs"


def test_a_key_in_capitals_is_no_other_key(world):
    act = world.act()
    proof = world.keys["customs"].sign(act.signed)
    over = on_the_roll(world, last=(world.day - timedelta(1)).isoformat())
    for signer in (proof["signer"].upper(), proof["signer"].swapcase().title()):
        with pytest.raises(ForgedError):
            checked(world, act, {**proof, "signer": signer}, over)


def test_a_signer_who_stands_on_the_roll_for_the_other_side_signs_for_neither(world):
    act = world.act()
    key = world.keys["customs"]
    electorate = world.changed(
        "business-custodian", signer=key.signer.public_key, roles=frozenset({Role.SIGNER})
    )
    with pytest.raises(ApprovalError, match="does not sign for customs"):
        checked(world, act, key.sign(act.signed), electorate)
    proof = {**key.sign(act.signed), "side": "business"}
    with pytest.raises(ForgedError):
        checked(world, act, proof)


def test_one_side_alone_never_decides(world):
    act = world.act()
    customs = [
        world.keys["customs"].sign(act.signed),
        *(world.passkeys[f"customs-{role}"].approval(act) for role in ("chair", "member")),
    ]
    verdict = weigh(act, customs * 2, world.electorate, world.day)
    assert verdict.missing == ("business",)
    assert len(verdict.approvers) == 3
    whole = weigh(
        act, [*customs, world.keys["business"].sign(act.signed)], world.electorate, world.day
    )
    assert whole.missing == ()
    assert not whole.refused
    assert [p.get("person") for p in whole.proofs] == [
        one.who if one.passkey else None for one in whole.approvers
    ]


def test_one_passkey_enrolled_by_the_links_of_both_sides_counts_once(world):
    act = world.act()
    one = world.passkeys[CHAIR].passkey
    person = world.passkeys[MEMBER].person
    evidence = enrolled_by(world.secrets[MEMBER], world.electorate.observatory, person, one)
    both = [world.passkeys[CHAIR].approval(act), Enrolled(person, one, evidence).approval(act)]
    verdict = weigh(act, both, world.electorate, world.day)
    assert verdict.missing == ("business",)
    assert "key of another person" in verdict.refused[0]


def test_a_passkey_approves_for_its_own_person_only(world):
    act = world.act()
    mine, theirs = (world.passkeys[name] for name in (CHAIR, MEMBER))
    for proof in (
        {**mine.approval(act), "person": theirs.person},
        {**mine.approval(act), "enrolment": dict(theirs.evidence)},
        {**mine.approval(act), "assertion": theirs.approval(act)["assertion"]},
        {**theirs.approval(act), "assertion": {**mine.approval(act)["assertion"],
                                               "id": b64url(theirs.passkey.id)}},
    ):  # fmt: skip
        with pytest.raises(ForgedError):
            checked(world, act, proof)


def test_an_enrolment_by_an_earlier_invitation_counts_no_more(world, another):
    act = world.act()
    fresh, _ = enrolment.new_invitation()
    with pytest.raises(ForgedError, match="not signed by the invitation"):
        checked(
            world, act, world.passkeys[CHAIR].approval(act), world.changed(CHAIR, invitation=fresh)
        )
    own = world.passkeys[CHAIR]
    stolen = enrolled_by(another.secrets[CHAIR], "aa" * 32, own.person, own.passkey)
    with pytest.raises(ForgedError, match="not signed by the invitation"):
        checked(world, act, Enrolled(own.person, own.passkey, stolen).approval(act))


def test_a_device_approves_when_the_links_passkey_vouches_for_it(world):
    act, own, device = world.act(), world.passkeys[CHAIR], Passkey()
    evidence = vouched_by(own.evidence, own.passkey, device)
    found = checked(world, act, Enrolled(own.person, device, evidence).approval(act))
    assert found.who == own.person
    assert found.first == enrolment.digest_of(own.evidence["record"])
    assert found.passkey != found.first


def test_a_device_vouches_for_no_other_nor_does_a_password_or_another_persons_passkey(world):
    act, own, theirs = world.act(), world.passkeys[CHAIR], world.passkeys[MEMBER]
    root = world.electorate.observatory
    device, third = Passkey(), Passkey()
    second = vouched_by(own.evidence, own.passkey, device)
    password = enrolled_by(world.secrets[CHAIR], root, own.person, own.passkey, password="ab" * 32)
    for evidence in (
        vouched_by(second, device, third),
        {**vouched_by(own.evidence, device, third)},
        {**vouched_by(own.evidence, theirs.passkey, third)},
        {**vouched_by(theirs.evidence, theirs.passkey, third)},
        vouched_by(password, own.passkey, third),
        {**second, "signature": own.evidence["signature"]},
        {"record": second["record"], "signature": own.evidence["signature"]},
    ):
        with pytest.raises(ForgedError):
            checked(world, act, Enrolled(own.person, third, evidence).approval(act))


def test_a_password_approves_nothing(world):
    act, own = world.act(), world.passkeys[CHAIR]
    root = world.electorate.observatory
    evidence = enrolled_by(world.secrets[CHAIR], root, own.person, own.passkey, password="ab" * 32)
    with pytest.raises(ApprovalError, match="a password approves nothing"):
        checked(world, act, Enrolled(own.person, own.passkey, evidence).approval(act))


def asserted_with(
    world, act, rp="members.localhost", origin="http://members.localhost:8081", **how
):
    """Return the approval of a chair whose passkey is of a site and signs in some other way."""
    own = world.passkeys[CHAIR]
    passkey = Passkey(rp, origin)
    root = world.electorate.observatory
    record_rp = how.pop("enrolled_rp", rp)
    evidence = enrolled_by(world.secrets[CHAIR], root, own.person, replace(passkey, rp=record_rp))
    return Enrolled(own.person, passkey, evidence).approval(act, **how)


@pytest.mark.parametrize(
    "how",
    [
        {"flags": PRESENT},  # the person was not verified
        {"flags": VERIFIED},  # nobody was there
        {"flags": 0},
        {"kind": "webauthn.create"},
        {"kind": "payment.get"},
        {"crossOrigin": True},
        {"crossOrigin": "no"},
        {"topOrigin": "https://other.example"},
        {"origin": "https://members.localhost.evil.example"},
        {"origin": "http://members.localhost@evil.example"},
        {"origin": "http://sub.members.localhost:8081"},
        {"origin": "https://other.example"},
        {"origin": "ftp://members.localhost"},
        {"origin": "null"},
        {"origin": None},
        {"origin": ["http://members.localhost:8081"]},
        {"challenge": b64url(bytes(32))},
        {"challenge": None},
        {"rp": "other.localhost"},
        {"enrolled_rp": "localhost"},
        {"rp": "members.example.org", "origin": "http://members.example.org"},  # in the clear
        {"rp": "members.example.org", "origin": "http://members.example.org:443"},
        {"rp": "members.example.org", "origin": "https://example.org"},
        {"rp": "10.0.0.1", "origin": "http://10.0.0.1"},
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_assertion_made_otherwise_than_asked_is_no_approval(world, how):
    act = world.act()
    with pytest.raises(ForgedError):
        checked(world, act, asserted_with(world, act, **how))


@pytest.mark.parametrize(
    ("rp", "origin"),
    [
        ("members.localhost", "http://members.localhost:8081"),
        ("members.localhost", "https://members.localhost"),
        ("localhost", "http://localhost:8081"),
        ("members.example.org", "https://members.example.org"),
        ("members.example.org", "https://members.example.org:8443"),
    ],
)
def test_an_assertion_made_on_its_own_site_over_tls_or_on_this_machine_counts(world, rp, origin):
    act = world.act()
    assert checked(world, act, asserted_with(world, act, rp, origin)).side == "customs"


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("name", ["authenticatorData", "clientDataJSON", "signature"])
def test_no_bit_of_an_assertion_can_be_changed(world, name):
    act = world.act()
    proof = world.passkeys[CHAIR].approval(act)
    data = unb64(proof["assertion"][name])
    for place in range(0, len(data), 3):
        flipped = bytearray(data)
        flipped[place] ^= 1
        changed = copy.deepcopy(proof)
        changed["assertion"][name] = b64url(bytes(flipped))
        with pytest.raises(ForgedError):
            checked(world, act, changed)


def test_signing_in_approves_nothing_and_approving_signs_nobody_in(world):
    act, own = world.act(), world.passkeys[CHAIR]
    credential = enrolment.Enrolment(own.evidence).credential
    nonce = bytes.fromhex(act.digest)  # a page may choose it, and its script hashes it all the same
    signed_in = own.passkey.assertion(assertion.sign_in_challenge(nonce))
    assertion.verify(signed_in, credential, assertion.sign_in_challenge(nonce))
    with pytest.raises(ForgedError):
        checked(world, act, {**own.approval(act), "assertion": signed_in})
    approved = own.approval(act)["assertion"]
    with pytest.raises(assertion.AssertionRefusedError):
        assertion.verify(approved, credential, assertion.sign_in_challenge(nonce))


def test_vouching_for_a_device_approves_nothing(world):
    act, own = world.act(), world.passkeys[CHAIR]
    vouched = vouched_by(own.evidence, own.passkey, Passkey())
    with pytest.raises(ForgedError):
        checked(world, act, {**own.approval(act), "assertion": vouched["assertion"]})


@pytest.mark.parametrize(
    "key",
    [
        cbor2.dumps({1: 3, 3: -65535, -1: b"n" * 256, -2: b"\x01\x00\x01"}),  # RSA over SHA-1
        cbor2.dumps({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}),  # no point of the curve
        cbor2.dumps({1: 2, 3: -7}),
        cbor2.dumps({1: 2, 3: "ES256", -1: 1, -2: b"x", -3: b"y"}),
        cbor2.dumps([1, 2]),
        b"\xff",
        b"",
    ],
    ids=range(7),
)
def test_a_key_of_another_kind_signs_nothing(world, key):
    own, act = world.passkeys[CHAIR], world.act()

    class Odd(Passkey):
        @property
        def public_key(self):
            return key

    odd = Odd()
    root = world.electorate.observatory
    evidence = enrolled_by(world.secrets[CHAIR], root, own.person, odd)
    with pytest.raises(ForgedError):
        checked(world, act, Enrolled(own.person, odd, evidence).approval(act))


DEEP = b64url(b"[" * 5000)


@pytest.mark.parametrize(
    "evidence",
    [
        None, [], "yes", 7, {}, {"side": "customs"}, {"person": "customs-00000001"},
        {"side": None, "signer": None, "signature": None},
        {"side": "customs", "signer": ["aa"], "signature": "aa"},
        {"side": "customs", "signer": "aa" * 32, "signature": {"r": 1}},
        {"person": None, "enrolment": None, "assertion": None},
        {"person": ["customs"], "enrolment": {}, "assertion": {}},
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_approval_is_refused(world, evidence):
    act = world.act()
    with pytest.raises(ApprovalError):
        checked(world, act, evidence)
    verdict = weigh(act, [evidence], world.electorate, world.day)
    assert len(verdict.refused) == 1


@pytest.mark.parametrize("part", ["enrolment", "assertion"])
@pytest.mark.parametrize("value", [None, [], "x", 7, {}, {"id": 1}, {"record": 7}, {"record": {}}])
def test_a_proof_with_a_part_of_another_shape_is_forged(world, part, value):
    act = world.act()
    with pytest.raises(ForgedError):
        checked(world, act, {**world.passkeys[CHAIR].approval(act), part: value})


@pytest.mark.parametrize(
    "value", [None, 7, "", "é", "=", DEEP, {}, ["a"]], ids=lambda v: str(v)[:9]
)
@pytest.mark.parametrize("name", ["id", "authenticatorData", "clientDataJSON", "signature"])
def test_an_assertion_with_a_part_of_another_shape_is_forged(world, name, value):
    act = world.act()
    proof = world.passkeys[CHAIR].approval(act)
    proof["assertion"] = {**proof["assertion"], name: value}
    with pytest.raises(ForgedError):
        checked(world, act, json.loads(json.dumps(proof)))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "joint-integrity-observatory/enrolment/2"},
        {"observatory": "00" * 32},
        {"person": "customs-ffffffff"},
        {"rp": "Members.localhost"},
        {"rp": ""},
        {"rp": None},
        {"rp": "members.localhost/"},
        {"made": "20261124"},
        {"made": None},
        {"credential": None},
        {"credential": {"id": "a", "public_key": "b", "more": "c"}},
        {"credential": {"id": "a", "public_key": "b c"}},
        {"credential": {"id": "a" * 3000, "public_key": "b"}},
        {"password": "ab" * 32},
        {"more": 1},
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_record_of_another_shape_enrols_nobody_whoever_signs_it(world, change):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    own = world.passkeys[CHAIR]
    body = {**own.evidence["record"], **change}
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(world.secrets[CHAIR]))
    evidence = {"record": body, "signature": key.sign(enrolment.message(body)).hex()}
    with pytest.raises(enrolment.EnrolmentError):
        enrolment.verify(evidence, world.person(CHAIR), world.electorate.observatory)
    good = {"record": own.evidence["record"], "signature": own.evidence["signature"]}
    assert enrolment.verify(good, world.person(CHAIR), world.electorate.observatory)


def test_what_the_log_says_of_an_enrolment_is_read_back(world):
    own = world.passkeys[CHAIR]
    device = vouched_by(own.evidence, own.passkey, Passkey())
    for evidence, means in ((own.evidence, "passkey"), (device, "device")):
        found = enrolment.Enrolment(evidence)
        logged = enrolment.Logged(found.means, found.digest, "ab" * 32)
        assert str(logged).startswith(f"enrols {means} ")
        assert enrolment.from_log(str(logged)) == logged
    for other in ("", "enrols", str(logged).upper(), str(logged) + "\n", "joins the roll"):
        assert enrolment.from_log(other) is None
