"""Attacks on the members' pages: by strangers, by members, and by whoever has files and database.

Every attack is made on the real application, with passkeys in software. What tests/access shows of
the single parts is not repeated here.
"""

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from threading import Event, Thread
from urllib.parse import quote

import pyotp
import pytest
from decided import chair_link, change_roll, enrolled_by, invite, new_person, secret_of, vouched_by
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lowest_costs import LOWEST_COSTS
from markupsafe import escape
from member import HOST, Member, challenge_of, nonce_in, token_in
from passkeys import RP, Passkey, b64url
from sqlalchemy import text

from crypto import passphrase
from observatory import headers
from observatory.access import passwords
from observatory.access.enrolments import Enrolments
from observatory.access.passwords import BusyError, Passwords
from observatory.acts import enrolment
from observatory.acts.act import What
from observatory.acts.people import Interests, Role
from observatory.app import create_members
from observatory.decisions import deciding

SECRET = bytes(range(20))
PASSWORD = "five words that nobody guesses"


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Stretching is slow on purpose, and not what is tested here."""
    monkeypatch.setattr(passphrase, "KDF", LOWEST_COSTS)


@pytest.fixture
def app(instance):
    return create_members(instance)


@pytest.fixture
def chair(app, chairs):
    """The browser in which the chair of Customs is signed in."""
    browser = Member(app)
    assert browser.sign_in(chairs["customs"].passkey).status_code == 303
    return browser


def routes(app):
    """Return (method, address) of every route; a part of an address is ``{}``."""
    return [
        (method, re.sub(r"<[^>]*>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def state(instance):
    """Return everything that is kept: rows of every table, and the files of the folder."""
    found = {}
    with instance.vault.engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        for (table,) in tables.all():
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
            found[table] = sorted(map(repr, rows))
    for path in instance.folder.rglob("*"):
        if path.is_file() and not path.name.startswith("observatory.db"):
            found[str(path)] = path.read_bytes()
    return found


def fields_of(page, passkey, **changes):
    """Return the form by which a passkey signs in from a page."""
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    assertion = passkey.assertion(challenge_of(nonce_in(page)), **changes)
    return {"nonce": nonce, "assertion": json.dumps(assertion)}


# ---------------------------------------------------------------- every answer


def asked(browser, app):
    """Ask for every route, by its own and by other methods, and for what is not there."""
    everywhere = {address for _, address in routes(app)} | {"/none", "/..%2f..%2fetc/passwd"}
    for address in sorted(everywhere):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
            path = address.replace("{}", "0123456789abcdef")
            yield browser.client.open(path, method=method, headers=browser.headers)
    yield browser.client.get("/", headers={"Host": "evil.example"})
    yield browser.client.get("/", headers={"Host": ""})
    yield browser.get("/", **{"Sec-Fetch-Site": "cross-site"})


def test_every_answer_is_kept_from_caches_frames_and_other_sites(app, chair):
    """Whatever is asked for, by whatever method, with whatever status it is answered."""
    seen = set()
    for browser in (Member(app), chair):
        for answer in asked(browser, app):
            seen.add(answer.status_code)
            for name, value in headers.MEMBERS.items():
                assert answer.headers.getlist(name) == [value], answer.request.path
            for cookie in answer.headers.getlist("Set-Cookie"):
                parts = set(cookie.split("; ")[1:])
                assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= parts
                assert not any(part.startswith("Domain") for part in parts)
    assert {200, 400, 403, 404, 405, 421} <= seen


def test_reading_changes_nothing_that_is_kept(instance, app, chair):
    """A page that another site opens, or that a browser fetches ahead, does nothing."""
    before, cookie = state(instance), chair.cookie
    for method, address in routes(app):
        for part in ("0123456789abcdef", "customs", "1"):
            path = address.replace("{}", part)
            for verb in {"GET", "HEAD", method} - {"POST"}:
                chair.client.open(path, method=verb, headers=chair.headers)
    assert state(instance) == before
    assert chair.cookie == cookie
    assert chair.get("/account").status_code == 200


@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"]
)
def test_no_header_or_field_makes_another_method_of_a_request(chair, name):
    for told in ("POST", "DELETE"):
        answer = chair.get(f"/sign-out?{name}={told}", **({} if name[0] == "_" else {name: told}))
        assert answer.status_code == 405
    assert chair.get("/account").status_code == 200


# ---------------------------------------------------------------- where answers lead

EVIL = (
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "/%2f%2fevil.example",
    "/%5cevil.example",
    "@evil.example",
    ".evil.example",
    "javascript:alert(1)",
    "/%0d%0aLocation:%20https://evil.example",
)


def leads(answer):
    """Tell whether an answer leads nowhere, or to this very site."""
    found = answer.headers.get("Location")
    own = f"http://{HOST['Host']}/"
    return found is None or found.startswith(own) or re.match(r"/(?![/\\])", found) is not None


def test_no_answer_leads_to_another_site(app, chair, chairs):
    """Every route, with hostile parts of the address, questions, forms and headers."""
    token = chair.token()
    names = ("next", "url", "token", "return", "id", "person", "digest")
    for method, address in routes(app):
        if address.startswith("/sign-out"):
            continue
        for evil in EVIL:
            form = dict.fromkeys(names, evil)
            told = {"X-Forwarded-Host": "evil.example", "Referer": evil, "X-Original-URL": evil}
            path = address.replace("{}", evil)
            for browser in (chair, Member(app)):
                answer = browser.client.open(
                    path if path.startswith("/") else f"/{path}",
                    method=method,
                    query_string=form,
                    data={**form, "csrf_token": token} if method == "POST" else None,
                    headers={**browser.headers, **told},
                )
                assert leads(answer), (path, answer.headers["Location"])
    for path in ("//evil.example", "//evil.example/account", "/account//", "/people//x"):
        assert leads(Member(app).get(path))
        assert leads(chair.get(path))
    # What does lead on leads to a page of this site.
    assert chair.get("/account").status_code == 200
    assert leads(Member(app).sign_in(chairs["business"].passkey, next="//evil.example"))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "members.localhost.evil.example", "evil.members.localhost", "127.0.0.1:8081",
     "members.localhost@evil.example", "members.localhost:8081:80", "members.localhost:x", ""],
)  # fmt: skip
def test_another_name_before_this_service_is_answered_by_nothing(app, chairs, host):
    browser = Member(app)
    page = browser.get("/sign-in").text
    fields = {**fields_of(page, chairs["customs"].passkey), "csrf_token": token_in(page)}
    told = {**browser.headers, "Host": host, "X-Forwarded-Host": RP}
    answer = browser.client.post("/sign-in/passkey", data=fields, headers=told)
    assert answer.status_code == 421
    assert host == "" or host not in answer.text


# ---------------------------------------------------------------- what is sent


HOSTILE = (
    "[]", "null", "1e999", "NaN", "[" * 4000, '{"a":' * 4000, '"\\ud800"', "{}", '{"id":[]}',
    '{"record":{}}', '{"record":[],"signature":7}', "9" * 5000, "\x00", "\ud7ff" * 50,
    '{"id":{"$ne":null}}', '{"__proto__":{}}',
)  # fmt: skip
FIELDS = ("assertion", "attestation", "evidence", "nonce", "person", "proof", "password", "code",
          "locked", "confirm-assertion", "confirm-nonce", "confirm-password", "id", "name", "roles",
          "offices", "firms", "invitation", "first", "last", "signer", "side")  # fmt: skip


@pytest.mark.parametrize("made", [None, [], {}, 1, "yesterday"])
@pytest.mark.parametrize("rp", [RP, [], None])
def test_an_enrolment_of_any_shape_is_refused_with_a_sentence(app, chairs, rp, made):
    """Nobody makes the service fail, signed or not."""
    record = {"person": chairs["customs"].person, "rp": rp, "made": made, "credential": []}
    for body in ({"record": record}, {"record": record, "signature": "00" * 64}):
        for step in ("passkey", "code"):
            answer = Member(app).post(f"/enrol/{step}", {"evidence": json.dumps(body)})
            assert answer.status_code == 403
            assert "Nothing was enrolled" in answer.text


def test_no_text_in_a_form_makes_the_service_fail_or_changes_anything(instance, app, chair):
    """Forms of a stranger, and of somebody signed in who may use every one of them."""
    before, stranger = state(instance), Member(app)
    tokens = {browser: browser.token() for browser in (stranger, chair)}
    for at, (method, address) in enumerate(routes(app)):
        if method != "POST" or address.startswith("/sign-out"):
            continue
        browser = stranger if address.startswith(("/sign-in", "/enrol")) else chair
        alone = [
            {field: HOSTILE[(at + number) % len(HOSTILE)]} for number, field in enumerate(FIELDS)
        ]
        for form in (*alone, *(dict.fromkeys(FIELDS, value) for value in HOSTILE)):
            path = address.format("0123456789abcdef")
            answer = browser.post(path, form, tokens[browser])
            assert answer.status_code in {400, 403, 404, 413, 422, 503}, (path, form)
    assert state(instance) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "record", "signature", "rp", "made", "person", "credential",
                         "voucher", "assertion", "public_key", "clientDataJSON",
                         "authenticatorData", "attestationObject", "kdf", "cipher"]),
        inner, max_size=5,
    ),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON, raw=st.binary(max_size=60))
def test_whatever_a_stranger_sends_is_refused(app, body, raw):
    browser = Member(app)
    page = browser.get("/enrol").text
    token, nonce = token_in(page), re.search(r'name="nonce" value="([^"]+)"', page)[1]
    sent = json.dumps(body)
    form = {"nonce": nonce, "evidence": sent, "attestation": sent, "assertion": sent}
    locked = {"locked": b64url(sent.encode()), "person": sent, "proof": raw.hex()}
    for path in ("/enrol/passkey", "/enrol/code", "/enrol/password", "/sign-in/passkey"):
        answer = browser.post(path, {**form, **locked}, token)
        assert answer.status_code == 403, path
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "\xff"):
        told = {**browser.headers, "Content-Type": kind}
        answer = browser.client.post("/sign-in/passkey", data=raw, headers=told)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "part",
    ["../../etc/passwd", "..%2f..%2fpolicy.json", "%2e%2e/roll.json", "....//roll.json", "%00",
     "a%00.json", "%ff%fe", "C:\\roll.json", "'%20OR%201=1--", "%25", "*", "0" * 4000],
)  # fmt: skip
def test_no_part_of_an_address_reaches_files_or_queries(founded, chair, app, part):
    secrets = [
        (founded.instance.folder / name).read_text()[:40] for name in ("policy.json", "roll.json")
    ]
    for method, address in routes(app):
        if "{}" not in address or method == "POST":
            continue
        answer = chair.client.open(address.replace("{}", part), headers=chair.headers)
        assert answer.status_code in {200, 400, 404}, (address, answer.status_code)
        if answer.status_code == 200:  # pages about an analysis say that there is none yet
            assert "root:" not in answer.text
        assert not any(secret in answer.text for secret in secrets)


# ---------------------------------------------------------------- who somebody is


def test_nobody_learns_from_open_pages_who_takes_part(instance, app, chairs):
    """What a stranger can open names nobody, whoever is enrolled and whatever is asked."""
    listed = instance.roll.people
    told = [part for one in listed for part in (one.id, one.name, one.mandate, one.invitation)]
    stranger = Member(app)
    for method, address in routes(app):
        for part in (chairs["customs"].person, "customs-00000000"):
            path = address.replace("{}", part)
            page = (stranger.get(path) if method == "GET" else stranger.post(path)).text
            assert [one for one in told if one in page.replace(path, "")] == []
    answers = [
        stranger.get(f"/people/{who}").text
        for who in (chairs["customs"].person, "customs-00000000")
    ]
    assert len({re.sub(r'value="[^"]*"|data-nonce="[^"]*"', "", one) for one in answers}) == 1


def test_a_stranger_is_not_told_what_is_wrong_with_the_machine(founded, app):
    path = founded.instance.folder / "roll.json"
    path.write_text(path.read_text().replace("Chair of Customs", "Chair of the house"))
    answer = Member(app).get("/enrol")
    assert answer.status_code == 500
    assert str(path) not in answer.text
    assert "roll" not in re.sub(r"<[^>]*>", "", answer.text)


CLIENT = (
    {"crossOrigin": True},
    {"topOrigin": "https://evil.example"},
    {"origin": "http://members.localhost.evil.example"},
    {"origin": "http://evil.example:8081"},
    {"origin": "http://evil.members.localhost:8081"},
    {"origin": "ftp://members.localhost"},
    {"origin": "null"},
    {"origin": "http://evil.example#members.localhost"},
    {"origin": "http://members.localhost@evil.example"},
    {"type": "webauthn.create"},
    {"challenge": ""},
)


@pytest.mark.parametrize("client", CLIENT, ids=str)
def test_a_signature_that_another_site_got_signs_nobody_in(app, chairs, client):
    """Phishing: the person's own passkey signs the page's own number, for somebody else."""
    browser, passkey = Member(app), chairs["customs"].passkey
    page = browser.get("/sign-in").text
    fields = fields_of(page, passkey, **client)
    assert browser.post("/sign-in/passkey", fields, token_in(page)).status_code == 403
    # The number was not used up by the failure: its rightful page still works.
    assert (
        browser.post("/sign-in/passkey", fields_of(page, passkey), token_in(page)).location == "/"
    )


def test_a_passkey_of_another_name_of_this_service_signs_nobody_in(app, chairs):
    mine = chairs["customs"].passkey
    for rp in ("localhost", "evil.localhost", "members.localhost.evil.example"):
        browser = Member(app)
        elsewhere = replace(mine, rp=rp)
        fields = fields_of(browser.get("/sign-in").text, elsewhere)
        assert browser.post("/sign-in/passkey", fields).status_code == 403


def test_one_signature_signs_in_once_however_many_send_it_at_once(app, chairs):
    page = Member(app).get("/sign-in").text
    fields = fields_of(page, chairs["customs"].passkey)
    browsers = [Member(app) for _ in range(8)]
    tokens = [browser.token() for browser in browsers]
    seen = []

    def send(browser, token):
        seen.append(browser.post("/sign-in/passkey", fields, token).status_code)

    threads = [Thread(target=send, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [303] + [403] * 7
    assert [one.get("/account").status_code for one in browsers].count(200) == 1


def test_each_signing_in_has_a_session_of_its_own(app, chairs):
    first, second = Member(app), Member(app)
    for browser in (first, second):
        browser.sign_in(chairs["customs"].passkey)
    assert first.cookie != second.cookie
    # A form of the one session is not taken in the other, though both are the same person's.
    assert second.post("/sign-out", {}, first.token()).status_code == 400
    first.post("/sign-out")
    assert first.get("/account").status_code == 403
    assert second.get("/account").status_code == 200


def test_what_vouches_for_a_device_does_not_sign_in_nor_the_other_way_round(instance, app, chairs):
    who, browser = chairs["customs"], Member(app)
    device = Passkey()
    vouched = vouched_by(who.evidence, who.passkey, device)
    page = browser.get("/sign-in").text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    fields = {"nonce": nonce, "assertion": json.dumps(vouched["assertion"])}
    assert browser.post("/sign-in/passkey", fields, token_in(page)).status_code == 403
    signed_in = who.passkey.assertion(challenge_of(nonce_in(page)))
    person = instance.roll.person(who.person)
    with pytest.raises(enrolment.EnrolmentError):
        enrolment.verify({**vouched, "assertion": signed_in}, person, instance.policy.root)
    act = deciding.propose(instance, What.OPEN_RUN, {}, by=who.person)
    assert browser.sign_in(who.passkey).status_code == 303
    for assertion in (signed_in, vouched["assertion"]):
        evidence = {"evidence": json.dumps({"person": who.person, "assertion": assertion})}
        assert browser.post(f"/decisions/{act.digest}/approve", evidence).status_code == 403
    assert deciding.matter(instance, act.digest).verdict.approvers == ()


# ---------------------------------------------------------------- what was stolen


def test_a_stolen_cookie_reads_for_a_while_and_decides_nothing(instance, app, chair, chairs, later):
    """The thief has the cookie, and calls the browser what the member's calls itself."""
    mine = chairs["customs"]
    act = deciding.propose(instance, What.OPEN_RUN, {}, by=mine.person)
    thief = Member(app)
    thief.cookie = chair.cookie
    assert thief.get("/account").status_code == 200
    own = Passkey()
    # No approval: neither by a passkey of the thief, nor by an assertion of the owner's elsewhere.
    for assertion in (
        own.assertion(bytes.fromhex(act.digest)),
        {**own.assertion(bytes.fromhex(act.digest)), "id": b64url(mine.passkey.id)},
        chairs["business"].passkey.assertion(bytes.fromhex(act.digest)),
    ):
        form = {"evidence": json.dumps({"person": mine.person, "assertion": assertion})}
        assert thief.post(f"/decisions/{act.digest}/approve", form).status_code == 403
    # No device: the owner's first passkey has not vouched for it.
    page = thief.get("/account").text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    made = own.made(base64.urlsafe_b64decode(nonce))["response"]
    form = {
        "nonce": nonce,
        "attestation": json.dumps({"id": b64url(own.id), **made}),
        "evidence": json.dumps(vouched_by(mine.evidence, own, own)),
    }
    assert thief.post("/account/passkeys", form).status_code == 403
    later(5 * 60)
    before = state(instance)
    for path in (f"/decisions/{act.digest}/withdraw", f"/people/{mine.person}/revoke"):
        answer = thief.post(path)
        assert answer.status_code == 403
        assert "Is it you?" in answer.text
    assert state(instance) == before
    # The owner ends it from any browser.
    owner = Member(app)
    owner.sign_in(mine.passkey)
    owner.post("/sign-out/everywhere")
    assert thief.get("/account").status_code == 403


