"""Work for the larger part of the capacity: bound to the report and the hours, marking nobody."""

import re
from base64 import b64encode
from itertools import count

import pytest
from reporter import HOST

from crypto.envelope import seal
from observatory.app import create_intake
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint, Seal
from observatory.config import FILE_NAME
from observatory.instance import Instance, today
from observatory.intake.capacity import Capacity
from observatory.intake.work import NUMBER_BYTES, WINDOW_SECONDS, Work, zeros

BITS = 6


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def sealed(instance):
    week = periods.week_of(today())
    padded = plaintext.encode(Complaint("my words"), Seal(week))
    return seal(padded, instance.public_key, periods.quarter_code(week))


def answer_to(asked, envelope):
    """Return the least number that does the work, found as a browser finds it."""
    bits, challenge = asked.split(".")
    data = envelope.to_bytes()
    return str(
        next(
            number
            for number in count()
            if zeros(bytes.fromhex(challenge), data, number.to_bytes(NUMBER_BYTES, "big"))
            >= int(bits)
        )
    )


def test_work_is_for_one_report_one_process_and_some_hours(instance):
    clock = Clock()
    work, envelope = Work(BITS, clock), sealed(instance)
    answer = answer_to(work.asked, envelope)
    assert work.done(envelope, answer)
    # By chance a wrong number does for one in 64; not for all of twenty reports or processes.
    assert not all(work.done(sealed(instance), answer) for _ in range(20))
    assert not all(Work(BITS, clock).done(envelope, answer) for _ in range(20))
    clock.now += WINDOW_SECONDS
    assert work.done(envelope, answer)
    others = [(one := sealed(instance), answer_to(work.asked, one)) for _ in range(20)]
    clock.now += 2 * WINDOW_SECONDS
    assert not all(work.done(*one) for one in others)


@pytest.mark.parametrize("answer", ["", "-1", "1.0", "0x1", "²", "٣", "9" * 11, "1 ", "a"])
def test_what_is_no_number_is_no_work(instance, answer):
    assert not Work(1).done(sealed(instance), answer)


def test_everybody_is_asked_the_same(instance):
    work = Work(BITS)
    assert work.asked == work.asked
    assert Work(0).asked == ""
    assert not Work(0).done(sealed(instance), "1")


def test_what_is_remembered_is_forgotten_after_hours(instance):
    clock = Clock()
    work, envelope = Work(BITS, clock), sealed(instance)
    work.stored(envelope)
    assert work.has_stored(envelope)
    assert not work.has_stored(sealed(instance))
    clock.now += 2 * WINDOW_SECONDS
    work.stored(sealed(instance))
    assert not work.has_stored(envelope)


@pytest.fixture
def client(place, monkeypatch):
    """An intake that asks for work, at which those without it have used up their part."""

    def stopped(instance):
        return Capacity(instance.config, instance.folder, int, lambda: 0.0)

    monkeypatch.setattr(Capacity, "of", stopped)
    path = place.folder / FILE_NAME
    text = path.read_text("utf-8").replace("work_bits = 0", f"work_bits = {BITS}")
    path.write_text(text.replace("kilobytes_a_second = 128", "kilobytes_a_second = 1"), "utf-8")
    client = create_intake(Instance.open(place.folder)).test_client()
    while send(client, sealed(place)).status_code == 200:
        pass
    return client


def send(client, envelope, **more):
    fields = {"sealed": b64encode(envelope.to_bytes()).decode(), **more}
    return client.post("/", data=fields, headers=HOST)


def asked_by(client):
    return re.search(
        r'<form id="report"[^>]* data-work="([^"]+)"', client.get("/", headers=HOST).text
    )[1]


def test_who_did_the_work_is_taken_where_others_are_turned_away(client, place):
    envelope = sealed(place)
    answer = answer_to(asked_by(client), envelope)
    before = len(place.vault)
    assert send(client, envelope).status_code == 503
    assert send(client, envelope, work="none").status_code == 503
    first = send(client, envelope, work=answer)
    again = send(client, envelope, work=answer)
    assert len(place.vault) == before + 1  # sent twice, it needs no room twice
    assert first.status_code == again.status_code == 200
    assert (first.data, list(first.headers)) == (again.data, list(again.headers))


def test_no_work_is_asked_for_by_default(intake):
    assert "data-work" not in intake.open().text
