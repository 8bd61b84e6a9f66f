"""Sessions: short, bound to browser and roll, revocable, under a new secret at each signing in."""

import re
import time
from dataclasses import replace

import pytest
from decided import change_roll, enrol, invite, new_person
from member import COOKIE, HOST, Member, token_in

from observatory.access import sessions
from observatory.acts.people import Role


@pytest.fixture
def later(monkeypatch):
    """Let time pass, for sessions only."""
    began, passed = time.monotonic(), [0.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: began + passed[0])

    def go_on(seconds):
        passed[0] += seconds

    return go_on


def test_a_session_that_nobody_uses_ends_after_half_an_hour(chair, later):
    later(29 * 60)
    assert chair.get("/account").status_code == 200
    later(29 * 60)
    assert chair.get("/account").status_code == 200
    later(31 * 60)
    assert chair.get("/account").status_code == 403


def test_a_session_ends_after_eight_hours_however_much_it_is_used(chair, later):
    for _ in range(23):
        later(20 * 60)
        assert chair.get("/account").status_code == 200
    later(21 * 60)
    assert chair.get("/account").status_code == 403


def test_another_browser_does_not_go_on_with_a_copied_cookie(app, chair):
    thief = Member(app, agent="Another/2")
    thief.cookie = chair.cookie
    assert thief.get("/account").status_code == 403
    # Whoever was robbed notices: the session is over.
    assert chair.get("/account").status_code == 403


def test_signing_in_begins_a_session_under_a_new_secret(app, chairs):
    """Fixation: whoever plants a cookie, or knows one, knows nothing of the session."""
    planted = Member(app)
    planted.cookie = "chosen-by-somebody-else"
    assert planted.sign_in(chairs["customs"].passkey).status_code == 303
    first = planted.cookie
    assert first != "chosen-by-somebody-else"
    stranger = Member(app)
    page = stranger.get("/sign-in").text
    before, token = stranger.cookie, token_in(page)
    stranger.sign_in(chairs["customs"].passkey)
    assert stranger.cookie not in {before, first}
    # Neither does a form's protection outlive the signing in.
    assert stranger.post("/sign-out", {}, token).status_code == 400
    again = stranger.cookie
    stranger.sign_in(chairs["customs"].passkey)
    old = Member(app)
    old.cookie = again
    assert old.get("/account").status_code == 403


def test_a_cookie_for_the_whole_site_or_of_a_plain_name_is_no_session(app, chair):
    other = Member(app)
    other.client.set_cookie("member", chair.cookie, domain="members.localhost")
    assert other.get("/account").status_code == 403


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_lines(app, chairs):
    answer = Member(app).sign_in(chairs["customs"].passkey)
    cookie = answer.headers["Set-Cookie"]
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE}=")
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}


def test_nothing_of_a_session_is_on_the_disk(instance, chair):
    secret = chair.cookie.encode()
    for path in instance.folder.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes()


def test_signing_out_everywhere_ends_every_session_of_the_person_and_no_other(app, chairs):
    one, two, other = Member(app), Member(app, "Telephone/1"), Member(app)
    for browser in (one, two):
        browser.sign_in(chairs["customs"].passkey)
    other.sign_in(chairs["business"].passkey)
    assert re.search(r"another, begun 0\s+minutes", one.get("/account").text)
    assert one.post("/sign-out/everywhere").status_code == 200
    assert one.get("/account").status_code == two.get("/account").status_code == 403
    assert other.get("/account").status_code == 200


def test_a_session_ends_with_its_person_on_the_roll(instance, app, chairs):
    both = list(chairs.values())
    person, secret = new_person("business", Role.MEMBER)
    change_roll(instance, both, lambda people: [*people, person])
    member = Member(app)
    member.sign_in(enrol(instance, person.id, secret).passkey)
    assert member.get("/topics").status_code == 200
    change_roll(instance, both, lambda people: [one for one in people if one.id != person.id])
    answer = member.get("/topics")
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text


def test_a_session_follows_the_roles_of_the_roll(instance, app, chairs):
    both = list(chairs.values())
    who = invite(instance, both, "neither", Role.AUDITOR)
    member = Member(app)
    member.sign_in(who.passkey)
    assert member.get("/topics").status_code == 200
    runs_it = frozenset({Role.ADMINISTRATOR})

    def moved(people):
        return [replace(p, roles=runs_it) if p.id == who.person else p for p in people]

    change_roll(instance, both, moved)
    assert member.get("/topics").status_code == 403
    assert member.get("/account").status_code == 200


def test_a_session_ends_with_the_term(instance, app, chairs, monkeypatch):
    from datetime import date

    from observatory.access import gate

    member = Member(app)
    member.sign_in(chairs["customs"].passkey)
    last = instance.roll.person(chairs["customs"].person).last
    after = date.fromordinal(date.fromisoformat(last).toordinal() + 1)
    monkeypatch.setattr(gate, "today", lambda: after)
    assert member.get("/account").status_code == 403


def test_strangers_fill_no_memory(app):
    for _ in range(5):
        Member(app).get("/sign-in")
    assert len(app.session_interface._held) == 0


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, "é", "a.b.c"])
def test_a_cookie_that_is_none_is_a_stranger(app, cookie):
    headers = {**HOST, "Cookie": f"{COOKIE}={cookie}"}
    assert app.test_client().get("/account", headers=headers).status_code == 403