@pytest.fixture
def later(monkeypatch):
    """Let time pass, for sessions only."""
    from observatory.access import sessions

    clock, passed = time.monotonic, [0.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: clock() + passed[0])

    def go_on(seconds):
        passed[0] += seconds

    return go_on


def test_who_uses_a_leaked_link_first_is_noticed_and_put_out_by_both_sides(instance, app, chairs):
    person, secret = new_person("business", Role.CHAIR)
    both = list(chairs.values())
    change_roll(instance, both, lambda people: [*people, person])
    thief = Member(app)
    answer, stolen = thief.enrol(instance.policy.root, person.id, secret)
    assert answer.status_code == 200
    assert thief.sign_in(stolen).status_code == 303
    answer, mine = Member(app).enrol(instance.policy.root, person.id, secret)
    assert answer.status_code == 403
    assert "used already" in answer.text
    act = deciding.propose(instance, What.OPEN_RUN, {}, by=person.id)
    invitation, fresh = enrolment.new_invitation()

    def anew(people):
        return [replace(p, invitation=invitation) if p.id == person.id else p for p in people]

    change_roll(instance, both, anew)
    assert thief.get("/account").status_code == 403
    assert thief.sign_in(stolen).status_code == 403
    assert Member(app).sign_in(mine).status_code == 403
    assert thief.post(f"/decisions/{act.digest}/withdraw").status_code == 403
    answer, _ = thief.enrol(instance.policy.root, person.id, secret)
    assert answer.status_code == 403
    assert "opens nothing" in answer.text
    answer, own = Member(app).enrol(instance.policy.root, person.id, fresh)
    assert answer.status_code == 200
    assert Member(app).sign_in(own).status_code == 303


