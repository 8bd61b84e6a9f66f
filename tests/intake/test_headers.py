"""Every answer of the reporters' application carries every header, whatever its status."""

import gzip
import re

import pytest
from reporter import HOST, check_headers

from observatory.app import create_intake
from observatory.intake.body import MAX_REQUEST_BYTES

FORM = "application/x-www-form-urlencoded"

REQUESTS = {
    "form": ("GET", "/", {}, 200),
    "form, head": ("HEAD", "/", {}, 200),
    "empty": ("POST", "/", {"data": {"narrative": ""}}, 422),
    "style sheet": ("GET", "/assets/intake.css", {}, 200),
    "icon": ("GET", "/assets/icon.svg", {}, 200),
    "no page": ("GET", "/admin?x=1", {}, 404),
    "no asset": ("GET", "/assets/none.css", {}, 404),
    "climbing": ("GET", "/assets/..%2fSHA256SUMS", {}, 404),
    "put": ("PUT", "/", {"data": b"x"}, 405),
    "options": ("OPTIONS", "/", {}, 405),
    "delete an asset": ("DELETE", "/assets/intake.css", {}, 405),
    "post to an asset": ("POST", "/assets/intake.css", {}, 405),
    "too large": ("POST", "/", {"data": b"a" * (MAX_REQUEST_BYTES + 1), "content_type": FORM}, 413),
    "a file": (
        "POST",
        "/",
        {
            "data": b'--x\r\nContent-Disposition: form-data; name="narrative"; filename="x.txt"'
            b"\r\n\r\nxxxxxxxxxx\r\n--x--\r\n",
            "content_type": "multipart/form-data; boundary=x",
        },
        415,
    ),
    "json": ("POST", "/", {"json": {"narrative": "x"}}, 415),
    "many fields": ("POST", "/", {"data": b"a=1&" * 200, "content_type": FORM}, 400),
    "another host": ("GET", "/", {"headers": {"Host": "evil.example"}}, 421),
    "an odd host": ("GET", "/", {"headers": {"Host": 'a b"><c:99x'}}, 421),
    "from another site": (
        "POST",
        "/",
        {"data": {"narrative": "x"}, "headers": {**HOST, "Sec-Fetch-Site": "cross-site"}},
        403,
    ),
    "failing": ("GET", "/fails", {}, 500),
}


@pytest.fixture
def client(place):
    app = create_intake(place)

    @app.get("/fails")
    def fails():
        words = "canary of the words"
        raise RuntimeError(words)

    return app.test_client()


@pytest.mark.parametrize("name", REQUESTS)
def test_headers_of_every_route_and_status(client, name, capfd):
    method, path, given, status = REQUESTS[name]
    answer = client.open(path, method=method, **{"headers": HOST, **given})
    assert answer.status_code == status
    check_headers(answer, "no-referrer")
    assert "Set-Cookie" not in answer.headers
    assert "evil" not in answer.text
    assert "canary" not in "".join(capfd.readouterr()) + answer.text


@pytest.mark.parametrize("name", REQUESTS)
def test_only_what_holds_nothing_of_a_visitor_is_compressed(client, name):
    method, path, given, _ = REQUESTS[name]
    asked = {**given.get("headers", HOST), "Accept-Encoding": "gzip, br"}
    answer = client.open(path, method=method, **{**given, "headers": asked})
    packed = answer.headers.get("Content-Encoding") == "gzip"
    assert packed == (name in {"form", "form, head", "style sheet", "icon"})
    if packed and method == "GET":
        plain = client.get(path, headers={**HOST, "Accept-Encoding": "gzip;q=0"})
        once = rb'(?<=name="once" value=")[^"]*'
        assert re.sub(once, b"", gzip.decompress(answer.data)) == re.sub(once, b"", plain.data)


def test_every_route_of_the_application_is_tried(place):
    rules = {rule.rule for rule in create_intake(place).url_map.iter_rules()}
    assert rules == {"/", "/assets/<name>"}
