"""Sealing: the envelope's bytes, the public key, and nothing that could open one.

The format is specified in ``docs/envelope.md``; the numbers here are that document's numbers.
The intake process imports this module, so it must never import the opening half
(``crypto.xwing``, ``crypto.shares``).

An envelope is ``header || enc || ciphertext``; the 15-byte header is all that is clear, and it is
bound into the encryption through HPKE's ``info`` (RFC 9180, base mode, X-Wing).
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from crypto.errors import CryptoError

MAGIC = b"JIO1"
BLOB_MAGIC = b"JIS1"
KEY_LABEL = b"jio/key/v1"
ENVELOPE_INFO = b"joint-integrity-observatory/envelope/v1\x00"
BLOB_INFO = b"joint-integrity-observatory/state/v1\x00"

BUCKETS: dict[int, int] = {1: 4096, 2: 16384, 3: 65536}
"""Bucket number -> size of the padded plaintext in bytes."""

MLKEM_PUBLIC_BYTES = 1184
X25519_PUBLIC_BYTES = 32
PUBLIC_KEY_BYTES = MLKEM_PUBLIC_BYTES + X25519_PUBLIC_BYTES
KEY_ID_BYTES = 8
ENC_BYTES = 1120
TAG_BYTES = 16
OVERHEAD = ENC_BYTES + TAG_BYTES
FIRST_QUARTER, LAST_QUARTER = 2000 * 4, 9999 * 4 + 3
BLOB_MINIMUM = 4096
BLOB_LENGTH = struct.Struct(">Q")

_HEADER = struct.Struct(">4s8sBH")
HEADER_BYTES = _HEADER.size
_FIELD_PRIME = 2**255 - 19

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class EnvelopeError(CryptoError):
    """An envelope, a blob or a public key is not what the format allows."""


@dataclass(frozen=True)
class PublicKey:
    """The observatory's public key: anyone may seal to it, both sides are needed to open.

    Attributes:
        raw: 1216 bytes, ML-KEM-768 encapsulation key (1184) then X25519 public key (32).

    Raises:
        EnvelopeError: wrong length, coefficients out of range (FIPS 203, 7.2), an X25519 value
            that is not in canonical form or of small order.
    """

    raw: bytes
    _key: hpke.MLKEM768X25519PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.raw) != PUBLIC_KEY_BYTES:
            raise EnvelopeError(
                f"A public key has {PUBLIC_KEY_BYTES} bytes; this one has {len(self.raw)}."
            )
        lattice, curve = self.raw[:MLKEM_PUBLIC_BYTES], self.raw[MLKEM_PUBLIC_BYTES:]
        # Two byte strings for one key would give it two ids; RFC 7748 would accept both.
        if int.from_bytes(curve, "little") >= _FIELD_PRIME:
            raise EnvelopeError("The public key's X25519 part is not in canonical form.")
        try:
            first = mlkem.MLKEM768PublicKey.from_public_bytes(lattice)
            second = x25519.X25519PublicKey.from_public_bytes(curve)
            # Refuses points of small order, which would make that half's secret known to all.
            x25519.X25519PrivateKey.from_private_bytes(bytes(range(32))).exchange(second)
        except ValueError as error:
            raise EnvelopeError("These bytes are not a valid X-Wing public key.") from error
        object.__setattr__(self, "_key", hpke.MLKEM768X25519PublicKey(first, second))

    @property
    def id(self) -> bytes:
        """The key's 8-byte id: the start of SHA-256 over a label and the key."""
        return hashlib.sha256(KEY_LABEL + self.raw).digest()[:KEY_ID_BYTES]

    def __repr__(self) -> str:
        return f"PublicKey({self.id.hex()})"


def bucket_for(length: int) -> int:
    """Return the smallest bucket that holds ``length`` bytes.

    Raises:
        EnvelopeError: no bucket holds that many.
    """
    for bucket, size in BUCKETS.items():
        if length <= size:
            return bucket
    raise EnvelopeError(f"{length} bytes fit no envelope; the largest holds {BUCKETS[3]}.")


