"""Every rule for reporters' pages, on every route and status, in every language, by web and onion.

The rules are those of docs/threat-model.md. Each answer that the application can give is made once
for each host and language, and everything that it carries is held to a list.
"""

import gzip
import re
from base64 import b64encode, urlsafe_b64decode
from functools import partial
from html.parser import HTMLParser
from io import BytesIO

import pytest
from reporter import check_headers

from crypto.envelope import seal
from observatory import headers, languages
from observatory.app import METHODS, create_intake
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint, Seal
from observatory.config import FILE_NAME
from observatory.instance import Instance, today
from observatory.intake.body import FORM_TYPE, MAX_REQUEST_BYTES
from observatory.intake.capacity import Capacity, TurnedAwayError, Why
from observatory.intake.pages import CLEAR_SITE_DATA
from observatory.vault import Vault, VaultError

ONION = "observatoryaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad.onion"
HOSTS = {"web": "intake.localhost", "onion": ONION}
TAGS = [language.tag for language in languages.offered()]
ONCE = "A" * 43
WORDS = "a canary in <words> & more"
EVERY_METHOD = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW")

# What an answer may carry besides what every one must.
ALLOWED = {"Content-Type", "Content-Length"}
OF_A_STATUS = {405: {"Allow"}, 503: {"Retry-After"}}


def envelope_for(instance, week=None):
    week = week or periods.week_of(today())
    padded = plaintext.encode(Complaint(WORDS), Seal(week))
    return seal(padded, instance.public_key, periods.quarter_code(week))


def text_of(envelope):
    return b64encode(envelope.to_bytes()).decode()


def fields(**more):
    return {"data": {"narrative": WORDS, "once": ONCE, **more}}


def file_of(data, name="report.jio"):
    return {
        "data": {"file": (BytesIO(data), name), "text": "", "step": "sealed"},
        "content_type": "multipart/form-data",
    }


def requests(instance):
    """Return by name: method, path, what else is given, and the status that answers."""
    whole = envelope_for(instance)
    old = envelope_for(instance, "2001-W01")
    posts = {
        "check": (fields(step="check"), 200),
        "change": (fields(step="edit"), 200),
        "another language": (fields(switch="fr"), 200),
        "sent": (fields(step="send"), 200),
        "sent, with facets": (fields(step="send", stage="release", side="business"), 200),
        "sent sealed": ({"data": {"sealed": text_of(whole), "stay": "1"}}, 200),
        "sent as a file": (file_of(whole.to_bytes()), 200),
        "empty": (fields(narrative="", step="send"), 422),
        "trapped": (fields(website="x", step="send"), 422),
        "too long": (fields(narrative="a" * 60_001, step="send"), 422),
        "sealed badly": ({"data": {"sealed": "canary"}}, 422),
        "sealed too long ago": ({"data": {"sealed": text_of(old)}}, 422),
        "sealed too long ago, staying": ({"data": {"sealed": text_of(old), "stay": "1"}}, 204),
        "a file that is none": (file_of(b"canary"), 422),
        "half a file": (
            {"data": b"--x\r\n", "content_type": "multipart/form-data; boundary=x"},
            400,
        ),
        "too large": ({"data": b"a" * (MAX_REQUEST_BYTES + 1), "content_type": FORM_TYPE}, 413),
        "json": ({"json": {"narrative": WORDS}}, 415),
        "many fields": ({"data": b"a=1&" * 200, "content_type": FORM_TYPE}, 400),
        "from another site": ({**fields(), "headers": {"Sec-Fetch-Site": "cross-site"}}, 403),
    }
    gets = {
        "form": ("/", 200),
        "form, with a query": ("/?canary=canary", 200),
        "style sheet": ("/assets/intake.css", 200),
        "script": ("/assets/intake.js", 200),
        "way out": ("/assets/exit.js", 200),
        "icon": ("/assets/icon.svg", 200),
        "no page": ("/canary", 404),
        "no asset": ("/assets/canary", 404),
        "failing": ("/fails", 500),
    }
    return {
        **{name: ("POST", "/", given, status) for name, (given, status) in posts.items()},
        **{name: ("GET", path, {}, status) for name, (path, status) in gets.items()},
        **{
            f"{name}, head": ("HEAD", path, {}, status)
            for name, (path, status) in gets.items()
            if status != 500
        },
        "another host": ("GET", "/", {"headers": {"Host": "canary.example"}}, 421),
        "another method": ("PUT", "/", fields(), 405),
        "a post to a file": ("POST", "/assets/intake.css", fields(), 405),
    }


def at(place, host):
    """Return the application as it is under a host name, with one page that fails."""
    path = place.folder / FILE_NAME
    path.write_text(path.read_text("utf-8").replace("intake.localhost", HOSTS[host]), "utf-8")
    app = create_intake(Instance.open(place.folder))

    @app.get("/fails")
    def fails():
        raise RuntimeError(WORDS)

    return app


