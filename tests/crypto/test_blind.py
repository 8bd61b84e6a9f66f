"""Blind signatures: the vectors of RFC 9474, and what signing and unblinding promise."""

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import blind
from crypto.blind import BlindError, Variant

RFC = json.loads((Path(__file__).parent / "vectors/rfc9474.json").read_text("utf-8"))
VARIANTS = {
    "RSABSSA-SHA384-PSS-Randomized": Variant.PSS_RANDOMIZED,
    "RSABSSA-SHA384-PSSZERO-Randomized": Variant.PSSZERO_RANDOMIZED,
    "RSABSSA-SHA384-PSS-Deterministic": Variant.PSS_DETERMINISTIC,
    "RSABSSA-SHA384-PSSZERO-Deterministic": Variant.PSSZERO_DETERMINISTIC,
}
VECTORS = {one["name"]: one for one in RFC["vectors"]}


def _private(p, q, e, d):
    return rsa.RSAPrivateNumbers(
        p,
        q,
        d,
        rsa.rsa_crt_dmp1(d, p),
        rsa.rsa_crt_dmq1(d, q),
        rsa.rsa_crt_iqmp(p, q),
        rsa.RSAPublicNumbers(e, p * q),
    ).private_key()


@pytest.fixture(scope="module")
def rfc_key():
    return _private(*(int(RFC["key"][name], 16) for name in "pqed"))


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


def test_all_four_variants_have_a_vector():
    assert VECTORS.keys() == VARIANTS.keys()


@pytest.mark.parametrize("name", VARIANTS)
def test_vectors_of_the_rfc(name, rfc_key):
    vector, variant, public = VECTORS[name], VARIANTS[name], rfc_key.public_key()
    given = {
        part: bytes.fromhex(vector[part])
        for part in ("msg", "msg_prefix", "salt", "blinded_msg", "blind_sig", "sig")
    }
    prepared = given["msg_prefix"] + given["msg"]
    assert len(given["msg_prefix"]) == variant.prefix_bytes
    assert len(given["salt"]) == variant.salt_bytes
    inverse = int(vector["inv"], 16)
    modulus = public.public_numbers().n
    blinded = blind.blind_with(public, prepared, given["salt"], pow(inverse, -1, modulus))
    assert blinded == blind.Blinded(given["blinded_msg"], inverse)
    assert blind.blind_sign(rfc_key, given["blinded_msg"]) == given["blind_sig"]
    assert blind.finalize(public, prepared, given["blind_sig"], inverse, variant) == given["sig"]


@settings(max_examples=15, deadline=None)
@given(message=st.binary(max_size=200), variant=st.sampled_from(Variant))
def test_what_is_signed_blind_verifies_and_nothing_else_does(key, message, variant):
    public = key.public_key()
    prepared = blind.prepare(message, variant)
    blinded = blind.blind(public, prepared, variant)
    answer = blind.blind_sign(key, blinded.message)
    signature = blind.finalize(public, prepared, answer, blinded.inverse, variant)
    assert blind.verify(public, prepared, signature, variant)
    assert not blind.verify(public, prepared + b"x", signature, variant)
    assert not blind.verify(public, prepared, answer, variant)
    others = [one for one in Variant if one.salt_bytes != variant.salt_bytes]
    assert not any(blind.verify(public, prepared, signature, one) for one in others)


def test_the_signer_sees_another_message_each_time(key):
    prepared = blind.prepare(b"a token", Variant.PSS_RANDOMIZED)
    seen = {
        blind.blind(key.public_key(), prepared, Variant.PSS_RANDOMIZED).message for _ in range(3)
    }
    assert len(seen) == 3


@pytest.mark.parametrize("variant", Variant)
def test_a_message_is_prepared_with_as_much_before_it_as_the_variant_says(variant):
    prepared = {blind.prepare(b"a token", variant) for _ in range(3)}
    assert {(len(one), one[-7:]) for one in prepared} == {(variant.prefix_bytes + 7, b"a token")}
    assert len(prepared) == (3 if variant.prefix_bytes else 1)


@pytest.mark.parametrize(("drawn", "factor"), [(lambda _: 0, 1), (lambda below: below - 1, -1)])
def test_factors_are_drawn_from_all_that_hide_and_no_others(key, monkeypatch, drawn, factor):
    """From 1 to the modulus less one: with another range some signings would be likelier."""
    modulus, message = key.public_key().public_numbers().n, bytes(255) + b"\x02"
    whole, seen = blind._private_power, []
    monkeypatch.setattr(blind.secrets, "randbelow", drawn)
    monkeypatch.setattr(
        blind,
        "_private_power",
        lambda private, number: seen.append(number) or whole(private, number),
    )
    blinded = blind.blind(key.public_key(), b"a token", Variant.PSS_DETERMINISTIC)
    assert blinded.inverse == factor % modulus
    blind.blind_sign(key, message)
    assert seen == [2 * factor % modulus]  # the exponent is odd


def test_what_unblinds_is_shown_in_no_log_and_does_not_change(key):
    blinded = blind.blind(key.public_key(), b"a token", Variant.PSS_DETERMINISTIC)
    assert str(blinded.inverse) not in repr(blinded)
    with pytest.raises(FrozenInstanceError):
        blinded.inverse = 1


@settings(max_examples=30, deadline=None)
@given(place=st.integers(0, 255), bit=st.integers(0, 7))
def test_a_signature_changed_anywhere_is_none(key, place, bit):
    public, variant = key.public_key(), Variant.PSSZERO_DETERMINISTIC
    blinded = blind.blind_with(public, b"words", b"", 7)
    answer = bytearray(blind.blind_sign(key, blinded.message))
    answer[place] ^= 1 << bit
    with pytest.raises(BlindError, match="no signature"):
        blind.finalize(public, b"words", bytes(answer), blinded.inverse, variant)


def test_what_is_no_blinded_message_is_not_signed(key):
    modulus = key.public_key().public_numbers().n
    for wrong in (b"", bytes(255), bytes(257)):
        with pytest.raises(BlindError, match="256 bytes"):
            blind.blind_sign(key, wrong)
    with pytest.raises(BlindError, match="below the modulus"):
        blind.blind_sign(key, modulus.to_bytes(256))
    with pytest.raises(BlindError, match="256 bytes"):
        blind.finalize(key.public_key(), b"", b"short", 1, Variant.PSS_RANDOMIZED)


def test_a_faulty_machine_gives_no_signature_away(key, monkeypatch):
    whole = blind._private_power
    monkeypatch.setattr(blind, "_private_power", lambda *given: whole(*given) ^ 1)
    with pytest.raises(BlindError, match="machine"):
        blind.blind_sign(key, bytes(255) + b"\x02")


def test_a_message_that_shares_a_factor_with_the_key_is_not_blinded(key):
    with pytest.raises(BlindError, match="cannot be blinded"):
        blind.blind_with(key.public_key(), b"words", b"", key.private_numbers().p)


def test_a_key_without_room_for_hash_and_salt_is_refused():
    with pytest.raises(BlindError, match="too small"):
        blind.encode(b"words", bytes(48), 776)
    assert len(blind.encode(b"words", bytes(48), 777)) == 98
