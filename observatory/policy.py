"""The policy: the rules that protect people, valid only with the signatures of both sides.

``policy.json`` names the key, the signers, the thresholds and the hashes of the custodians' shares.
It is a chain: the first policy is signed by its own signers, each later one by those of the policy
before it, whose fingerprint it carries. The last is in force.

Whoever can write files on the machine can edit it, and then its signatures no longer hold. That
the first signers were not swapped is seen from the custodians' share sheets: each carries the
policy's root, the fingerprint of the first key and signers. That the chain was not cut short is
seen from the audit log.
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
from observatory import durable, terms
from observatory.disclosure.rules import Audience, Rules
from observatory.errors import IntegrityError
from observatory.terms import SCHEMA

FILE_NAME = "policy.json"


@dataclass(frozen=True)
class Link:
    """One policy of the chain.

    Attributes:
        rules: the signed body, as JSON would hold it.
        signatures: signature records over the body.
    """

    rules: Mapping[str, Any]
    signatures: Sequence[Mapping[str, str]]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical body: what a manifest names."""
        return hashlib.sha256(signing.canonical(self.rules)).hexdigest()

    @property
    def signers(self) -> Mapping[str, Sequence[str]]:
        """Public signing keys (hexadecimal) by side."""
        signers: Mapping[str, Sequence[str]] = self.rules["signers"]
        return signers


@dataclass(frozen=True)
class Custody:
    """Who holds the shares of one key.

    Attributes:
        public: the key.
        share_hashes: SHA-256 of each custodian's share, by side.
        thresholds: side -> (shares needed, shares there are).
    """

    public: PublicKey
    share_hashes: Mapping[str, Sequence[str]]
    thresholds: Mapping[Side, tuple[int, int]]


