"""The proxy of `deploy/` with the product behind it: nothing kept, nothing told, nothing lost."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from canary import WORD, hiding_places
from proxied import DEPLOY, MEMBERS, MODULE, NAME, Proxy
from reporter import check_headers
from served import free_port, start, stop
from werkzeug.datastructures import Headers

from observatory import headers
from observatory.complaint.plaintext import MAX_NARRATIVE_BYTES
from observatory.instance import Instance
from observatory.intake.body import MAX_REQUEST_BYTES
from observatory.serving import THREADS

pytestmark = pytest.mark.skipif(
    shutil.which("nginx", path="/usr/sbin:/usr/bin") is None or not MODULE.exists(),
    reason="nginx or libnginx-mod-http-headers-more-filter is not installed (.ci/run does it)",
)

AGENT = "Canaryagent/7.0"
ELSEWHERE = "203.0.113.77"
TELLING = {"User-Agent": AGENT, "X-Forwarded-For": ELSEWHERE, "Via": f"1.1 {ELSEWHERE}"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", **TELLING}


@pytest.fixture(scope="module")
def form(_founded_once, tmp_path_factory):
    """Form and members' pages of the names that the proxy has; the form's port, the instance."""
    folder = tmp_path_factory.mktemp("behind") / "instance"
    shutil.copytree(_founded_once / "instance", folder)
    settings = folder / "config.toml"
    text = settings.read_text("utf-8").replace("intake.localhost", NAME)
    text = text.replace("members.localhost", MEMBERS)
    text = text.replace('members_url = ""', f'members_url = "https://{MEMBERS}"')
    settings.write_text(text, "utf-8")
    instance, port = Instance.open(folder), free_port()
    server = start(instance, port)
    yield port, instance
    _, errors = stop(server)
    assert WORD not in errors


@pytest.fixture(scope="module")
def proxy(form, tmp_path_factory):
    # A folder that a temporary file once lay in stays, and tells of it.
    changes = [("/body;", "/body 1 2;"), ("/proxy;", "/proxy 1 2;")]
    first = free_port()
    made = Proxy(
        tmp_path_factory.mktemp("proxy"), form[0], (first, first + 1), changes, form[0] + 1
    )
    yield made
    made.stop()


def report(proxy, narrative, **asked):
    page = proxy.ask(headers=TELLING, **asked)[2].decode()
    once = re.search(r'name="once" value="([^"]{43})"', page)[1]
    body = urlencode({"narrative": narrative, "step": "send", "once": once})
    return body, proxy.ask("POST", "/", body, FORM, **asked)


def check(found, status):
    """Hold an answer to every rule of the service's own answers."""
    given, fields, body = found
    assert given == status
    check_headers(SimpleNamespace(headers=Headers(fields.items())), "no-referrer")
    assert "nginx" not in (str(fields) + body.decode("utf-8", "replace")).lower()


class Answer:
    def __init__(self, fields):
        self.headers = Headers(fields.items())


