"""Enrolment: how a person on the roll comes to hold a passkey, without trust in the server.

An invitation is an Ed25519 key pair. Both sides approve the public half, on the roll. The private
half is in the link that the person is given, behind the ``#``, which browsers never send. The
person's browser makes a passkey and signs it with the invitation's key: that record is the
enrolment. Whoever runs the server can refuse it or lose it, and cannot make another.

A person may add devices; a passkey that was enrolled by the invitation vouches for each.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crypto import signing
from crypto.errors import CryptoError
from observatory.acts import assertion
from observatory.acts.assertion import AssertionRefusedError, Credential
from observatory.acts.people import Person

SCHEMA = "joint-integrity-observatory/enrolment/1"
LABEL = b"jio/enrolment/v1\x00"
"""Before the canonical record in what an invitation signs."""

_LOGGED = re.compile("enrols (passkey|password|device) ([0-9a-f]{64}) by ([0-9a-f]{64})")
_HASH = re.compile(r"[0-9a-f]{64}")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_RECORD = frozenset({"schema", "observatory", "person", "rp", "made"})
_SIZES = {"id": 2048, "public_key": 2048}


class EnrolmentError(ValueError):
    """An enrolment that does not hold; the sentence says why."""


@dataclass(frozen=True)
class Enrolment:
    """One enrolment with its proof.

    Attributes:
        evidence: ``record``, and either ``signature`` of the invitation, or ``voucher``, an
            enrolment by the invitation, with the ``assertion`` of its passkey.
        digest: SHA-256 of the record's canonical form, hexadecimal; what the audit log names.
    """

    evidence: Mapping[str, Any]

    @property
    def record(self) -> Mapping[str, Any]:
        """What was enrolled."""
        found: Mapping[str, Any] = self.evidence["record"]
        return found

    @property
    def digest(self) -> str:
        """SHA-256 of the record's canonical form, hexadecimal."""
        return digest_of(self.record)

    @property
    def first(self) -> str:
        """Digest of the enrolment by the invitation that this rests on: it, or its voucher."""
        voucher = self.evidence.get("voucher")
        return digest_of(voucher["record"]) if voucher else self.digest

    @property
    def means(self) -> Means:
        """What is enrolled, and how."""
        if "voucher" in self.evidence:
            return Means.DEVICE
        return Means.PASSKEY if self.credential else Means.PASSWORD

    @property
    def credential(self) -> Credential | None:
        """The passkey, unless it is a password that was enrolled."""
        found = self.record.get("credential")
        return Credential(found["id"], found["public_key"], self.record["rp"]) if found else None


def digest_of(record: Mapping[str, Any]) -> str:
    """Return SHA-256 of a record's canonical form, hexadecimal."""
    return hashlib.sha256(signing.canonical(record)).hexdigest()


class Means(StrEnum):
    """What is enrolled, and how, in the log's words."""

    PASSKEY = "passkey"
    PASSWORD = "password"  # noqa: S105  # a word of the log
    DEVICE = "device"


@dataclass(frozen=True)
class Logged:
    """An enrolment as the log names it, in the fact ``change`` of ``member-changed``.

    Attributes:
        means: what was enrolled: by the invitation a passkey or a password, or a further device.
        digest: of the enrolment.
        invitation: public key, hexadecimal.
    """

    means: Means
    digest: str
    invitation: str

    def __str__(self) -> str:
        return f"enrols {self.means} {self.digest} by {self.invitation}"


def from_log(change: str) -> Logged | None:
    """Return the enrolment that an entry of the log names, if it names one."""
    found = _LOGGED.fullmatch(change)
    return Logged(Means(found[1]), found[2], found[3]) if found else None


def new_invitation() -> tuple[str, str]:
    """Return a new invitation: its public key for the roll, and its secret for the link (hex)."""
    private = Ed25519PrivateKey.generate()
    return private.public_key().public_bytes_raw().hex(), private.private_bytes_raw().hex()


def message(record: Mapping[str, Any]) -> bytes:
    """Return the bytes that an invitation signs."""
    return LABEL + signing.canonical(record)


def record(
    observatory: str,
    person: str,
    rp: str,
    made: str,
    *,
    credential: Mapping[str, str] | None = None,
    password: str | None = None,
) -> dict[str, Any]:
    """Return a record to be signed.

    Args:
        observatory: root of the policy chain.
        person: pseudonym on the roll.
        rp: host name of the members' pages.
        made: today, YYYY-MM-DD.
        credential: a passkey's ``id`` and ``public_key``, base64url; or
        password: SHA-256 of what is kept of a password, hexadecimal.
    """
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "observatory": observatory,
        "person": person,
        "rp": rp,
        "made": made,
    }
    return (
        {**body, "credential": dict(credential)} if credential else {**body, "password": password}
    )


def verify(evidence: Any, person: Person, observatory: str) -> Enrolment:
    """Return an enrolment, once it is known to be this person's by the invitation on the roll.

    Raises:
        EnrolmentError: it is not.
    """
    try:
        found = Enrolment(evidence)
        _check_record(found.record, person, observatory)
        if evidence.keys() == {"record", "signature"}:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(person.invitation))
            key.verify(bytes.fromhex(evidence["signature"]), message(found.record))
        elif evidence.keys() == {"record", "voucher", "assertion"}:
            _check_voucher(evidence, found, person, observatory)
        else:
            raise EnrolmentError("it has no proof that this version knows")
    except (InvalidSignature, AssertionRefusedError) as error:
        raise EnrolmentError("it is not signed by the invitation on the roll") from error
    except (CryptoError, KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, EnrolmentError):
            raise
        raise EnrolmentError("it is not an enrolment that this version writes") from error
    return found


def _check_record(body: Mapping[str, Any], person: Person, observatory: str) -> None:
    whose = (body["schema"], body["observatory"], body["person"])
    if whose != (SCHEMA, observatory, person.id):
        raise EnrolmentError("it is another person's")
    if (
        not _HOST.fullmatch(body["rp"])
        or body["made"] != date.fromisoformat(body["made"]).isoformat()
    ):
        raise EnrolmentError("it does not say where and when it was made")
    rest = set(body) - _RECORD
    if rest == {"password"}:
        if not _HASH.fullmatch(body["password"]):
            raise EnrolmentError("it names no password")
    elif rest == {"credential"}:
        parts = body["credential"]
        if parts.keys() != set(_SIZES) or any(
            not re.fullmatch(r"[A-Za-z0-9_-]+", parts[name]) or len(parts[name]) > most
            for name, most in _SIZES.items()
        ):
            raise EnrolmentError("it names no passkey")
    else:
        raise EnrolmentError("it enrols something else")


def _check_voucher(
    evidence: Mapping[str, Any], found: Enrolment, person: Person, observatory: str
) -> None:
    voucher = evidence["voucher"]
    if voucher.keys() != {"record", "signature"}:
        raise EnrolmentError("only a passkey of the invitation itself vouches for another")
    credential = verify(voucher, person, observatory).credential
    if credential is None:
        raise EnrolmentError("a password vouches for nothing")
    assertion.verify(evidence["assertion"], credential, bytes.fromhex(found.digest))
