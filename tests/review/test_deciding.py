"""The pages of decisions: what each says to whom, and what they refuse, with real passkeys."""

import json
import re
from html import unescape

import pytest
from decided import approve, change_roll, enrol, enrolled_by, new_person, signer
from member import Member
from passkeys import Passkey
from sqlalchemy import text

from observatory.acts import enrolment
from observatory.acts.act import What
from observatory.acts.people import Interests, Role
from observatory.app import create_members
from observatory.decisions import deciding, signed_matters
from observatory.decisions.deciding import State
from observatory.decisions.signed_file import SignedFile

INVITATION = {
    "id": "business-0a1b2c3d",
    "name": "Amina Yusuf",
    "side": "business",
    "roles": ["member"],
    "first": "2026-01-01",
    "last": "2030-01-01",
    "mandate": "Letter of the Chamber",
    "mandate_sha256": "ab" * 32,
    "firms": "Harbour Freight Limited\n\n",
}


@pytest.fixture
def app(founded):
    return create_members(founded.instance)


@pytest.fixture
def of(app, chairs):
    """Side -> the browser in which its chair is signed in."""
    browsers = {}
    for side, chair in chairs.items():
        browsers[side] = Member(app)
        assert browsers[side].sign_in(chair.passkey).status_code == 303
    return browsers


@pytest.fixture
def visit(app):
    """Sign somebody in."""

    def visits(who):
        browser = Member(app)
        assert browser.sign_in(who.passkey).status_code == 303
        return browser

    return visits


def words(answer):
    """Return what a page says."""
    bare = re.sub(r"<(style|script).*?</\1>|<[^>]*>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))


def invited(browser, **other):
    """Propose an invitation; return the answer and the secret of it."""
    invitation, secret = enrolment.new_invitation()
    answer = browser.post("/people/invite", {**INVITATION, "invitation": invitation, **other})
    return answer, secret


def approval(act, who):
    """Return the form that a browser sends when a passkey approves."""
    proof = who.approval(act)
    return {"evidence": json.dumps({"person": who.person, "assertion": proof["assertion"]})}


def test_an_invitation_goes_through_both_sides_and_no_less(founded, of, chairs):
    instance = founded.instance
    answer, secret = invited(of["customs"])
    assert answer.status_code == 303
    path = answer.headers["Location"]
    act = deciding.matters(instance)[0].act
    said = words(of["customs"].get(path))
    assert "Joins: Amina Yusuf (business-0a1b2c3d), member of Business" in said
    assert "interests: Harbour Freight Limited" in said
    assert "Customs has not approved" in said
    assert "by Chair of Customs" in said

    for side in ("customs", "business"):
        assert of[side].post(f"{path}/carry-out").status_code == 403
        assert instance.roll.version == 1
        answer = of[side].post(f"{path}/approve", approval(act, chairs[side]))
        assert answer.status_code == 303, words(answer)
    assert instance.roll.version == 1
    assert "to be carried out" in words(of["customs"].get("/waiting"))
    assert of["business"].post(f"{path}/carry-out").status_code == 303
    assert instance.roll.version == 2
    assert "done" in words(of["customs"].get(path))
    assert "Amina Yusuf" in words(of["customs"].get("/people"))
    joined = enrol(instance, "business-0a1b2c3d", secret)
    assert joined.person == "business-0a1b2c3d"


def test_the_secret_of_an_invitation_is_not_asked_for_and_without_script_nothing_is_proposed(
    founded, of
):
    page = of["customs"].get("/people/invite").text
    names = set(re.findall(r'name="([^"]+)"', page))
    assert "invitation" in names
    assert not [name for name in names if "secret" in name]
    answer = of["customs"].post("/people/invite", {**INVITATION, "invitation": ""})
    assert answer.status_code == 400
    assert "observatory member" in words(answer)
    assert 'value="Amina Yusuf"' in answer.text
    assert founded.instance.docket.proposals() == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"roles": ["auditor"]}, "belong to a side"),
        ({"id": "customs-0a1b2c3d"}, "pseudonym"),
        ({"last": "2020-01-01"}, "term"),
        ({"last": "2040-01-01"}, "within 5 years"),
        ({"offices": ["NOWHERE"]}, "register of offices has no NOWHERE"),
        ({"name": "chair of  customs"}, "same name"),
        ({"mandate_sha256": "x"}, "64 hexadecimal digits"),
        ({"side": "both"}, "which side"),
    ],
)
def test_what_cannot_be_on_a_roll_is_said_and_the_form_comes_back(founded, of, wrong, sentence):
    answer, _ = invited(of["customs"], **wrong)
    assert answer.status_code == 400
    assert sentence in words(answer)
    assert "Letter of the Chamber" in answer.text
    assert founded.instance.docket.proposals() == []


