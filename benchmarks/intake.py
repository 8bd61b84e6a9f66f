"""What the intake takes, beside a bare route: python benchmarks/intake.py [REQUESTS]; needs `ab`.

The peer is a Flask route that only inserts 4 KiB into the same database with the same durability,
served by the same server with the same settings. Both are asked in turn, so that the machine's
other work weighs on both. Prints the ratio, then what happens to genuine senders in a flood; first
on SQLite, then on the PostgreSQL that OBSERVATORY_TEST_POSTGRES names, if there is one.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from observatory.config import FILE_NAME
from observatory.decisions.founding import found
from observatory.instance import Instance
from observatory.serving import THREADS, _answers, _start
from observatory.transport import LOOPBACK, Transport

ROUNDS = 5
BARE_PORT, PORT = 18480, 18481
GENUINE, TRIES, FLOOD = 100, 3, 200
WORDS = "They asked for money before they would look at the papers. " * 30


def bare(insert: Callable[[bytes], object]) -> Flask:
    """Return the peer: 4 KiB into the database, on the disk before the answer."""
    app = Flask("bare")

    @app.post("/")
    def take() -> str:
        insert(os.urandom(4096))
        return "received"

    return app


def into(where: str) -> Callable[[bytes], object]:
    """Return what inserts into the peer's database, on a connection of each thread's own."""
    held = threading.local()

    def into_sqlite(body: bytes) -> None:
        if not hasattr(held, "db"):
            held.db = sqlite3.connect(where, timeout=60)
            held.db.execute("PRAGMA synchronous=FULL")
        with held.db:
            held.db.execute("INSERT INTO report VALUES (?)", (body,))

    def into_postgresql(body: bytes) -> None:
        import psycopg

        if not hasattr(held, "db"):
            held.db = psycopg.connect(where, autocommit=True)
            held.db.execute("SET synchronous_commit TO on")
        held.db.execute("INSERT INTO report VALUES (%s)", (body,))

    return into_postgresql if where.startswith("postgresql:") else into_sqlite


def prepare(where: str) -> None:
    """Make the peer's table."""
    if where.startswith("postgresql:"):
        import psycopg

        with psycopg.connect(where) as server:
            server.execute("CREATE TABLE report (body bytea)")
        return
    with sqlite3.connect(where) as file:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("CREATE TABLE report (body BLOB)")


def serve_bare(where: str) -> None:
    """Serve the peer in this process, as the intake is served."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    prepare(where)
    logging.disable()
    Granian(
        target="bare",
        address=LOOPBACK[0],
        port=BARE_PORT,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS["intake"],
        backlog=2048,
        websockets=False,
        log_enabled=False,
        log_access=False,
    ).serve(target_loader=lambda *_: bare(into(where)).wsgi_app, wrap_loader=False)


def load(port: int, host: str, body: Path, requests: int, together: int) -> dict[str, float]:
    """Send with ab; return requests a second, failures and the 99th percentile in ms."""
    command = ["ab", "-q", "-k", "-n", str(requests), "-c", str(together), "-p", str(body)]
    command += ["-T", "application/x-www-form-urlencoded", "-H", f"Host: {host}:{port}"]
    said = subprocess.run(
        [*command, f"http://{LOOPBACK[0]}:{port}/"], capture_output=True, text=True, check=True
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
            line = http.client.HTTPConnection(LOOPBACK[0], PORT, timeout=30)
            line.request("POST", "/", body, headers)
            if line.getresponse().status == 200:
                results.append(attempt)
                return
        except (OSError, http.client.HTTPException):
            time.sleep(1)
    results.append(0)


@contextmanager
def databases() -> Iterator[dict[str, tuple[str, str]]]:
    """Yield, by name, the URL of an empty database for the intake and where the peer's is."""
    place = tempfile.mkdtemp()
    found = {"SQLite": ("sqlite:///observatory.db", f"{place}/bare.db")}
    server = os.environ.get("OBSERVATORY_TEST_POSTGRES")
    names = [f"bench_{secrets.token_hex(6)}" for _ in range(2)]
    try:
        if server:
            sql(server, *(f"CREATE DATABASE {name}" for name in names))
            ours, theirs = (f"{server.rsplit('/', 1)[0]}/{name}" for name in names)
            found["PostgreSQL"] = (ours, theirs.replace("+psycopg", ""))
        yield found
    finally:
        if server:
            sql(server, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))
        shutil.rmtree(place, ignore_errors=True)


