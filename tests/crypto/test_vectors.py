"""The published vectors: made by their script, opened by the product."""

import hashlib
import json
from base64 import b64decode
from datetime import date

import make_vectors
import pytest

from crypto.envelope import BUCKETS, Envelope, EnvelopeError, PublicKey
from crypto.merkle import sorted_root
from crypto.xwing import PrivateKey, Seed, open_blob, open_envelope
from observatory.complaint import periods
from observatory.complaint.plaintext import (
    NarrativeError,
    PlaintextError,
    check_narrative,
    decode,
    encode,
    leaf,
    normalise,
)

TEXT = make_vectors.PATH.read_text()
VECTORS = json.loads(TEXT)
PRIVATE = PrivateKey.from_seed(Seed(bytes.fromhex(VECTORS["seed"])))
NAMES = [v["name"] for v in VECTORS["envelopes"]]
WHOLE = [v for v in VECTORS["envelopes"] if "envelope" in v] + [VECTORS["envelope_with_token"]]


def test_the_file_is_what_the_script_writes():
    assert make_vectors.build() == TEXT


def test_key():
    public = PublicKey(bytes.fromhex(VECTORS["public_key"]))
    assert PRIVATE.public == public
    assert public.id.hex() == VECTORS["key_id"]


@pytest.mark.parametrize("vector", WHOLE, ids=[v["name"] for v in WHOLE])
def test_envelope_opens(vector):
    data = b64decode(vector["envelope"])
    assert hashlib.sha256(data).hexdigest() == vector["envelope_sha256"]
    envelope = Envelope.from_bytes(data)
    assert (envelope.bucket, envelope.quarter) == (vector["bucket"], vector["quarter"])
    padded = open_envelope(envelope, PRIVATE)
    assert hashlib.sha256(padded).hexdigest() == vector["padded_sha256"]
    complaint, seal = decode(padded)
    assert complaint.narrative == vector["narrative"]
    assert padded[2:].startswith(vector["header"].encode())
    assert leaf(padded).hex() == vector["leaf"]
    assert encode(complaint, seal) == padded


@pytest.mark.parametrize("report", make_vectors.REPORTS, ids=NAMES)
def test_envelopes_of_every_bucket_open(report):
    """Those too long to publish whole are sealed again from their ``eseed``."""
    vector, sealed = make_vectors.envelope_of(*report, PRIVATE)
    assert vector in VECTORS["envelopes"]
    assert hashlib.sha256(sealed).hexdigest() == vector["envelope_sha256"]
    padded = open_envelope(Envelope.from_bytes(sealed), PRIVATE)
    complaint, _ = decode(padded)
    assert complaint.narrative == normalise(report[1].narrative)
    assert leaf(padded).hex() == vector["leaf"]


def test_root_of_the_leaves():
    leaves = [bytes.fromhex(v["leaf"]) for v in VECTORS["envelopes"]]
    assert sorted_root(reversed(leaves)).hex() == VECTORS["sorted_root_of_leaves"]


@pytest.mark.parametrize("vector", VECTORS["blobs"], ids=lambda v: v["name"] or "no name")
def test_blob_opens(vector):
    data = open_blob(PRIVATE, vector["name"], b64decode(vector["blob"]))
    assert data.hex() == vector["data"]


@pytest.mark.parametrize("vector", VECTORS["refused_plaintexts"], ids=lambda v: v["name"])
def test_refused(vector):
    """Each is one change away from a plaintext that is accepted (``refused`` encodes it)."""
    padded = b64decode(vector["unpadded"]).ljust(BUCKETS[vector["bucket"]], b"\x00")
    with pytest.raises(PlaintextError):
        decode(padded)


@pytest.mark.parametrize("vector", VECTORS["refused_envelopes"], ids=lambda v: v["name"])
def test_refused_before_it_is_opened(vector):
    with pytest.raises(EnvelopeError):
        Envelope.from_bytes(bytes.fromhex(vector["header"]).ljust(vector["bytes"], b"\x00"))


@pytest.mark.parametrize("vector", VECTORS["refused_public_keys"], ids=lambda v: v["name"])
def test_refused_key(vector):
    with pytest.raises(EnvelopeError):
        PublicKey(bytes.fromhex(vector["public_key"]))


@pytest.mark.parametrize("vector", VECTORS["narratives"], ids=lambda v: v["name"])
def test_what_a_writer_makes_of_a_text(vector):
    text = vector["text"]
    if isinstance(text, dict):
        text = text["repeat"] * text["times"]
    if "refused" in vector:
        with pytest.raises(NarrativeError) as refused:
            check_narrative(text)
        found = refused.value
        assert (found.code, found.line, found.excess) == (
            vector["refused"], vector.get("line", 0), vector.get("bytes", 0),
        )  # fmt: skip
    else:
        narrative = check_narrative(text)
        assert narrative == vector.get("narrative", narrative)
        assert len(narrative.encode()) == vector.get("narrative_bytes", len(narrative.encode()))


@pytest.mark.parametrize("vector", VECTORS["periods"], ids=lambda v: v["day"])
def test_week_and_quarter_of_a_day(vector):
    week = periods.week_of(date.fromisoformat(vector["day"]))
    assert (week, periods.quarter_code(week)) == (vector["week"], vector["quarter"])
