"""What a browser sends of a new passkey: checked before anything that it claims is kept."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from observatory.access.nonces import TOO_LATE, NonceError
from observatory.acts.enrolment import EnrolmentError
from observatory.instance import today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from observatory.access.gate import Gate


def read(text: str) -> dict[str, Any]:
    """Return a JSON object that a form carries.

    Raises:
        EnrolmentError: it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EnrolmentError("the browser sent nothing to enrol") from error
    if not isinstance(found, dict):
        raise EnrolmentError("the browser sent nothing to enrol")
    return found


def record_of(evidence: Mapping[str, Any], gate: Gate) -> Mapping[str, Any]:
    """Return the record of an enrolment that was made here and now.

    Raises:
        EnrolmentError: it is for another site, or not of today.
    """
    record = evidence.get("record")
    if not isinstance(record, dict) or record.get("rp") != gate.rp:
        raise EnrolmentError("it is for another site")
    if str(record.get("made")) not in _days():
        raise EnrolmentError("it was not made today")
    return record


def check_passkey(gate: Gate, form: Mapping[str, str], record: Mapping[str, Any]) -> None:
    """Return only if the passkey of a record was made on this page, its person verified.

    Args:
        gate: of the application.
        form: ``nonce``, and ``attestation`` as JSON.
        record: what is to be enrolled.

    Raises:
        EnrolmentError: it was not.
    """
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        nonce = gate.nonces.read(form.get("nonce", ""))
        given = read(form.get("attestation", ""))
        names = ("attestationObject", "clientDataJSON")
        found = webauthn.verify_registration_response(
            credential={
                "id": given["id"],
                "rawId": given["id"],
                "type": "public-key",
                "response": {name: given[name] for name in names},
            },
            expected_challenge=nonce,
            expected_rp_id=gate.rp,
            expected_origin=gate.origin,
            require_user_verification=True,
        )
        claimed = record["credential"]
        own = (found.credential_id, found.credential_public_key)
        if own != tuple(base64url_to_bytes(claimed[name]) for name in ("id", "public_key")):
            raise EnrolmentError("it is another passkey")
        gate.nonces.use(nonce)
    except NonceError as error:
        raise EnrolmentError(TOO_LATE) from error
    except EnrolmentError:
        raise
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EnrolmentError("the device did not make this passkey here") from error
    if gate.enrolments.find(claimed["id"], gate.roll.people, gate.root) is not None:
        raise EnrolmentError("this passkey is enrolled already")


def _days() -> set[str]:
    now: date = today()
    return {now.isoformat(), (now - timedelta(days=1)).isoformat()}  # it was made before midnight
