"""Envelopes and blobs: the exact bytes, and refusal of every change to them."""

import dataclasses
import hashlib
import secrets
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.envelope import (
    BLOB_INFO,
    BUCKETS,
    HEADER_BYTES,
    OVERHEAD,
    SUITE,
    Envelope,
    EnvelopeError,
    blob_size,
    bucket_for,
    seal,
    seal_blob,
)
from crypto.xwing import PrivateKey, Seed, open_blob, open_envelope

KEY = PrivateKey.from_seed(Seed(hashlib.sha256(b"one").digest()))
OTHER = PrivateKey.from_seed(Seed(hashlib.sha256(b"another").digest()))
QUARTER = 2026 * 4 + 3
PADDED = hashlib.shake_256(b"padded").digest(4096)
WHOLE = seal(PADDED, KEY.public, QUARTER).to_bytes()


def reopen(data, key=KEY):
    return open_envelope(Envelope.from_bytes(data), key)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    bucket=st.sampled_from(sorted(BUCKETS)),
    fill=st.binary(min_size=1, max_size=64),
    quarter=st.integers(8000, 39999),
)
def test_round_trip(bucket, fill, quarter):
    size = BUCKETS[bucket]
    padded = (fill * size)[:size]
    data = seal(padded, KEY.public, quarter).to_bytes()
    read = Envelope.from_bytes(data)
    assert (read.key_id, read.bucket, read.quarter) == (KEY.public.id, bucket, quarter)
    assert len(data) == 15 + 1120 + size + 16
    assert read.to_bytes() == data
    assert open_envelope(read, KEY) == padded


def test_the_clear_bytes_are_the_header_and_nothing_else():
    assert WHOLE[:15] == b"JIO1" + KEY.public.id + b"\x01" + (8107).to_bytes(2, "big")
    again = seal(PADDED, KEY.public, QUARTER).to_bytes()
    assert again[:15] == WHOLE[:15]
    assert again[15:47] != WHOLE[15:47]


@pytest.mark.parametrize("bit", range(HEADER_BYTES * 8))
def test_every_bit_of_the_header_is_bound(bit):
    changed = bytearray(WHOLE)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EnvelopeError):
        reopen(bytes(changed))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(bit=st.integers(HEADER_BYTES * 8, len(WHOLE) * 8 - 1))
def test_a_flipped_bit_anywhere_is_refused(bit):
    changed = bytearray(WHOLE)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EnvelopeError, match="does not open"):
        reopen(bytes(changed))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(length=st.integers(0, len(WHOLE) - 1))
def test_truncation_is_refused(length):
    with pytest.raises(EnvelopeError):
        Envelope.from_bytes(WHOLE[:length])


@pytest.mark.parametrize(
    ("length", "reason"),
    [
        (3, "Not a sealed envelope"),
        (4, "it was cut"),
        (14, "it was cut"),
        (15, "of bucket 1 has 5247 bytes; this one has 15: cut"),
        (5246, "of bucket 1 has 5247 bytes; this one has 5246: cut"),
    ],
)
def test_a_cut_header_says_so(length, reason):
    with pytest.raises(EnvelopeError, match=reason):
        Envelope.from_bytes(WHOLE[:length])


def test_parts_out_of_range():
    with pytest.raises(EnvelopeError, match="key id has 8"):
        Envelope(bytes(7), 1, QUARTER, WHOLE[15:])
    with pytest.raises(EnvelopeError, match="no size bucket 4"):
        Envelope(bytes(8), 4, QUARTER, WHOLE[15:])
    with pytest.raises(EnvelopeError, match="mislabelled"):
        Envelope(bytes(8), 2, QUARTER, WHOLE[15:])


@settings(max_examples=40, deadline=None, derandomize=True)
@given(tail=st.binary(min_size=1, max_size=20_000))
def test_extension_is_refused(tail):
    with pytest.raises(EnvelopeError):
        Envelope.from_bytes(WHOLE + tail)


def test_wrong_key_is_named():
    with pytest.raises(EnvelopeError, match=f"Sealed to key {KEY.public.id.hex()}"):
        reopen(WHOLE, OTHER)


def test_an_envelope_relabelled_for_another_key_does_not_open():
    envelope = Envelope.from_bytes(WHOLE)
    moved = Envelope(OTHER.public.id, envelope.bucket, envelope.quarter, envelope.body)
    with pytest.raises(EnvelopeError, match="does not open"):
        open_envelope(moved, OTHER)


def test_wrong_quarter_is_refused():
    envelope = Envelope.from_bytes(WHOLE)
    moved = Envelope(envelope.key_id, envelope.bucket, envelope.quarter + 1, envelope.body)
    with pytest.raises(EnvelopeError, match="does not open"):
        open_envelope(moved, KEY)


@pytest.mark.parametrize("quarter", [-1, 0, 7999, 40000, 65535, 70000])
def test_no_such_quarter(quarter):
    with pytest.raises(EnvelopeError, match="no retention quarter"):
        seal(PADDED, KEY.public, quarter)


