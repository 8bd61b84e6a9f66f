"""The doctor looks at a served form from outside and names whatever is not what was signed."""

import gzip
import http.client
import json
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner
from served import free_port, start, stop

from crypto.signing import SigningKey
from observatory.cli import observatory
from observatory.decisions import signed_file
from observatory.doctor.findings import Level
from observatory.doctor.line import Line
from observatory.doctor.remote import check_remote, directives
from observatory.errors import BadInputError, ResourceError
from observatory.instance import Instance
from observatory.languages import by_tag

PASSPHRASE = "an old passphrase of nine words"


def run(folder, *args):
    return CliRunner().invoke(observatory, ["--instance", str(folder), *map(str, args)])


def signed_by(path, shares, *names):
    for name in names:
        key = SigningKey.load(shares / f"{name}.json", PASSPHRASE)
        signed_file.read(path).with_signature(key).write(path)
    return signed_file.read(path)


@pytest.fixture(scope="module")
def place(_founded_once, tmp_path_factory):
    """A served form: (instance, port, the signed list)."""
    folder = tmp_path_factory.mktemp("remote") / "founded"
    shutil.copytree(_founded_once, folder)
    instance = Instance.open(folder / "instance")
    path = folder / "hashes.json"
    assert run(instance.folder, "assets", "list", path).exit_code == 0
    signed = signed_by(path, folder / "shares", "customs-signer-1", "business-signer-1")
    assert run(instance.folder, "assets", "install", path).exit_code == 0
    port = free_port()
    server = start(instance, port, role="intake")
    yield instance, port, signed
    assert stop(server) == (0, "")


def unchanged(_path, _headers, body):
    return body


@pytest.fixture
def between(place):
    """Put a proxy that changes answers before the form; return its address."""
    proxies = []

    def put(change=unchanged, status=None, when=""):
        class Proxy(BaseHTTPRequestHandler):
            def do_GET(self):
                line = http.client.HTTPConnection("127.0.0.1", place[1], timeout=20)
                passed = ("Accept-Language", "Content-Type")
                asked = {name: self.headers[name] for name in passed if name in self.headers}
                posted = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                line.request(
                    self.command, self.path, posted, headers={"Host": "intake.localhost", **asked}
                )
                answer = line.getresponse()
                headers = [(n, v) for n, v in answer.getheaders() if n != "content-length"]
                body = answer.read()
                if when in self.headers["Accept-Encoding"]:
                    body = change(self.path, headers, body)
                self.send_response_only(status or answer.status)
                for name, value in [*headers, ("Content-Length", str(len(body)))]:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                line.close()

            def do_POST(self):
                self.do_GET()

            def log_message(self, *_):
                pass

        proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        proxy.handle_error = lambda *_: None  # the doctor hangs up on what is too much
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        proxies.append(proxy)
        return f"http://intake.localhost:{proxy.server_address[1]}"

    yield put
    for proxy in proxies:
        proxy.shutdown()
        proxy.server_close()


def failures(place, url, signed=None):
    findings = check_remote(url, signed or place[2], place[0].policy)
    return [(one.about, one.says) for one in findings if one.level is Level.FAILURE]


def test_what_was_signed_is_served(place):
    instance, port, signed = place
    findings = check_remote(f"http://intake.localhost:{port}/", signed, instance.policy)
    assert {one.level for one in findings} == {Level.FINE}
    done = run(instance.folder, "doctor", "--remote", f"http://intake.localhost:{port}")
    assert done.exit_code == 0, done.output
    assert instance.policy.root in done.output
    assert "/assets/intake.js is the file that was signed" in done.output


def test_a_proxy_that_changes_nothing_is_no_difference(place, between):
    assert failures(place, between()) == []


def test_a_changed_file_is_named(place, between):
    def change(path, _headers, body):
        return body + b"\nsteal()" if path == "/assets/intake.js" else body

    url = between(change)
    assert failures(place, url) == [("file", "/assets/intake.js is not the file that was signed.")]
    done = run(place[0].folder, "doctor", "--remote", url)
    assert done.exit_code == 5
    assert "FAIL  file: /assets/intake.js" in done.output