# ---------------------------------------------------------------- files and database


def with_password(instance, app, link):
    """Enrol a password by a link, as a browser does; return the generator of its codes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from observatory.access.enrol_pages import REQUEST_LABEL

    browser = Member(app)
    page = browser.get("/enrol").text
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(link[1]))
    form = {
        "nonce": re.search(r'data-nonce="([^"]+)"', page)[1],
        "person": link[0],
        "proof": key.sign(REQUEST_LABEL + nonce_in(page)).hex(),
        "password": PASSWORD,
    }
    page = browser.post("/enrol/password", form, token_in(page)).text
    kept = re.search(r'name="locked" value="([^"]+)"', page)[1]
    locked = base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
    codes = pyotp.TOTP(re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", ""))
    digest = hashlib.sha256(locked).hexdigest()
    evidence = enrolled_by(link[1], instance.policy.root, link[0], Passkey(), password=digest)
    form = {"locked": kept, "password": PASSWORD, "code": codes.now()}
    answer = browser.post("/enrol/code", {**form, "evidence": json.dumps(evidence)}, token_in(page))
    assert answer.status_code == 200
    return codes


def by_password(app, person, code, password=PASSWORD):
    browser = Member(app)
    app.extensions["gate"].passwords._failures.clear()
    form = {"person": person, "password": password, "code": code}
    return browser, browser.post("/sign-in/password", form)


def test_rows_that_change_hands_sign_nobody_in_as_somebody_else(instance, app, founded):
    """Whoever writes into the database gives one person's password, or passkey, to another."""
    links = {side: secret_of(chair_link(founded, side)) for side in ("customs", "business")}
    codes = {side: with_password(instance, app, link) for side, link in links.items()}
    passkeys = {side: Member(app).enrol(instance.policy.root, *links[side])[1] for side in links}
    ahead = {side: one.at(time.time() + passwords.STEP_SECONDS) for side, one in codes.items()}
    mine, theirs = (links[side][0] for side in ("customs", "business"))
    swap = "UPDATE {} SET person = CASE person WHEN :a THEN :b ELSE :a END"
    spare = "UPDATE {} SET person = person || '-' WHERE person = :a"
    back = "UPDATE {} SET person = :b WHERE person = :a || '-'"
    with instance.vault.engine.begin() as connection:
        who = {"a": mine, "b": theirs}
        connection.execute(text(swap.format("enrolled")), who)
        connection.execute(text(spare.format("password")), {"a": mine})
        move = "UPDATE password SET person = :a WHERE person = :b"
        connection.execute(text(move), who)
        connection.execute(text(back.format("password")), who)
    for side, passkey in passkeys.items():
        browser = Member(app)
        assert browser.sign_in(passkey).status_code == 403, side
        for person in (mine, theirs):
            assert by_password(app, person, ahead[side])[1].status_code == 403
    store = Enrolments(instance.audit)
    assert [store.of(one, instance.policy.root) for one in instance.roll.people] == [[], []]


