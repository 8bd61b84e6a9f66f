"""Who is let in, by what: a made-up instance's link, a passkey, and nothing else."""

import json
import os
import re
import time

import pytest
from decided import chair_link, change_roll, enrol, new_person, secret_of
from made_up_analysis import found_made_up
from member import Member, challenge_of, nonce_in, token_in
from passkeys import PRESENT, Passkey

from observatory.access import nonces
from observatory.access.sign_in import LINK_SECONDS, one_time_path, redeem
from observatory.acts.people import Role
from observatory.app import create_members
from observatory.errors import NotAllowedError

HOST = {"Host": "members.localhost:8081"}
PAGES = ("/", "/topics/T0001", "/modus-operandi", "/method", "/account", "/people", "/none")


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    return found_made_up(tmp_path_factory.mktemp("made-up"))


def test_a_link_signs_in_once(made_up):
    app = create_members(made_up)
    path = one_time_path(made_up)
    member = app.test_client()
    answer = member.get(path, headers=HOST)
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-member=")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert f"; {part}" in cookie
    assert "Domain" not in cookie
    assert member.get("/", headers=HOST).status_code == 200
    second = app.test_client()
    assert second.get(path, headers=HOST).status_code == 403
    assert second.get("/", headers=HOST).status_code == 403


def test_only_a_hash_of_the_link_is_kept(made_up):
    token = one_time_path(made_up).partition("token=")[2]
    for path in made_up.folder.rglob("*"):
        assert token not in path.name
        assert not path.is_file() or token.encode() not in path.read_bytes()


def test_a_preview_does_not_use_the_link_up_and_an_old_link_is_refused(made_up):
    member = create_members(made_up).test_client()
    path = one_time_path(made_up)
    assert member.head(path, headers=HOST).status_code == 403
    assert member.get(path, headers=HOST).status_code == 303
    token = one_time_path(made_up).partition("token=")[2]
    yesterday = time.time() - LINK_SECONDS - 60
    for kept in (made_up.folder / "access").iterdir():
        os.utime(kept, (yesterday, yesterday))
    assert not redeem(made_up.folder, token)


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_shown_without_a_session(app, page):
    answer = Member(app).get(page)
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text


def test_a_real_instance_has_no_link(instance, app):
    with pytest.raises(NotAllowedError):
        one_time_path(instance)
    token = "a" * 43
    folder = instance.folder / "access"
    folder.mkdir()
    import hashlib

    (folder / hashlib.sha256(token.encode()).hexdigest()).touch()
    assert Member(app).get(f"/sign-in?token={token}").status_code == 403


def test_a_passkey_signs_in(member, chairs):
    answer = member.sign_in(chairs["customs"].passkey)
    assert (answer.status_code, answer.location) == (303, "/")
    page = member.get("/account").text
    assert chairs["customs"].person in page
    assert "(this session)" in page


def proof(passkey, page, **changes):
    """Return the fields that a browser posts from the page to sign in by."""
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    assertion = passkey.assertion(challenge_of(nonce_in(page)), **changes)
    return {"nonce": nonce, "assertion": json.dumps(assertion)}


def refused(member, fields, page=None):
    answer = member.post("/sign-in/passkey", fields, token_in(page or member.get("/sign-in").text))
    assert answer.status_code == 403
    assert member.get("/account").status_code == 403
    return re.sub(r"\s+", " ", re.search(r'role="alert">([^<]+)<', answer.text)[1])


def test_everything_that_is_not_a_sign_in_here_and_now_is_refused_alike(member, chairs):
    passkey = chairs["customs"].passkey
    page = member.get("/sign-in").text
    nonce = nonce_in(page)
    good = proof(passkey, page)
    other = Passkey()
    forged = {**json.loads(good["assertion"]), "signature": "AAAA"}
    for fields in (
        proof(other, page),  # of nobody
        proof(passkey, page, flags=PRESENT),  # the person was not verified
        proof(passkey, page, kind="webauthn.create"),
        proof(passkey, page, origin="https://members.localhost.evil.example"),
        {**good, "assertion": json.dumps(passkey.assertion(nonce))},  # the bare number
        {**good, "assertion": json.dumps(passkey.assertion(challenge_of(b"another")))},
        {**good, "assertion": json.dumps(forged)},
        {**good, "assertion": json.dumps({"id": forged["id"]})},
        {**good, "assertion": "[" * 5000},
        {**good, "assertion": '"text"'},
        {**good, "assertion": ""},
        {"nonce": good["nonce"]},
    ):
        assert refused(member, fields, page) == "That was not recognised. Nobody was signed in."


