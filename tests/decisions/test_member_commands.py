"""The commands ``member``: each proposes the next roll, whole, and changes nothing."""

import hashlib

import pytest

from observatory.acts.people import Role
from observatory.decisions import deciding, membership
from observatory.errors import BadInputError, UsageError
from tests.support import decided

INVITE = ("member", "invite", "--side", "business", "--role", "member", "--name", "Amina Yusuf")
STANDING = ("--until", "2030-01-01", "--mandate-title", "Letter of the Chamber")


def newest(instance):
    """Return the act that was proposed last: the only one that waits."""
    (found,) = (one.act for one in deciding.matters(instance) if one.waiting)
    return found


def test_an_invitation_is_proposed_with_its_mandate_and_interests(founded, command, tmp_path):
    before = (founded.instance.folder / "roll.json").read_bytes()
    mandate = tmp_path / "Letter of the Chamber.pdf"
    mandate.write_bytes(b"appointed")
    said = command(
        *INVITE, "--role", "custodian", "--until", "2030-01-01", "--mandate", mandate,
        "--interest-firm", "Harbour Freight Limited",
    )  # fmt: skip
    assert "joins: Amina Yusuf" in said
    assert "interests: Harbour Freight Limited" in said
    assert "It works when both sides have approved" in said
    link = next(line for line in said.splitlines() if "/enrol#" in line)
    id_, secret = decided.secret_of(link)
    act = newest(founded.instance)
    person = next(one for one in act.body["people"] if one["id"] == id_)
    assert person["mandate"] == {
        "title": "Letter of the Chamber",
        "sha256": hashlib.sha256(b"appointed").hexdigest(),
    }
    assert person["roles"] == ["custodian", "member"]
    assert secret not in str(act.signed)
    assert (founded.instance.folder / "roll.json").read_bytes() == before


def test_the_roll_is_listed_by_side_with_ended_terms_marked(founded, command, chairs):
    ended, _ = decided.new_person(
        "business", Role.MEMBER, name="Amina Yusuf", first="2020-01-01", last="2021-01-01"
    )
    people = [*founded.instance.roll.people, ended]
    body = {"people": [one.to_json() for one in people]}
    decided.decide(founded.instance, deciding.What.MEMBERS, body, list(chairs.values()))
    said = command("member", "list")
    customs, business = said.split("Business:")
    assert "Chair of Customs" in customs
    line = next(line for line in business.splitlines() if "Amina Yusuf" in line)
    assert "(not in term today)" in line
    assert "nobody" in business
    assert founded.instance.roll.digest in said


def test_changing_leaving_and_coming_back_are_proposed_one_by_one(founded, command, chairs):
    instance = founded.instance
    person, _ = decided.new_person("business", Role.MEMBER, name="Amina Yusuf")
    decided.change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    said = command(
        "member", "change", person.id, "--role", "chair", "--role", "member",
        "--interest-firm", "Harbour Freight Limited", "--until", "2029-05-05",
    )  # fmt: skip
    assert "roles chair and member, before member" in said
    assert "to 2029-05-05" in said
    assert "declares an interest in Harbour Freight Limited" in said
    decided.approve(instance, newest(instance), *chairs.values())
    decided.carry(instance, newest(instance))
    said = command("member", "change", person.id, "--no-interest", "Harbour Freight Limited")
    assert "no longer declares an interest" in said
    said = command("member", "reinvite", person.id)
    assert "enrols anew" in said
    assert f"/enrol#{person.id}." in said
    said = command("member", "revoke", person.id)
    assert "leaves: Amina Yusuf" in said
    assert instance.roll.version == 3


def test_coming_back_by_a_new_link_ends_what_was_enrolled_before(founded, command, chairs):
    instance = founded.instance
    lost = chairs["business"]
    said = command("member", "reinvite", lost.person)
    link = next(line for line in said.splitlines() if "/enrol#" in line)
    act = newest(instance)
    signers = (decided.signer(founded, side) for side in ("customs", "business"))
    decided.approve(instance, act, *signers)
    decided.carry(instance, act)
    back = decided.enrol(instance, *decided.secret_of(link))
    later = deciding.propose(instance, deciding.What.OPEN_RUN, {}, by=back.person)
    with pytest.raises(Exception, match="not signed by the invitation on the roll"):
        decided.approve(instance, later, lost)
    assert decided.approve(instance, later, back)[0].side == "business"


def test_a_change_that_another_overtook_is_proposed_again_with_its_link(founded, command, chairs):
    instance = founded.instance
    said = command(*INVITE, *STANDING)
    link = next(line for line in said.splitlines() if "/enrol#" in line)
    overtaken = newest(instance)
    person, _ = decided.new_person("customs", Role.MEMBER)
    decided.change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    said = command("member", "again", overtaken.digest)
    assert "joins: Amina Yusuf" in said
    decided.approve(instance, newest(instance), *chairs.values())
    decided.carry(instance, newest(instance))
    assert {person.id} <= {one.id for one in instance.roll.people}
    decided.enrol(instance, *decided.secret_of(link))


def test_what_was_changed_otherwise_in_the_meantime_is_not_proposed_again(founded, command, chairs):
    instance = founded.instance
    chair = chairs["customs"].person
    command("member", "change", chair, "--name", "First Chair")
    overtaken = newest(instance)
    after = membership.changed(instance.roll.people, chair, name="Other Chair")
    body = {"people": [one.to_json() for one in after]}
    decided.decide(instance, deciding.What.MEMBERS, body, list(chairs.values()))
    with pytest.raises(BadInputError, match="changed in the meantime"):
        command("member", "again", overtaken.digest)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ((*INVITE, "--until", "2030-01-01"), UsageError, "by which document"),
        ((*INVITE, "--mandate-title", "x"), UsageError, "--until"),
        ((*INVITE, *STANDING, "--role", "auditor"), BadInputError, "belong to a side"),
        ((*INVITE, *STANDING, "--role", "signer"), BadInputError, "signing key"),
        ((*INVITE, *STANDING, "--interest-office", "X1"), BadInputError, "register of offices"),
        ((*INVITE, *STANDING, "--from", "2020-01-01", "--until", "2021-01-01"), BadInputError,
         "over already"),
        (("member", "revoke", "customs-00000000"), BadInputError, "Nobody on the roll"),
        (("member", "change", "{chair}"), UsageError, "changes nothing"),
        (("member", "change", "{chair}", "--no-interest", "X"), BadInputError, "no interest in X"),
        (("member", "revoke", "{chair}"), BadInputError, "customs has no chair"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_not_proposed(founded, command, arguments, error, sentence):
    chair = next(one.id for one in founded.instance.roll.people if one.side == "customs")
    with pytest.raises(error, match=sentence):
        command(*(one.format(chair=chair) for one in arguments))
    assert founded.instance.docket.proposals() == []


def test_a_signer_on_the_roll_has_a_key_of_the_policy_for_the_own_side(founded, command):
    keys = founded.instance.policy.signers
    invite = ("member", "invite", "--side", "business", "--role", "signer", "--name", "Amina")
    with pytest.raises(BadInputError, match="no signer's of the policy"):
        command(*invite, *STANDING, "--signer", keys["customs"][0])
    said = command(*invite, *STANDING, "--signer", keys["business"][0])
    assert "joins: Amina" in said