def test_who_came_by_password_can_never_approve(instance, app, founded):
    link = secret_of(chair_link(founded, "customs"))
    codes = with_password(instance, app, link)
    act = deciding.propose(instance, What.OPEN_RUN, {}, by=link[0])
    code = codes.at(time.time() + passwords.STEP_SECONDS)
    browser, answer = by_password(app, link[0], code)
    assert answer.status_code == 303
    assertion = Passkey().assertion(bytes.fromhex(act.digest))
    form = {"evidence": json.dumps({"person": link[0], "assertion": assertion})}
    assert browser.post(f"/decisions/{act.digest}/approve", form).status_code == 403
    assert deciding.matter(instance, act.digest).verdict.approvers == ()
    # What needs no signature is the role's: taking one's own proposal back.
    assert browser.post(f"/decisions/{act.digest}/withdraw").status_code == 303
    assert deciding.matter(instance, act.digest).state is deciding.State.WITHDRAWN


@pytest.mark.parametrize(
    ("password", "secret"), [("password1234", SECRET), (PASSWORD, bytes(15)), (PASSWORD, b"x")]
)
def test_a_browser_that_locks_for_itself_enrols_nothing_weaker(
    instance, app, founded, password, secret
):
    """The second step takes what the first one gave to the browser, or what somebody made up."""
    link = secret_of(chair_link(founded, "customs"))
    about = {"format": passwords.FORMAT, "person": link[0]}
    locked = json.dumps(passphrase.lock(secret, password, about)).encode()
    digest = hashlib.sha256(locked).hexdigest()
    signed = enrolled_by(link[1], instance.policy.root, link[0], Passkey(), password=digest)
    long_enough = len(secret) > 1  # for the library that makes codes
    codes = pyotp.TOTP(base64.b32encode(secret if long_enough else SECRET).decode())
    form = {
        "locked": b64url(locked),
        "evidence": json.dumps(signed),
        "password": password,
        "code": codes.now(),
    }
    assert Member(app).post("/enrol/code", form).status_code == 422
    person = instance.roll.person(link[0])
    assert Enrolments(instance.audit).of(person, instance.policy.root) == []


