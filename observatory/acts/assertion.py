"""Assertions: what a passkey signs when a person says yes (W3C Web Authentication, level 3).

The challenge is a SHA-256: of an act's canonical form, or of a label and a random number when
somebody signs in. The two cannot be taken for one another: a canonical act begins with a brace.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm

SIGN_IN_LABEL = b"jio/sign-in/v1\x00"
PARTS = ("authenticatorData", "clientDataJSON", "signature")
ALGORITHMS = frozenset({-7, -8, -257})
"""COSE: ES256, EdDSA and RS256, which members' pages ask for. Nothing is signed over SHA-1."""


class AssertionRefusedError(ValueError):
    """An assertion that does not hold; the sentence says why."""


@dataclass(frozen=True)
class Credential:
    """A passkey's public half.

    Attributes:
        id: the authenticator's name of it, base64url.
        public_key: COSE key, base64url.
        rp: the host name that it was made for.
    """

    id: str
    public_key: str
    rp: str


def sign_in_challenge(nonce: bytes) -> bytes:
    """Return the challenge by which somebody signs in, from a random number."""
    return hashlib.sha256(SIGN_IN_LABEL + nonce).digest()


def verify(assertion: Mapping[str, Any], credential: Credential, challenge: bytes) -> None:
    """Return only if a passkey, its person verified, signed a challenge on its own site.

    The counter of signatures is not looked at: passkeys that several devices share have none.

    Args:
        assertion: ``id`` and the parts of the response, base64url.
        credential: whose.
        challenge: 32 bytes.

    Raises:
        AssertionRefusedError: it is not.
    """
    import webauthn
    from webauthn.helpers import base64url_to_bytes, decode_credential_public_key
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        if assertion.keys() != {"id", *PARTS} or assertion["id"] != credential.id:
            raise AssertionRefusedError("it is not of this passkey")
        key = base64url_to_bytes(credential.public_key)
        if decode_credential_public_key(key).alg not in ALGORITHMS:
            raise AssertionRefusedError("its passkey signs in a way that is not taken")
        webauthn.verify_authentication_response(
            credential={
                "id": assertion["id"],
                "rawId": assertion["id"],
                "type": "public-key",
                "response": {name: assertion[name] for name in PARTS},
            },
            expected_challenge=challenge,
            expected_rp_id=credential.rp,
            expected_origin=_origin(assertion["clientDataJSON"], credential.rp),
            credential_public_key=key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except AssertionRefusedError:
        raise
    except (
        WebAuthnException, UnsupportedAlgorithm, ValueError, LookupError, TypeError, AttributeError,
        ArithmeticError, RecursionError,
    ) as error:  # fmt: skip
        raise AssertionRefusedError(
            "the passkey did not sign this, here, with its person verified"
        ) from error


def _origin(client_data: str, rp: str) -> str:
    """Return the origin that the browser wrote, if it is the credential's own site.

    The port is the browser's affair, and so is plain HTTP on this very machine; any other site
    must have been reached over TLS.
    """
    from webauthn.helpers import base64url_to_bytes

    said = json.loads(base64url_to_bytes(client_data))
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise AssertionRefusedError("it was made inside another site's page")
    origin = said["origin"]
    parts = urlsplit(origin)
    local = parts.hostname == "localhost" or str(parts.hostname).endswith(".localhost")
    if parts.hostname != rp or parts.scheme not in ({"http", "https"} if local else {"https"}):
        raise AssertionRefusedError("it was made on another site")
    return str(origin)


def from_browser(response: Any) -> dict[str, str]:
    """Return an assertion from what ``PublicKeyCredential.toJSON()`` gave.

    Raises:
        AssertionRefusedError: it is none.
    """
    try:
        found = {"id": response["id"], **{name: response["response"][name] for name in PARTS}}
    except (KeyError, TypeError) as error:
        raise AssertionRefusedError("the browser sent no assertion") from error
    if not all(isinstance(value, str) and len(value) <= 8192 for value in found.values()):
        raise AssertionRefusedError("the browser sent no assertion")
    return found
