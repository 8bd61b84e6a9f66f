"""Sealing again: same reports, same clear parts, another key; what never opened is a dummy."""

import dataclasses

import pytest

from crypto.envelope import Envelope, seal, seal_blob
from crypto.xwing import PrivateKey, Seed, open_blob, open_envelope
from observatory.complaint import plaintext
from observatory.custody.resealing import resealed, resealed_state
from observatory.errors import IntegrityError

OLD, NEW, OTHER = (PrivateKey.from_seed(Seed(bytes([n]) * 32)) for n in (1, 2, 3))
WEEK = "2026-W46"


def dummy(bucket, quarter, key=OLD):
    return seal(plaintext.encode_dummy(WEEK, bucket), key.public, quarter)


def again(envelopes):
    return list(resealed(envelopes, OLD, NEW.public, week=WEEK))


def test_what_was_sealed_to_the_old_key_opens_with_the_new_one():
    before = [dummy(1, 8107), dummy(2, 8106), dummy(3, 8107)]
    after = again(before)
    for old, new in zip(before, after, strict=True):
        assert open_envelope(new, NEW) == open_envelope(old, OLD)
        assert (new.bucket, new.quarter, new.key_id) == (old.bucket, old.quarter, NEW.public.id)


def test_what_is_of_another_key_is_passed_on_to_the_byte():
    kept = [dummy(1, 8107, NEW), dummy(1, 8107, OTHER)]
    assert again(kept) == kept


def test_what_does_not_open_becomes_a_dummy_of_its_size_and_quarter():
    good = dummy(1, 8107)
    noise = Envelope(OLD.public.id, 2, 8105, bytes(len(dummy(2, 8105).body)))
    altered = dataclasses.replace(good, quarter=8106)
    for bad in (noise, altered):
        replaced = again([good, bad])[1]
        assert (replaced.bucket, replaced.quarter) == (bad.bucket, bad.quarter)
        complaint, found = plaintext.decode(open_envelope(replaced, NEW))
        assert (found.kind, found.week, complaint.narrative) == ("dummy", WEEK, "")


def test_a_set_that_differs_from_its_root_raises_through():
    def envelopes():
        yield dummy(1, 8107)
        raise IntegrityError("not the one that was closed")

    with pytest.raises(IntegrityError, match="not the one"):
        again(envelopes())


def test_state_is_sealed_again_part_by_part():
    parts = {
        "2026-10": seal_blob(OLD.public, "2026-10", b"old"),
        "2026-11": seal_blob(NEW.public, "2026-11", b"new"),
    }
    after = resealed_state(parts, OLD, NEW.public)
    assert after["2026-11"] == parts["2026-11"]
    assert open_blob(NEW, "2026-10", after["2026-10"]) == b"old"
    exchanged = {"2026-11": parts["2026-10"]}
    with pytest.raises(IntegrityError, match="state of the last run does not open"):
        resealed_state(exchanged, OLD, NEW.public)
    assert resealed_state({}, OLD, NEW.public) == {}