# ---------------------------------------------------------------- guessing


def test_of_many_passwords_sent_at_once_one_is_tried(monkeypatch):
    """A try is counted before its work: those that are sent meanwhile wait like any after it."""
    working, go_on, done = Event(), Event(), []
    stretch = passphrase._stretch

    def slow(words, kdf):
        done.append(words)
        working.set()
        assert go_on.wait(60)
        return stretch(words, kdf)

    monkeypatch.setattr(passphrase, "_stretch", slow)
    tried = Passwords()
    first = Thread(target=tried.check, args=("somebody", None, "first", "0"))
    first.start()
    assert working.wait(60)
    try:
        for word in ("second", "third"):
            with pytest.raises(BusyError):
                tried.check("somebody", None, word, "0")
    finally:
        go_on.set()
        first.join()
    assert done == ["first"]


def test_guessing_for_years_still_waits(monkeypatch):
    clock = [1e6]
    monkeypatch.setattr(passwords.time, "monotonic", lambda: clock[0])
    tried = Passwords()
    tried._failures["somebody"] = (5000, 0.0)
    assert not tried.check("somebody", None, "wrong", "0")
    with pytest.raises(BusyError) as busy:
        tried.check("somebody", None, "wrong", "0")
    assert busy.value.seconds == passwords.LONGEST_DELAY + 1


