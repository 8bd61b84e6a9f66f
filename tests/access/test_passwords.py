"""Passwords with codes: locked, slowed, alike for whoever has none, and never for approving."""

import base64
import hashlib
import json
import re
import time
from contextlib import suppress

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from decided import chair_link, enrol, enrolled_by, secret_of
from hypothesis import given
from hypothesis import strategies as st
from lowest_costs import LOWEST_COSTS
from member import Member, nonce_in, token_in
from passkeys import Passkey
from sqlalchemy import text
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from crypto import passphrase
from observatory.access import passwords
from observatory.access.enrol_pages import REQUEST_LABEL
from observatory.access.passwords import BusyError, PasswordError, Passwords, check_words

PASSWORD = "five words that nobody guesses"
SECRET = bytes(range(20))


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Stretching is slow on purpose, and not what is tested here."""
    monkeypatch.setattr(passphrase, "KDF", LOWEST_COSTS)


@pytest.fixture
def link(founded):
    return secret_of(chair_link(founded, "customs"))


def number_in(page):
    return re.search(r'data-nonce="([^"]+)"', page)[1]


def ask(member, link, password=PASSWORD, **changes):
    """Take the first step: choose a password."""
    page = member.get("/enrol").text
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(link[1]))
    fields = {
        "nonce": number_in(page),
        "person": link[0],
        "proof": key.sign(REQUEST_LABEL + nonce_in(page)).hex(),
        "password": password,
        **changes,
    }
    return member.post("/enrol/password", fields, token_in(page))


def finish(member, link, root, page, code=None, password=PASSWORD):
    """Take the second step, with a code of the secret that the page shows."""
    kept = re.search(r'name="locked" value="([^"]+)"', page)[1]
    locked = base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
    letters = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    evidence = enrolled_by(
        link[1], root, link[0], Passkey(), password=hashlib.sha256(locked).hexdigest()
    )
    now = pyotp.TOTP(letters[1].replace(" ", "")).now() if code is None else code
    fields = {
        "locked": kept,
        "password": password,
        "code": now,
        "evidence": json.dumps(evidence),
    }
    return member.post("/enrol/code", fields, token_in(page))


@pytest.fixture
def enrolled(instance, app, link):
    """A person with a password: a function that returns a code not used yet."""
    member = Member(app)
    page = ask(member, link).text
    assert finish(member, link, instance.policy.root, page).status_code == 200
    codes = pyotp.TOTP(re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", ""))
    return lambda: codes.at(time.time() + passwords.STEP_SECONDS)


def enter(member, person, password, code):
    page = member.get("/sign-in").text
    fields = {"person": person, "password": password, "code": code}
    return member.post("/sign-in/password", fields, token_in(page))


def test_password_and_code_sign_in_once_a_code(app, link, enrolled):
    code = enrolled()
    assert enter(Member(app), link[0], PASSWORD, code).status_code == 303
    assert enter(Member(app), link[0], PASSWORD, code).status_code == 403


def test_who_signed_in_by_password_reads_and_approves_nothing(instance, app, link, enrolled):
    from observatory.acts.act import What
    from observatory.decisions import deciding
    from observatory.errors import NotAllowedError

    member = Member(app)
    enter(member, link[0], PASSWORD, enrolled())
    page = member.get("/account").text
    assert "Password and code" in page
    assert "data-add" not in page
    act = deciding.propose(instance, What.OPEN_RUN, {}, by=link[0])
    (password,) = member_enrolments(instance, link[0])
    evidence = {
        "person": link[0],
        "enrolment": password.evidence,
        "assertion": Passkey().assertion(bytes.fromhex(act.digest)),
    }
    with pytest.raises(NotAllowedError):
        deciding.approve(instance, act, evidence)


def member_enrolments(instance, person):
    from observatory.access.enrolments import Enrolments

    store = Enrolments(instance.audit)
    return store.of(instance.roll.person(person), instance.policy.root)


def test_neither_password_nor_secret_can_be_read_on_the_disk(instance, link, app):
    page = ask(Member(app), link).text
    letters = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    finish(Member(app), link, instance.policy.root, page)
    for path in instance.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in (PASSWORD.encode(), letters.encode(), base64.b32decode(letters)):
                assert secret not in data


def said(answer):
    return re.search(r'role="alert">([^<]+)<', answer.text)[1]


def test_every_wrong_entry_reads_the_same(instance, app, founded, link, enrolled):
    """Nobody learns who is on the roll, who has a password, or which half was wrong."""
    other = enrol(instance, *secret_of(chair_link(founded, "business")))  # has a passkey alone
    entries = [
        (link[0], "a wrong password here", enrolled()),
        (link[0], PASSWORD, "000000"),
        (other.person, PASSWORD, enrolled()),
        ("customs-00000000", PASSWORD, enrolled()),
        ("", "", ""),
        ("ü" * 100, "é", "١٢٣٤٥٦"),
    ]
    answers = []
    for entry in entries:
        app.extensions["gate"].passwords._failures.clear()
        answers.append(enter(Member(app), *entry))
    assert {answer.status_code for answer in answers} == {403}
    assert {said(answer) for answer in answers} == {
        "That was not recognised. Nobody was signed in."
    }
    shapes = {re.sub(r'value="[^"]*"|data-nonce="[^"]*"', "", one.text) for one in answers}
    assert len(shapes) == 1


def test_the_work_is_the_same_for_an_account_that_is_not_there(app, link, enrolled, monkeypatch):
    """Timing: the same stretching is done, with the same costs, whoever is named."""
    work = []
    stretch = passphrase._stretch

    def counted(words, kdf):
        work.append({name: kdf[name] for name in LOWEST_COSTS})
        return stretch(words, kdf)

    monkeypatch.setattr(passphrase, "_stretch", counted)
    for person in (link[0], "customs-00000000", "nobody"):
        enter(Member(app), person, "a wrong password here", enrolled())
    assert work == [LOWEST_COSTS] * 3


def test_each_failure_doubles_the_wait_of_the_account_and_of_no_other(app, link, enrolled):
    first = enter(Member(app), link[0], "a wrong password here", "000000")
    assert first.status_code == 403
    waiting = enter(Member(app), link[0], PASSWORD, enrolled())
    assert waiting.status_code == 503
    assert 1 <= int(waiting.headers["Retry-After"]) <= 2
    assert enter(Member(app), "customs-00000000", "a wrong password", "0").status_code == 403
    assert enter(Member(app), "customs-00000000", "a wrong password", "0").status_code == 503


def test_passkeys_are_never_locked_out(instance, app, founded):
    own = enrol(instance, *secret_of(chair_link(founded, "business")))
    for _ in range(3):
        enter(Member(app), own.person, "a wrong password here", "0")
    assert Member(app).sign_in(own.passkey).status_code == 303


def test_the_delay_grows_to_five_minutes_and_ends_with_success(monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(passwords.time, "monotonic", lambda: clock[0])
    tried = Passwords()
    waits = []
    for _ in range(12):
        assert not tried.check("somebody", None, "wrong", "0")
        with pytest.raises(BusyError) as busy:
            tried.check("somebody", None, "wrong", "0")
        waits.append(busy.value.seconds)
        clock[0] += busy.value.seconds
    assert waits == [2, 3, 5, 9, 17, 33, 65, 129, 257, 301, 301, 301]
    locked = tried.lock(SECRET, PASSWORD, "somebody")
    assert tried.check("somebody", locked, PASSWORD, pyotp.TOTP(base64.b32encode(SECRET)).now())
    assert not tried.check("somebody", locked, "wrong", "0")


def test_names_that_are_tried_fill_no_memory(monkeypatch):
    monkeypatch.setattr(passwords, "MOST_ACCOUNTS", 5)
    tried = Passwords()
    for number in range(20):
        tried.check(f"name-{number}", None, "wrong", "0")
    assert len(tried._failures) == 5


def test_more_tries_at_once_than_the_machine_bears_are_sent_away(app, link, enrolled, monkeypatch):
    monkeypatch.setattr(passwords, "SLOT_SECONDS", 0.01)
    slots = app.extensions["gate"].passwords._slots
    assert slots.acquire()
    assert slots.acquire()
    try:
        answer = enter(Member(app), link[0], PASSWORD, enrolled())
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
    finally:
        slots.release()
        slots.release()
    assert enter(Member(app), link[0], PASSWORD, enrolled()).status_code == 303


def test_codes_of_the_steps_beside_now_count_and_none_before_a_used_one(monkeypatch):
    now = [1_800_000_000.0]
    monkeypatch.setattr(passwords.time, "time", lambda: now[0])
    codes = pyotp.TOTP(base64.b32encode(SECRET))
    for offset, good in ((-60, False), (-30, True), (0, True), (30, True), (60, False)):
        assert Passwords()._take("a", SECRET, codes.at(int(now[0]) + offset)) is good
    used = Passwords()
    assert used._take("a", SECRET, codes.at(int(now[0])))
    assert not used._take("a", SECRET, codes.at(int(now[0]) - 30))
    assert used._take("a", SECRET, codes.at(int(now[0]) + 30))
    assert used._take("b", SECRET, codes.at(int(now[0])))


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "Passw0rd!!!!!",
        "PasswordPassword1",
        "qwertyuiop123",
        "123456789012",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "Customs2026!!!!!",
        "customs-3f9a2c01",
        "correct horse battery staple",
        "joint-integrity-observatory",
        "Contraseña2026!",
        "йцукен123456",
        "x" * 257,
    ],
)
def test_what_everybody_tries_first_may_not_be_chosen(password):
    with pytest.raises(PasswordError):
        check_words(password, "customs-3f9a2c01")


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "Zwölf große Äpfel",
        "пять слов и ещё одно",
        "k3#Vq9!zLw2p",
        "十二文字以上の長い合言葉です",
    ],
)
def test_what_nobody_guesses_may_be_chosen(password):
    check_words(password, "customs-3f9a2c01")


STOLEN = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= passwords.MINIMUM]


@pytest.mark.parametrize("disguise", [str, str.title, lambda word: word + "!", "-".join])
def test_none_of_the_stolen_passwords_may_be_chosen_nor_what_little_hides_it(disguise):
    assert len(STOLEN) > 200
    for word in STOLEN:
        with pytest.raises(PasswordError):
            check_words(disguise(word), "customs-3f9a2c01")


@pytest.mark.parametrize(
    "password",
    ["monkey 12/31/1999", "p@ssw0rdl3tm31n", "michaeljackson", "sunshine" * 9 + "x"],
)
def test_what_is_put_together_of_the_commonest_may_not_be_chosen(password):
    with pytest.raises(PasswordError):
        check_words(password, "customs-3f9a2c01")


@given(st.text(min_size=12, max_size=256))
def test_whatever_is_typed_is_judged(password):
    with suppress(PasswordError):
        check_words(password, "customs-3f9a2c01")


@given(st.text(max_size=40), st.text(max_size=12))
def test_whatever_is_typed_is_answered(password, code):
    tried = Passwords()
    assert tried.check("somebody", None, password, code) is False


@pytest.mark.usefixtures("enrolled")
def test_a_password_needs_the_link_and_is_enrolled_once(instance, app, link):
    again = ask(Member(app), link)
    assert again.status_code == 403
    assert "used already" in said(again)
    wrong = ask(Member(app), (link[0], "11" * 32))
    unknown = ask(Member(app), ("customs-00000000", "11" * 32))
    assert wrong.status_code == unknown.status_code == 403
    assert said(wrong) == said(unknown)
    # The same link still makes its one passkey.
    answer, passkey = Member(app).enrol(instance.policy.root, *link)
    assert answer.status_code == 200
    assert Member(app).sign_in(passkey).status_code == 303


def test_a_weak_password_or_a_wrong_code_enrols_nothing(instance, app, link):
    member = Member(app)
    weak = ask(member, link, "password1234")
    assert weak.status_code == 422
    assert "first that anybody tries" in said(weak)
    page = ask(member, link).text
    wrong = finish(member, link, instance.policy.root, page, code="000000")
    assert wrong.status_code == 422
    assert "do not fit" in said(wrong)
    assert member_enrolments(instance, link[0]) == []
    app.extensions["gate"].passwords._failures.clear()
    assert finish(member, link, instance.policy.root, page).status_code == 200


def test_a_password_of_another_person_or_an_edited_one_opens_nothing(instance, app, link, enrolled):
    with instance.vault.engine.begin() as connection:
        kept = bytes(connection.execute(text("SELECT locked FROM password")).scalar())
        own = Passwords().lock(SECRET, "a password of the thief", link[0])
        connection.execute(text("UPDATE password SET locked = :l"), {"l": own})
    code = pyotp.TOTP(base64.b32encode(SECRET)).now()
    assert enter(Member(app), link[0], "a password of the thief", code).status_code == 403
    app.extensions["gate"].passwords._failures.clear()
    with instance.vault.engine.begin() as connection:
        connection.execute(text("UPDATE password SET locked = :l"), {"l": kept})
    assert enter(Member(app), link[0], PASSWORD, enrolled()).status_code == 303


@pytest.mark.parametrize("locked", ["", "AAAA", "é", "{}", "A" * 9000])
def test_what_is_no_locked_secret_is_refused(instance, app, link, locked):
    page = ask(Member(app), link).text
    member = Member(app)
    digest = hashlib.sha256(b"x").hexdigest()
    evidence = enrolled_by(link[1], instance.policy.root, link[0], Passkey(), password=digest)
    fields = {
        "locked": locked,
        "password": PASSWORD,
        "code": "0",
        "evidence": json.dumps(evidence),
    }
    assert member.post("/enrol/code", fields).status_code in {403, 422}
    assert member_enrolments(instance, link[0]) == []
    assert page
