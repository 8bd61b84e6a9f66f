"""A passkey in software: what an authenticator and a browser would send (WebAuthn, ES256)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

RP = "members.localhost"
ORIGIN = "http://members.localhost:8081"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Passkey:
    """One credential of one authenticator.

    Attributes:
        rp: host name that it was made for.
        origin: where its browser says it is.
        id: the authenticator's name of it.
    """

    rp: str = RP
    origin: str = ORIGIN
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _private: ec.EllipticCurvePrivateKey = field(default_factory=_new_key, repr=False)

    @classmethod
    def of(cls, number: int, *, rp: str = RP, origin: str = ORIGIN) -> Passkey:
        """Return the passkey with this private number: the same one each time."""
        key = ec.derive_private_key(number, ec.SECP256R1())
        return cls(rp, origin, hashlib.sha256(b"%d" % number).digest(), key)

    @property
    def public_key(self) -> bytes:
        """The COSE key, ES256."""
        numbers = self._private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    @property
    def credential(self) -> dict[str, str]:
        """What an enrolment's record names."""
        return {"id": b64url(self.id), "public_key": b64url(self.public_key)}

    def made(self, challenge: bytes, *, flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """Return what ``navigator.credentials.create()`` gives, as its ``toJSON()``."""
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self.public_key
        data = self._authenticator_data(flags | ATTESTED) + attested
        return self._response(
            {
                "clientDataJSON": b64url(self._client_data("webauthn.create", challenge)),
                "attestationObject": b64url(
                    cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
                ),
                "transports": ["internal"],
            }
        )

    def asserted(self, challenge: bytes, **other: Any) -> dict[str, Any]:
        """Return what ``navigator.credentials.get()`` gives, as its ``toJSON()``."""
        flat = self.assertion(challenge, **other)
        id_ = flat.pop("id")
        return self._response({**flat, "userHandle": None}, id_)

    def assertion(
        self,
        challenge: bytes,
        /,
        *,
        flags: int = PRESENT | VERIFIED,
        kind: str = "webauthn.get",
        **client: Any,
    ) -> dict[str, str]:
        """Return an assertion as approvals hold it.

        Args:
            challenge: what is signed.
            flags: of the authenticator's data.
            kind: ``type`` of the client's data.
            client: other members of the client's data, such as ``origin`` or ``crossOrigin``.
        """
        data = self._authenticator_data(flags)
        said = self._client_data(kind, challenge, **client)
        signature = self._private.sign(
            data + hashlib.sha256(said).digest(),
            ec.ECDSA(hashes.SHA256(), deterministic_signing=True),
        )
        return {
            "id": b64url(self.id),
            "authenticatorData": b64url(data),
            "clientDataJSON": b64url(said),
            "signature": b64url(signature),
        }

    def _authenticator_data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp.encode()).digest() + bytes([flags]) + bytes(4)

    def _client_data(self, kind: str, challenge: bytes, /, **client: Any) -> bytes:
        usual = {
            "type": kind,
            "challenge": b64url(challenge),
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps({**usual, **client}, separators=(",", ":")).encode()

    def _response(self, response: dict[str, Any], id_: str | None = None) -> dict[str, Any]:
        name = id_ or b64url(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
