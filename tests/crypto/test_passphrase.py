"""Secrets under a passphrase: the right one opens, nothing else does, and costs are bounded."""

import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st
from low_costs import low_costs

from crypto.passphrase import LockError, PassphraseError, lock, unlock
from crypto.signing import canonical

WORDS = "four sealed words here"
CLEAR = {"format": "test/v1", "number": 3}
SECRET = bytes(range(40))
LOCKED = lock(SECRET, WORDS, CLEAR)
with low_costs():
    QUICK = lock(SECRET, WORDS, CLEAR)


def test_round_trip_and_what_stands_beside():
    assert unlock(LOCKED, WORDS) == SECRET
    assert {name: LOCKED[name] for name in CLEAR} == CLEAR
    assert LOCKED.keys() == {"format", "number", "kdf", "cipher"}
    assert {**LOCKED["kdf"], "salt": ""} == {
        "name": "argon2id", "iterations": 3, "lanes": 4, "memory_kib": 65536, "salt": "",
    }  # fmt: skip
    assert (len(LOCKED["kdf"]["salt"]), len(LOCKED["cipher"]["nonce"])) == (32, 24)
    assert LOCKED["cipher"]["name"] == "aes-256-gcm"
    assert len(LOCKED["cipher"]["ciphertext"]) == 2 * (40 + 16)


def test_the_format_is_what_the_document_says():
    """An independent reading: Argon2id of RFC 9106, AES-256-GCM, canonical JSON as AAD."""
    kdf, cipher = LOCKED["kdf"], LOCKED["cipher"]
    key = Argon2id(
        salt=bytes.fromhex(kdf["salt"]), length=32, iterations=3, lanes=4, memory_cost=65536
    ).derive(WORDS.encode())
    aad = canonical({**CLEAR, "kdf": kdf})
    nonce, text = bytes.fromhex(cipher["nonce"]), bytes.fromhex(cipher["ciphertext"])
    assert AESGCM(key).decrypt(nonce, text, aad) == SECRET


def test_nothing_repeats():
    again = lock(SECRET, WORDS, CLEAR)
    assert again["kdf"]["salt"] != LOCKED["kdf"]["salt"]
    assert again["cipher"]["nonce"] != LOCKED["cipher"]["nonce"]


def test_wrong_and_short_passphrases():
    assert unlock(QUICK, WORDS) == SECRET
    for wrong in ("", WORDS + " ", WORDS.upper()):
        with pytest.raises(PassphraseError, match="passphrase is wrong, or the file was altered"):
            unlock(QUICK, wrong)
    with pytest.raises(PassphraseError, match="at least 8 characters"):
        lock(SECRET, "1234567", CLEAR)
    with low_costs():
        assert unlock(lock(SECRET, "12345678", CLEAR), "12345678") == SECRET


def test_one_passphrase_on_two_keyboards():
    with low_costs():
        assert unlock(lock(SECRET, "caf\u00e9 au lait", {}), "cafe\u0301 au lait") == SECRET
        assert unlock(lock(SECRET, "\uff57\uff49\uff44\uff45 keys", {}), "wide keys") == SECRET


def changed(path, value):
    body = json.loads(json.dumps(QUICK))
    part = body
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("number",), 4),
        (("more",), 1),
        (("kdf", "salt"), "00" * 16),
        (("kdf", "more"), 1),
        (("cipher", "nonce"), "00" * 12),
        (("cipher", "nonce"), "00" * 4),
        (("cipher", "ciphertext"), "00" * 56),
        (("cipher", "ciphertext"), ""),
    ],
)
def test_what_was_altered_does_not_open(path, value):
    with pytest.raises(PassphraseError):
        unlock(changed(path, value), WORDS)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("kdf", "iterations"), 0),
        (("kdf", "iterations"), 33),
        (("kdf", "memory_kib"), "1024"),
        (("kdf", "iterations"), True),
        (("kdf", "iterations"), 3.0),
        (("kdf", "lanes"), 0),
        (("kdf", "lanes"), 17),
        (("kdf", "memory_kib"), 1023),
        (("kdf", "memory_kib"), 1_048_577),
        (("kdf", "name"), "scrypt"),
        (("kdf", "salt"), "no hex"),
        (("kdf",), None),
        (("cipher", "name"), "rot13"),
        (("cipher", "nonce"), 5),
        (("cipher",), []),
        (("number",), float("nan")),
    ],
)
def test_what_is_not_locked_is_told_before_any_cost_is_spent(path, value):
    with pytest.raises(LockError, match="locked"):
        unlock(changed(path, value), WORDS)


def test_costs_at_the_bounds_are_accepted():
    for name, value in (("memory_kib", 2048), ("iterations", 32), ("lanes", 16)):
        with pytest.raises(PassphraseError):
            unlock(changed(("kdf", name), value), WORDS)


@settings(max_examples=30)
@given(place=st.integers(0, 55), bit=st.integers(0, 7))
def test_any_bit_of_the_ciphertext(place, bit):
    text = bytearray.fromhex(QUICK["cipher"]["ciphertext"])
    text[place] ^= 1 << bit
    with pytest.raises(PassphraseError):
        unlock(changed(("cipher", "ciphertext"), text.hex()), WORDS)
