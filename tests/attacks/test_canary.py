"""Marked words, sent and imported in every way, are found nowhere: no file, log or raw disk."""

import contextlib
import http.client
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from base64 import b64decode, urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from canary import WORD, betrayed, guises, hiding_places
from served import CHROMIUM, FLAGS, free_port, start, stop

from observatory.demo.corpus import make_corpus

IMAGE_MIB = 192
WEEKS = 40
A_WEEK_LATER = """
from datetime import timedelta
from observatory import instance
now = instance.today() + timedelta(days=7)
instance.today = lambda: now
from observatory.cli import main
main()
"""
KINDS = ("pdf", "xlsx", "csv", "json")


def test_the_search_finds_the_word_in_every_guise(tmp_path):
    import base64

    import xlsxwriter

    for number, guise in enumerate(guises()):
        (tmp_path / str(number)).write_bytes(b"before" + guise + b"after")
    for lead in range(3):
        (tmp_path / f"b{lead}").write_bytes(base64.b64encode(b"y" * lead + WORD.encode() + b"tail"))
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        book.add_worksheet().write(0, 0, f"they asked {WORD} for money")
    assert len(hiding_places(tmp_path)) == len(list(tmp_path.iterdir()))


@pytest.fixture
def disk(tmp_path):
    """A file system of its own, whose raw bytes can be read when it is no longer in use."""
    image, place = tmp_path / "disk.img", tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("a file system of its own needs root and mkfs.ext4")
    with image.open("wb") as file:
        file.truncate(IMAGE_MIB << 20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    mounted = subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=False)
    if mounted.returncode:
        pytest.skip("this machine does not let a test mount a file system")
    yield image, place
    with contextlib.suppress(subprocess.CalledProcessError):
        subprocess.run(["umount", str(place)], check=True, capture_output=True)


class Host(NamedTuple):
    """An instance, as far as serving it needs."""

    folder: Path


