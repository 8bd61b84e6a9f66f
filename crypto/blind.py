"""Blind RSA signatures, RFC 9474: RSABSSA-SHA384, all four variants.

The client blinds a message, the server signs what it cannot read, the client unblinds. The server
cannot tell later which signing a signature came from. The encoding is EMSA-PSS of RFC 8017, section
9.1, with SHA-384 and MGF1 of SHA-384.

**Not constant time.** This is arithmetic on Python integers: how long it takes depends on them.

- *Blinding and unblinding* (:func:`blind`, :func:`finalize`) run on the client's device. Whoever
  can time it closely could learn something of the blinding factor, and with it link a signature
  to its signing. Such a person can mostly read the device too.
- *Signing* (:func:`blind_sign`) runs on the server's. ``cryptography`` has no private operation
  without padding, so it is done here. Each input is first multiplied by ``r^e`` for a fresh random
  ``r`` (RFC 9474, section 7.1): whoever sends chosen inputs and times the answers times
  exponentiations of random numbers. The exponents stay the same, so signing belongs on a machine
  that no sender can measure: offline, in batches.
- *Verifying* uses public values only.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from crypto.errors import CryptoError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

HASH_BYTES = 48
PREFIX_BYTES = 32


class BlindError(CryptoError):
    """A blind signature cannot be made or is none; no message holds a secret."""


class Variant(Enum):
    """The named variants of RFC 9474, section 5: length of the salt and of the message's prefix."""

    PSS_RANDOMIZED = (HASH_BYTES, PREFIX_BYTES)
    PSSZERO_RANDOMIZED = (0, PREFIX_BYTES)
    PSS_DETERMINISTIC = (HASH_BYTES, 0)
    PSSZERO_DETERMINISTIC = (0, 0)

    @property
    def salt_bytes(self) -> int:
        """Length of the PSS salt."""
        return self.value[0]

    @property
    def prefix_bytes(self) -> int:
        """Length of the random prefix that :func:`prepare` puts before a message."""
        return self.value[1]


@dataclass(frozen=True)
class Blinded:
    """What :func:`blind` gives.

    Attributes:
        message: what the server is to sign; as long as the modulus.
        inverse: what only the client holds, to unblind with.
    """

    message: bytes
    inverse: int = field(repr=False)


def prepare(message: bytes, variant: Variant) -> bytes:
    """Return the input message: a fresh random prefix before it, where the variant has one."""
    return secrets.token_bytes(variant.prefix_bytes) + message


def blind(public: RSAPublicKey, prepared: bytes, variant: Variant) -> Blinded:
    """Blind an input message (RFC 9474, section 4.2).

    Args:
        public: the server's key.
        prepared: what :func:`prepare` gave.
        variant: says how long the salt is.

    Raises:
        BlindError: the key is too small for the encoding, or shares a factor with it.
    """
    modulus = public.public_numbers().n
    salt = secrets.token_bytes(variant.salt_bytes)
    while True:
        factor = 1 + secrets.randbelow(modulus - 1)
        if math.gcd(factor, modulus) == 1:
            return blind_with(public, prepared, salt, factor)


def blind_with(public: RSAPublicKey, prepared: bytes, salt: bytes, factor: int) -> Blinded:
    """Blind with a given salt and factor: for test vectors. Both MUST be random and used once.

    Raises:
        BlindError: as :func:`blind`; or the factor has no inverse.
    """
    numbers = public.public_numbers()
    encoded = int.from_bytes(encode(prepared, salt, numbers.n.bit_length() - 1))
    if math.gcd(encoded, numbers.n) != 1 or math.gcd(factor, numbers.n) != 1:
        raise BlindError("This message cannot be blinded under this key.")
    blinded = encoded * pow(factor, numbers.e, numbers.n) % numbers.n
    return Blinded(blinded.to_bytes(_size(public)), pow(factor, -1, numbers.n))


def blind_sign(private: RSAPrivateKey, blinded: bytes) -> bytes:
    """Sign a blinded message (RFC 9474, section 4.3), and check the result before it is given away.

    A signature spoilt by a fault of the machine would give the key away (Boneh, DeMillo, Lipton).

    Raises:
        BlindError: the input is not as long as the modulus, or not below it; or the machine failed.
    """
    public = private.public_key()
    numbers = public.public_numbers()
    if len(blinded) != _size(public):
        raise BlindError(f"A blinded message has {_size(public)} bytes, not {len(blinded)}.")
    message = int.from_bytes(blinded)
    if message >= numbers.n:
        raise BlindError("A blinded message is below the modulus.")
    while True:
        factor = 1 + secrets.randbelow(numbers.n - 1)
        if math.gcd(factor, numbers.n) == 1:
            break
    hidden = message * pow(factor, numbers.e, numbers.n) % numbers.n
    signature = _private_power(private, hidden) * pow(factor, -1, numbers.n) % numbers.n
    if pow(signature, numbers.e, numbers.n) != message:
        raise BlindError("Signing failed: the machine computed something else than a signature.")
    return signature.to_bytes(_size(public))


def finalize(
    public: RSAPublicKey, prepared: bytes, blind_signature: bytes, inverse: int, variant: Variant
) -> bytes:
    """Unblind a signature, and return it if it is one (RFC 9474, section 4.4).

    Raises:
        BlindError: it has another length, or is no signature of this message.
    """
    if len(blind_signature) != _size(public):
        raise BlindError(f"A signature has {_size(public)} bytes, not {len(blind_signature)}.")
    modulus = public.public_numbers().n
    signature = (int.from_bytes(blind_signature) * inverse % modulus).to_bytes(_size(public))
    if not verify(public, prepared, signature, variant):
        raise BlindError("What came back is no signature of this message under this key.")
    return signature


def verify(public: RSAPublicKey, prepared: bytes, signature: bytes, variant: Variant) -> bool:
    """Tell whether a signature is one of an input message (RSASSA-PSS-VERIFY, RFC 8017, 8.1.2)."""
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), variant.salt_bytes)
    try:
        public.verify(signature, prepared, scheme, hashes.SHA384())
    except (InvalidSignature, ValueError):
        return False
    return True


def encode(message: bytes, salt: bytes, bits: int) -> bytes:
    """Return EMSA-PSS-ENCODE (RFC 8017, section 9.1.1) with SHA-384, for a given salt.

    Args:
        message: what is signed.
        salt: random bytes, or none.
        bits: the greatest length of the result in bits: the modulus' less one.

    Raises:
        BlindError: the result has no room for hash and salt.
    """
    size = (bits + 7) // 8
    if size < HASH_BYTES + len(salt) + 2:
        raise BlindError("The key is too small for this encoding.")
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = (b"\x01" + salt).rjust(size - HASH_BYTES - 1, b"\x00")
    masked = bytearray(a ^ b for a, b in zip(block, _mask(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + b"\xbc"


def _mask(seed: bytes, length: int) -> bytes:
    """Return MGF1 with SHA-384 (RFC 8017, appendix B.2.1)."""
    blocks = -(-length // HASH_BYTES)
    made = (hashlib.sha384(seed + count.to_bytes(4)).digest() for count in range(blocks))
    return b"".join(made)[:length]


def _private_power(private: RSAPrivateKey, number: int) -> int:
    """Return ``number ** d`` modulo ``n``, by the Chinese remainder theorem."""
    key = private.private_numbers()
    first, second = pow(number, key.dmp1, key.p), pow(number, key.dmq1, key.q)
    return second + key.q * ((first - second) * key.iqmp % key.p)


def _size(public: RSAPublicKey) -> int:
    return (public.key_size + 7) // 8
