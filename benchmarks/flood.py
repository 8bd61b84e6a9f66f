"""A flood, and those who only want to send a report: python benchmarks/flood.py [PEOPLE].

The form is served as `observatory serve` does, with the settings of a new config.toml: ten reports
a second. The buckets are emptied first, so that what is measured is the steady state. Then people
send one report each, as a browser would, up to three times; between two tries they wait a second
instead of a minute (in a steady flood it makes no difference). Prints counts only.
"""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.config import FILE_NAME
from observatory.decisions.founding import found
from observatory.instance import Instance, today
from observatory.intake.capacity import AT_ONCE_SECONDS
from observatory.intake.work import NUMBER_BYTES, zeros
from observatory.serving import _answers, _start
from observatory.transport import Transport
from observatory.vault import room

PORT = 18_490
TRIES = 3
NORMAL = 0.1
"""Reports a second: three million a year, more than any country is known to get."""
PEOPLE = 2.0
"""Of those a second, people who are watched: part of the load, not beside it."""
SENDERS = 200
BITS = 12
"""Less than one would set: who did the work is told from who did not, whatever it costs."""
WORDS = "They asked for money before they would look at the papers. " * 30


class Line:
    """A connection that is kept open, and what is sent by it."""

    def __init__(self, host: str) -> None:
        self._host = f"{host}:{PORT}"
        self._open: http.client.HTTPConnection | None = None

    def send(self, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Return status and page; (0, "") if the line broke."""
        headers = {"Host": self._host, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            self._open = self._open or http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
            body = None if fields is None else urlencode(fields)
            self._open.request("GET" if fields is None else "POST", "/", body, headers)
            answer = self._open.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self._open = None
            return 0, ""


def written() -> dict[str, str]:
    """Return a new report as it is posted without script."""
    once = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return {"narrative": WORDS, "once": once, "step": "send"}


class Tally:
    """What was answered, from many threads."""

    def __init__(self) -> None:
        self.taken = self.turned_away = self.failed = 0
        self._adding = threading.Lock()

    def add(self, status: int) -> bool:
        """Count an answer; tell whether the report was taken."""
        with self._adding:
            self.taken += status == 200
            self.turned_away += status in {204, 503}
            self.failed += status not in {200, 204, 503}
        return status == 200


def together(many: int, each: int, host: str) -> Tally:
    """Let so many send at one moment, each so many reports one after the other."""
    tally = Tally()

    def send() -> None:
        line = Line(host)
        for _ in range(each):
            tally.add(line.send(written())[0])

    run([threading.Thread(target=send) for _ in range(many)])
    return tally


def run(threads: list[threading.Thread]) -> None:
    """Start threads and wait for all."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def flooding(host: str, tally: Tally, rate: float | None) -> Iterator[None]:
    """Flood at a rate, or by ``SENDERS`` connections as fast as they are answered."""
    going = threading.Event()
    going.set()

    def flood() -> None:
        line = Line(host)
        due = time.monotonic()
        while going.is_set():
            tally.add(line.send(written())[0])
            if rate:
                due += lines / rate
                time.sleep(max(0.0, due - time.monotonic()))

    lines = 10 if rate else SENDERS
    floods = [threading.Thread(target=flood) for _ in range(lines)]
    for one in floods:
        one.start()
        if rate:
            time.sleep(1 / rate)
    yield
    going.clear()
    for one in floods:
        one.join()


def people(instance: Instance, many: int, tally: Tally, *, works: bool) -> list[int]:
    """Let people send one report each; return at which try each was through, 0 for never."""
    through: list[int] = []

    def send() -> None:
        line = Line(instance.config.intake_host)
        fields = sealed(instance, line.send()[1]) if works else written()
        for attempt in range(1, TRIES + 1):
            if tally.add(line.send(fields)[0]):
                through.append(attempt)
                return
            time.sleep(1)
        through.append(0)

    threads = [threading.Thread(target=send) for _ in range(many)]
    for thread in threads:
        thread.start()
        time.sleep(1 / PEOPLE)
    for thread in threads:
        thread.join()
    return through


def sealed(instance: Instance, page: str) -> dict[str, str]:
    """Return a report sealed as a browser does, with the work that the page asks for."""
    week = periods.week_of(today())
    once = secrets.token_bytes(32)
    envelope = instance.seal(Complaint(WORDS), week=week, source="form", once=once)
    bits, challenge = page.partition('data-work="')[2].partition('"')[0].split(".")
    data, asked = envelope.to_bytes(), bytes.fromhex(challenge)
    number = next(
        one for one in count() if zeros(asked, data, one.to_bytes(NUMBER_BYTES, "big")) >= int(bits)
    )
    return {"sealed": b64encode(data).decode(), "work": str(number)}


@contextmanager
def served(**settings: int) -> Iterator[Instance]:
    """Serve the form of a new observatory with settings of its own."""
    place = Path(tempfile.mkdtemp())
    thresholds = {"customs": (2, 2), "business": (2, 2)}
    instance = found(
        place / "o", place / "s", thresholds, lambda _: "a passphrase of many words",
        plain_sheets=True, made_up=True,
    ).instance  # fmt: skip
    path = instance.folder / FILE_NAME
    text = path.read_text("utf-8")
    for key, value in settings.items():
        default = getattr(instance.config, key)
        text = text.replace(f"{key} = {default}", f"{key} = {value}")
    path.write_text(text, "utf-8")
    instance = Instance.open(instance.folder)
    face = _start(instance.folder, "intake", PORT, Transport())
    try:
        while not _answers(PORT, Transport()):
            time.sleep(0.1)
        yield instance
    finally:
        os.killpg(face.pid, signal.SIGKILL)  # it leads a session of its own
        face.wait()
        instance.vault.engine.dispose()
        shutil.rmtree(place, ignore_errors=True)


def at_once() -> None:
    """Two hundred people at one moment, as after a broadcast."""
    with served() as instance:
        tally = together(SENDERS, 5, instance.config.intake_host)
        lost = tally.taken - len(instance.vault)
    print(
        f"{SENDERS} senders at once, five reports each: {tally.taken} taken, "
        f"{tally.turned_away} turned away, {tally.failed} failed, {lost} of those taken lost.\n"
    )


def flooded(many: int, times: float | None, bits: int) -> str:
    """Return a row of the table: a flood, and what became of people and of what was taken."""
    with served(work_bits=bits) as instance:
        host = instance.config.intake_host
        tally = Tally()
        size = room.size_of(1)
        rate = min(
            instance.config.reports_a_second, instance.config.kilobytes_a_second * 1024 / size
        )
        empty = int(rate * AT_ONCE_SECONDS / (4 if bits else 1))
        while (first := together(20, empty // 20 + 5, host)).turned_away == 0:
            tally.taken += first.taken
        tally.taken += first.taken
        before = time.monotonic()
        with flooding(host, flood := Tally(), times and times * NORMAL - PEOPLE):
            through = people(instance, many, tally, works=bool(bits))
        seconds = time.monotonic() - before
        lost = tally.taken + flood.taken - len(instance.vault)
    sent = flood.taken + flood.turned_away + flood.failed
    load = f"{times or sent / seconds / NORMAL:.0f} times normal load"
    counted = [through.count(attempt) for attempt in range(1, TRIES + 1)]
    return (
        f"| {load}{', people did the work asked for' if bits else ''} | {sum(counted)} of {many} "
        f"({', '.join(str(one) for one in counted)}) | {flood.taken} of {sent} | "
        f"{flood.failed + tally.failed} | {lost} |"
    )


def main() -> None:
    """Measure and print."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 80
    at_once()
    print(
        f"| load | people through within {TRIES} tries (at the 1st, 2nd, 3rd) "
        "| of the flood taken | failed | acknowledged and lost |\n|---|---|---|--:|--:|"
    )
    for times, bits in ((50, 0), (100, 0), (200, 0), (None, 0), (None, BITS)):
        print(flooded(many, times, bits), flush=True)


if __name__ == "__main__":
    main()