def test_an_approval_of_another_act_or_by_another_passkey_is_refused(founded, of, chairs):
    first, _ = invited(of["customs"])
    second, _ = invited(of["customs"], id="business-0a1b2c3e", name="Somebody else")
    acts = {one.act.digest: one.act for one in deciding.matters(founded.instance)}
    one, other = (acts[where.headers["Location"].rsplit("/", 1)[1]] for where in (first, second))
    replayed = approval(other, chairs["business"])
    answer = of["business"].post(f"/decisions/{one.digest}/approve", replayed)
    assert answer.status_code == 403
    assert "does not count" in words(answer)
    borrowed = approval(one, chairs["customs"])
    answer = of["business"].post(f"/decisions/{one.digest}/approve", borrowed)
    assert answer.status_code == 403
    assert "not one of yours" in words(answer)
    for nonsense in ("", "{}", "[]", "null", '{"assertion": {"id": 3}}', "[" * 20000):
        answer = of["business"].post(f"/decisions/{one.digest}/approve", {"evidence": nonsense})
        assert answer.status_code == 403
    assert founded.instance.docket.approvals(one.digest) == []


def test_a_forged_approval_is_named_and_nothing_is_carried_out(founded, of, chairs):
    instance = founded.instance
    answer, _ = invited(of["customs"])
    path = answer.headers["Location"]
    act = deciding.matters(instance)[0].act
    of["customs"].post(f"{path}/approve", approval(act, chairs["customs"]))
    chair = next(one for one in instance.roll.people if one.side == "business")
    made = enrolled_by("cd" * 32, instance.policy.root, chair.id, Passkey())
    forged = {**chairs["customs"].approval(act), "person": chair.id, "enrolment": made}
    instance.docket.approve(act.digest, chair.id, forged)
    said = words(of["customs"].get(path))
    assert "Somebody put an approval here that nobody gave" in said
    answer = of["customs"].post(f"{path}/carry-out")
    assert answer.status_code == 409
    assert "altered or forged" in words(answer)
    assert instance.roll.version == 1


def test_whoever_has_an_interest_is_told_so_recused_and_refused(founded, chairs, visit):
    instance = founded.instance
    firm = Interests(frozenset(), frozenset({"Harbour Freight Limited"}))
    person, secret = new_person("business", Role.MEMBER, name="Amina Yusuf", interests=firm)
    change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    amina = enrol(instance, person.id, secret)
    about = {"firms": ["harbour freight  LIMITED"]}
    act = deciding.propose(instance, What.OPEN_RUN, {}, by=chairs["customs"].person, about=about)
    browser = visit(amina)
    path = f"/decisions/{act.digest}"
    assert "You take no part in" in words(browser.get("/waiting"))
    said = words(browser.get(path))
    assert "You have declared an interest in what this is about" in said
    assert f"Recused Amina Yusuf ({person.id})" in said
    assert "data-approve" not in browser.get(path).text
    answer = browser.post(f"{path}/approve", approval(act, amina))
    assert answer.status_code == 403
    assert "takes no part" in words(answer)
    assert instance.docket.approvals(act.digest) == []


def test_a_member_who_is_no_chair_approves_runs_and_no_people(founded, of, chairs, visit):
    instance = founded.instance
    person, secret = new_person("business", Role.MEMBER)
    change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    member = enrol(instance, person.id, secret)
    browser = visit(member)
    answer, _ = invited(of["customs"])
    path = answer.headers["Location"]
    act = next(one.act for one in deciding.matters(instance) if one.state is State.OPEN)
    assert "approved by a chair of a side" in words(browser.get(path))
    assert browser.post(f"{path}/approve", approval(act, member)).status_code == 403
    assert browser.post(f"{path}/withdraw").status_code == 403
    assert browser.get("/people/invite").status_code == 403
    run = deciding.propose(instance, What.OPEN_RUN, {}, by=person.id)
    answer = browser.post(f"/decisions/{run.digest}/approve", approval(run, member))
    assert answer.status_code == 303
    approve(instance, run, chairs["customs"])
    said = words(browser.get(f"/decisions/{run.digest}"))
    assert "observatory analyse" in said
    answer = browser.post(f"/decisions/{run.digest}/carry-out")
    assert answer.status_code == 403
    assert "custodians" in words(answer)


def test_what_is_withdrawn_stays_so_whoever_approved_it(founded, of, chairs):
    answer, _ = invited(of["customs"])
    path = answer.headers["Location"]
    act = deciding.matters(founded.instance)[0].act
    of["customs"].post(f"{path}/approve", approval(act, chairs["customs"]))
    assert of["business"].post(f"{path}/withdraw").status_code == 303
    answer = of["business"].post(f"{path}/approve", approval(act, chairs["business"]))
    assert answer.status_code == 403
    assert of["customs"].post(f"{path}/carry-out").status_code == 403
    assert "withdrawn" in words(of["customs"].get("/decisions"))