@pytest.mark.parametrize("written", ["{0}", " {0} ", "{0}\t"])
def test_another_writing_of_a_name_is_the_same_account_to_whoever_guesses(app, chairs, written):
    person = chairs["customs"].person
    browser = Member(app)
    form = {"person": person, "password": "a wrong password", "code": "0"}
    assert browser.post("/sign-in/password", form).status_code == 403
    for name in (written.format(person), written.format(person.upper())):
        assert browser.post("/sign-in/password", {**form, "person": name}).status_code == 503


def test_strangers_who_guess_leave_nothing_in_memory(app):
    gate = app.extensions["gate"]
    stranger = Member(app)
    for number in range(10):
        page = stranger.get("/sign-in").text
        fields = fields_of(page, Passkey())
        assert stranger.post("/sign-in/passkey", fields, token_in(page)).status_code == 403
        form = {"person": "x" * 5000 + str(number), "password": "y" * 100, "code": "0"}
        stranger.post("/sign-in/password", form, token_in(page))
    assert not gate.nonces._used
    assert not gate.sessions._held
    assert not gate.passwords._last
    assert max(map(len, gate.passwords._failures)) <= 64


# ---------------------------------------------------------------- names that are markup

MARKUP = "<svg/onload=x>\"'`{{7*7}}</script>"


