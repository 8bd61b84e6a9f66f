"""An epoch: one issuer key for one kind of person and one quarter, as both sides signed it.

One key for everybody is what anonymity rests on: an issuer with a key for each person could tell
every token. So no token is asked for or counted under a key that both sides did not sign.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from crypto.sides import Side
from observatory.errors import BadInputError

Kind = Literal["trader", "official"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SIDES: Mapping[Kind, Side] = {"trader": "business", "official": "customs"}
"""Whose people a token is for."""

WHAT = "token-epoch"
SCHEMA = f"joint-integrity-observatory/{WHAT}/1"
KEY_BITS, EXPONENT = 3072, 65_537
KEY_ID_BYTES = 8
FEWEST_ISSUED = 100
"""Tokens of an epoch with fewer count for nothing: too few people could have sent each."""
MOST_ISSUED = 1_000_000

_QUARTER = re.compile(r"20[0-9]{2}-Q[1-4]")
_ROOT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Epoch:
    """One key, what it stands for, and how many tokens were issued under it.

    Attributes:
        observatory: root of the observatory that the tokens are for.
        kind: what a token proves.
        quarter: such as ``2026-Q4``; a token counts in reports received in it.
        public: the issuer's key.
        issued: how many tokens the issuer states to have signed; 0 while it still issues.
    """

    observatory: str
    kind: Kind
    quarter: str
    public: RSAPublicKey
    issued: int = 0

    @property
    def key_hash(self) -> bytes:
        """SHA-256 over a label and the key."""
        return hashlib.sha256(b"jio/token-key/v1\x00" + _der(self.public)).digest()

    @property
    def key_id(self) -> bytes:
        """First 8 bytes of :attr:`key_hash`."""
        return self.key_hash[:KEY_ID_BYTES]

    @property
    def side(self) -> Side:
        """Whose people the tokens are for."""
        return SIDES[self.kind]

    @property
    def name(self) -> str:
        """Kind and quarter: of each there is one key."""
        return f"{self.kind}-{self.quarter}"

    @property
    def counts(self) -> bool:
        """Whether enough tokens were issued for any to count."""
        return self.issued >= FEWEST_ISSUED

    def to_json(self) -> dict[str, Any]:
        """Return what both sides sign."""
        return {
            "schema": SCHEMA,
            "observatory": self.observatory,
            "kind": self.kind,
            "quarter": self.quarter,
            "key": b64encode(_der(self.public)).decode(),
            "issued": self.issued,
        }


def read(body: Mapping[str, Any]) -> Epoch:
    """Read what both sides signed; their signatures are another question.

    Raises:
        BadInputError: it is no epoch of this version.
    """
    try:
        public = load_der_public_key(b64decode(body["key"], validate=True))
        if not isinstance(public, RSAPublicKey):
            raise TypeError("no RSA key")
        found = Epoch(body["observatory"], body["kind"], body["quarter"], public, body["issued"])
        sound = (
            public.key_size == KEY_BITS
            and public.public_numbers().e == EXPONENT
            and found.kind in KINDS
            and type(found.issued) is int
            and 0 <= found.issued <= MOST_ISSUED
            and _QUARTER.fullmatch(found.quarter)
            and _ROOT.fullmatch(found.observatory)
            and found.to_json() == dict(body)
        )
    except (ValueError, KeyError, TypeError, UnsupportedAlgorithm) as error:
        raise BadInputError(
            f"This is no epoch of tokens of this version ({type(error).__name__})."
        ) from error
    if not sound:
        raise BadInputError(
            "This is no epoch of tokens of this version: an RSA key of 3072 bits, a kind, a "
            "quarter, a number issued and the observatory's root."
        )
    return found


def _der(public: RSAPublicKey) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
