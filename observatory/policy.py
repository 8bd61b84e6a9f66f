"""The policy: the rules that protect people, valid only with the signatures of both sides.

``policy.json`` names the key, the signers, the thresholds and the hashes of the custodians' shares.
Whoever can write files on the machine can edit it, and then its signatures no longer hold. That
the signers themselves were not swapped is seen from the custodians' share sheets: each carries the
policy's root, the fingerprint of the first key and signers.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crypto import signing
from crypto.envelope import PublicKey
from crypto.errors import CryptoError
from crypto.sides import SIDES, Side
from observatory.disclosure.rules import Audience, Rules
from observatory.errors import IntegrityError

FILE_NAME = "policy.json"
SCHEMA = "joint-integrity-observatory/policy/1"


@dataclass(frozen=True)
class Policy:
    """The rules both sides signed.

    Attributes:
        rules: the signed body, as JSON would hold it.
        signatures: signature records over the body.
    """

    rules: Mapping[str, Any]
    signatures: Sequence[Mapping[str, str]]

    @property
    def public_key(self) -> PublicKey:
        """The key that reports are sealed to."""
        return PublicKey(base64.b64decode(self.rules["key"]["public"]))

    @property
    def signers(self) -> Mapping[str, Sequence[str]]:
        """Public signing keys (hexadecimal) by side."""
        signers: Mapping[str, Sequence[str]] = self.rules["signers"]
        return signers

    @property
    def share_hashes(self) -> Mapping[str, Sequence[str]]:
        """SHA-256 of each custodian's share, by side."""
        return {side: self.rules["custody"][side]["share_sha256"] for side in SIDES}

    @property
    def root(self) -> str:
        """Fingerprint of the key and signers that this policy began with."""
        return root_of(self.rules["key"], self.rules["signers"])

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical body: what a manifest names."""
        return hashlib.sha256(signing.canonical(self.rules)).hexdigest()

    def disclosure(self, audience: Audience) -> Rules:
        """Return the disclosure rules for an audience."""
        found = self.rules["disclosure"]
        return Rules(
            audience,
            k=found["k"][audience],
            weeks=found["weeks"],
            dominance=found["dominance"],
            base=found["base"][audience],
        )

    def verify(self) -> None:
        """Check that one signer of each side signed exactly these rules.

        Raises:
            IntegrityError: they did not, or the rules are outside what a policy may set.
        """
        try:
            signing.signed_by_both(self.rules, self.signatures, self.signers)
            for audience in ("members", "public"):
                self.disclosure(audience)
            if self.public_key.id.hex() != self.rules["key"]["id"]:
                raise IntegrityError("policy.json names a key id that is not its key's.")
        except (CryptoError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IntegrityError(
                f"policy.json is not what both sides signed: {error} "
                "Put back the file that they signed; nothing runs on other rules."
            ) from error

    def write(self, path: Path) -> None:
        """Write ``policy.json``."""
        body = {"rules": self.rules, "signatures": list(self.signatures)}
        path.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", "utf-8")


def root_of(key: Mapping[str, Any], signers: Mapping[str, Any]) -> str:
    """Return the fingerprint of a key and its signers: SHA-256 of their canonical JSON."""
    return hashlib.sha256(signing.canonical({"key": key, "signers": signers})).hexdigest()


def first_rules(
    public: PublicKey,
    signers: Mapping[Side, Sequence[str]],
    thresholds: Mapping[Side, tuple[int, int]],
    share_hashes: Mapping[Side, Sequence[str]],
    *,
    made_up: bool = False,
) -> dict[str, Any]:
    """Return the rules that a new observatory starts with (design: domain facts)."""
    return {
        "schema": SCHEMA,
        "version": 1,
        "made_up": made_up,
        "key": {"id": public.id.hex(), "public": base64.b64encode(public.raw).decode()},
        "signers": {side: list(signers[side]) for side in SIDES},
        "custody": {
            side: {
                "needed": thresholds[side][0],
                "of": thresholds[side][1],
                "share_sha256": list(share_hashes[side]),
            }
            for side in SIDES
        },
        "disclosure": {
            "k": {"members": 5, "public": 10},
            "weeks": 3,
            "dominance": 0.6,
            "base": {"members": 1, "public": 5},
        },
        "retention_months": 24,
    }


def read(path: Path) -> Policy:
    """Read ``policy.json``; call :meth:`Policy.verify` before relying on it.

    Raises:
        IntegrityError: the file is missing or is not a policy.
    """
    try:
        body = json.loads(path.read_text("utf-8"))
        return Policy(body["rules"], body["signatures"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"{path} cannot be read as a policy ({type(error).__name__}). "
            "Put back the file that both sides signed."
        ) from error