@pytest.mark.parametrize("onion", [False, True])
def test_a_report_comes_through_and_leaves_nothing(proxy, form, onion):
    _, instance = form
    before = len(instance.vault)
    narrative = f"{WORD} " + "Ш" * ((MAX_NARRATIVE_BYTES - len(WORD) - 1) // 2)
    body, found = report(proxy, narrative, onion=onion)
    assert len(body) > 0.65 * MAX_REQUEST_BYTES
    check(found, 200)
    assert "Received and sealed" in found[2].decode()
    assert len(instance.vault) == before + 1
    nothing_left(proxy)
    assert hiding_places(instance.folder) == []


def test_words_come_back_through_it_whole_and_in_memory(proxy):
    narrative = f"{WORD} " + "Ш" * MAX_NARRATIVE_BYTES  # too long: given back, six bytes a letter
    room = MAX_REQUEST_BYTES - len(urlencode({"narrative": "", "step": "check", "once": "x" * 43}))
    narrative = narrative[: len(WORD) + 1 + (room - len(WORD) - 1) // 6]
    _, found = report(proxy, narrative)
    check(found, found[0])
    assert narrative in found[2].decode()
    nothing_left(proxy)


def test_as_much_as_the_service_takes_passes_and_no_byte_more(proxy):
    start = f"narrative={WORD}"
    most = start + "x" * (MAX_REQUEST_BYTES - len(start))
    found = proxy.ask("POST", "/", most, FORM)
    assert found[0] != 413
    assert WORD in found[2].decode()
    refused = proxy.ask("POST", "/", most + "x", FORM)
    check(refused, 413)
    assert "nothing was received" in refused[2].decode()
    nothing_left(proxy)


def test_a_body_of_unknown_length_is_refused(proxy):
    check(proxy.ask("POST", "/", iter([WORD.encode()] * 3), FORM), 411)
    nothing_left(proxy)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed (.ci/run does it)")
@pytest.mark.parametrize("length", ["known", "unknown"])
def test_the_largest_report_by_http_2_stays_in_memory(proxy, tmp_path, length):
    start = f"narrative={WORD}".encode()
    (tmp_path / "body").write_bytes(start + b"x" * (MAX_REQUEST_BYTES - len(start)))
    body = ["--data-binary", f"@{tmp_path}/body"] if length == "known" else ["-T", "-"]
    command = ["curl", "-sS", "--http2", "--cacert", str(proxy.folder / "fullchain.pem")]
    command += ["--resolve", f"{NAME}:{proxy.tls}:127.0.0.1", "-X", "POST", "-w", "%{http_version}"]
    command += ["-H", f"Content-Type: {FORM['Content-Type']}", *body]
    with (tmp_path / "body").open("rb") as given:
        command.append(f"https://{NAME}:{proxy.tls}/")
        found = subprocess.run(command, stdin=given, capture_output=True, check=True).stdout
    assert WORD.encode() in found
    assert found.endswith(b"2")
    nothing_left(proxy)


def test_the_search_would_find_what_a_common_proxy_leaves(form, tmp_path):
    common = [
        ("error_log /dev/null emerg;", f"error_log {tmp_path}/proxy/errors error;"),
        ("/body;", "/body 1 2;"),
        ("client_body_buffer_size 320k;", "client_body_buffer_size 8k;"),
    ]
    first = free_port()
    proxy = Proxy(tmp_path / "proxy", form[0], (first, first + 1), common)
    try:
        assert report(proxy, WORD * 1000)[1][0] == 200
        with pytest.raises(AssertionError):
            nothing_left(proxy)
        proxy.ask("POST", f"/{WORD}", b"x" * (MAX_REQUEST_BYTES + 1), FORM)
        assert hiding_places(proxy.folder) != []
    finally:
        proxy.stop()


TO_IT = {b"word": WORD.encode(), b"name": NAME.encode(), b"long": b"x" * 9000}
RAW = (
    (400, b"NONSENSE\r\n\r\n"),
    (400, b"GET /%(word)b\0 HTTP/1.1\r\n\r\n"),
    (400, b"GET /%(word)b HTTP/1.1\r\n\r\n"),
    (400, b"GET /%(word)b HTTP/1.1\r\nHost: a b\r\n\r\n"),
    (400, b"GET /%(word)b HTTP/1.1\r\nHost: %(name)b\r\nX: %(long)b\r\n\r\n"),
    (421, b"GET /%(word)b HTTP/1.0\r\nHost: other.example\r\n\r\n"),
    (404, b"GET /-/busy HTTP/1.0\r\nHost: %(name)b\r\n\r\n"),
    (405, b"TRACE /%(word)b HTTP/1.0\r\nHost: %(name)b\r\n\r\n"),
    (414, b"GET /%(long)b HTTP/1.1\r\nHost: %(name)b\r\n\r\n"),
    (501, b"POST / HTTP/1.1\r\nHost: %(name)b\r\nTransfer-Encoding: %(word)b\r\n\r\n"),
    (505, b"GET /%(word)b HTTP/9.9\r\nHost: %(name)b\r\n\r\n"),
)


def test_what_is_no_request_gets_the_same_headers_and_no_banner(proxy):
    for status, sent in RAW:
        check(taken_apart(proxy.raw(sent % TO_IT)), status)
    plain = proxy.raw(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % NAME.encode(), encrypted=False)
    check(taken_apart(plain), 400)
    nothing_left(proxy)


def taken_apart(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("ascii").split("\r\n")
    fields = Headers([tuple(line.split(": ", 1)) for line in rest])
    return int(first.split()[1]), fields, body


def test_what_the_service_refuses_passes_as_it_is(proxy):
    check(proxy.ask(path=f"/{WORD}", headers=TELLING), 404)
    check(proxy.ask("DELETE", headers=TELLING), 405)
    check(proxy.ask(path="/assets/intake.css", headers=TELLING), 200)
    assert "Strict-Transport-Security" in proxy.ask()[1]
    assert "Strict-Transport-Security" not in proxy.ask(onion=True)[1]
    nothing_left(proxy)


@pytest.fixture
def behind():
    """A service behind the proxy that a test writes itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_only_what_the_service_reads_goes_on(behind, tmp_path):
    first = free_port()
    proxy = Proxy(tmp_path / "proxy", behind.getsockname()[1], (first, first + 1))
    try:
        with proxy.connect() as line:
            asked = "".join(f"{name}: {value}\r\n" for name, value in TELLING.items())
            asked += "Accept-Encoding: gzip\r\nAccept-Language: ar\r\nCookie: a=b\r\nReferer: https://mail.example/\r\n"
            line.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}\r\n{asked}\r\n".encode())
            service, _ = behind.accept()
            with service:
                came = service.recv(65536).decode().split("\r\n")
        assert sorted(came) == sorted(
            [
                "GET / HTTP/1.1",
                f"Host: {NAME}",
                "Accept-Encoding: gzip",
                "Accept-Language: ar",
                "",
                "",
            ]
        )
    finally:
        proxy.stop()


@pytest.mark.parametrize(("change", "status"), [("60s", 502), ("1s", 504)])
def test_a_service_that_is_gone_or_silent_gives_a_page_that_says_what_to_do(
    behind, tmp_path, change, status
):
    first, port = free_port(), behind.getsockname()[1]
    changes = [("proxy_read_timeout 60s", f"proxy_read_timeout {change}")]
    proxy = Proxy(tmp_path / "proxy", port, (first, first + 1), changes)
    try:
        if status == 502:
            behind.close()
        found = proxy.ask("POST", f"/{WORD}", f"narrative={WORD}", FORM)
        check(found, status)
        assert "they count once" in found[2].decode()
        nothing_left(proxy)
    finally:
        proxy.stop()


def test_more_than_the_machine_takes_gets_the_page_for_everybody(form, tmp_path):
    first = free_port()
    changes = [("rate=300r/s", "rate=1r/m"), ("burst=1500", "burst=1 nodelay")]
    proxy = Proxy(tmp_path / "proxy", form[0], (first, first + 1), changes)
    try:
        # One bucket: those who come by Tor and those who come by the web share it.
        answers = [proxy.ask(onion=number % 2 == 0) for number in range(4)]
        assert [answer[0] for answer in answers] == [200, 200, 503, 503]
        check(answers[2], 503)
        nothing_left(proxy)
    finally:
        proxy.stop()


def test_senders_who_fall_silent_hold_no_thread_of_the_form(proxy):
    head = f"POST / HTTP/1.1\r\nHost: {NAME}\r\nContent-Type: {FORM['Content-Type']}\r\n"
    with contextlib.ExitStack() as opened:
        for _ in range(THREADS["intake"] + 8):
            silent = opened.enter_context(proxy.connect())
            silent.sendall(head.encode() + b"Content-Length: 5000\r\n\r\nnarrative=")
        _, found = report(proxy, WORD)
    check(found, 200)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_the_handshake_gives_nothing_to_know_a_visitor_by(proxy):
    with proxy.connect() as line:
        assert line.version() == "TLSv1.3"
        line.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % NAME.encode())
        while line.recv(65536):
            pass
        assert not line.session.has_ticket
    with pytest.raises(ssl.SSLError):
        proxy.connect("other.example")
    old = ssl.create_default_context(cafile=proxy.folder / "fullchain.pem")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", proxy.tls)) as line:
        old.wrap_socket(line, server_hostname=NAME)
    nothing_left(proxy)


def test_without_encryption_there_is_nothing_but_the_way_to_it(proxy):
    with socket.create_connection(("127.0.0.1", proxy.plain)) as line:
        line.sendall(b"GET /%s HTTP/1.0\r\n\r\n" % WORD.encode())
        found = b"".join(iter(lambda: line.recv(65536), b""))
    status, fields, body = taken_apart(found)
    check((status, fields, body), 301)
    assert fields["Location"] == f"https://{NAME}/"


def test_browsers_speak_http_2(proxy):
    context = ssl.create_default_context(cafile=proxy.folder / "fullchain.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", proxy.tls)) as line:
        found = context.wrap_socket(line, server_hostname=NAME).selected_alpn_protocol()
    assert found == "h2"


@pytest.mark.parametrize(
    ("name", "of"), [("headers", headers.INTAKE), ("headers-members", headers.MEMBERS)]
)
def test_its_own_answers_carry_what_the_service_says(name, of):
    text = (DEPLOY / f"{name}.conf").read_text("utf-8")
    assert dict(re.findall(r'^add_header (\S+) "(.*)" always;$', text, re.MULTILINE)) == dict(of)


def test_every_form_of_refusal_has_a_page_of_its_own():
    for name in ("refusals", "nginx-members"):
        text = (DEPLOY / f"{name}.conf").read_text("utf-8")
        listed = {
            code for line in re.findall(r"error_page ([\d ]+)", text) for code in line.split()
        }
        assert {
            "400",
            "405",
            "413",
            "414",
            "494",
            "497",
            "500",
            "501",
            "502",
            "503",
            "504",
        } <= listed


def test_every_header_that_the_form_reads_goes_on():
    package = Path(headers.__file__).parent
    read = {"Content-Type", "Host"}
    for source in (
        package / "app.py",
        *package.glob("intake/**/*.py"),
        *package.glob("languages/*.py"),
    ):
        text = source.read_text("utf-8")
        read |= set(re.findall(r'request\.headers(?:\.get\(|\[)"([\w-]+)"', text))
        read |= {"Accept-Language"} if "accept_languages" in text.lower() else set()
        read |= {"Accept-Encoding"} if "accept_encodings" in text.lower() else set()
    passed = re.findall(r"proxy_set_header ([\w-]+)", (DEPLOY / "nginx.conf").read_text("utf-8"))
    assert read - set(passed) == set()
    assert read > {"Content-Type", "Host"}


def test_the_limit_is_the_service_s_own():
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    assert f"client_max_body_size {MAX_REQUEST_BYTES // 1024}k;" in text


def test_members_come_through_the_same_proxy_with_their_cookie_and_unlogged(proxy):
    asked = {"Cookie": "a=b", "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", **TELLING}
    status, fields, body = proxy.ask(headers=asked, name=MEMBERS)
    assert status in (200, 401, 403)
    assert fields.get_all("Referrer-Policy") == ["same-origin"]
    assert "Strict-Transport-Security" in fields
    assert "Server" not in fields
    assert all("Secure" in cookie for cookie in fields.get_all("Set-Cookie", []))
    assert b"members\xe2\x80\x99 service" not in body  # the page of a proxy without a service
    refused = proxy.ask("POST", "/", b"x" * (MAX_REQUEST_BYTES + 1), FORM, name=MEMBERS)
    assert refused[0] == 413
    assert refused[1].get_all("Referrer-Policy") == ["same-origin"]
    assert b"nginx" not in refused[2]
    nothing_left(proxy)


def test_nginx_has_nothing_to_warn_of(proxy):
    assert proxy.log.read_text("utf-8") == ""


def nothing_left(proxy):
    """Nothing that nginx wrote tells of anybody, and no body or answer was ever in a file."""
    assert hiding_places(proxy.folder) == []
    for path in proxy.folder.rglob("*"):
        if path.is_file() and path.suffix not in (".conf", ".pem"):
            said = path.read_bytes()
            for trace in (AGENT, ELSEWHERE, "127.0.0.1", "POST", "canary"):
                assert trace.encode() not in said
    assert [path for path in proxy.run.rglob("*") if path.parent != proxy.run] == []