@dataclass(frozen=True)
class Policy(Link):
    """The rules in force, with the chain that led to them.

    Attributes:
        earlier: the policies before, the first one first.
    """

    earlier: tuple[Link, ...] = ()

    @property
    def chain(self) -> tuple[Link, ...]:
        """Every policy there was, the first one first, this one last."""
        return (*self.earlier, Link(self.rules, self.signatures))

    @property
    def version(self) -> int:
        """The number of this policy, from 1."""
        number: int = self.rules["version"]
        return number

    @property
    def public_key(self) -> PublicKey:
        """The key that reports are sealed to."""
        return _public(self.rules["key"])

    @property
    def previous_keys(self) -> tuple[PublicKey, ...]:
        """Keys given up, whose reports are still being sealed again; the newest first."""
        return tuple(_public(key) for key in self.rules["key"].get("previous_keys", ()))

    @property
    def share_hashes(self) -> Mapping[str, Sequence[str]]:
        """SHA-256 of each custodian's share, by side."""
        return _custody(self).share_hashes

    def custody(self, public: PublicKey) -> Custody:
        """Return who holds the shares of the key in force or of a previous one.

        Raises:
            KeyError: it is neither.
        """
        if public in (self.public_key, *self.previous_keys):
            for link in reversed(self.chain):
                if link.rules["key"]["id"] == public.id.hex():
                    return _custody(link)
        raise KeyError(public.id.hex())

    @property
    def root(self) -> str:
        """Fingerprint of the first key and signers: what share sheets carry."""
        first = self.chain[0].rules
        return root_of(first["key"], first["signers"])

    @property
    def embedder(self) -> str:
        """Name of what turns the reports' words into vectors; a policy need not name it."""
        name: str = self.rules.get("embedder", terms.DEFAULT_EMBEDDER)
        return name

    def disclosure(self, audience: Audience) -> Rules:
        """Return the disclosure rules for an audience."""
        return terms.disclosure_of(self.rules, audience)

    def proposal(self, **changes: Any) -> dict[str, Any]:
        """Return rules that may follow these, for both sides to sign.

        Args:
            changes: rules by name, each whole.

        Raises:
            TermsError: no policy may set them.
        """
        rules = {
            **json.loads(json.dumps(self.rules)),
            **changes,
            "version": self.version + 1,
            "previous": self.fingerprint,
        }
        terms.check(rules)
        terms.check_succession(self.rules, rules)
        return rules

    def followed_by(
        self, rules: Mapping[str, Any], signatures: Sequence[Mapping[str, str]]
    ) -> Policy:
        """Return the chain with one more policy; call :meth:`verify` on it."""
        return Policy(rules, signatures, self.chain)

    def verify(self) -> None:
        """Check the whole chain: bounds, order, and one signature of each side on each policy.

        Raises:
            IntegrityError: a policy is not what both sides signed, is outside what a policy may
                set, or does not follow the one before it.
        """
        try:
            before: Link | None = None
            for number, link in enumerate(self.chain, start=1):
                _verify(link, before, number)
                before = link
        except (CryptoError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IntegrityError(
                f"policy.json is not what both sides signed: {error}. "
                "Put back the file that they signed; nothing runs on other rules."
            ) from error

    def to_bytes(self) -> bytes:
        """Return the bytes of ``policy.json``."""
        return _encoded({"chain": [_entry(link) for link in self.chain]})

    def write(self, path: Path) -> None:
        """Write ``policy.json``, whole or not at all.

        Raises:
            OSError: the disk refuses; a policy that was there stands.
        """
        durable.write(path, self.to_bytes())


def _verify(link: Link, before: Link | None, number: int) -> None:
    terms.check(link.rules)
    if link.rules["version"] != number:
        raise ValueError(f"policy {link.rules['version']} stands in the place of policy {number}")
    if before is None:
        _check_signatures(link, link.signers)
        return
    if link.rules["previous"] != before.fingerprint:
        raise ValueError(f"policy {number} does not follow the policy before it")
    _check_signatures(link, before.signers)
    terms.check_succession(before.rules, link.rules)


def _check_signatures(link: Link, signers: Mapping[str, Sequence[str]]) -> None:
    """Return only if both sides signed and no record is anything but a valid signature."""
    signing.signed_by_both(link.rules, link.signatures, signers)
    for record in link.signatures:
        plain = all(value == value.lower() for value in record.values())
        if len(record) != 3 or not plain or not signing.verify(link.rules, [record], signers):
            raise ValueError(f"policy {link.rules['version']} bears a signature that is none")


def _public(key: Mapping[str, str]) -> PublicKey:
    return PublicKey(base64.b64decode(key["public"]))


def _custody(link: Link) -> Custody:
    custody = link.rules["custody"]
    return Custody(
        _public(link.rules["key"]),
        {side: custody[side]["share_sha256"] for side in SIDES},
        {side: (custody[side]["needed"], custody[side]["of"]) for side in SIDES},
    )


def root_of(key: Mapping[str, Any], signers: Mapping[str, Any]) -> str:
    """Return the fingerprint of a key and its signers: SHA-256 of their canonical JSON."""
    return hashlib.sha256(signing.canonical({"key": key, "signers": signers})).hexdigest()


def key_entry(public: PublicKey) -> dict[str, str]:
    """Return a key as a policy lists it."""
    return {"id": public.id.hex(), "public": base64.b64encode(public.raw).decode()}


def custody_entry(
    thresholds: Mapping[Side, tuple[int, int]], share_hashes: Mapping[Side, Sequence[str]]
) -> dict[str, Any]:
    """Return thresholds and share hashes as a policy lists them."""
    return {
        side: {
            "needed": thresholds[side][0],
            "of": thresholds[side][1],
            "share_sha256": list(share_hashes[side]),
        }
        for side in SIDES
    }


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
        "key": key_entry(public),
        "signers": {side: list(signers[side]) for side in SIDES},
        "custody": custody_entry(thresholds, share_hashes),
        "disclosure": {
            "k": {"members": 5, "public": 10},
            "weeks": 3,
            "dominance": 0.6,
            "base": {"members": 1, "public": 5},
        },
        "retention_months": 24,
    }


def _entry(link: Link) -> dict[str, Any]:
    return {"rules": link.rules, "signatures": list(link.signatures)}


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, indent=2, sort_keys=True).encode() + b"\n"


def read(path: Path) -> Policy:
    """Read ``policy.json``; call :meth:`Policy.verify` before relying on it.

    Raises:
        IntegrityError: the file is missing, is not a policy, or is not byte for byte as written.
    """
    try:
        data = path.read_bytes()
        body = json.loads(data)
        # The file of the first version held one policy and no chain.
        entries = [body] if "rules" in body else body["chain"]
        chain = [Link(entry["rules"], list(entry["signatures"])) for entry in entries]
        policy = Policy(chain[-1].rules, chain[-1].signatures, tuple(chain[:-1]))
        if data not in (policy.to_bytes(), _encoded(_entry(chain[0]))):
            raise ValueError("not as written")
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError,
    ) as error:  # fmt: skip
        raise IntegrityError(
            f"{path} cannot be read as a policy ({type(error).__name__}). "
            "Put back the file that both sides signed."
        ) from error
    return policy
