"""Write ``docs/vectors/decisions-v1.json``: the same bytes each time.

Nothing here asks the product for a digest or a signature: objects are written out and hashed by
``rfc8785`` and ``hashlib``, and signed by ``cryptography``. Run from anywhere:
``python tests/support/make_decision_vectors.py``.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parent)]

import rfc8785  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from passkeys import PRESENT, Passkey, b64url  # noqa: E402

PATH = HERE.parents[2] / "docs" / "vectors" / "decisions-v1.json"
DAY, UNTIL, LAST = "2026-11-24", "2026-12-24", "2027-11-23"
NOBODY = "0" * 64


def digest(obj: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(obj)).hexdigest()


def key(name: str) -> Ed25519PrivateKey:
    """Return the vector's stand-in for a key that nobody else has, by name."""
    seed = hashlib.sha256(f"jio/vectors/decisions/v1 {name}".encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def public(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes_raw().hex()


SIGNERS = {side: key(f"signer of {side}") for side in ("customs", "business")}
POLICY = {"key": {}, "signers": {side: [public(one)] for side, one in SIGNERS.items()}}
ROOT, FINGERPRINT = digest(POLICY), digest(POLICY)
PASSKEYS = {"customs-3f9a2c01": Passkey.of(1001), "business-7b01d9e4": Passkey.of(1002)}
DEVICE = Passkey.of(1003)


def person(id_: str, name: str, **other: Any) -> dict[str, Any]:
    side = id_.split("-", maxsplit=1)[0]
    return {
        "id": id_,
        "name": name,
        "side": side,
        "roles": ["chair", "member"],
        "first": DAY,
        "last": LAST,
        "mandate": {"title": "Founding of the observatory", "sha256": ROOT},
        "interests": {"offices": [], "firms": []},
        "invitation": public(key(f"invitation of {id_}")),
        **other,
    }


CHAIRS = [
    person("customs-3f9a2c01", "Chair of Customs"),
    person("business-7b01d9e4", "Présidente des entreprises"),
]
MEMBER = person(
    "business-0c55aa10",
    "Member of Business",
    roles=["member", "signer"],
    interests={"offices": ["N01"], "firms": ["Acme Ltd"]},
    signer=public(SIGNERS["business"]),
)
SIGNER = person(
    "customs-51e0b7aa",
    "Signer of Customs",
    roles=["signer"],
    signer=public(SIGNERS["customs"]),
)


def act(kind: str, roll: str, body: Any, number: int, **other: Any) -> dict[str, Any]:
    return {
        "schema": "joint-integrity-observatory/act/1",
        "kind": kind,
        "observatory": ROOT,
        "policy": FINGERPRINT,
        "roll": roll,
        "by": "customs-3f9a2c01",
        "made": DAY,
        "until": UNTIL,
        "nonce": f"{number:032x}",
        "about": {"offices": [], "firms": []},
        "body": body,
        **other,
    }


def signature(side: str, obj: Any) -> dict[str, str]:
    signed = SIGNERS[side].sign(b"jio/signed/v1\x00" + rfc8785.dumps(obj))
    return {"side": side, "signer": public(SIGNERS[side]), "signature": signed.hex()}


def record(id_: str, what: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": "joint-integrity-observatory/enrolment/1",
        "observatory": ROOT,
        "person": id_,
        "rp": "members.localhost",
        "made": DAY,
        **what,
    }


def enrolment(id_: str, what: dict[str, Any]) -> dict[str, Any]:
    body = record(id_, what)
    signed = key(f"invitation of {id_}").sign(b"jio/enrolment/v1\x00" + rfc8785.dumps(body))
    return {"record": body, "signature": signed.hex()}


ENROLMENTS = {id_: enrolment(id_, {"credential": one.credential}) for id_, one in PASSKEYS.items()}


def device() -> dict[str, Any]:
    id_ = "customs-3f9a2c01"
    body = record(id_, {"credential": DEVICE.credential})
    vouched = PASSKEYS[id_].assertion(bytes.fromhex(digest(body)))
    return {"record": body, "voucher": ENROLMENTS[id_], "assertion": vouched}


def approval(id_: str, obj: Any, **how: Any) -> dict[str, Any]:
    challenge = how.pop("challenge_bytes", bytes.fromhex(digest(obj)))
    return {
        "person": id_,
        "enrolment": ENROLMENTS[id_],
        "assertion": PASSKEYS[id_].assertion(challenge, **how),
    }


NONCE = bytes(range(32))
SIGN_IN = hashlib.sha256(b"jio/sign-in/v1\x00" + NONCE).digest()


def refused(obj: dict[str, Any]) -> list[dict[str, Any]]:
    """Return approvals of an act that count for nothing."""
    good = signature("customs", obj)
    other = {**obj, "nonce": "f" * 32}
    chair, friend = PASSKEYS
    return [
        {"why": why, "approval": given}
        for why, given in (
            ("a signer's key in capitals", {**good, "signer": good["signer"].upper()}),
            ("a signature for the other side", {**good, "side": "business"}),
            ("a signature over another act", signature("customs", other)),
            ("a passkey's approval of another act", approval(chair, other)),
            ("an assertion without user verification", approval(chair, obj, flags=PRESENT)),
            ("an assertion made on another site", approval(chair, obj, origin="https://a.example")),
            ("an assertion made in another site's page", approval(chair, obj, crossOrigin=True)),
            ("a signing in", approval(chair, obj, challenge_bytes=SIGN_IN)),
            ("a passkey for another person", {**approval(chair, obj), "person": friend}),
            (
                "a password",
                {**approval(chair, obj), "enrolment": enrolment(chair, {"password": "ab" * 32})},
            ),
        )
    ]


def named(evidence: dict[str, Any], means: str) -> dict[str, Any]:
    """Return an enrolment with its digest, and how the audit log names it."""
    id_ = evidence["record"]["person"]
    said = f"enrols {means} {digest(evidence['record'])} by {public(key(f'invitation of {id_}'))}"
    return {"enrolment": evidence, "digest": digest(evidence["record"]), "log": said}


def build() -> str:
    """Return the vectors as the file holds them."""
    first = act("members", NOBODY, {"people": CHAIRS}, 1, by="customs-signer-1")
    second = act("members", digest(first), {"people": [*CHAIRS, MEMBER, SIGNER]}, 2)
    about = {"offices": ["S02"], "firms": ["Åland Trading", "Émile & Fils"]}
    wanted = act("catalogue", digest(second), {"catalogue": "0123456789ab"}, 3, about=about)
    chain = [
        {"act": first, "approvals": [signature(side, first) for side in SIGNERS]},
        {"act": second, "approvals": [approval(id_, second) for id_ in PASSKEYS]},
    ]
    vectors = {
        "format": "docs/decisions.md, version 1",
        "policy": POLICY,
        "policy_note": "the two members of a policy that its root is made of; no whole policy",
        "root": ROOT,
        "invitations": {
            id_: {
                "secret": key(f"invitation of {id_}").private_bytes_raw().hex(),
                "public": public(key(f"invitation of {id_}")),
            }
            for id_ in (*PASSKEYS, MEMBER["id"], SIGNER["id"])
        },
        "passkeys": {
            id_: {**one.credential, "private": f"{number:064x}"}
            for number, (id_, one) in enumerate(PASSKEYS.items(), start=1001)
        },
        "enrolments": [
            *(named(one, "passkey") for one in ENROLMENTS.values()),
            named(enrolment("customs-3f9a2c01", {"password": "ab" * 32}), "password"),
            named(device(), "device"),
        ],
        "sign_in": {"nonce": b64url(NONCE), "challenge": b64url(SIGN_IN)},
        "roll": {"chain": chain},
        "act": {
            "signed": wanted,
            "canonical": rfc8785.dumps(wanted).decode(),
            "digest": digest(wanted),
        },
        "approvals": [
            signature("customs", wanted),
            signature("business", wanted),
            *(approval(id_, wanted) for id_ in PASSKEYS),
        ],
        "refused_approvals": refused(wanted),
    }
    return json.dumps(vectors, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(build())
