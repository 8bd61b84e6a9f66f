"""Signers' files and what counts as signed by both sides."""

import dataclasses
import json
import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from low_costs import low_costs

from crypto import passphrase as passphrases
from crypto.signing import (
    MIN_PASSPHRASE,
    SignatureError,
    SigningKey,
    canonical,
    signed_by_both,
    verify,
)

ACT = {"type": "policy", "k": 5, "weeks": 3, "note": "é"}
PASSPHRASE = "four sealed words here"


@pytest.fixture(scope="module", autouse=True)
def _low_costs():
    with low_costs():
        yield


@pytest.fixture(scope="module")
def customs():
    return SigningKey.create("customs", 1, PASSPHRASE)


@pytest.fixture(scope="module")
def business():
    return SigningKey.create("business", 2, PASSPHRASE)


@pytest.fixture(scope="module")
def signers(customs, business):
    return {"customs": [customs.signer.public_key], "business": [business.signer.public_key]}


def test_signed_by_both(customs, business, signers):
    signatures = [customs.sign(ACT), business.sign(ACT)]
    assert verify(ACT, signatures, signers) == {"customs", "business"}
    signed_by_both(dict(reversed(ACT.items())), signatures, signers)
    assert signatures[0].keys() == {"side", "signer", "signature"}


def test_the_signed_bytes_are_label_and_canonical_json(customs):
    signature = bytes.fromhex(customs.sign(ACT)["signature"])
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(customs.signer.public_key))
    key.verify(signature, b'jio/signed/v1\x00{"k":5,"note":"\xc3\xa9","type":"policy","weeks":3}')


@pytest.mark.parametrize("side", ["customs", "business"])
def test_missing_side_is_named(side, customs, business, signers):
    other = {"customs": business, "business": customs}[side]
    with pytest.raises(SignatureError, match=f"valid signature of {side} is missing"):
        signed_by_both(ACT, [other.sign(ACT)] * 3, signers)
    with pytest.raises(SignatureError, match="customs and of business is missing"):
        signed_by_both(ACT, [], signers)


def test_nothing_else_counts(customs, business, signers):
    stranger = SigningKey.create("business", 1, PASSPHRASE)
    good = customs.sign(ACT)
    for record in (
        stranger.sign(ACT),  # unknown signer
        {**good, "side": "business"},  # a signer of Customs who claims to be of Business
        {**business.sign(ACT), "side": "customs"},
        {**business.sign(ACT), "side": "press"},
        {**good, "signer": business.signer.public_key, "side": "business"},
        business.sign({**ACT, "k": 3}),  # another act
        {"side": "business", "signer": business.signer.public_key},
        {**business.sign(ACT), "signature": "zz"},
        {**business.sign(ACT), "signature": 7},
        {**business.sign(ACT), "signer": None},
        {**stranger.sign(ACT), "side": None},  # an unknown signer of no side
        {name: value for name, value in stranger.sign(ACT).items() if name != "side"},
        {},
        "business",
        None,
    ):
        assert verify(ACT, [good, record], signers) == {"customs"}
        assert verify(ACT, [record, good], signers) == {"customs"}
    assert verify(ACT, [good, business.sign(ACT)], {"customs": signers["customs"]}) == {"customs"}


def test_keys_may_be_written_in_capitals(customs, business, signers):
    records = [
        {name: value if name == "side" else value.upper() for name, value in record.items()}
        for record in (customs.sign(ACT), business.sign(ACT))
    ]
    assert verify(ACT, records, signers) == {"customs", "business"}
    capitals = {side: [key.upper() for key in keys] for side, keys in signers.items()}
    assert verify(ACT, records, capitals) == {"customs", "business"}


def test_every_signer_of_a_side_counts_and_one_suffices(customs, business, signers):
    second = SigningKey.create("customs", 2, PASSPHRASE)
    more = {**signers, "customs": [*signers["customs"], second.signer.public_key]}
    for key in (customs, second):
        assert verify(ACT, [key.sign(ACT), key.sign(ACT)], more) == {"customs"}
        signed_by_both(ACT, [key.sign(ACT), business.sign(ACT)], more)


def test_one_key_on_both_sides_is_refused(customs):
    key = customs.signer.public_key
    with pytest.raises(SignatureError, match=rf"{key[:16].upper()}\.\.\. is on both"):
        verify(ACT, [], {"customs": [key], "business": [key.upper()]})
    with pytest.raises(SignatureError, match="no others"):
        verify(ACT, [], {"customs": [key], "press": [key]})


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bit=st.integers(0, 511))
def test_a_changed_signature_never_counts(bit, customs, signers):
    record = customs.sign(ACT)
    changed = bytearray(bytes.fromhex(record["signature"]))
    changed[bit // 8] ^= 1 << bit % 8
    assert verify(ACT, [{**record, "signature": changed.hex()}], signers) == set()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(JSON)
def test_canonical_bytes_survive_parsing(obj):
    assert canonical(json.loads(canonical(obj))) == canonical(obj)


@pytest.mark.parametrize(
    ("obj", "reason"),
    [
        ({1: 2}, "Canonicalization"),
        ({"n": float("nan")}, "FloatDomain"),
        ({"n": 2**60}, "IntegerDomain"),
        ({"x": {1}}, "Canonicalization"),
        ("\ud800", "Canonicalization"),
    ],
)
def test_no_canonical_form(obj, reason):
    with pytest.raises(SignatureError, match=f"This cannot be signed: {reason}Error"):
        canonical(obj)


def test_file_round_trip(tmp_path, customs, signers):
    path = tmp_path / "customs-signer-1.json"
    path.write_bytes(customs.document)
    loaded = SigningKey.load(path, PASSPHRASE)
    assert loaded == customs
    assert verify(ACT, [loaded.sign(ACT)], signers) == {"customs"}


def test_the_file_is_what_the_document_says(business):
    """One JSON object, readable and the same each time it is written from the same fields."""
    fields = json.loads(business.document)
    assert {name: fields[name] for name in fields.keys() - {"kdf", "cipher"}} == {
        "format": "jio-signer/v1",
        "side": "business",
        "name": "business-signer-2",
        "number": 2,
        "public_key": business.signer.public_key,
    }
    assert business.document == json.dumps(fields, indent=2, sort_keys=True).encode() + b"\n"
    raw = passphrases.unlock(fields, PASSPHRASE)
    assert raw == business._private.private_bytes_raw()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(bytes(32), "its public key is not its private key's"), (bytes(31), "not a signer's file")],
)
def test_a_file_that_holds_another_key_is_refused(raw, reason, customs):
    """Whoever knows the passphrase can lock anything; the file's own public key must still fit."""
    clear = {"format": "jio-signer/v1", **customs.signer.to_json(), "number": 1}
    locked = json.dumps(passphrases.lock(raw, PASSPHRASE, clear)).encode()
    with pytest.raises(SignatureError, match=f"f: {reason}"):
        SigningKey.unlock(locked, PASSPHRASE, label="f")