def ask(app, host, name, tag="en", given=None):
    """Make a request of the list, in a language and by a browser that takes compressed answers."""
    method, path, options, status = given
    asked = {
        "Host": HOSTS[host],
        "Accept-Language": tag,
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Cookie": "canary=1",
        "If-None-Match": '"canary"',
        "If-Modified-Since": "Tue, 24 Nov 2026 00:00:00 GMT",
        "Range": "bytes=0-9",
    }
    options = {**options, "headers": {**asked, **options.get("headers", {})}}
    answer = app.test_client(use_cookies=False).open(path, method=method, **options)
    assert answer.status_code == status, name
    return answer


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("tag", TAGS)
def test_every_answer_carries_every_rule_and_nothing_else(place, host, tag, capfd):
    app = at(place, host)
    for name, given in requests(place).items():
        answer = ask(app, host, name, tag, given)
        hold_to_the_rules(answer, name, given)
        if name in {"check", "change", "empty"}:  # `language` of the form's own field was not given
            assert f'lang="{tag}"' in answer.text, name
    said = "".join(capfd.readouterr())
    assert re.fullmatch(r"unexpected RuntimeError at test_traces\.py:\d+ in fails\n", said)


@pytest.mark.parametrize("tag", TAGS)
def test_a_token_is_in_no_answer_but_the_forms_own_and_in_no_log(place, issuing, tag, capfd):
    app = at(place, "web")
    token = issuing.token().to_text()
    for name, more, status in (
        ("check", {"step": "check", "token": token}, 200),
        ("change", {"step": "edit", "token": f" {token[:300]}\n{token[300:]}"}, 200),
        ("another language", {"switch": "fr", "token": token}, 200),
        ("trapped", {"website": "x", "step": "send", "token": token}, 422),
        ("check", {"step": "send", "token": token[1:]}, 422),
        ("check", {"step": "send", "token": f"canary {token}"}, 422),
        ("sent", {"step": "send", "token": token}, 200),
    ):
        given = ("POST", "/", fields(language=tag, **more), status)
        answer = ask(app, "web", name, tag, given)
        hold_to_the_rules(answer, name, given)
        assert (token[1:] in answer.text) == (name != "sent"), more
        assert 'action="/"' in answer.text
    assert "".join(capfd.readouterr()) == ""
    files = [path.read_bytes() for path in place.folder.rglob("*") if path.is_file()]
    pieces = [token[at : at + 20] for at in range(0, 600, 20)]
    for piece in pieces:
        for guise in (piece.encode(), urlsafe_b64decode(piece)):
            assert not [data for data in files if guise in data]


def hold_to_the_rules(answer, name, given):
    method, _, _, status = given
    packed = answer.headers.pop("Content-Encoding", None)
    # Only what is the same for everybody is compressed, and only where it is asked for.
    same = method != "POST" and status == 200
    assert (packed == "gzip") == same, name
    check_headers(answer, "no-referrer")
    ends = {"Clear-Site-Data"} if name.startswith("sent") else set()
    may = {*headers.INTAKE, *ALLOWED, *OF_A_STATUS.get(status, ()), *ends}
    assert set(answer.headers.keys()) <= may, name
    assert len(answer.headers) == len(set(answer.headers.keys())), name
    assert answer.headers.get("Clear-Site-Data") == (CLEAR_SITE_DATA if ends else None), name
    if method == "HEAD" or status == 204:
        assert answer.data == b""
    page = gzip.decompress(answer.data) if packed and answer.data else answer.data
    echoed = {"check", "change", "another language", "trapped"}
    assert (b"canary" in page) == (name in echoed), name


@pytest.mark.parametrize("host", HOSTS)
def test_pages_lead_to_this_one_address_and_load_from_it_alone(place, host):
    app = at(place, host)
    leaving = place.config.exit_address
    for name, given in requests(place).items():
        answer = ask(app, host, name, given=given)
        if answer.mimetype != "text/html" or not answer.data:
            continue
        packed = "Content-Encoding" in answer.headers
        named = Named()
        named.feed((gzip.decompress(answer.data) if packed else answer.data).decode())
        assert named.found, name
        for tag, attribute, value in named.found:
            if (tag, attribute, value) in {("a", "href", leaving), ("form", "action", leaving)}:
                continue
            assert value == "/" or value.startswith(("#", "/assets/")), (name, tag, value)
        assert not named.refreshed, name