@dataclass(frozen=True)
class Envelope:
    """One sealed report.

    Attributes:
        key_id: id of the key it is sealed to, 8 bytes.
        bucket: 1, 2 or 3.
        quarter: retention quarter, year * 4 + (quarter - 1).
        body: HPKE ``enc`` (1120 bytes) and ciphertext (bucket size + 16).

    Raises:
        EnvelopeError: a part is out of range or of the wrong length.
    """

    key_id: bytes
    bucket: int
    quarter: int
    body: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key_id) != KEY_ID_BYTES:
            raise EnvelopeError(f"A key id has {KEY_ID_BYTES} bytes.")
        if self.bucket not in BUCKETS:
            raise EnvelopeError(f"There is no size bucket {self.bucket}; there are 1, 2 and 3.")
        if not FIRST_QUARTER <= self.quarter <= LAST_QUARTER:
            raise EnvelopeError(f"{self.quarter} is no retention quarter.")
        expected = BUCKETS[self.bucket] + OVERHEAD
        if len(self.body) != expected:
            raise EnvelopeError(
                f"An envelope of bucket {self.bucket} has {HEADER_BYTES + expected} bytes;"
                f" this one has {HEADER_BYTES + len(self.body)}: cut, extended or mislabelled."
            )

    @property
    def header(self) -> bytes:
        """The 15 clear bytes."""
        return _HEADER.pack(MAGIC, self.key_id, self.bucket, self.quarter)

    @property
    def info(self) -> bytes:
        """The context HPKE binds: label, zero byte, header."""
        return ENVELOPE_INFO + self.header

    def to_bytes(self) -> bytes:
        """Return the envelope's one encoding."""
        return self.header + self.body

    @classmethod
    def from_bytes(cls, data: bytes) -> Envelope:
        """Parse an envelope; nothing is decrypted.

        Raises:
            EnvelopeError: not an envelope of this version, or not whole.
        """
        if data[: len(MAGIC)] != MAGIC:
            raise EnvelopeError("Not a sealed envelope of version 1: it does not begin with JIO1.")
        if len(data) < HEADER_BYTES:
            raise EnvelopeError(f"An envelope's header has {HEADER_BYTES} bytes; it was cut.")
        _, key_id, bucket, quarter = _HEADER.unpack_from(data)
        return cls(key_id, bucket, quarter, bytes(data[HEADER_BYTES:]))


def seal(padded: bytes, public: PublicKey, quarter: int) -> Envelope:
    """Seal a padded plaintext of exactly a bucket's size.

    Args:
        padded: 4096, 16384 or 65536 bytes (``observatory.complaint.plaintext.encode``).
        public: the key to seal to.
        quarter: retention quarter, year * 4 + (quarter - 1), of receipt.

    Raises:
        EnvelopeError: the plaintext is of no bucket's size, or the quarter out of range.
    """
    bucket = bucket_for(len(padded))
    if len(padded) != BUCKETS[bucket]:
        raise EnvelopeError("Only a padded plaintext can be sealed: its length is no bucket's.")
    # A draft of zeros lets the one validating constructor check the header before sealing.
    draft = Envelope(public.id, bucket, quarter, bytes(len(padded) + OVERHEAD))
    body = SUITE.encrypt(padded, public._key, info=draft.info)  # noqa: SLF001
    return Envelope(public.id, bucket, quarter, body)


def blob_size(length: int) -> int:
    """Return the padded size of a blob of ``length`` bytes: the next power of two, from 4096.

    A blob's exact length would tell how many reports a month had, which the dummies among the
    envelopes hide to the same power of two.
    """
    return max(BLOB_MINIMUM, 1 << (length + BLOB_LENGTH.size - 1).bit_length())


def seal_blob(public: PublicKey, name: str, data: bytes) -> bytes:
    """Seal run state under a name; it opens under that name only.

    The bytes are ``JIS1 || key id || enc || ciphertext`` over ``u64 length || data || zeros`` up to
    a power of two.
    """
    padded = BLOB_LENGTH.pack(len(data)) + data
    padded = padded.ljust(blob_size(len(data)), b"\x00")
    body = SUITE.encrypt(padded, public._key, info=BLOB_INFO + name.encode())  # noqa: SLF001
    return BLOB_MAGIC + public.id + body
