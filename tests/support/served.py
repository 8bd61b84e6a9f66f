"""A served observatory and a browser, for journeys."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def free_port():
    """Return a port that is free, as is the next."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            with contextlib.suppress(OSError):
                two.bind(("127.0.0.1", port + 1))
                return port


def start(instance, port, role="all", options=(), **environment):
    """Start ``observatory serve`` and return it when it has printed its addresses."""
    program = "from observatory.cli import main; main()"
    command = [sys.executable, "-c", program, "--instance", str(instance.folder), "serve"]
    server = subprocess.Popen(
        [*command, "--role", role, "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    said = []
    for line in server.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    server.said = "".join(said)
    return server


def stop(server, how=signal.SIGTERM):
    """Stop it; return (exit code, what it wrote to standard error)."""
    server.send_signal(how)
    _, errors = server.communicate(timeout=30)
    return server.returncode, errors


def violations(page):
    """Return what axe finds on a page, in every rule that it has."""
    page.evaluate(AXE.read_text("utf-8") + ";0")
    found = page.evaluate("async () => (await axe.run()).violations")
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found]
