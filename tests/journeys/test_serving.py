"""Serving: two processes, no banner, a clear word when it cannot, nothing left behind."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from served import free_port, start, stop


def exchange(port, data):
    """Send bytes and return the head of what comes back, as soon as it comes."""
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(data)
        answer = b""
        while b"\r\n\r\n" not in answer and (part := line.recv(65536)):
            answer += part
    return answer.decode("latin-1").lower()


def request(port, head, body=b"", host="intake.localhost"):
    return exchange(port, f"{head} HTTP/1.1\r\nHost: {host}\r\n".encode() + body)


@pytest.mark.parametrize(
    ("head", "more", "status"),
    [
        ("GET /", b"\r\n", 200),
        ("BREW /", b"\r\n", 405),
        ("GET /nothing", b"\r\n", 404),
        ("GET /assets/intake.css", b"\r\n", 200),
        ("POST /", b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi", 415),
    ],
)
def test_no_answer_names_software_or_lacks_the_policy(port, head, more, status):
    answer = request(port, head, more)
    assert answer.startswith(f"http/1.1 {status} ")
    for line in (
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-frame-options: deny",
    ):
        assert line in answer
    assert "default-src 'none'" in answer
    for word in ("granian", "werkzeug", "python", "etag", "last-modified", "set-cookie"):
        assert word not in answer


def test_a_request_without_or_with_another_host_is_refused(port):
    assert exchange(port, b"GET / HTTP/1.1\r\n\r\n").startswith("http/1.1 421")
    assert request(port, "GET /", b"\r\n", host="members.localhost").startswith("http/1.1 421")
    assert request(port + 1, "GET /", b"\r\n").startswith("http/1.1 421")


@pytest.mark.parametrize(
    "length", [b"Content-Length: 90000000\r\n", b"Transfer-Encoding: chunked\r\n"]
)
def test_a_body_past_the_cap_is_refused_before_it_has_arrived(port, length):
    head = b"Content-Type: application/x-www-form-urlencoded\r\n" + length + b"\r\n"
    part = b"narrative=" + b"a" * 300_000
    body = part if b"Content-Length" in length else b"%x\r\n%s\r\n" % (len(part), part)
    answer = request(port, "POST /", head + body)
    assert answer.startswith("http/1.1 413")
    assert "cache-control: no-store" in answer


def test_a_body_that_breaks_off_is_no_report(port, made_up):
    before = len(made_up.vault)
    body = b"once=" + b"A" * 43 + b"&step=send&narrative=half+a+rep"
    head = (
        b"POST / HTTP/1.1\r\nHost: intake.localhost\r\nContent-Length: 5000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(head + body)
        line.shutdown(socket.SHUT_WR)
        line.recv(65536)
    whole = b"Content-Length: %d\r\n" % len(body)
    assert exchange(port, head.replace(b"Content-Length: 5000\r\n", whole) + body).startswith(
        "http/1.1 200"
    )
    assert len(made_up.vault) == before + 1


def test_a_taken_port_is_said_in_a_sentence(made_up, port):
    program = "from observatory.cli import main; main()"
    command = [sys.executable, "-c", program, "--instance", str(made_up.folder), "serve"]
    done = subprocess.run(
        [*command, "--port", str(port)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert f"Port {port} cannot be used" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_nothing_is_left_listening(made_up, how):
    number = free_port()
    server = start(made_up, number, role="intake")
    assert f"http://intake.localhost:{number}/" in server.said
    assert "members" not in server.said
    code, errors = stop(server, how)
    assert code == (0 if how != signal.SIGKILL else -signal.SIGKILL)
    assert errors == ""
    deadline = time.monotonic() + 20
    while listening(number):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.usefixtures("port")
def test_a_face_dumps_no_core_and_makes_no_file_for_others(made_up):
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
            if str(made_up.folder).encode() not in command or b"observatory.serving" not in command:
                continue
            limits, status = (process / "limits").read_text(), (process / "status").read_text()
        except (OSError, PermissionError):
            continue
        found += 1
        assert "Max core file size        0                    0" in limits
        assert "Umask:\t0077" in status
    assert found >= 2


def test_changed_style_sheets_stop_the_start(made_up, tmp_path):
    import shutil

    import observatory

    root = Path(observatory.__file__).parents[1]
    copy = tmp_path / "copy"
    for name in ("observatory", "crypto", "nlp", "templates"):
        shutil.copytree(root / name, copy / name, symlinks=True)
    with (copy / "observatory/static/intake.css").open("a") as sheet:
        sheet.write("body{}")
    done = subprocess.run(
        [sys.executable, "-m", "observatory.serving", str(made_up.folder), "intake", "1"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "not the one that was built" in done.stderr


def test_a_policy_that_is_put_in_force_is_served_without_a_restart(founded):
    """Another number of reports behind what is shown stands on the reporters' page."""
    from crypto.signing import SigningKey
    from observatory import policy

    instance = founded.instance
    port = free_port()
    server = start(instance, port, "intake")
    assert "at least 5 reports" in exchange_all(port)
    k = {**instance.policy.rules["disclosure"], "k": {"members": 7, "public": 10}}
    rules = instance.policy.proposal(disclosure=k)
    keys = [
        SigningKey.load(founded.shares / f"{side}-signer-1.json", "an old passphrase of nine words")
        for side in ("customs", "business")
    ]
    path = instance.folder / policy.FILE_NAME
    instance.policy.followed_by(rules, [key.sign(rules) for key in keys]).write(path)
    deadline = time.monotonic() + 30
    said = ""
    while "at least 7 reports" not in said and time.monotonic() < deadline:
        time.sleep(0.1)
        try:
            said = exchange_all(port)
        except OSError:
            continue
    assert "at least 7 reports" in said
    assert stop(server) == (0, "")


def exchange_all(port):
    """Return the whole page that the form's address gives."""
    head = b"GET / HTTP/1.1\r\nHost: intake.localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        line.sendall(head)
        answer = b""
        while part := line.recv(65536):
            answer += part
    return answer.decode()