class Machine:
    """One host: every command and server runs with its own home and temporary folder on it."""

    def __init__(self, place):
        self.place, self.said = place, []
        self.instance = place / "instance"
        for name in ("tmp", "home", "out"):
            (place / name).mkdir()
        self.environment = {
            "TMPDIR": str(place / "tmp"),
            "HOME": str(place / "home"),
            "XDG_CACHE_HOME": str(place / "home/cache"),
        }

    def run(self, *arguments, code=0, on=None, program=("-m", "observatory")):
        done = subprocess.run(
            [
                sys.executable,
                *program,
                "--instance",
                str(on or self.instance),
                *map(str, arguments),
            ],
            cwd=self.place,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        self.said.append(done.stdout + done.stderr)
        assert done.returncode == code, done.stderr
        return done.stdout

    def run_later(self, *arguments, on=None):
        """Run a command once this week is over, so that its reports are carried and read."""
        return self.run(*arguments, on=on, program=("-c", A_WEEK_LATER))

    @contextlib.contextmanager
    def serving(self, folder):
        """Serve the form of one host, whose disk is small; yield its port."""
        settings = folder / "config.toml"
        lowered = re.sub(
            r"(?m)^reserve_megabytes = .*$", "reserve_megabytes = 0", settings.read_text()
        )
        settings.write_text(lowered)
        port = free_port()
        server = start(Host(folder), port, "intake", **self.environment)
        try:
            yield port
        finally:  # else it would keep the disk in use
            code, errors = stop(server, signal.SIGTERM)
        self.said.append(server.said + errors)
        assert code == 0

    def shares(self):
        folder = self.place / "instance-shares"
        return [folder / f"{s}-custodian-{n}.txt" for s in ("customs", "business") for n in (1, 2)]


def registers(place, reports):
    """Write the reports as CSV and as XLSX, the word in every one of them, outside the machine."""
    import csv

    import xlsxwriter

    header = ["narrative", "reported_on"]
    rows = [
        [f"{report.narrative} {WORD} {number % 7}", report.day]
        for number, report in enumerate(reports)
    ]
    with (place / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows[::2], [f"{WORD}", "no date at all"]])
    with xlsxwriter.Workbook(place / "b.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([header, *rows[1::2], [f"{WORD}", "tomorrow or so"]]):
            sheet.write_row(number, 0, row)
    return place / "a.csv", place / "b.xlsx"


def post(port, fields, kind="application/x-www-form-urlencoded", body=None):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Host": f"intake.localhost:{port}", "Content-Type": kind}
    with contextlib.suppress(OSError):
        line.request("POST", "/", urlencode(fields) if body is None else body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status
    return None


def through_the_form(machine):
    """Send the word by the form in every way: well, badly, too long, broken off."""
    with machine.serving(machine.instance) as port:
        send_in_every_way(port)


def send_in_every_way(port):
    once = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    words = f"they asked for {WORD} before the release"
    assert post(port, {"narrative": words, "once": once, "step": "check"}) == 200
    assert post(port, {"narrative": words, "once": once, "step": "send"}) == 200
    assert post(port, {"narrative": words, "once": once, "step": "edit"}) == 200
    assert post(port, {"narrative": words, "once": WORD, "step": "send"}) == 422
    assert post(port, {"narrative": words, "once": once, "step": "send", "stage": WORD}) == 422
    assert post(port, {"narrative": f"{words}\x01", "once": once, "step": "send"}) == 422
    assert post(port, {"narrative": f"{WORD} " * 5000, "once": once, "step": "send"}) == 422
    assert post(port, {}, "text/plain", words) == 415
    assert post(port, {}, f"multipart/form-data; boundary={WORD}", f"--{WORD}\r\n\r\n{words}") in (
        400,
        415,
        422,
    )
    part = f'--x\r\nContent-Disposition: form-data; name="%s"; filename="{WORD}.txt"\r\n\r\n{words}'
    for name, status in (("file", 422), ("text", 422), ("narrative", 415), (WORD, 415)):
        uploaded = f"{part % name}\r\n--x--\r\n"
        assert post(port, {}, "multipart/form-data; boundary=x", uploaded) == status
    assert post(port, {"narrative": f"{WORD} " * 20_000}) in (413, None)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", f"/{WORD}?{WORD}={WORD}", headers={"Host": f"intake.localhost:{port}"})
    assert line.getresponse().status == 404


def through_an_intake_host(machine, outside, browsers):
    """Send the word to an intake host, sealed by it, in a browser and offline; carry it over."""
    intake, page_file, carried = machine.place / "intake", outside / "seal.html", "out/batch"
    machine.run("intake-host", intake)
    machine.run("offline-page", page_file)
    with machine.serving(intake) as port, browser(browsers) as chromium:
        once = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        fields = {"narrative": f"sealed by the server: {WORD}", "once": once, "step": "send"}
        assert post(port, fields) == 200
        page = chromium.new_page()
        page.goto(f"http://intake.localhost:{port}/")
        page.get_by_label("What happened?").fill(f"sealed in the browser: {WORD}")
        page.get_by_role("button", name="Go on: look").click()
        page.get_by_role("button", name="Send").click()
        page.get_by_role("heading", name="Received and sealed").wait_for()
        page = chromium.new_page()
        page.goto(page_file.as_uri())
        page.get_by_label("What happened?").fill(f"sealed offline: {WORD}")
        page.get_by_role("button", name="Seal it").click()
        sealed = page.get_by_label("The same, as text").input_value()
        part = '--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n'
        file = (part % ("file", '; filename="report.jio"')).encode() + b64decode(sealed)
        text = (part % ("text", "")).encode() + sealed.encode()
        for body in (file, text):
            kind = "multipart/form-data; boundary=x"
            assert post(port, {}, kind, body + b"\r\n--x--\r\n") == 200
    said = machine.run_later("batch", "export", machine.place / carried, on=intake)
    host = said.partition("This host: ")[2].strip()
    said = machine.run_later("batch", "import", machine.place / carried, "--host", host)
    assert "1 of 1 sets were new" in said


@contextlib.contextmanager
def browser(browsers):
    """A reporter's browser, on a device of their own: its files are not on the machine's disk."""
    chromium = browsers.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield chromium
    chromium.close()


def read_by_a_run(machine):
    """Return the marked words that a run finds in what came by the forms, each once."""
    from observatory.analysis.opening import SealedSet, open_reports
    from observatory.decisions.quorum import open_key
    from observatory.instance import Instance, today

    instance = Instance.open(machine.instance)
    sets = [
        SealedSet(one.source, one.week, one.month, instance.vault.envelopes_of(one))
        for one in instance.vault.sets()
        if one.source == "form"
    ]
    private = open_key(instance, machine.shares())
    found = open_reports(sets, private, today() + timedelta(days=7)).reports
    instance.vault.engine.dispose()
    return sorted(one.narrative for one in found)


def test_marked_words_are_found_nowhere(disk, tmp_path, browsers):
    image, place = disk
    machine = Machine(place)
    outside = tmp_path / "outside"
    outside.mkdir()
    corpus = make_corpus(size=400, months=12).reports
    machine.run("init")
    for register in registers(outside, [Dated(report) for report in corpus]):
        machine.run("import", register, code=3)
    through_the_form(machine)
    through_an_intake_host(machine, outside, browsers)
    machine.run_later(
        "analyse", "--shares", *machine.shares(), "--json", place / "out/products.json"
    )
    # Otherwise the search would find nothing because nothing had come.
    assert read_by_a_run(machine) == [
        f"sealed by the server: {WORD}",
        f"sealed in the browser: {WORD}",
        f"sealed offline: {WORD}",
        f"they asked for {WORD} before the release",
    ]
    for kind in KINDS:
        machine.run("report", "systemic", "--format", kind, place / f"out/report.{kind}")
    machine.run("backup", place / "out/backup", "--keys", place / "out/keys")
    machine.run("audit", "log", place / "out/log")
    assert [said for said in machine.said if betrayed(said.encode())] == []
    assert hiding_places(place) == []
    subprocess.run(["umount", str(place)], check=True)
    assert not betrayed(image.read_bytes(), depth=0)


class Dated:
    """A made-up report with a day for the register."""

    def __init__(self, report):
        from observatory.complaint import periods

        self.narrative, self.day = report.narrative, periods.thursday(report.week).isoformat()


def test_marked_words_are_not_in_the_files_of_postgresql(database_url, tmp_path):
    from observatory.complaint.plaintext import Complaint
    from observatory.decisions.founding import found

    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite is searched on a disk of its own")
    made = found(
        tmp_path / "o",
        tmp_path / "s",
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: "an old passphrase of nine words",
        database_url=database_url,
    )
    for number in range(20):
        made.instance.seal_report(Complaint(f"they asked for {WORD} {number}"), once=os.urandom(32))
    with made.instance.vault.engine.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar())
    if not os.access(folder, os.R_OK):
        pytest.skip("the files of PostgreSQL cannot be read by this user")
    assert hiding_places(folder, tmp_path) == []