def test_a_change_that_another_overtook_is_void_and_can_be_proposed_again(founded, of, chairs):
    instance = founded.instance
    answer, secret = invited(of["customs"])
    overtaken = answer.headers["Location"]
    person, _ = new_person("customs", Role.MEMBER)
    change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    assert "changed after it was proposed" in words(of["business"].get(overtaken))
    old = deciding.matter(instance, overtaken.rsplit("/", 1)[1]).act
    answer = of["business"].post(f"{overtaken}/approve", approval(old, chairs["business"]))
    assert answer.status_code == 403
    again = of["customs"].post(f"{overtaken}/again").headers["Location"]
    assert again != overtaken
    act = deciding.matter(instance, again.rsplit("/", 1)[1]).act
    for side in ("customs", "business"):
        of[side].post(f"{again}/approve", approval(act, chairs[side]))
    assert of["customs"].post(f"{again}/carry-out").status_code == 303
    names = {one.name for one in instance.roll.people}
    assert {person.name, "Amina Yusuf"} <= names
    enrol(instance, "business-0a1b2c3d", secret)


def test_changes_new_links_and_leaving_are_proposed_from_a_persons_page(founded, of, chairs):
    instance = founded.instance
    person, _ = new_person("business", Role.MEMBER, name="Amina Yusuf")
    change_roll(instance, list(chairs.values()), lambda people: [*people, person])
    path = f"/people/{person.id}"
    fields = {
        "name": "Amina Yusuf",
        "roles": ["member", "custodian"],
        "first": person.first,
        "last": person.last,
        "mandate": person.mandate,
        "mandate_sha256": person.mandate_sha256,
        "firms": "Harbour Freight Limited",
    }
    answer = of["customs"].post(f"{path}/change", fields)
    said = words(of["customs"].get(answer.headers["Location"]))
    assert "roles custodian and member, before member" in said
    assert "declares an interest in Harbour Freight Limited" in said
    invitation, _ = enrolment.new_invitation()
    answer = of["customs"].post(f"{path}/reinvite", {"invitation": invitation})
    assert "enrols anew" in words(of["customs"].get(answer.headers["Location"]))
    answer = of["customs"].post(f"{path}/revoke")
    assert "Leaves: Amina Yusuf" in words(of["customs"].get(answer.headers["Location"]))
    chair = chairs["business"].person
    answer = of["customs"].post(f"/people/{chair}/revoke")
    assert answer.status_code == 400
    assert "business has no chair" in words(answer)
    assert of["customs"].get("/people/customs-00000000").status_code == 404
    assert instance.roll.version == 2


def test_who_signed_in_long_ago_is_asked_again_before_anything_changes(
    founded, of, chairs, monkeypatch
):
    from observatory.access import sessions

    answer, _ = invited(of["customs"])
    path = answer.headers["Location"]
    monkeypatch.setattr(sessions, "FRESH_SECONDS", -1)
    answer = of["customs"].post(f"{path}/withdraw")
    assert answer.status_code == 403
    assert "Is it you?" in words(answer)
    assert deciding.matters(founded.instance)[0].state is State.OPEN
    act = deciding.matters(founded.instance)[0].act
    answer = of["customs"].post(f"{path}/approve", approval(act, chairs["customs"]))
    assert answer.status_code == 303


def test_rules_wait_for_signers_with_the_command_to_run(founded, of):
    instance = founded.instance
    rules = instance.policy.proposal(retention_months=18)
    signed_matters.put(instance, SignedFile(rules))
    said = words(of["customs"].get("/waiting"))
    assert "observatory approve" in said
    assert "Kept: 24 months -> 18 months" in said
    digest = instance.docket.proposals()[0].digest
    said = words(of["customs"].get(f"/decisions/{digest}"))
    assert "Customs has not signed" in said
    assert "data-approve" not in of["customs"].get(f"/decisions/{digest}").text
    found = signed_matters.find(instance, digest)
    signed_matters.sign(instance, found, signer(founded, "customs").sign(rules))
    assert "Customs signed" in words(of["customs"].get(f"/decisions/{digest}"))
    answer = of["customs"].post(f"/decisions/{digest}/approve", {"evidence": "{}"})
    assert answer.status_code == 400


def test_an_altered_docket_stops_the_pages_with_a_sentence(founded, of):
    answer, _ = invited(of["customs"])
    with founded.instance.vault.engine.begin() as connection:
        connection.execute(text("UPDATE proposed SET signed = :data"), {"data": b"{}"})
    answer = of["customs"].get(answer.headers["Location"])
    assert answer.status_code == 500
    assert "was altered in the database" in words(answer)


def test_nothing_that_a_proposal_says_becomes_markup(founded, of):
    name = "<img src=x onerror=y></pre></script>"
    answer, _ = invited(of["customs"], name=name)
    page = of["customs"].get(answer.headers["Location"]).text
    assert "<img" not in page
    assert "&lt;img" in page
    assert founded.instance.roll.version == 1
