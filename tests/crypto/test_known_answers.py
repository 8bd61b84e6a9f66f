"""What others published: the vectors of every standard that sealing, custody and signing rest on.

``known_answers.json`` names the source of each. Elsewhere: X-Wing's own in ``test_xwing``, RFC
9162's trees in ``test_merkle``, this format's in ``test_vectors``.
"""

import json
import struct
from pathlib import Path

import pytest
import xwing_reference as reference
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pyhpke import AEADId, CipherSuite, KDFId, KEMId
from shamir_mnemonic import combine_mnemonics
from shamir_mnemonic.utils import MnemonicError

from crypto import group, signing
from crypto.envelope import SUITE
from crypto.shares import ShareError, Slip39, parse
from crypto.signing import SignatureError, canonical
from crypto.xwing import PrivateKey, Seed

ANSWERS = json.loads(Path(__file__).with_name("known_answers.json").read_text())
RFC9180 = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def raw(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


def test_hpke_of_rfc_9180():
    """The library whose HPKE seals envelopes, with the KEM for which the RFC has vectors."""
    vector = ANSWERS["hpke_x25519"]
    secret, public, enc, info, aad, plain, cipher = raw(
        vector, "skRm", "pkRm", "enc", "info", "aad", "pt", "ct"
    )
    key = X25519PrivateKey.from_private_bytes(secret)
    assert key.public_key().public_bytes_raw() == public
    # A vector has associated data, which the public call leaves empty; both are one function.
    assert openssl.hpke._decrypt_with_aad(RFC9180, enc + cipher, key, info, aad) == plain
    assert type(SUITE) is type(RFC9180)


@pytest.mark.parametrize("size", [0, 1, 4096, 65536])
def test_hpke_of_another_library(size):
    suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
    pair = suite.kem.derive_key_pair(b"any thirty-two bytes or more of it")
    ours = X25519PrivateKey.from_private_bytes(pair.private_key.to_private_bytes())
    plain, info = bytes(i % 251 for i in range(size)), b"joint-integrity-observatory\x00"
    enc, sender = suite.create_sender_context(pair.public_key, info)
    assert RFC9180.decrypt(enc + sender.seal(plain), ours, info=info) == plain
    sealed = RFC9180.encrypt(plain, ours.public_key(), info=info)
    receiver = suite.create_recipient_context(sealed[:32], pair.private_key, info)
    assert receiver.open(sealed[32:]) == plain


def test_hpke_with_xwing():
    """The published vector seals with ChaCha20-Poly1305; all before the cipher is ours."""
    vector = ANSWERS["hpke_xwing"]
    secret, public, enc, info, eseed = raw(vector, "skRm", "pkRm", "enc", "info", "ikmE")
    private = PrivateKey.from_seed(Seed(secret))
    assert private.public.raw == public
    shared, made = reference.encapsulate(public, eseed)
    assert (shared.hex(), made) == (vector["shared_secret"], enc)
    key, nonce = reference.key_schedule(shared, info, aead=3)
    assert (key.hex(), nonce.hex()) == (vector["key"], vector["base_nonce"])
    aad, plain, cipher = raw(vector, "aad", "pt", "ct")
    assert ChaCha20Poly1305(key).decrypt(nonce, cipher, aad) == plain
    # The reference that just proved itself seals with AES-256-GCM, and the product opens that.
    sealed = reference.hpke_seal(public, plain, info, eseed)
    assert sealed.startswith(enc)
    assert private.decrypt(sealed, info) == plain


SLIP39 = ANSWERS["slip39"]["vectors"]


@pytest.mark.parametrize("vector", SLIP39, ids=lambda v: v["name"])
def test_slip39(vector):
    if vector["secret"]:
        assert combine_mnemonics(vector["mnemonics"], b"TREZOR").hex() == vector["secret"]
    else:
        with pytest.raises(MnemonicError):
            combine_mnemonics(vector["mnemonics"], b"TREZOR")
    # None is of an observatory's key, which has two groups of which both are needed.
    for mnemonic in vector["mnemonics"]:
        with pytest.raises(ShareError, match=r"not of an observatory's key|checksum fails"):
            parse(mnemonic, "sheet")


@pytest.mark.parametrize("vector", [v for v in SLIP39 if "Basic sharing" in v["name"]][:1])
def test_slip39_splits_prove_themselves(vector):
    """Our interpolation and digest, on members' shares that others split."""
    read = [Slip39.from_mnemonic(mnemonic) for mnemonic in vector["mnemonics"]]
    points = {share.index: share.value for share in read}
    assert group._digest_holds(points)
    first = read[0]
    assert not group._digest_holds({**points, first.index: bytes(len(first.value))})


@pytest.mark.parametrize("name", ANSWERS["canonical"]["vectors"])
def test_canonical_json_of_rfc_8785(name):
    vector = ANSWERS["canonical"]["vectors"][name]
    assert canonical(json.loads(vector["input"])).hex() == vector["output"]


# RFC 8785, appendix B: IEEE 754 bits -> text.
NUMBERS = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""


@pytest.mark.parametrize("line", NUMBERS.split("\n")[1:-1])
def test_numbers_of_rfc_8785(line):
    bits, text = line.split()
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == text.encode()


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_no_numbers_of_rfc_8785(bits):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    with pytest.raises(SignatureError, match="cannot be signed"):
        canonical(number)


ED25519 = ANSWERS["ed25519"]["vectors"]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize("vector", ED25519, ids=lambda v: v["public"][:8])
def test_ed25519_of_rfc_8032(vector):
    secret, public, text, signature = raw(vector, "secret", "public", "message", "signature")
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert key.public_key().public_bytes_raw() == public
    assert key.sign(text) == signature
    assert signing._valid(vector["public"], vector["signature"], text)
    assert not signing._valid(vector["public"], vector["signature"], text + b"\x00")
    # Section 5.1.7: S must be below the group's order, or a signature would have a second form.
    second = int.from_bytes(signature[32:], "little") + ORDER
    other = signature[:32] + second.to_bytes(32, "little")
    assert not signing._valid(vector["public"], other.hex(), text)


def test_argon2id_of_rfc_9106():
    """Section 5.3; the product gives no secret and no associated data."""
    made = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        secret=b"\x03" * 8,
        ad=b"\x04" * 12,
    ).derive(b"\x01" * 32)
    assert made.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
