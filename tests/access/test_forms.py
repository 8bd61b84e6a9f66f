"""Forms and links of the members' pages that other sites, or other people, try to use."""

import json
import re

import pytest
from member import Member, challenge_of, nonce_in, token_in
from reporter import directives

from observatory.access import sessions
from observatory.access.confirming import fresh_only


def posts(app):
    return [
        re.sub(r"<[^>]*>", "0123456789abcdef", rule.rule)
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods
    ]


def test_no_form_is_taken_without_its_protection(app, chair):
    """Every address that takes a form, so that a new one cannot be forgotten."""
    other = Member(app)
    theirs = token_in(other.get("/sign-in").text)
    for path in posts(app):
        for given in ({}, {"csrf_token": "x"}, {"csrf_token": theirs}):
            answer = chair.client.post(path, data=given, headers=chair.headers)
            assert answer.status_code == 400, (path, given)
    assert chair.get("/account").status_code == 200


def test_a_page_to_sign_in_by_that_is_of_yesterday_is_given_anew(app):
    answer = Member(app).post("/sign-in/passkey", {"nonce": "x"}, "of before the restart")
    assert answer.status_code == 400
    assert "lay open for too long" in answer.text
    assert "Sign in by passkey" in answer.text


def test_no_form_is_taken_from_another_site(app, chair):
    token = chair.token()
    for path in posts(app):
        for site in ("cross-site", "same-site"):
            answer = chair.post(path, {}, token, **{"Sec-Fetch-Site": site})
            assert answer.status_code == 403, path


def test_under_tls_a_form_needs_a_page_of_this_site_before_it(app):
    browser = Member(app)
    secure = {"base_url": "https://members.localhost:8081", "headers": browser.headers}
    page = browser.client.get("/sign-in", **secure).text
    fields = {"csrf_token": token_in(page), "nonce": "x", "assertion": "x"}
    for referrer, status in ((None, 400), ("https://evil.example/", 400)):
        told = {**browser.headers, **({"Referer": referrer} if referrer else {})}
        answer = browser.client.post(
            "/sign-in/passkey", data=fields, base_url=secure["base_url"], headers=told
        )
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/", "/sign-in", "/enrol", "/account", "/none"])
def test_no_page_can_be_put_into_another_sites_frame(chair, path):
    answer = chair.get(path)
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert directives(answer.headers["Content-Security-Policy"])["frame-ancestors"] == ["'none'"]


def test_only_passkeys_are_allowed_of_what_browsers_offer(chair):
    offered = dict(
        part.split("=", 1)
        for part in chair.get("/sign-in").headers["Permissions-Policy"].split(", ")
    )
    allowed = {name for name, who in offered.items() if who != "()"}
    assert allowed == {"publickey-credentials-create", "publickey-credentials-get"}
    assert {offered[name] for name in allowed} == {"(self)"}


@pytest.mark.parametrize("name", ["next", "url", "return", "back", "redirect", "continue"])
def test_signing_in_leads_to_a_page_of_this_site_whatever_an_address_says(app, chairs, name):
    evil = "//evil.example"
    browser = Member(app)
    page = browser.get(f"/sign-in?{name}={evil}").text
    assert "evil" not in page
    answer = browser.sign_in(chairs["customs"].passkey, **{name: evil})
    assert answer.location == "/"
    assert browser.get(f"/account?{name}={evil}").status_code == 200


def test_a_form_that_is_too_long_is_refused_and_never_touches_the_disk(chair):
    answer = chair.post("/account/passkeys", {"evidence": "a" * (300 * 1024)})
    assert answer.status_code == 413


@pytest.fixture
def changing(instance, monkeypatch):
    """An application with a form that changes something."""
    from observatory.access import matrix
    from observatory.review import pages

    done = []
    usual = pages.init_app

    def more(app, opened):
        usual(app, opened)

        @app.post("/change")
        @fresh_only
        def change():
            from flask import request

            done.append(request.form.getlist("what"))
            return "done"

    monkeypatch.setattr(pages, "init_app", more)
    monkeypatch.setattr(matrix, "RIGHTS", {**matrix.RIGHTS, "change": matrix.SIGNED_IN})
    from observatory.app import create_members

    return create_members(instance), done


def confirmed(page, passkey):
    """Return the form of the page that asks again, as the browser posts it."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    found = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    signed = passkey.assertion(challenge_of(nonce_in(page.replace("confirm-nonce", "nonce"))))
    found["confirm-assertion"] = json.dumps(signed)
    return found


def test_what_changes_something_asks_again_after_five_minutes_and_loses_nothing(
    changing, chairs, monkeypatch
):
    app, done = changing
    browser, passkey = Member(app), chairs["customs"].passkey
    browser.sign_in(passkey)
    assert browser.post("/change", {"what": "at once"}).text == "done"
    clock = sessions.time.monotonic
    monkeypatch.setattr(sessions.time, "monotonic", lambda: clock() + sessions.FRESH_SECONDS)
    answer = browser.post("/change", {"what": ["one", 'two"<']})
    assert answer.status_code == 403
    assert "Is it you?" in answer.text
    assert done == [["at once"]]
    # Another person's passkey confirms nothing, nor does a number that was used.
    wrong = confirmed(answer.text, chairs["business"].passkey)
    assert browser.client.post("/change", data=wrong, headers=browser.headers).status_code == 403
    fields = confirmed(browser.post("/change", {"what": ["one", "two"]}).text, passkey)
    before = browser.cookie
    assert browser.client.post("/change", data=fields, headers=browser.headers).text == "done"
    assert browser.cookie != before
    old = Member(app)
    old.cookie = before
    assert old.get("/account").status_code == 403
    assert done[-1] == ["one", "two"]
    assert browser.post("/change", {"what": "soon after"}).text == "done"
    monkeypatch.setattr(sessions.time, "monotonic", lambda: clock() + 2 * sessions.FRESH_SECONDS)
    replayed = {**fields, "csrf_token": browser.token()}
    answer = browser.client.post("/change", data=replayed, headers=browser.headers)
    assert answer.status_code == 403
    assert len(done) == 3