def test_passphrase_is_the_same_however_the_keyboard_composes_it():
    key = SigningKey.create("customs", 1, "caf\u00e9 au lait")
    assert SigningKey.unlock(key.document, "cafe\u0301 au lait", label="f").signer == key.signer


def test_wrong_passphrase_is_refused_without_showing_it(tmp_path, customs):
    path = tmp_path / "f.json"
    path.write_bytes(customs.document)
    with pytest.raises(SignatureError, match="passphrase is wrong") as caught:
        SigningKey.load(path, "not the passphrase")
    assert "not the passphrase" not in str(caught.value)


@pytest.mark.parametrize("passphrase", ["", "x" * (MIN_PASSPHRASE - 1)])
def test_short_passphrase_is_refused(passphrase):
    with pytest.raises(SignatureError, match=f"at least {MIN_PASSPHRASE} characters"):
        SigningKey.create("customs", 1, passphrase)
    assert SigningKey.create("customs", 1, "x" * MIN_PASSPHRASE).signer.side == "customs"


def test_neither_side():
    with pytest.raises(SignatureError, match="for customs or for business"):
        SigningKey.create("press", 1, PASSPHRASE)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("side", "business", "altered"),
        ("name", "business-signer-1", "altered"),
        ("public_key", "00" * 32, "altered"),
        ("number", 2, "altered"),
        ("format", "jio-signer/v2", "another version"),
        ("side", "press", "another version"),
        ("kdf", None, "not a signer's file"),
        ("cipher", {}, "not a signer's file"),
    ],
)
def test_edited_file_is_refused(field, value, reason, customs):
    edited = {**json.loads(customs.document), field: value}
    with pytest.raises(SignatureError, match=reason):
        SigningKey.unlock(json.dumps(edited).encode(), PASSPHRASE, label="f")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 2**31),
        ("memory_kib", "64"),
        ("iterations", 10**9),
        ("lanes", 0),
        ("salt", ""),
    ],
)
def test_costs_that_would_stop_the_machine_are_refused(name, value, customs):
    edited = json.loads(customs.document)
    edited["kdf"][name] = value
    with pytest.raises(SignatureError, match="not a signer's file"):
        SigningKey.unlock(json.dumps(edited).encode(), PASSPHRASE, label="f")


@pytest.mark.parametrize("document", [b"", b"[]", b"\xff", b"{}", b"[" * 5000, b"null"])
def test_no_signers_file(document):
    with pytest.raises(SignatureError, match="f: not a signer's file"):
        SigningKey.unlock(document, PASSPHRASE, label="f")


def test_unreadable_files(tmp_path):
    with pytest.raises(SignatureError, match=r"none\.json: cannot be read \(No such file"):
        SigningKey.load(tmp_path / "none.json", PASSPHRASE)
    with pytest.raises(SignatureError, match="cannot be read"):
        SigningKey.load(tmp_path, PASSPHRASE)


def test_a_file_has_at_most_sixteen_kibibytes(tmp_path, customs):
    path = tmp_path / "f.json"
    path.write_bytes(customs.document.ljust(16_384))
    assert SigningKey.load(path, PASSPHRASE).signer == customs.signer
    path.write_bytes(customs.document.ljust(16_385))
    with pytest.raises(SignatureError, match=r"f\.json: too large"):
        SigningKey.load(path, PASSPHRASE)
    path.write_bytes(b"{}")
    with pytest.raises(SignatureError, match=r"f\.json: not a signer's file"):
        SigningKey.load(path, PASSPHRASE)


def test_private_key_is_not_shown_or_pickled(customs):
    assert customs._private.private_bytes_raw().hex() not in repr(customs)
    assert customs._private.private_bytes_raw().hex() not in customs.document.decode()
    assert repr(customs) == f"SigningKey(signer={customs.signer!r})"
    with pytest.raises(TypeError, match="never written down"):
        pickle.dumps(customs)


def test_who_signs_cannot_be_changed_afterwards(customs):
    with pytest.raises(dataclasses.FrozenInstanceError):
        customs.signer.side = "business"
    with pytest.raises(dataclasses.FrozenInstanceError):
        customs.signer = dataclasses.replace(customs.signer, side="business")