class Named(HTMLParser):
    """Every address that a page names, and whether it would go to one by itself."""

    def __init__(self):
        super().__init__()
        self.found, self.refreshed = [], False

    def handle_starttag(self, tag, attributes):
        for attribute, value in attributes:
            if attribute in {
                "href",
                "src",
                "srcset",
                "action",
                "formaction",
                "data",
                "poster",
                "ping",
            }:
                self.found.append((tag, attribute, value))
            self.refreshed |= attribute == "http-equiv" and value.lower() == "refresh"
            assert attribute != "style", "a style attribute is not allowed by the policy"
            assert not attribute.startswith("on"), "a handler is not allowed by the policy"


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("method", EVERY_METHOD)
def test_no_other_method_is_answered_on_any_path(place, host, method):
    app = at(place, host)
    for path in ("/", "/assets/intake.css", "/assets/none", "/none"):
        answer = ask(app, host, path, given=(method, path, fields(), 405))
        assert set(answer.headers["Allow"].split(", ")) <= METHODS
        check_headers(answer, "no-referrer")
        assert "canary" not in answer.text


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("tag", ["en", "ar"])
def test_every_accepted_report_gets_the_same_bytes(place, issuing, host, tag):
    app = at(place, host)
    answers = []
    for token in ("", issuing.token().to_text()):
        given = ("POST", "/", fields(step="send", language=tag, token=token), 200)
        answers.append(ask(app, host, "token", given=given))
    for words in ("a", "longer " * 4000, "a name: Ann Nonym, 2026-11-24", "a"):
        given = ("POST", "/", fields(narrative=words, step="send", language=tag), 200)
        answers.append(ask(app, host, words, given=given))
    for more in ({"stage": "release"}, {"side": "customs"}):
        given = ("POST", "/", fields(step="send", language=tag, **more), 200)
        answers.append(ask(app, host, "facets", given=given))
    for more in ({}, {"stay": "1"}, {"work": "1"}):
        sealed = {"sealed": text_of(envelope_for(place)), "language": tag, **more}
        answers.append(ask(app, host, "sealed", given=("POST", "/", {"data": sealed}, 200)))
    file = file_of(envelope_for(place).to_bytes())
    file["data"]["language"] = tag
    answers.append(ask(app, host, "file", given=("POST", "/", file, 200)))
    assert f'lang="{tag}"' in answers[0].text
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(answer.headers) for answer in answers}) == 1


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("tag", TAGS)
def test_answers_that_turn_a_report_away_keep_the_rules(place, host, tag, monkeypatch, capfd):
    app = at(place, host)

    def turn_away(_self, _bucket, *, why, **_):
        raise TurnedAwayError(why)

    def break_down(_self, _envelopes, _week):
        raise VaultError(WORDS)

    sealed = {"sealed": text_of(envelope_for(place)), "language": tag}
    for whole, name, instead in (
        (Capacity, "admit", partial(turn_away, why=Why.BUSY)),
        (Capacity, "admit", partial(turn_away, why=Why.FULL)),
        (Vault, "receive", break_down),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(whole, name, lambda *given, _do=instead, **more: _do(*given, **more))
            for given, status in (
                (fields(step="send", language=tag), 503),
                ({"data": sealed}, 503),
                ({"data": {**sealed, "stay": "1"}}, 204),
            ):
                asked = ("POST", "/", given, status)
                answer = ask(app, host, "turned away", given=asked)
                hold = "check" if status == 503 and "narrative" in given["data"] else "turned away"
                hold_to_the_rules(answer, hold, asked)
                if status == 503:
                    assert f'lang="{tag}"' in answer.text
    assert "canary" not in "".join(capfd.readouterr())


def test_what_fails_outside_of_every_page_keeps_the_rules_too(capfd):
    def broken(_environ, _start):
        raise RuntimeError(WORDS)

    started = []
    body = headers.Headers(broken, headers.INTAKE, cookies=False)(
        {}, lambda status, given, _=None: started.append((status, dict(given)))
    )
    [(status, given)] = started
    assert status.startswith("500")
    assert set(given) == {*headers.INTAKE, "Content-Type"}
    page = b"".join(body).decode()
    assert [f"lang={tag} " in page for tag in TAGS] == [True] * len(TAGS)
    assert "canary" not in page + "".join(capfd.readouterr())


def test_the_onion_service_and_the_web_are_told_apart_by_nothing_but_the_name(place):
    by_host = {}
    for host in HOSTS:
        app = at(place, host)
        by_host[host] = {
            name: (answer.status, list(answer.headers), without_once(answer))
            for name, given in requests(place).items()
            if (answer := ask(app, host, name, given=given)).headers.get("Content-Encoding") is None
        }
    assert by_host["web"] == by_host["onion"]
    assert ONION not in str(by_host["onion"])


def without_once(answer):
    return re.sub(r'(?<=name="once" value=")[^"]*', "", answer.text)
