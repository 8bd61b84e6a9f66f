"""kill -9 at random moments under load: what was acknowledged is there, once.

A few kills run by default; ``OBSERVATORY_KILLS=50`` (as continuous integration does) runs fifty.
"""

import http.client
import os
import random
import re
import secrets
import signal
import threading
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from served import free_port
from vault_contents import sealed_sets

from observatory.analysis.opening import open_reports
from observatory.decisions.founding import found
from observatory.decisions.quorum import open_key
from observatory.instance import Instance, today
from observatory.serving import START_SECONDS, _answers, _start
from observatory.transport import LOOPBACK, Transport

KILLS = int(os.environ.get("OBSERVATORY_KILLS", "4"))
SENDERS = 6
PASSPHRASE = "an old passphrase of nine words"


class Sender(threading.Thread):
    """Sends reports as fast as it is answered, and remembers which were acknowledged."""

    def __init__(self, host, port, number):
        super().__init__(daemon=True)
        self.host, self.port, self.number = host, port, number
        self.acknowledged, self.running = [], True

    def run(self):
        while self.running:
            words = f"they asked for money, report {self.number}-{secrets.token_hex(8)}"
            once = urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
            # As a reporter would: the same form is sent again until it is answered.
            while self.running:
                if self.send(words, once):
                    self.acknowledged.append(words)
                    break

    def send(self, words, once):
        body = urlencode({"narrative": words, "once": once, "step": "send"})
        headers = {
            "Host": f"{self.host}:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            line = http.client.HTTPConnection(LOOPBACK[0], self.port, timeout=20)
            line.request("POST", "/", body, headers)
            answer = line.getresponse()
            page = answer.read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
            return False
        return answer.status == 200 and b"Received and sealed" in page


def start(instance, port):
    face = _start(instance.folder, "intake", port, Transport())
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port, Transport()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return face


def kill(face):
    """Kill the process of the face and its worker at one moment, as a power cut would."""
    os.killpg(face.pid, signal.SIGKILL)
    face.wait()


def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(tmp_path, database_url):
    made = found(
        tmp_path / "o",
        tmp_path / "s",
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: PASSPHRASE,
        database_url=database_url,
        made_up=True,
    )
    instance, port = made.instance, free_port()
    chance = random.Random(0)
    senders = [Sender(instance.config.intake_host, port, n) for n in range(SENDERS)]
    face = start(instance, port)
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.8))
        kill(face)
        face = start(instance, port)
    time.sleep(0.3)
    for sender in senders:
        sender.running = False
    for sender in senders:
        sender.join(30)
    kill(face)

    acknowledged = [words for sender in senders for words in sender.acknowledged]
    assert len(acknowledged) > 10 * KILLS
    again = Instance.open(instance.folder)
    later = today() + timedelta(days=7)
    private = open_key(again, made.custodians)
    opened = open_reports(sealed_sets(again.vault, later), private, later)
    held = [report.narrative for report in opened.reports]
    assert set(acknowledged) - set(held) == set()
    assert len(held) == len(set(held))
    assert all(re.fullmatch(r"they asked for money, report \d+-[0-9a-f]{16}", w) for w in held)


@pytest.mark.parametrize("moment", ["before", "during"])
def test_a_database_that_goes_away_acknowledges_nothing_and_gives_the_words_back(tmp_path, moment):
    made = found(
        tmp_path / "o",
        tmp_path / "s",
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: PASSPHRASE,
        made_up=True,
    )
    from reporter import Reporter

    from observatory.app import create_intake

    intake = Reporter(create_intake(made.instance).test_client())
    once = intake.once()
    if moment == "during":
        assert intake.post("the first words", step="send").status_code == 200
    for path in made.instance.folder.glob("observatory.db*"):
        path.unlink()
    made.instance.vault.engine.dispose()
    answer = intake.post("words that must come back", once=once, step="send")
    assert answer.status_code == 503
    assert "was not received" in answer.text
    assert "words that must come back" in answer.text
