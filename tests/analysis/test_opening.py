import os
import random
from datetime import date

import pytest
from vault_contents import form_set, import_set

from crypto.envelope import Envelope, seal
from observatory.analysis.opening import SealedSet, open_reports
from observatory.complaint import plaintext
from observatory.complaint.plaintext import Complaint
from observatory.decisions.quorum import open_key

TODAY = date(2026, 11, 24)


@pytest.fixture
def private(founded, quorum):
    return open_key(founded.instance, quorum)


def sealed(instance, words, *, week="2026-W40", source="form", once=None):
    return instance.seal(Complaint(words), week=week, source=source, once=once or os.urandom(32))


def read(private, *sets):
    return open_reports(sets, private, TODAY)


def altered(envelope):
    body = bytearray(envelope.body)
    body[-1] ^= 1
    return Envelope(envelope.key_id, envelope.bucket, envelope.quarter, bytes(body))


def test_order_of_reading_changes_nothing(instance, private):
    envelopes = [sealed(instance, f"they asked {n} times") for n in range(20)]
    first = read(private, form_set(envelopes))
    random.Random(1).shuffle(envelopes)
    assert read(private, form_set(envelopes)) == first
    assert len(first.reports) == 20


def test_a_resend_counts_once_whatever_came_first(instance, private):
    once = os.urandom(32)
    envelopes = [sealed(instance, "they asked", once=once) for _ in range(3)]
    kept = read(private, form_set(envelopes))
    assert (len(kept.reports), kept.repeats) == (1, {"2026-10": 2})
    assert read(private, form_set(envelopes[::-1])).reports == kept.reports


def test_a_form_cannot_displace_a_row_of_a_register(instance, private):
    once = os.urandom(32)
    row = sealed(instance, "the row", source="import:a", once=once)
    rival = sealed(instance, "the rival", source="form", once=once)
    opened = read(private, import_set([row]), form_set([rival]))
    assert {r.narrative for r in opened.reports} == {"the row", "the rival"}


def test_dummies_are_no_reports(instance, private):
    dummy = seal(plaintext.encode_dummy("2026-W40", 1), instance.public_key, 2026 * 4)
    assert read(private, form_set([dummy])).reports == ()


def test_what_anyone_can_send_is_set_aside_and_stops_no_run(instance, private):
    good = sealed(instance, "they asked")
    noise = Envelope(good.key_id, 1, good.quarter, os.urandom(len(good.body)))
    relabelled = Envelope(good.key_id, good.bucket, good.quarter + 1, good.body)
    opened = read(private, form_set([good, altered(good), noise, relabelled]))
    assert [r.narrative for r in opened.reports] == ["they asked"]
    assert opened.set_aside == 3


@pytest.mark.parametrize(
    ("week", "source", "kept"),
    [
        ("2026-W40", "form", 1),
        ("2026-W39", "form", 1),
        ("2026-W38", "form", 0),
        ("2026-W41", "form", 0),
        ("2026-W40", "import:a", 0),
    ],
)
def test_a_report_of_the_form_is_of_its_week_or_the_one_before(
    instance, private, week, source, kept
):
    opened = read(private, form_set([sealed(instance, "they asked", week=week, source=source)]))
    assert (len(opened.reports), opened.set_aside) == (kept, 1 - kept)


def test_an_import_holds_no_report_of_the_form(instance, private):
    opened = read(private, import_set([sealed(instance, "they asked")]))
    assert (len(opened.reports), opened.set_aside) == (0, 1)


def test_what_does_not_open_stops_no_run_wherever_it_came_from(instance, private):
    good = sealed(instance, "they asked", source="import:a")
    opened = read(private, import_set([good, altered(good)]))
    assert ([r.narrative for r in opened.reports], opened.set_aside) == (["they asked"], 1)


def test_a_report_counts_in_the_week_that_received_it(instance, private):
    opened = read(private, form_set([sealed(instance, "they asked", week="2026-W39")]))
    assert [r.week for r in opened.reports] == ["2026-W40"]


def test_of_one_value_in_two_months_the_one_received_first_stays(instance, private):
    once = os.urandom(32)
    one = sealed(instance, "they asked", week="2026-W40", once=once)
    two = sealed(instance, "they asked", week="2026-W45", once=once)
    later = SealedSet("form", "2026-W45", "2026-11", [two])
    for sets in ([form_set([one]), later], [later, form_set([one])]):
        assert [r.kept for r in open_reports(sets, private, TODAY).reports] == ["2026-10"]
