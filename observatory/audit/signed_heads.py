"""Signed heads: who may have signed the log's heads, and the files that hold what they signed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crypto import signing
from crypto.errors import CryptoError
from observatory.audit.heads import Head
from observatory.errors import IntegrityError


class AuditError(IntegrityError):
    """The log is not what it was; the sentence names the first bad entry."""


@dataclass(frozen=True)
class Signers:
    """Who may have signed a head: the signers that one policy names.

    Attributes:
        keys: side -> public keys.
        last: the last head that is theirs to sign; None while their policy is in force. Whoever
            was a signer once, or holds the key of one, signs nothing that came later.
    """

    keys: Mapping[str, Sequence[str]]
    last: int | None = None

    def signed(self, head: SignedHead) -> bool:
        """Tell whether they signed a head, one of each side, and might."""
        if self.last is not None and head.head.size > self.last:
            return False
        try:
            signing.signed_by_both(head.head.to_json(), head.signatures, self.keys)
        except CryptoError:
            return False
        return True


@dataclass(frozen=True)
class SignedHead:
    """A head with the signatures of both sides, as its file holds them."""

    head: Head
    signatures: Sequence[Mapping[str, str]]

    def to_bytes(self) -> bytes:
        """Return the signed file's bytes."""
        body = {"signed": self.head.to_json(), "signatures": list(self.signatures)}
        return json.dumps(body, indent=2, sort_keys=True).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> SignedHead:
        """Read a signed file.

        Raises:
            AuditError: it holds no head.
        """
        try:
            body = json.loads(data)
            return cls(Head.from_json(body["signed"]), list(body["signatures"]))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise AuditError("This file holds no head of an audit log.") from error


def check_signatures(heads: Iterable[SignedHead], signers: Sequence[Signers]) -> None:
    """Return only if both sides signed every head.

    Raises:
        AuditError: names the first head that a side did not sign.
    """
    for signed in heads:
        if not any(one.signed(signed) for one in signers):
            raise AuditError(
                f"The head of {signed.head.size} entries is not signed by both sides. "
                "Have a signer of each side sign it (`observatory sign`)."
            )