def test_a_number_is_used_once_and_for_five_minutes(app, chairs, monkeypatch):
    passkey = chairs["customs"].passkey
    page = Member(app).get("/sign-in").text
    fields = proof(passkey, page)
    first = Member(app)
    assert first.post("/sign-in/passkey", fields).status_code == 303
    assert "too long" in refused(Member(app), fields)
    assert "too long" in refused(Member(app), {**fields, "nonce": "A" * 96})
    assert "too long" in refused(Member(app), {**fields, "nonce": "ü"})
    late = proof(passkey, first.get("/sign-in").text)
    now = time.monotonic()
    monkeypatch.setattr(nonces.time, "monotonic", lambda: now + nonces.SECONDS + 1)
    assert "too long" in refused(Member(app), late)


def test_an_approval_does_not_sign_in_and_a_sign_in_does_not_approve(instance, member, chairs):
    from observatory.acts.act import What
    from observatory.decisions import deciding

    who = chairs["customs"]
    act = deciding.propose(instance, What.OPEN_RUN, {}, by=who.person)
    page = member.get("/sign-in").text
    approving = who.passkey.assertion(bytes.fromhex(act.digest))
    refused(member, {**proof(who.passkey, page), "assertion": json.dumps(approving)}, page)
    signing_in = who.passkey.assertion(challenge_of(nonce_in(page)))
    with pytest.raises(NotAllowedError):
        deciding.approve(instance, act, {**who.approval(act), "assertion": signing_in})


def test_who_left_the_roll_or_whose_term_is_over_does_not_sign_in(instance, app, chairs):
    person, secret = new_person("customs", Role.MEMBER)
    both = list(chairs.values())
    change_roll(instance, both, lambda people: [*people, person])
    gone = enrol(instance, person.id, secret)
    assert Member(app).sign_in(gone.passkey).status_code == 303
    change_roll(instance, both, lambda people: [one for one in people if one.id != person.id])
    assert Member(app).sign_in(gone.passkey).status_code == 403
    over, secret = new_person("customs", Role.MEMBER, first="2020-01-01", last="2021-01-01")
    change_roll(instance, both, lambda people: [*people, over])
    late = enrol(instance, over.id, secret)
    assert Member(app).sign_in(late.passkey).status_code == 403


def test_an_edited_roll_lets_nobody_in(founded, member, chairs):
    """Whoever can write files puts a roll there that both sides did not approve."""
    assert member.sign_in(chairs["customs"].passkey).status_code == 303
    path = founded.instance.folder / "roll.json"
    good = path.read_text()
    path.write_text(good.replace("Chair of Customs", "Chair of the house"))
    answer = member.get("/account")
    assert answer.status_code == 500
    assert "did not agree to" in answer.text
    assert Member(member.client.application).sign_in(chairs["business"].passkey).status_code == 500
    path.write_text(good)
    assert member.get("/account").status_code == 200


def test_an_older_roll_lets_nobody_in(founded, app, chairs):
    """A valid roll of before, in which somebody still stands who has left since."""
    instance = founded.instance
    path = instance.folder / "roll.json"
    person, secret = new_person("customs", Role.MEMBER)
    both = list(chairs.values())
    change_roll(instance, both, lambda people: [*people, person])
    gone = enrol(instance, person.id, secret)
    before = path.read_bytes()
    change_roll(instance, both, lambda people: [one for one in people if one.id != person.id])
    path.write_bytes(before)
    assert Member(app).sign_in(gone.passkey).status_code == 500


def test_a_link_of_enrolment_is_no_way_in(founded, member):
    person, secret = secret_of(chair_link(founded, "customs"))
    assert member.get(f"/sign-in?token={secret}").status_code == 403
    assert member.get(f"/enrol?{person}.{secret}").status_code == 200
    assert member.get("/account").status_code == 403


def test_signing_out_ends_the_session_for_whoever_copied_it(made_up):
    app = create_members(made_up)
    member = Member(app)
    member.get(one_time_path(made_up))
    stolen = member.cookie
    assert member.post("/sign-out").status_code == 200
    member.cookie = stolen
    assert member.get("/").status_code == 403


def test_another_site_may_open_a_page_but_ask_for_nothing_else(made_up):
    member = Member(create_members(made_up))
    member.get(one_time_path(made_up))
    token = member.token()
    for site in ("cross-site", "same-site"):
        opened = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        asked = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
        assert member.get("/", **opened).status_code == 200
        assert member.get("/", **asked).status_code == 403
        assert member.post("/sign-out", {}, token, **opened).status_code == 403
    assert member.get("/").status_code == 200
