"""Opening: the private key, from its 32-byte seed, and what it opens.

Only ``observatory.custody`` and ``observatory.analysis.opening`` import this module. A seed exists
in memory only, from the moment both sides' shares are combined to the end of the run; Python
cannot promise to overwrite it, which is why a run belongs on a host of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from crypto.envelope import (
    BLOB_INFO,
    BLOB_LENGTH,
    BLOB_MAGIC,
    KEY_ID_BYTES,
    OVERHEAD,
    SUITE,
    Envelope,
    EnvelopeError,
    PublicKey,
    blob_size,
)

Seed = NewType("Seed", bytes)
MAC_LABEL = b"jio/state-mac/v1\x00"
SEED_BYTES = 32
_MLKEM_SEED_BYTES = 64
_EXPANDED_BYTES = 96


def new_seed() -> Seed:
    """Draw a seed from the operating system's generator."""
    return Seed(secrets.token_bytes(SEED_BYTES))


class PrivateKey:
    """The observatory's private key; it is never written anywhere.

    Attributes:
        public: the public key it opens for.
    """

    __slots__ = ("_key", "_mac_key", "public")

    def __init__(
        self, key: hpke.MLKEM768X25519PrivateKey, public: PublicKey, mac_key: bytes
    ) -> None:
        self._key = key
        self._mac_key = mac_key
        self.public = public

    @classmethod
    def from_seed(cls, seed: Seed) -> PrivateKey:
        """Derive the key pair: SHAKE256(seed, 96) gives ML-KEM's d and z, then X25519's scalar.

        Source: draft-connolly-cfrg-xwing-kem, section 5.2 (``expandDecapsulationKey``).

        Raises:
            EnvelopeError: the seed has not 32 bytes.
        """
        if len(seed) != SEED_BYTES:
            raise EnvelopeError(f"A seed has {SEED_BYTES} bytes; this one has {len(seed)}.")
        expanded = hashlib.shake_256(seed).digest(_EXPANDED_BYTES)
        lattice = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES])
        curve = x25519.X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_BYTES:])
        public = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        mac_key = hashlib.shake_256(MAC_LABEL + seed).digest(32)
        return cls(hpke.MLKEM768X25519PrivateKey(lattice, curve), PublicKey(public), mac_key)

    def authenticate(self, data: bytes) -> bytes:
        """Return a tag over data that only this private key can make (HMAC-SHA256, RFC 2104)."""
        return hmac.digest(self._mac_key, data, "sha256")

    def authenticates(self, data: bytes, tag: bytes) -> bool:
        """Tell whether this private key made the tag over these data."""
        return hmac.compare_digest(self.authenticate(data), tag)

    def decrypt(self, body: bytes, info: bytes) -> bytes:
        """Open ``enc || ciphertext`` under ``info``; the callers below name the parts.

        Raises:
            EnvelopeError: altered, or sealed to another key or context.
        """
        try:
            return SUITE.decrypt(body, self._key, info=info)
        except (InvalidTag, ValueError) as error:
            raise EnvelopeError(
                "The seal does not open: it was altered, or sealed to another key or purpose."
            ) from error

    def __repr__(self) -> str:
        return f"PrivateKey(opens {self.public.id.hex()})"

    def __reduce__(self) -> str:
        raise TypeError("A private key is never written down.")


def open_envelope(envelope: Envelope, private: PrivateKey) -> bytes:
    """Return the padded plaintext of one envelope.

    Raises:
        EnvelopeError: sealed to another key, or altered anywhere.
    """
    if envelope.key_id != private.public.id:
        raise EnvelopeError(
            f"Sealed to key {envelope.key_id.hex()}, not to {private.public.id.hex()}."
        )
    return private.decrypt(envelope.body, envelope.info)


def open_blob(private: PrivateKey, name: str, blob: bytes) -> bytes:
    """Return the data that ``crypto.envelope.seal_blob`` sealed under this name.

    Raises:
        EnvelopeError: no blob, another key, another name, altered, or not canonically padded.
    """
    start = len(BLOB_MAGIC) + KEY_ID_BYTES
    if blob[: len(BLOB_MAGIC)] != BLOB_MAGIC or len(blob) < start + OVERHEAD + BLOB_LENGTH.size:
        raise EnvelopeError(f"{name}: not a sealed state of version 1.")
    key_id = blob[len(BLOB_MAGIC) : start]
    if key_id != private.public.id:
        raise EnvelopeError(
            f"{name}: sealed to key {key_id.hex()}, not to {private.public.id.hex()}."
        )
    padded = private.decrypt(blob[start:], BLOB_INFO + name.encode())
    (length,) = BLOB_LENGTH.unpack_from(padded)
    data, padding = padded[BLOB_LENGTH.size :][:length], padded[BLOB_LENGTH.size + length :]
    if len(data) != length or len(padded) != blob_size(length) or padding.strip(b"\x00"):
        raise EnvelopeError(f"{name}: the sealed state is not padded as version 1 pads.")
    return data
