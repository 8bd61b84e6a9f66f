"""The intake host's own key: it signs batches, and can open nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from observatory import durable
from observatory.errors import BadInputError, ResourceError

FILE_NAME = "host-key.json"
SCHEMA = "joint-integrity-observatory/host-key/1"
LABEL = b"jio/batch/v1\x00"


def fingerprint(public: bytes) -> str:
    """Return what both sides compare by voice: SHA-256 of the host's public key, hex."""
    return hashlib.sha256(public).hexdigest()


def in_groups(fingerprint: str) -> str:
    """Return a fingerprint as it is read out, four digits at a time."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def own_key(folder: Path) -> Ed25519PrivateKey:
    """Return this host's key; it is made when first needed.

    Raises:
        BadInputError: the file is no host key.
        ResourceError: the disk refuses.
    """
    path = folder / FILE_NAME
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        body = {"schema": SCHEMA, "private": key.private_bytes_raw().hex()}
        try:
            durable.write(path, json.dumps(body).encode() + b"\n")
        except OSError as error:
            raise ResourceError(f"{path} cannot be written: {error.strerror}.") from error
        return key
    try:
        body = json.loads(path.read_text("ascii"))
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(body["private"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{path} cannot be read as this host's key.") from error


def sign(key: Ed25519PrivateKey, digest: bytes) -> bytes:
    """Return the host's signature over the SHA-256 of a batch."""
    return key.sign(LABEL + digest)


def signed(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Tell whether the host of this public key signed a batch of this SHA-256."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, LABEL + digest)
    except (InvalidSignature, ValueError):
        return False
    return True
