"""Every route by every role and method: the matrix is what happens, and what is not listed does not
start."""

import re

import pytest
from made_up_analysis import found_made_up
from member import Member

from observatory.access import matrix
from observatory.access.matrix import Besides
from observatory.access.sign_in import one_time_path
from observatory.acts.people import Role
from observatory.app import create_members
from observatory.errors import IntegrityError

EVERYBODY = {*Role, Besides.GUEST}
SIDES = {Role.MEMBER, Role.CHAIR, Role.CUSTODIAN, Role.SIGNER}
READ = {*SIDES, Role.AUDITOR, Role.AGENCY, Besides.GUEST}
KNOW = {*SIDES, Role.AUDITOR, Besides.GUEST}
PASSKEY = {Role.MEMBER, Role.CHAIR}

EXPECTED = {
    "GET /assets/<>": {Besides.ANYONE},
    "GET /sign-in": {Besides.ANYONE},
    "POST /sign-in/passkey": {Besides.ANYONE},
    "POST /sign-in/password": {Besides.ANYONE},
    "GET /enrol": {Besides.ANYONE},
    "POST /enrol/passkey": {Besides.ANYONE},
    "POST /enrol/password": {Besides.ANYONE},
    "POST /enrol/code": {Besides.ANYONE},
    "POST /sign-out": EVERYBODY,
    "POST /sign-out/everywhere": set(Role),
    "GET /account": set(Role),
    "POST /account/passkeys": set(Role),
    "GET /": READ,
    "GET /signals": READ,
    "GET /topics": READ,
    "GET /topics/<>": READ,
    "GET /modus-operandi": READ,
    "GET /modus-operandi/<>": READ,
    "GET /method": READ,
    "GET /documents": KNOW,
    "POST /documents/<>": KNOW,
    "GET /log": KNOW,
    "GET /log/copy": KNOW,
    "GET /waiting": SIDES,
    "GET /decisions": KNOW,
    "GET /decisions/<>": KNOW,
    "POST /decisions/<>/approve": PASSKEY,
    "POST /decisions/<>/withdraw": PASSKEY,
    "POST /decisions/<>/carry-out": SIDES,
    "POST /decisions/<>/again": {Role.CHAIR},
    "GET /people": KNOW,
    "GET /people/<>": KNOW,
    "GET /people/invite": {Role.CHAIR},
    "POST /people/invite": {Role.CHAIR},
    "POST /people/<>/change": {Role.CHAIR},
    "POST /people/<>/reinvite": {Role.CHAIR},
    "POST /people/<>/revoke": {Role.CHAIR},
}
"""Written down a second time, by hand, so that a slip in the matrix is seen."""


def routes(app):
    """Return each method and rule -> an address of it."""
    found = {}
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            named = re.sub(r"<[^>]*>", "<>", rule.rule)
            found[f"{method} {named}"] = named.replace("<>", "0123456789abcdef")
    return found


def test_every_route_is_in_the_list_above(app):
    assert set(routes(app)) == set(EXPECTED)


def check(browser, role, app):
    """Ask for every route as one role; return what differs from the list."""
    wrong = []
    for route, address in routes(app).items():
        method = route.split()[0]
        # A form without its protection is refused as such (400) once the matrix lets it pass.
        answer = browser.client.open(address, method=method, headers=browser.headers)
        allowed = EXPECTED[route] & {role, Besides.ANYONE}
        passed = answer.status_code != 403 if method == "GET" else answer.status_code == 400
        refused = answer.status_code == 403
        if (allowed and not passed) or (not allowed and not refused):
            wrong.append((route, answer.status_code))
        other = "POST" if method == "GET" else "GET"
        if f"{other} {route.split()[1]}" not in EXPECTED:
            answer = browser.client.open(address, method=other, headers=browser.headers)
            if answer.status_code not in {403, 404, 405}:
                wrong.append((f"{other} {address}", answer.status_code))
    return wrong


def test_every_route_by_every_role_on_the_roll(app, by_role):
    for role, person in by_role.items():
        browser = Member(app)
        assert browser.sign_in(person.passkey).status_code == 303
        assert check(browser, role, app) == [], role
        assert browser.get("/account").status_code == 200, role


def test_every_route_by_a_stranger(app):
    assert check(Member(app), None, app) == []


def test_every_route_by_the_holder_of_a_made_up_link(tmp_path):
    made_up = found_made_up(tmp_path)
    app = create_members(made_up)
    guest = Member(app)
    assert guest.get(one_time_path(made_up)).status_code == 303
    assert check(guest, Besides.GUEST, app) == []


def test_an_administrator_is_shown_what_to_do_instead_of_products(app, by_role):
    browser = Member(app)
    answer = browser.sign_in(by_role[Role.ADMINISTRATOR].passkey)
    assert answer.location == "/account"
    page = browser.get("/account").text
    assert "observatory doctor" in page
    assert 'href="/topics"' not in page
    assert "sees no products" in browser.get("/topics").text


def test_a_route_that_nobody_listed_stops_the_start(instance, monkeypatch):
    fewer = {name: rights for name, rights in matrix.RIGHTS.items() if name != "topics"}
    monkeypatch.setattr(matrix, "RIGHTS", fewer)
    with pytest.raises(IntegrityError, match="topics"):
        create_members(instance)


def test_an_entry_without_its_route_stops_the_start(instance, monkeypatch):
    monkeypatch.setattr(matrix, "RIGHTS", {**matrix.RIGHTS, "export": matrix.READERS})
    with pytest.raises(IntegrityError, match="export"):
        create_members(instance)


def test_what_the_matrix_does_not_name_is_closed():
    assert not matrix.allows("export", None)
