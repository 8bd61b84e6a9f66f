"""What the intake takes, beside a bare route: python benchmarks/intake.py [REQUESTS]; needs `ab`.

The peer is a Flask route that only inserts 4 KiB into SQLite with the same durability, served by
the same server with the same settings. Both are asked in turn, so that the machine's other work
weighs on both. Prints the ratio, then what happens to genuine senders in a flood.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from observatory.decisions.founding import found
from observatory.instance import Instance
from observatory.serving import ADDRESS, THREADS, _answers, _start

ROUNDS = 5
BARE_PORT, PORT = 18480, 18481
GENUINE, TRIES, FLOOD = 100, 3, 200
WORDS = "They asked for money before they would look at the papers. " * 30


def bare(path: str) -> Flask:
    """Return the peer: 4 KiB into SQLite, on the disk before the answer."""
    app = Flask("bare")
    held = threading.local()

    @app.post("/")
    def insert() -> str:
        if not hasattr(held, "db"):
            held.db = sqlite3.connect(path, timeout=60)
            held.db.execute("PRAGMA synchronous=FULL")
        with held.db:
            held.db.execute("INSERT INTO report VALUES (?)", (os.urandom(4096),))
        return "received"

    return app


def serve_bare(path: str) -> None:
    """Serve the peer in this process, as the intake is served."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE report (body BLOB)")
    logging.disable()
    Granian(
        target="bare",
        address=ADDRESS,
        port=BARE_PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS["intake"],
        backlog=2048,
        websockets=False,
        log_enabled=False,
        log_access=False,
    ).serve(target_loader=lambda *_: bare(path).wsgi_app, wrap_loader=False)


def load(port: int, host: str, body: Path, requests: int, together: int) -> dict[str, float]:
    """Send with ab; return requests a second, failures and the 99th percentile in ms."""
    command = ["ab", "-q", "-k", "-n", str(requests), "-c", str(together), "-p", str(body)]
    command += ["-T", "application/x-www-form-urlencoded", "-H", f"Host: {host}:{port}"]
    said = subprocess.run(
        [*command, f"http://{ADDRESS}:{port}/"], capture_output=True, text=True, check=True
    ).stdout

    def figure(pattern: str) -> float:
        match = re.search(pattern, said)
        return float(match[1]) if match else 0.0

    return {
        "rate": figure(r"Requests per second:\s+([\d.]+)"),
        "failed": figure(r"Failed requests:\s+(\d+)") + figure(r"Non-2xx responses:\s+(\d+)"),
        "p99": figure(r"99%\s+(\d+)"),
    }


def genuine(instance: Instance, results: list[int]) -> None:
    """Send one report as a person would, up to three times; note at which try it was taken."""
    import http.client

    once = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    body = urlencode({"narrative": WORDS, "once": once, "step": "send"})
    headers = {
        "Host": f"{instance.config.intake_host}:{PORT}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    for attempt in range(1, TRIES + 1):
        try:
            line = http.client.HTTPConnection(ADDRESS, PORT, timeout=30)
            line.request("POST", "/", body, headers)
            if line.getresponse().status == 200:
                results.append(attempt)
                return
        except (OSError, http.client.HTTPException):
            time.sleep(1)
    results.append(0)


def main() -> None:
    """Measure and print."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    place = Path(tempfile.mkdtemp())
    made = found(
        place / "o",
        place / "s",
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: "a passphrase of many words",
        made_up=True,
    )
    instance = made.instance
    once = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    body = place / "body"
    body.write_text(urlencode({"narrative": WORDS, "once": once, "step": "send"}))
    peer = subprocess.Popen([sys.executable, __file__, "--bare", str(place / "bare.db")])
    face = _start(instance.folder, "intake", PORT)
    try:
        while not (_answers(PORT) and _answers(BARE_PORT)):
            time.sleep(0.1)
        host = instance.config.intake_host
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(load(BARE_PORT, "localhost", body, requests, 16)["rate"])
            ours.append(load(PORT, host, body, requests, 16)["rate"])
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        print("| | reports a second (median of rounds) |\n|---|---|")
        print(f"| bare route, 4 KiB into SQLite | {statistics.median(theirs):.0f} |")
        print(f"| intake without script | {statistics.median(ours):.0f} |")
        print(
            f"| **ratio** (median, {min(a / b for a, b in zip(ours, theirs, strict=True)):.2f}"
            f" lowest) | **{ratio:.2f}** |\n"
        )
        before = len(instance.vault)
        many = load(PORT, host, body, 4 * requests, 200)
        stored = len(instance.vault) - before
        print(
            f"200 concurrent senders: {4 * requests} reports, {many['failed']:.0f} failed, "
            f"{stored} stored, 99% answered within {many['p99']:.0f} ms."
        )
        flood = subprocess.Popen(
            [
                "ab",
                "-q",
                "-k",
                "-t",
                "20",
                "-n",
                "1000000",
                "-c",
                str(FLOOD),
                "-p",
                str(body),
                "-T",
                "application/x-www-form-urlencoded",
                "-H",
                f"Host: {host}:{PORT}",
                f"http://{ADDRESS}:{PORT}/",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(1)
        results: list[int] = []
        people = [
            threading.Thread(target=genuine, args=(instance, results)) for _ in range(GENUINE)
        ]
        for person in people:
            person.start()
            time.sleep(0.1)
        for person in people:
            person.join()
        flood.kill()
        through = sum(attempt > 0 for attempt in results)
        first = sum(attempt == 1 for attempt in results)
        print(
            f"In a flood by {FLOOD} connections as fast as they are answered: of {GENUINE} "
            f"genuine senders {through} were through within {TRIES} tries, {first} at once."
        )
    finally:
        face.kill()
        peer.kill()
        subprocess.run(["pkill", "-f", str(place)], check=False)
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        serve_bare(sys.argv[2])
    else:
        main()
