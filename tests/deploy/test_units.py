"""The systemd units and the torrc of `deploy/`: what they deny, and that the product works so."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from confined import settings
from served import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCUMENT = DEPLOY.parent / "docs/deploy.md"
CONFINED = Path(__file__).parents[1] / "support/confined.py"
SERVICES = sorted(path.name for path in DEPLOY.glob("*.service"))

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed (.ci/run does it)"
)


def under(unit, *command):
    return [sys.executable, str(CONFINED), str(DEPLOY / unit), *map(str, command)]


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_is_as_hardened_as_the_document_says(name):
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", DEPLOY / name],
        capture_output=True, text=True, check=True, env={"LANG": "C", "PATH": "/usr/bin:/bin"},
    ).stdout  # fmt: skip
    score = float(re.search(r"exposure level for \S+: ([\d.]+)", said)[1])
    stated = re.search(rf"`{re.escape(name)}` \| ([\d.]+) \|", DOCUMENT.read_text("utf-8"))
    assert score <= float(stated[1])


@needs_systemd
def test_systemd_understands_every_line(tmp_path):
    for path in DEPLOY.glob("observatory-*"):
        text = path.read_text("utf-8")
        text = re.sub(r"(ExecStart(Pre)?=)/(opt|usr)/\S+", r"\1/bin/true", text)
        (tmp_path / path.name).write_text(text, "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", *tmp_path.iterdir()],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [line for line in verified.stderr.splitlines() if "observatory" in line] == []


@pytest.mark.parametrize("name", SERVICES)
def test_no_unit_leaves_memory_on_a_disk_or_says_who_came(name):
    own = dict(settings(DEPLOY / name))
    assert own["LimitCORE"] == own["MemorySwapMax"] == "0"
    assert own["UMask"] == "0077"
    assert own["NoNewPrivileges"] == "yes"
    assert own["LogNamespace"] == "observatory"
    kept = dict(settings(DEPLOY / "journald@observatory.conf"))
    assert kept["Storage"] == "volatile"


@needs_systemd
def test_what_a_unit_denies_is_denied():
    program = """
import ctypes, mmap
flags = dict(flags=mmap.MAP_PRIVATE | mmap.MAP_ANON)
mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE, **flags)
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC, **flags)
except OSError:
    print("no code in memory")
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(0, 0, 0, 0) and ctypes.get_errno() == 1:
    print("no tracing")
if libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0) and ctypes.get_errno() == 1:
    print("no mounting")
"""
    command = under("observatory-intake.service", sys.executable, "-c", program)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split("\n")[:3] == ["no code in memory", "no tracing", "no mounting"]


@needs_systemd
def test_the_form_takes_a_report_under_its_unit(instance):
    port = free_port()
    serve = [sys.executable, "-m", "observatory", "--instance", instance.folder, "serve"]
    command = under("observatory-intake.service", *serve, "--role", "intake", "--port", port)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            while b"Ctrl-C" not in (line := server.stdout.readline()):
                assert line, server.stderr.read()
            page = ask(port).decode()
            once = re.search(r'name="once" value="([^"]{43})"', page)[1]
            fields = {"narrative": "They asked for money.", "step": "send", "once": once}
            assert b"Received" in ask(port, fields)
        finally:
            server.send_signal(signal.SIGTERM)
            _, errors = server.communicate(timeout=30)
    assert errors == b""
    assert len(instance.vault) == 1


def ask(port, fields=None):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/",
        urllib.parse.urlencode(fields).encode() if fields else None,
        {"Host": "intake.localhost"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # http
        return answer.read()


@needs_systemd
def test_a_chart_is_drawn_under_the_members_unit_and_a_backup_made_under_its_own(
    instance, tmp_path
):
    program = "import vl_convert as v; print(v.vega_to_svg({'width': 9, 'height': 9})[:4])"
    drawn = under("observatory-members.service", sys.executable, "-c", program)
    assert subprocess.run(drawn, capture_output=True, check=True).stdout == b"<svg\n"
    backup = ["backup", tmp_path / "made", "--keys", tmp_path / "keys"]
    command = [sys.executable, "-m", "observatory", "--instance", instance.folder, *backup]
    subprocess.run(under("observatory-backup.service", *command), capture_output=True, check=True)
    assert (tmp_path / "made").stat().st_size > 0


@pytest.mark.skipif(shutil.which("tor") is None, reason="tor is not installed (.ci/run does it)")
def test_tor_understands_every_line(tmp_path):
    command = ["tor", "--verify-config", "-f", DEPLOY / "torrc", "--DataDirectory", tmp_path]
    said = subprocess.run(
        [*command, "--defaults-torrc", "/dev/null"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout
    warned = [line for line in said.stdout.splitlines() if "[warn]" in line]
    assert [line for line in warned if "as root" not in line] == []
