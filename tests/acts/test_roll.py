"""The chain of rolls: what both sides approved, in its order, and nothing that somebody wrote."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from decided import change_roll, enrol_chairs, invite, new_person, signer

from crypto.sides import SIDES
from crypto.signing import SigningKey
from observatory.acts import act as acts
from observatory.acts import enrolment, roll
from observatory.acts.act import NOBODY, What
from observatory.acts.people import PeopleError, Role
from observatory.acts.roll import Link, Roll
from observatory.decisions import succession
from observatory.decisions.signed_file import SignedFile
from observatory.errors import BadInputError, IntegrityError
from observatory.instance import Instance, today

PASSPHRASE = "an old passphrase of nine words"


@pytest.fixture
def chain(founded, chairs):
    """Three rolls: a founding, a member who joins, and one more."""
    both = list(chairs.values())
    member = invite(founded.instance, both, "business", Role.MEMBER)
    change_roll(
        founded.instance,
        [signer(founded, "customs"), chairs["business"]],
        lambda people: [*people, new_person("customs", Role.CUSTODIAN)[0]],
    )
    return founded, chairs, member


def entries(founded):
    return json.loads((founded.instance.folder / "roll.json").read_text("utf-8"))["chain"]


def rewritten(founded, changed):
    """Write ``roll.json`` as the observatory would, with other links, and read it."""
    path = founded.instance.folder / "roll.json"
    chain = tuple(Link(acts.Act(one["act"]), one["approvals"]) for one in changed)
    path.write_bytes(Roll(chain, founded.instance.policy).to_bytes())
    return founded.instance.roll


def test_the_chain_tells_who_approved_each_roll(chain):
    founded, chairs, _ = chain
    names = [{one.who for one in link} for link in founded.instance.roll.verify()]
    assert len(names) == 3
    assert all(name.split("-")[0] in SIDES for name in names[0])
    assert names[1] == {one.person for one in chairs.values()}
    assert chairs["business"].person in names[2]


def edited(*path, value):
    """Return a change of one place in the entries."""

    def change(links):
        place = links
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        return links

    return change


def _more(links, number, approval):
    links[number]["approvals"].append(approval)
    return links


PERSON = ("act", "body", "people", 0)
CHANGES = {
    "cut in the middle": lambda e: [e[0], e[2]],
    "without the first": lambda e: e[1:],
    "in another order": lambda e: [e[0], e[2], e[1]],
    "the last twice": lambda e: [*e, e[-1]],
    "without a side": lambda e: edited(1, "approvals", value=e[1]["approvals"][:1])(e),
    "without approvals": edited(2, "approvals", value=[]),
    "one approval twice": lambda e: _more(e, 1, e[1]["approvals"][0]),
    "approvals of another roll": lambda e: edited(2, "approvals", value=e[1]["approvals"])(e),
    "an approval that is none": lambda e: _more(
        e, 1, {"side": "customs", "signer": "00" * 32, "signature": "00"}
    ),
    "another name": edited(1, *PERSON, "name", value="Somebody Else"),
    "another invitation": edited(2, *PERSON, "invitation", value=enrolment.new_invitation()[0]),
    "more rights": edited(2, "act", "body", "people", 2, "roles", value=["chair", "member"]),
    "a longer term": edited(0, *PERSON, "last", value="2029-01-01"),
    "another kind": edited(1, "act", "kind", value="offices"),
    "another day": edited(1, "act", "made", value="2026-01-01"),
    "no act": edited(1, "act", value={}),
}


@pytest.mark.parametrize("change", list(CHANGES.values()), ids=list(CHANGES))
def test_a_chain_that_both_sides_did_not_approve_is_not_read(chain, change):
    founded, *_ = chain
    with pytest.raises(IntegrityError, match=r"roll\.json"):
        rewritten(founded, change(entries(founded)))


def test_a_chain_that_was_cut_short_is_told_by_the_log(chain):
    from observatory.decisions.upkeep import check_log

    founded, *_ = chain
    check_log(founded.instance)
    assert rewritten(founded, entries(founded)[:2]).version == 2
    with pytest.raises(IntegrityError, match="names last"):
        check_log(founded.instance)
    (founded.instance.folder / "roll.json").unlink()
    assert founded.instance.roll.digest == NOBODY
    with pytest.raises(IntegrityError, match="names last"):
        check_log(founded.instance)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b'{"chain": []}', b'{"chain": {}}', b'{"chain": [7]}',
        b'{"chain": [{"act": {}, "approvals": []}]}', b"\xff", b"[" * 100_000, b'{"chain": "x"}',
    ],
    ids=range(11),
)  # fmt: skip
def test_what_is_no_roll_is_not_read(founded, data):
    (founded.instance.folder / "roll.json").write_bytes(data)
    with pytest.raises(IntegrityError, match="cannot be read as a roll"):
        founded.instance.roll  # noqa: B018


def test_a_roll_is_read_only_as_it_was_written_to_the_byte(founded):
    path = founded.instance.folder / "roll.json"
    data = path.read_bytes()
    for other in (
        data + b"\n",
        data.rstrip(),
        json.dumps(json.loads(data)).encode(),
        data.replace(b'"chain":', b'"chain": [], "chain":'),
    ):
        path.write_bytes(other)
        with pytest.raises(IntegrityError, match="cannot be read as a roll"):
            founded.instance.roll  # noqa: B018


def test_a_huge_file_is_not_read_into_memory(founded, monkeypatch):
    path = founded.instance.folder / "roll.json"
    assert founded.instance.roll.version == 1
    monkeypatch.setattr(roll, "MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(IntegrityError, match="cannot be read as a roll"):
        founded.instance.roll  # noqa: B018


def test_a_folder_or_a_link_to_nowhere_is_no_missing_roll(founded):
    path = founded.instance.folder / "roll.json"
    path.unlink()
    path.symlink_to(founded.instance.folder / "nowhere")
    with pytest.raises(IntegrityError):
        founded.instance.roll  # noqa: B018
    path.unlink()
    path.mkdir()
    with pytest.raises(IntegrityError):
        founded.instance.roll  # noqa: B018


def proposed(founded, people, *, before=None, policy=None, **other):
    """Return the act of a roll that follows the one in force, or another."""
    now = before or founded.instance.roll
    usual = {
        "observatory": now.policy.root,
        "policy": policy or now.policy.fingerprint,
        "roll": now.digest,
        "by": "customs-signer-1",
        "today": today(),
    }
    return acts.propose(
        What.MEMBERS, {"people": [one.to_json() for one in people]}, **usual | other
    )


def signed(founded, act):
    return Link(act, [signer(founded, side).sign(act.signed) for side in SIDES])


def test_an_invitation_that_was_taken_off_never_comes_back(founded):
    chairs = enrol_chairs(founded)
    both = list(chairs.values())
    instance = founded.instance
    member = invite(instance, both, "customs", Role.MEMBER)
    was = instance.roll.person(member.person)
    change_roll(instance, both, lambda people: [p for p in people if p.id != was.id])
    for again in (was, replace(was, id="customs-00000009"), replace(was, name="Another")):
        with pytest.raises(BadInputError, match="invitation"):
            change_roll(instance, both, lambda people, one=again: [*people, one])
    # Nobody asks this code before writing the file: the chain itself is refused.
    people = [*instance.roll.people, was]
    with pytest.raises(IntegrityError, match="brings back an invitation"):
        instance.roll.followed_by(signed(founded, proposed(founded, people))).verify()
    fresh = replace(was, invitation=enrolment.new_invitation()[0])
    change_roll(instance, both, lambda people: [*people, fresh])
    assert instance.roll.person(was.id) == fresh


def test_an_invitation_does_not_pass_to_another_person(founded):
    instance = founded.instance
    one, other = instance.roll.people
    heir = replace(new_person("customs", Role.CHAIR)[0], invitation=one.invitation)
    with pytest.raises(IntegrityError, match="another's invitation"):
        instance.roll.followed_by(signed(founded, proposed(founded, [heir, other]))).verify()
    with pytest.raises(PeopleError, match="another's invitation"):
        instance.roll.check_next(proposed(founded, [heir, other]))


def test_a_signer_on_the_roll_is_one_whom_the_policy_names(founded):
    instance = founded.instance
    mine = signer(founded, "customs").signer.public_key
    for side, key in (("customs", "ab" * 32), ("business", mine)):
        person = new_person(side, Role.SIGNER, signer=key)[0]
        act = proposed(founded, [*instance.roll.people, person])
        with pytest.raises(PeopleError, match="no signer's of the policy"):
            instance.roll.check_next(act)
        with pytest.raises(IntegrityError, match="no signer's of the policy"):
            instance.roll.followed_by(signed(founded, act)).verify()


@pytest.fixture
def replaced(founded):
    """An observatory whose first signers were replaced by a second policy."""
    names = founded.instance.policy.rules["signers"]
    new = {side: [names[side][1], "ab" * 32 if side == "customs" else "cd" * 32] for side in SIDES}
    proposal = SignedFile(founded.instance.policy.proposal(signers=new))
    for side in SIDES:
        proposal = proposal.with_signature(signer(founded, side, 1))
    succession.install(founded.instance, proposal)
    return replace(founded, instance=Instance.open(founded.instance.folder))


def test_a_signer_who_was_replaced_makes_no_next_roll(replaced):
    instance = replaced.instance
    people = [*instance.roll.people, new_person("customs", Role.MEMBER)[0]]
    act = proposed(replaced, people)
    with pytest.raises(IntegrityError, match="approval of customs"):
        instance.roll.followed_by(signed(replaced, act)).verify()
    keys = [signer(replaced, side, 2) for side in SIDES]
    good = instance.roll.followed_by(Link(act, [key.sign(act.signed) for key in keys]))
    assert len(good.verify()) == 2


def test_signers_who_were_replaced_make_a_roll_that_no_log_names(replaced):
    """With both old keys and the machine one can fork the chain; the log must be rewritten."""
    from observatory.audit import Kind
    from observatory.decisions.upkeep import check_log

    instance = replaced.instance
    old = instance.policy.chain[0].fingerprint
    people = [*instance.roll.people, new_person("customs", Role.CHAIR)[0]]
    after = instance.roll.followed_by(signed(replaced, proposed(replaced, people, policy=old)))
    after.verify()  # as a chain alone it could have been made before the second policy
    after.write(instance.folder / "roll.json")
    instance.audit.record(Kind.ROLL_INSTALLED, {"roll": after.digest, "version": 2})
    with pytest.raises(IntegrityError, match="roll"):
        check_log(instance)
    first = Roll((), instance.policy)
    other = Roll(
        (signed(replaced, proposed(replaced, people, before=first, policy=old)),), instance.policy
    )
    other.verify()
    other.write(instance.folder / "roll.json")
    instance.audit.record(Kind.ROLL_INSTALLED, {"roll": other.digest, "version": 1})
    with pytest.raises(IntegrityError, match="roll"):
        check_log(instance)


def test_no_roll_is_of_an_older_policy_or_an_earlier_day_than_the_roll_before(replaced):
    instance = replaced.instance
    keys = [signer(replaced, side, 2) for side in SIDES]

    def following(chain, **other):
        people = [*chain.people, new_person("customs", Role.MEMBER)[0]]
        act = proposed(replaced, people, before=chain, **other)
        return chain.followed_by(Link(act, [key.sign(act.signed) for key in keys]))

    second = following(instance.roll)
    second.verify()
    with pytest.raises(IntegrityError, match="older one"):
        following(second, policy=instance.policy.chain[0].fingerprint).verify()
    with pytest.raises(IntegrityError, match="no policy"):
        following(second, policy="ef" * 32).verify()
    with pytest.raises(IntegrityError, match="earlier day"):
        following(second, today=today() - timedelta(1)).verify()


def test_a_loaded_key_is_what_the_first_roll_was_signed_by(founded):
    key = SigningKey.load(founded.shares / "customs-signer-1.json", PASSPHRASE)
    link = founded.instance.roll.chain[0]
    assert key.signer.public_key in [one["signer"] for one in link.approvals]
    assert link.act.signed["roll"] == NOBODY