def test_an_added_script_and_another_key_are_named(place, between):
    def change(_path, _headers, body):
        return body.replace(b"</head>", b"<script src=/assets/x.js></script></head>")

    [(about, says)] = failures(place, between(change))
    assert about == "page"
    assert "<script src=/assets/x.js>" in says
    assert place[0].public_key.id.hex() in says
    [(about, says)] = failures(
        place, between(lambda _p, _h, body: body.replace(b'data-key="', b'data-key="AAAA'))
    )
    assert "seals to the key none that is one" in says


def test_a_page_that_marks_its_visitors_is_told(place, between):
    def same_once(path, _headers, body):
        start = body.find(b'name="once" value="') + 19
        return body[:start] + b"A" * 43 + body[start + 43 :] if path == "/" else body

    assert failures(place, between(same_once)) == [
        ("page", "Two visitors were given the same random value.")
    ]
    visits = []

    def counting(path, _headers, body):
        visits.append(path)
        mark = f'data-week="19{len(visits):02d}-W01'.encode()
        start = body.find(b'data-week="')
        return body[:start] + mark + body[start + len(mark) :] if path == "/" else body

    told = " ".join(says for _, says in failures(place, between(counting)))
    assert "Two visitors were given different lists, or weeks." in told
    assert "1901-W01" in told


def test_work_is_no_difference_if_it_is_everybodys_and_marks_visitors_if_not(place, between):
    visits = []

    def asking(number):
        def add(path, _headers, body):
            visits.append(path)
            form = b'<form id="report" method="post" action="/" accept-charset="utf-8" '
            form += b'autocomplete="off"'
            asked = f' data-work="9.{number or len(visits):032x}"'.encode()
            return body.replace(form, form + asked, 1) if path == "/" else body

        return add

    assert failures(place, between(asking(7))) == []
    [(about, says)] = failures(place, between(asking(None)))
    assert (about, says) == ("page", "Two visitors were asked for different work.")


def test_offices_are_named_for_people_to_compare_and_cannot_steer_a_terminal(place, between):
    def question(gettext):
        return (
            f'<div>\n<label for="office">{gettext("At which office or place?")}</label>\n'
            '<select id="office" name="office">\n'
            f'<option value="">{gettext("No answer")}</option>\n'
            '<option value="X1">Pay \x1b[2J here</option>\n</select>\n</div>\n'
        ).encode()

    def change(path, _headers, body):
        if path != "/":
            return body
        language = by_tag(re.search(rb'<html lang="(..)"', body)[1].decode())
        before = b'<div>\n<label for="sector">'
        return body.replace(before, question(language.gettext) + before)

    found = check_remote(between(change), place[2], place[0].policy)
    [told] = [one.says for one in found if "these offices" in one.says]
    assert told.endswith(r"X1 'Pay \x1b[2J here'.")
    assert {one.level for one in found} == {Level.FINE}


def test_headers_that_a_proxy_changes_are_named(place, between):
    def change(path, headers, body):
        if path == "/":
            headers[:] = [
                (n, v.replace("'none'", "'none' https://evil.example", 1) if "policy" in n else v)
                for n, v in headers
                if n != "cache-control"
            ]
            headers += [("Set-Cookie", "a=1"), ("Server", "made-up/1.0"), ("Link", "</x>")]
        if path == "/assets/intake.js":
            headers += [("ETag", "1"), ("Cache-Control", "public")]
        return body

    told = " ".join(says for about, says in failures(place, between(change)) if about == "headers")
    for said in (
        "the page: Cache-Control is missing", "Set-Cookie was added", "banner 'made-up/1.0'",
        "Link was added", "the page: Content-Security-Policy is", "intake.js: ETag was added",
        "intake.js: Cache-Control is 'no-store' and 'public'",
    ):  # fmt: skip
        assert said in told


