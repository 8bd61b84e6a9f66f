import os
import random
from datetime import date

import pytest

from crypto.envelope import Envelope, seal
from observatory.analysis.opening import open_reports
from observatory.complaint import plaintext
from observatory.complaint.plaintext import Complaint
from observatory.decisions.quorum import open_key
from observatory.errors import IntegrityError

TODAY = date(2026, 11, 24)


@pytest.fixture
def private(founded, quorum):
    return open_key(founded.instance, quorum)


def sealed(instance, words, *, week="2026-W40", source="form", once=None):
    return instance.seal(Complaint(words), week=week, source=source, once=once or os.urandom(32))


def test_order_of_reading_changes_nothing(instance, private):
    envelopes = [sealed(instance, f"they asked {n} times") for n in range(20)]
    first = open_reports(envelopes, private, TODAY)
    random.Random(1).shuffle(envelopes)
    assert open_reports(envelopes, private, TODAY) == first
    assert len(first.reports) == 20


def test_a_resend_counts_once_whatever_came_first(instance, private):
    once = os.urandom(32)
    envelopes = [sealed(instance, "they asked", once=once) for _ in range(3)]
    kept = open_reports(envelopes, private, TODAY)
    assert (len(kept.reports), kept.repeats) == (1, 2)
    assert open_reports(reversed(envelopes), private, TODAY).reports == kept.reports


def test_a_form_cannot_displace_a_row_of_a_register(instance, private):
    once = os.urandom(32)
    envelopes = [
        sealed(instance, "the row", source="import:a", once=once),
        sealed(instance, "the rival", source="form", once=once),
    ]
    opened = open_reports(envelopes, private, TODAY)
    assert {r.narrative for r in opened.reports} == {"the row", "the rival"}


def test_dummies_are_no_reports(instance, private):
    dummy = seal(plaintext.encode_dummy("2026-W40", 1), instance.public_key, 2026 * 4)
    assert open_reports([dummy], private, TODAY).reports == ()


def test_an_altered_envelope_stops_the_run_without_a_word_of_it(instance, private):
    good = sealed(instance, "zanzibarquokka")
    body = bytearray(good.body)
    body[-1] ^= 1
    bad = Envelope(good.key_id, good.bucket, good.quarter, bytes(body))
    with pytest.raises(IntegrityError, match="altered") as error:
        open_reports([good, bad], private, TODAY)
    assert "zanzibarquokka" not in str(error.value)
    relabelled = Envelope(good.key_id, good.bucket, good.quarter + 1, good.body)
    with pytest.raises(IntegrityError):
        open_reports([relabelled], private, TODAY)
