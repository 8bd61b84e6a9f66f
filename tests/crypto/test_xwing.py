"""The opening half against the draft's vectors and a second implementation."""

import copy
import hashlib
import pickle

import pytest
import xwing_reference as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import envelope
from crypto.envelope import EnvelopeError, PublicKey
from crypto.xwing import PrivateKey, Seed, new_seed

# draft-connolly-cfrg-xwing-kem, appendix C: its inputs are SHAKE128 of nothing, read on and on;
# its outputs are kept here as SHA-256 of the public key and of the ciphertext, and the secret.
DRAFT = [
    (
        "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb",
        "17cd532d657e44c897ca6583e548a5424fc70bf54f99515a4d2bcf99e3469f33",
        "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
    ),
    (
        "c42ba5f8430d7d2c83739338203819f090e8303ce9c8b02107c272bfa5376916",
        "1661ea86d608a1924ba30840cb0a65f13ae051e3aec9cf0f064efc0bc92f2154",
        "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
    ),
    (
        "6b080d6b84f095342092fa7a22423e58bd681397ad0ef00eac92bd254db4fa95",
        "d3ca5578500344b5896cffc4fd740c9311946b82951df155e6fd86a7966b43c6",
        "953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f",
    ),
]
STREAM = hashlib.shake_128(b"").digest(96 * len(DRAFT))


@pytest.mark.parametrize("number", range(len(DRAFT)))
def test_draft_vectors(number):
    inputs = STREAM[96 * number : 96 * (number + 1)]
    seed, eseed = inputs[:32], inputs[32:]
    private = PrivateKey.from_seed(Seed(seed))
    public_hash, ciphertext_hash, secret = DRAFT[number]
    assert hashlib.sha256(private.public.raw).hexdigest() == public_hash
    shared, ciphertext = reference.encapsulate(private.public.raw, eseed)
    assert hashlib.sha256(ciphertext).hexdigest() == ciphertext_hash
    assert shared.hex() == secret
    # The product hides the KEM's secret; that it decapsulates to the same is seen by opening.
    sealed = reference.hpke_seal(private.public.raw, b"words", b"context", eseed)
    assert sealed.startswith(ciphertext)
    assert private.decrypt(sealed, b"context") == b"words"


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    seed=st.binary(min_size=32, max_size=32),
    eseed=st.binary(min_size=64, max_size=64),
    plaintext=st.binary(max_size=300),
    info=st.binary(max_size=60),
)
def test_opens_what_the_second_implementation_seals(seed, eseed, plaintext, info):
    private = PrivateKey.from_seed(Seed(seed))
    sealed = reference.hpke_seal(private.public.raw, plaintext, info, eseed)
    assert private.decrypt(sealed, info) == plaintext


def test_one_seed_gives_one_key_and_others_give_others():
    seed = new_seed()
    assert PrivateKey.from_seed(seed).public == PrivateKey.from_seed(seed).public
    assert PrivateKey.from_seed(seed).public != PrivateKey.from_seed(new_seed()).public


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_seed_of_another_length_refused(length):
    with pytest.raises(EnvelopeError, match="32 bytes"):
        PrivateKey.from_seed(Seed(bytes(length)))


def test_private_key_shows_and_stores_nothing():
    seed = new_seed()
    private = PrivateKey.from_seed(seed)
    assert seed.hex() not in repr(private)
    assert private.public.id.hex() in repr(private)
    with pytest.raises(TypeError, match="never written down"):
        pickle.dumps(private)
    with pytest.raises(TypeError, match="never written down"):
        copy.copy(private)


def test_key_id_is_the_documents():
    public = PrivateKey.from_seed(Seed(bytes(range(32)))).public
    assert public.id == hashlib.sha256(b"jio/key/v1" + public.raw).digest()[:8]
    assert PublicKey(public.raw).id == public.id


def _changed(raw, start, piece):
    return raw[:start] + piece + raw[start + len(piece) :]


@pytest.mark.parametrize(
    ("start", "piece", "reason"),
    [
        (0, b"\xff\xff\xff", "not a valid"),  # a coefficient of 4095, above 3328
        (1184, (2**255 - 19).to_bytes(32, "little"), "canonical"),
        (1184, (2**255 - 1).to_bytes(32, "little"), "canonical"),
        (1184, (9 + 2**255).to_bytes(32, "little"), "canonical"),  # RFC 7748 ignores the bit
        (1184, bytes(32), "not a valid"),  # small order
        (1184, (1).to_bytes(32, "little"), "not a valid"),
        (1184, (2**255 - 20).to_bytes(32, "little"), "not a valid"),
    ],
)
def test_public_key_refused(start, piece, reason):
    raw = PrivateKey.from_seed(Seed(bytes(32))).public.raw
    with pytest.raises(EnvelopeError, match=reason):
        PublicKey(_changed(raw, start, piece))


@pytest.mark.parametrize("length", [0, 32, 1184, envelope.PUBLIC_KEY_BYTES - 1, 1217])
def test_public_key_of_another_length_refused(length):
    with pytest.raises(EnvelopeError, match="1216 bytes"):
        PublicKey(bytes(length))