def sql(server: str, *statements: str) -> None:
    """Run statements on the server, each at once."""
    from sqlalchemy import create_engine, text

    with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def flooded(instance: Instance, body: Path) -> list[int]:
    """Let people send in a flood; return at which try each was taken, 0 for never."""
    host = instance.config.intake_host
    command = ["ab", "-q", "-k", "-t", "20", "-n", "1000000", "-c", str(FLOOD), "-p", str(body)]
    command += ["-T", "application/x-www-form-urlencoded", "-H", f"Host: {host}:{PORT}"]
    flood = subprocess.Popen(
        [*command, f"http://{LOOPBACK[0]}:{PORT}/"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(1)
    results: list[int] = []
    people = [threading.Thread(target=genuine, args=(instance, results)) for _ in range(GENUINE)]
    for person in people:
        person.start()
        time.sleep(0.1)
    for person in people:
        person.join()
    flood.kill()
    flood.wait()
    return results


def lift_limits(settings: Path) -> None:
    """Let the machine be the limit, not the buckets (those are measured in flood.py)."""
    text = settings.read_text("utf-8")
    lifted = re.sub(r"(?m)^(\w+_a_second) = .*$", r"\1 = 1000000", text)
    settings.write_text(lifted, "utf-8")


def measure(name: str, instance: Instance, body: Path, requests: int) -> None:
    """Measure what both take, asked in turn, and print."""
    host = instance.config.intake_host
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(load(BARE_PORT, "localhost", body, requests, 16)["rate"])
        ours.append(load(PORT, host, body, requests, 16)["rate"])
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    print("| | reports a second (median of rounds) |\n|---|---|")
    print(f"| bare route, 4 KiB into {name} | {statistics.median(theirs):.0f} |")
    print(f"| intake without script, {name} | {statistics.median(ours):.0f} |")
    print(
        f"| **ratio** (median, {min(ratios):.2f} lowest) | **{statistics.median(ratios):.2f}** |\n"
    )
    before = len(instance.vault)
    many = load(PORT, host, body, 4 * requests, 200)
    stored = len(instance.vault) - before
    print(
        f"200 concurrent senders: {4 * requests} reports, {many['failed']:.0f} failed, "
        f"{stored} stored, 99% answered within {many['p99']:.0f} ms."
    )
    results = flooded(instance, body)
    through = sum(attempt > 0 for attempt in results)
    first = sum(attempt == 1 for attempt in results)
    print(
        f"In a flood by {FLOOD} connections as fast as they are answered: of {GENUINE} "
        f"genuine senders {through} were through within {TRIES} tries, {first} at once.\n",
        flush=True,
    )


def main() -> None:
    """Measure on each database and print."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    once = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    with databases() as found_here:
        for name, (url, peers) in found_here.items():
            place = Path(tempfile.mkdtemp())
            instance = found(
                place / "o",
                place / "s",
                {"customs": (2, 2), "business": (2, 2)},
                lambda _: "a passphrase of many words",
                database_url=url,
                made_up=True,
            ).instance
            lift_limits(instance.folder / FILE_NAME)
            body = place / "body"
            body.write_text(urlencode({"narrative": WORDS, "once": once, "step": "send"}))
            peer = subprocess.Popen(
                [sys.executable, __file__, "--bare", peers], start_new_session=True
            )
            face = _start(instance.folder, "intake", PORT, Transport())
            try:
                while not (_answers(PORT, Transport()) and _answers(BARE_PORT, Transport())):
                    time.sleep(0.1)
                measure(name, instance, body, requests)
            finally:
                for one in (face, peer):  # each leads a session of its own
                    os.killpg(one.pid, signal.SIGKILL)
                    one.wait()
                instance.vault.engine.dispose()
                shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        serve_bare(sys.argv[2])
    else:
        main()
