"""Signed files: what both sides decide, as JSON that each signer signs where the signer likes.

``{"signed": {"schema": "joint-integrity-observatory/<what>/1", ...}, "signatures": [...]}``. A
signature covers the RFC 8785 form of ``signed`` (``docs/envelope.md``, section 9); spacing and the
order of keys in the file do not matter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crypto import signing
from crypto.errors import CryptoError
from crypto.sides import Side
from crypto.signing import SigningKey
from observatory import durable
from observatory.errors import BadInputError, IntegrityError, ResourceError

MAX_BYTES = 16 * 1024 * 1024
_SCHEMA = re.compile(r"joint-integrity-observatory/([a-z0-9-]+)/([0-9]{1,4})")


@dataclass(frozen=True)
class SignedFile:
    """A body and who signed it.

    Attributes:
        signed: the body, a JSON object with a ``schema``.
        signatures: records of ``crypto.signing``.
    """

    signed: Mapping[str, Any]
    signatures: Sequence[Mapping[str, str]] = ()

    @property
    def what(self) -> str:
        """What it is, from its schema: ``policy``, ``audit-head``."""
        found = _SCHEMA.fullmatch(str(self.signed.get("schema")))
        return found[1] if found else ""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical body, hexadecimal: its name on the docket."""
        return hashlib.sha256(signing.canonical(self.signed)).hexdigest()

    def with_signature(self, key: SigningKey) -> SignedFile:
        """Return the file with this signer's signature; one the signer made before is replaced."""
        others = [one for one in self.signatures if one.get("signer") != key.signer.public_key]
        return replace(self, signatures=[*others, key.sign(self.signed)])

    def sides(self, signers: Mapping[str, Sequence[str]]) -> set[Side]:
        """Return the sides that validly signed; ``signers`` as the policy lists them."""
        return signing.verify(self.signed, self.signatures, signers)

    def verify(self, signers: Mapping[str, Sequence[str]]) -> None:
        """Return only if a signer of each side signed.

        Raises:
            IntegrityError: a side's valid signature is missing.
        """
        try:
            signing.signed_by_both(self.signed, self.signatures, signers)
        except CryptoError as error:
            raise IntegrityError(
                f"{error} Have a signer of each side sign it (observatory sign FILE --key KEY)."
            ) from error

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        body = {"signed": self.signed, "signatures": list(self.signatures)}
        return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Raises:
            ResourceError: the disk refuses; a file that was there is unchanged.
        """
        try:
            durable.write(path, self.to_bytes())
        except OSError as error:
            raise ResourceError(f"{path} cannot be written: {error.strerror}.") from error


def propose(path: Path, signed: Mapping[str, Any]) -> SignedFile:
    """Write a new file for signers to sign; a file that is there is never overwritten.

    Raises:
        BadInputError: there is such a file, or the body cannot be signed.
        ResourceError: the disk refuses.
    """
    if path.exists() or path.is_symlink():
        raise BadInputError(f"{path} is there already. Name a new file for the proposal.")
    proposal = from_bytes(SignedFile(signed).to_bytes(), label=str(path))
    proposal.write(path)
    return proposal


def read(path: Path, what: str | None = None) -> SignedFile:
    """Read a signed file; who signed it is another question (:meth:`SignedFile.verify`).

    Args:
        path: the file.
        what: refuse anything else, such as ``policy``.

    Raises:
        BadInputError: there is no such file, or it is no signed file, or of something else.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{path} cannot be opened: {error.strerror}.") from error
    found = from_bytes(data, label=str(path))
    if what is not None and found.what != what:
        raise BadInputError(f"{path} is a signed file of another kind: {found.what}, not {what}.")
    return found


def from_bytes(data: bytes, *, label: str) -> SignedFile:
    """Read the bytes of a signed file; ``label`` names it in messages.

    Raises:
        BadInputError: it is none.
    """
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        body = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
        signed, signatures = body.pop("signed"), body.pop("signatures")
        if body or not _SCHEMA.fullmatch(signed["schema"]) or not _records(signatures):
            raise ValueError("other parts than a signed file has")
        signing.canonical(signed)
    except (CryptoError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInputError(
            f"{label} is not a file that can be signed: it needs 'signed' with a 'schema' of this "
            "observatory, and 'signatures'. Give the file as the command wrote it."
        ) from error
    return SignedFile(signed, signatures)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that is there twice: two readers could see two different things signed."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _records(signatures: Any) -> bool:
    names = {"side", "signer", "signature"}
    return isinstance(signatures, list) and all(
        isinstance(one, dict)
        and one.keys() == names
        and all(isinstance(value, str) for value in one.values())
        for one in signatures
    )


def in_words(signed: Mapping[str, Any]) -> list[str]:
    """Return a body line by line, every value of it, safe to show on a terminal."""
    return [f"{name}: {json.dumps(value)}" for name, value in _leaves(signed)]


def _leaves(value: Any, name: str = "") -> list[tuple[str, Any]]:
    # A key may hold anything, a control sequence for terminals too; json.dumps makes it visible.
    if isinstance(value, Mapping) and value:
        parts = [(json.dumps(key)[1:-1], one) for key, one in sorted(value.items())]
    elif isinstance(value, list) and value:
        parts = [(str(place), one) for place, one in enumerate(value, start=1)]
    else:
        return [(name, value)]
    return [leaf for key, one in parts for leaf in _leaves(one, f"{name} {key}".strip())]