def test_no_name_becomes_markup_on_any_page(instance, app, chairs):
    """A person's name, mandate and firms, as everybody sees them, and what a form brings back."""
    interests = Interests(frozenset(), frozenset({f"Firm {MARKUP}"}))
    odd = {"name": f"Name {MARKUP}", "mandate": f"Letter {MARKUP}", "interests": interests}
    who = invite(instance, list(chairs.values()), "customs", Role.CHAIR, **odd)
    browser = Member(app)
    browser.sign_in(who.passkey)
    digest = deciding.propose(instance, What.OPEN_RUN, {}, by=who.person).digest
    told = 0
    for method, address in routes(app):
        for part in (who.person, digest):
            if method == "GET":
                page = browser.get(address.replace("{}", part)).text
                told += str(escape(MARKUP)) in page
                assert "<svg/onload" not in page
                assert "49" not in re.findall(r"Name [^<]*", page)
    assert told >= 4
    form = dict.fromkeys(("id", "name", "side", "first", "mandate", "firms", "invitation"), MARKUP)
    for path in (
        "/people/invite",
        f"/people/{who.person}/change",
        f"/people/{quote(MARKUP)}/revoke",
    ):
        assert "<svg/onload" not in browser.post(path, form).text


def test_what_is_asked_again_carries_no_markup(chair, chairs, later):
    later(5 * 60)
    form = {"name": MARKUP, f'"><svg/onload=y {MARKUP}': "x"}
    answer = chair.post(f"/people/{chairs['customs'].person}/change", form)
    assert "Is it you?" in answer.text
    assert "<svg/onload" not in answer.text