@pytest.mark.parametrize("quarter", [8000, 39999])
def test_the_first_and_the_last_quarter(quarter):
    sealed = seal(PADDED, KEY.public, quarter).to_bytes()
    assert Envelope.from_bytes(sealed).quarter == quarter
    assert reopen(sealed) == PADDED


def test_what_was_checked_cannot_be_changed_afterwards():
    envelope = Envelope.from_bytes(WHOLE)
    for thing, name in ((envelope, "quarter"), (envelope, "body"), (KEY.public, "raw")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(thing, name, getattr(thing, name))


@pytest.mark.parametrize("length", [0, 1, 4095, 4097, 16383, 65535])
def test_only_a_padded_plaintext_is_sealed(length):
    with pytest.raises(EnvelopeError, match="padded"):
        seal(bytes(length), KEY.public, QUARTER)


def test_more_than_the_largest_bucket():
    with pytest.raises(EnvelopeError, match="fit no envelope"):
        seal(bytes(65537), KEY.public, QUARTER)


@pytest.mark.parametrize(
    ("length", "bucket"), [(0, 1), (4096, 1), (4097, 2), (16384, 2), (16385, 3), (65536, 3)]
)
def test_bucket_is_the_smallest_that_fits(length, bucket):
    assert bucket_for(length) == bucket


def test_errors_and_representations_hold_no_content():
    envelope = Envelope.from_bytes(WHOLE)
    assert "body" not in repr(envelope)
    with pytest.raises(EnvelopeError) as caught:
        reopen(WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]))
    assert PADDED[:8].hex() not in str(caught.value)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.binary(max_size=9000), name=st.text(max_size=40))
def test_blob_round_trip(data, name):
    blob = seal_blob(KEY.public, name, data)
    assert open_blob(KEY, name, blob) == data
    assert len(blob) == 4 + 8 + OVERHEAD + blob_size(len(data))


@pytest.mark.parametrize(
    ("length", "size"),
    [(0, 4096), (4088, 4096), (4089, 8192), (8184, 8192), (8185, 16384), (10**6, 2**20)],
)
def test_blob_length_tells_a_power_of_two_only(length, size):
    assert blob_size(length) == size


def test_blob_opens_under_its_name_and_key_only():
    blob = seal_blob(KEY.public, "vectors/2026-11", b"state")
    for key, name in ((KEY, "vectors/2026-12"), (KEY, ""), (OTHER, "vectors/2026-11")):
        with pytest.raises(EnvelopeError):
            open_blob(key, name, blob)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.data())
def test_blob_changed_anywhere_is_refused(data):
    blob = bytearray(seal_blob(KEY.public, "n", b"state"))
    bit = data.draw(st.one_of(st.integers(0, 95), st.integers(0, len(blob) * 8 - 1)))
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(EnvelopeError):
        open_blob(KEY, "n", bytes(blob))


@pytest.mark.parametrize(
    "padded",
    [
        (5).to_bytes(8, "big") + b"state" + b"\x00" * 4082 + b"\x01",  # padding not zero
        (5).to_bytes(8, "big") + b"state" + b"X" * 4083,
        (5).to_bytes(8, "big") + b"state" + bytes(8192 - 13),  # larger than it must be
        (5).to_bytes(8, "big") + b"state",  # not padded
        (0).to_bytes(8, "big"),
        (2**63).to_bytes(8, "big") + bytes(4088),  # a length beyond the data
    ],
)
def test_blob_that_is_not_canonical_is_refused(padded):
    # Anyone can seal such bytes to the public key, so opening must not trust them.
    blob = seal_blob(KEY.public, "n", b"")
    body = SUITE.encrypt(padded, KEY.public._key, info=BLOB_INFO + b"n")
    with pytest.raises(EnvelopeError, match="pads"):
        open_blob(KEY, "n", blob[:12] + body)


@pytest.mark.parametrize("length", [0, 7])
def test_a_blob_too_short_for_its_length_is_none(length):
    body = SUITE.encrypt(bytes(length), KEY.public._key, info=BLOB_INFO + b"n")
    with pytest.raises(EnvelopeError, match="n: not a sealed state"):
        open_blob(KEY, "n", b"JIS1" + KEY.public.id + body)


def test_a_blob_names_its_key():
    blob = seal_blob(KEY.public, "n", b"state")
    named = f"n: sealed to key {KEY.public.id.hex()}, not to {OTHER.public.id.hex()}"
    with pytest.raises(EnvelopeError, match=named):
        open_blob(OTHER, "n", blob)


@pytest.mark.parametrize("data", [b"", b"JIS1", secrets.token_bytes(2000), b"JIO1" + bytes(2000)])
def test_no_blob(data):
    with pytest.raises(EnvelopeError, match="not a sealed state"):
        open_blob(KEY, "n", data)


@pytest.mark.parametrize("module", ["crypto.envelope", "observatory.complaint.plaintext"])
def test_the_sealing_half_loads_nothing_that_opens(module):
    code = (
        f"import sys, {module}\n"
        "print([m for m in sys.modules if m in ('crypto.xwing', 'crypto.shares')"
        " or m.split('.')[0] in ('shamir_mnemonic', 'flask', 'sqlalchemy', 'pandas', 'numpy')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