def test_a_proxy_that_compresses_is_named_and_the_files_are_compared_all_the_same(place, between):
    def compress(_path, headers, body):
        headers.append(("Content-Encoding", "gzip"))
        return gzip.compress(body)

    told = failures(place, between(compress, when="gzip"))
    assert {about for about, _ in told} == {"headers"}
    assert {says for _, says in told} == {
        "the page in a language chosen on it: Content-Encoding was added.",
        "a page that is not there: Content-Encoding was added.",
    }


def test_what_is_packed_for_browsers_alone_is_looked_into(place, between):
    def change(path, headers, body):
        headers.append(("Content-Encoding", "gzip"))
        return gzip.compress(body + b"\nsteal()" if path == "/assets/intake.js" else body)

    told = failures(place, between(change, when="gzip"))
    assert ("file", "/assets/intake.js is not the file that was signed.") in told


def test_redirects_are_not_followed_and_nothing_is_read_without_end(place, between):
    def elsewhere(_path, headers, body):
        headers.append(("Location", "https://evil.example/"))
        return body

    told = failures(place, between(elsewhere, status=302))
    assert ("page", "The form answers with status 302.") in told
    with pytest.raises(ResourceError, match="too much"):
        check_remote(between(lambda *_: b"x" * 5_000_000), place[2], place[0].policy)


def test_a_list_of_one_side_or_of_another_key_is_a_failure(place, tmp_path):
    instance, port, signed = place
    url = f"http://intake.localhost:{port}"
    path = tmp_path / "one.json"
    signed_file.propose(path, signed.signed)
    one_sided = signed_by(
        path, instance.folder.parent / "shares", "customs-signer-1", "customs-signer-2"
    )
    found = check_remote(url, one_sided, instance.policy)
    assert [one.says for one in found if one.level is Level.FAILURE] == [
        "No signer of business signed the list of hashes."
    ]
    assert run(instance.folder, "doctor", "--remote", url, "--list", path).exit_code == 5

    other = tmp_path / "other.json"
    signed_file.propose(other, {**signed.signed, "key": "00" * 8})
    both = signed_by(
        other, instance.folder.parent / "shares", "customs-signer-1", "business-signer-2"
    )
    told = [s.about for s in check_remote(url, both, instance.policy) if s.level is Level.FAILURE]
    assert told == ["key"]


def test_a_missing_file_and_a_list_not_shown_are_told(place):
    instance, port, signed = place
    files = {**signed.signed["files"], "gone.js": "0" * 64}
    changed = signed_file.from_bytes(
        json.dumps({"signed": {**signed.signed, "files": files}, "signatures": []}).encode(),
        label="changed",
    )
    found = check_remote(f"http://intake.localhost:{port}", changed, instance.policy)
    levels = {(one.about, one.level) for one in found}
    assert ("list", Level.WARNING) in levels
    assert "/assets/gone.js answers with status 404." in [one.says for one in found]


@pytest.mark.parametrize(
    "url",
    ["", "intake.localhost", "ftp://a", "http://", "http://a:b", "http://a/x", "http://u@a",
     "http://a/?q", "https://a/#x"],
)  # fmt: skip
def test_only_the_address_of_a_site_is_taken(url):
    with pytest.raises(BadInputError):
        Line(url)


def test_a_folder_with_the_policy_alone_is_enough_with_the_list(place, tmp_path):
    instance, port, signed = place
    shutil.copy(instance.folder / "policy.json", tmp_path)
    url = f"http://intake.localhost:{port}"
    missing = run(tmp_path, "doctor", "--remote", url)
    assert (missing.exception.exit_code, "--list" in str(missing.exception)) == (2, True)
    signed.write(tmp_path / "h.json")
    assert run(tmp_path, "doctor", "--remote", url, "--list", tmp_path / "h.json").exit_code == 0


def test_nobody_there_is_said(place):
    done = run(place[0].folder, "doctor", "--remote", f"http://intake.localhost:{free_port()}")
    assert type(done.exception).__name__ == "ResourceError"


def test_the_order_of_a_policy_does_not_matter_and_the_first_of_two_directives_counts():
    assert directives("a 'x' y; b") == directives(" b ;a  y 'x'; A z")
    assert directives("a x") != directives("a x; b")
