"""Signatures of both sides: Ed25519 keys under passphrases, over RFC 8785 bytes.

A signer's private key lives in a file on the signer's own machine, encrypted under a passphrase;
the server holds public keys only. "Signed by both" means one valid signature of a signer of each
side over the same canonical bytes. Whoever acts on it verifies it again, each time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto import passphrase as passphrases
from crypto.errors import CryptoError
from crypto.passphrase import LockError, PassphraseError
from crypto.sides import SIDES, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

SIGNED_LABEL = b"jio/signed/v1\x00"
FORMAT = "jio-signer/v1"
MIN_PASSPHRASE = passphrases.MINIMUM
MAX_FILE_BYTES = 16_384


class SignatureError(CryptoError):
    """A signature is missing or wrong, or a signer's file cannot be used."""


@dataclass(frozen=True)
class Signer:
    """Who may sign for a side: what the policy holds about a signer.

    Attributes:
        side: the side the signer signs for.
        name: such as ``customs-signer-1``; for people, not verified.
        public_key: Ed25519 public key, 64 hex digits.
    """

    side: Side
    name: str
    public_key: str

    def to_json(self) -> dict[str, str]:
        """Return the signer as the policy writes it."""
        return {"side": self.side, "name": self.name, "public_key": self.public_key}


def canonical(obj: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON object.

    Raises:
        SignatureError: it has no canonical form (a non-string key, NaN, an integer past 2^53).
    """
    try:
        return rfc8785.dumps(obj)
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise SignatureError(f"This cannot be signed: {type(error).__name__}.") from error


def message(obj: Any) -> bytes:
    """Return the exact bytes a signature covers: a label, then the canonical object."""
    return SIGNED_LABEL + canonical(obj)


@dataclass(frozen=True)
class SigningKey:
    """A signer's private key, unlocked in memory.

    Attributes:
        signer: side, name and public key.
        document: the bytes of the signer's file, in which the key is locked.
    """

    signer: Signer
    document: bytes = field(repr=False)
    _private: Ed25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def create(cls, side: Side, number: int, passphrase: str) -> SigningKey:
        """Make a key and lock it under a passphrase; nothing is written.

        Raises:
            SignatureError: the passphrase is shorter than eight characters.
        """
        if side not in SIDES:
            raise SignatureError("A signer signs for customs or for business.")
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw().hex()
        signer = Signer(side, f"{side}-signer-{number}", public)
        clear = {"format": FORMAT, **signer.to_json(), "number": number}
        try:
            locked = passphrases.lock(private.private_bytes_raw(), passphrase, clear)
        except PassphraseError as error:
            raise SignatureError(str(error)) from error
        document = json.dumps(locked, indent=2, sort_keys=True).encode() + b"\n"
        return cls(signer, document, private)

    @classmethod
    def load(cls, path: Path, passphrase: str) -> SigningKey:
        """Unlock a signer's file.

        Raises:
            SignatureError: no such file, not a signer's file, altered, or a wrong passphrase.
        """
        try:
            with path.open("rb") as file:
                document = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise SignatureError(f"{path}: cannot be read ({error.strerror}).") from error
        if len(document) > MAX_FILE_BYTES:
            raise SignatureError(f"{path}: too large to be a signer's file.")
        return cls.unlock(document, passphrase, label=str(path))

    @classmethod
    def unlock(cls, document: bytes, passphrase: str, *, label: str) -> SigningKey:
        """Unlock the bytes of a signer's file; ``label`` names it in messages.

        Raises:
            SignatureError: not a signer's file, altered, or a wrong passphrase.
        """
        try:
            locked = json.loads(document)
            signer = Signer(locked["side"], locked["name"], locked["public_key"])
            if locked["format"] != FORMAT or signer.side not in SIDES:
                raise SignatureError(f"{label}: a signer's file of another version.")
            # Side, name and costs are authenticated with the key: an edited file does not open.
            private = Ed25519PrivateKey.from_private_bytes(passphrases.unlock(locked, passphrase))
        except PassphraseError as error:
            raise SignatureError(f"{label}: {error}.") from None
        except (LockError, ValueError, KeyError, TypeError, RecursionError):
            raise SignatureError(f"{label}: not a signer's file.") from None
        if private.public_key().public_bytes_raw().hex() != signer.public_key:
            raise SignatureError(f"{label}: its public key is not its private key's.")
        return cls(signer, document, private)

    def sign(self, obj: Any) -> dict[str, str]:
        """Return the signature record of this signer over a JSON object."""
        return {
            "side": self.signer.side,
            "signer": self.signer.public_key,
            "signature": self._private.sign(message(obj)).hex(),
        }

    def __reduce__(self) -> str:
        raise TypeError("A signing key is never written down.")


def verify(
    obj: Any,
    signatures: Iterable[Mapping[str, str]],
    signers: Mapping[str, Sequence[str]],
) -> set[Side]:
    """Return the sides that validly signed an object.

    An unknown signer, a record that claims another side than the signer's, a malformed record and
    a repeated one add nothing.

    Args:
        obj: a JSON object.
        signatures: records as ``SigningKey.sign`` makes them.
        signers: side -> its signers' public keys in hex, from the policy.

    Raises:
        SignatureError: one key is on both sides, a side is neither, or there is no canonical form.
    """
    sides_of = _by_key(signers)
    signed = message(obj)
    sides: set[Side] = set()
    for record in signatures:
        if not isinstance(record, dict) or not isinstance(record.get("signer"), str):
            continue
        key = record["signer"].lower()
        side = sides_of.get(key)
        if side is None or side in sides or record.get("side") != side:
            continue
        if _valid(key, record.get("signature"), signed):
            sides.add(side)
    return sides


def signed_by_both(
    obj: Any,
    signatures: Iterable[Mapping[str, str]],
    signers: Mapping[str, Sequence[str]],
) -> None:
    """Return only if a signer of each side validly signed the object; arguments as ``verify``.

    Raises:
        SignatureError: names the side or sides whose signature is missing.
    """
    sides = verify(obj, signatures, signers)
    missing = [side for side in SIDES if side not in sides]
    if missing:
        raise SignatureError(
            f"Not signed by both sides: a valid signature of {' and of '.join(missing)} is missing."
        )


def _by_key(signers: Mapping[str, Sequence[str]]) -> dict[str, Side]:
    """Return public key -> side; a key of both sides would let one person sign for both."""
    sides_of: dict[str, Side] = {}
    if set(signers) - set(SIDES):
        raise SignatureError("There are signers of customs and of business, and no others.")
    for side in SIDES:
        for key in signers.get(side, ()):
            if sides_of.setdefault(key.lower(), side) != side:
                raise SignatureError(f"Signer {key[:16]}... is on both sides.")
    return sides_of


def _valid(public_key: str, signature: Any, signed: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), signed)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
