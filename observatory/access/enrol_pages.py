"""Enrolling by an invitation: open to all, since the link's secret is what counts."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, render_template, request
from markupsafe import Markup

from observatory.access import passwords, registration
from observatory.access.nonces import NonceError
from observatory.access.passwords import BusyError, PasswordError
from observatory.access.sign_in_pages import BUSY
from observatory.acts import enrolment
from observatory.acts.enrolment import EnrolmentError
from observatory.instance import today

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from observatory.access.gate import Gate
    from observatory.acts.people import Person

    Page = str | tuple[str, int] | tuple[str, int, dict[str, str]]

REQUEST_LABEL = b"jio/enrolment-request/v1\x00"
"""Before a page's number in what an invitation signs to have a password locked."""
NO_LINK = "this link opens nothing: it is not the last that you were given"
MOST_LOCKED = 4096


def init_app(app: Flask, gate: Gate) -> None:
    """Give the application its pages for enrolling."""

    @app.get("/enrol")
    def enrol() -> Page:
        return enrol_page(gate)

    @app.post("/enrol/passkey")
    def enrol_passkey() -> Page:
        def enrol_it() -> Page:
            evidence = registration.read(request.form.get("evidence", ""))
            record = registration.record_of(evidence, gate)
            person = _invited(gate, record, evidence)
            registration.check_passkey(gate, request.form, record)
            gate.enrolments.add(evidence, person, gate.root)
            return gate.sign_in_page(enrolled=person.id)

        return _answered(gate, enrol_it)

    @app.post("/enrol/password")
    def enrol_password() -> Page:
        def lock_it() -> Page:
            person = _asking(gate, request.form)
            if any(one.credential is None for one in gate.enrolments.of(person, gate.root)):
                raise EnrolmentError("this link was used already")
            secret = passwords.new_secret()
            locked = gate.passwords.lock(secret, request.form.get("password", ""), person.id)
            return _code_page(gate, locked, person.id, secret=secret)

        return _answered(gate, lock_it)

    @app.post("/enrol/code")
    def enrol_code() -> Page:
        def enrol_it() -> Page:
            evidence = registration.read(request.form.get("evidence", ""))
            person = _invited(gate, registration.record_of(evidence, gate), evidence)
            locked = _locked(request.form.get("locked", ""))
            typed = (request.form.get("password", ""), request.form.get("code", ""))
            passwords.check_words(typed[0], person.id)  # whoever locked it: not always this service
            if not gate.passwords.check(person.id, locked, *typed):
                problem = "Password and code do not fit. Type both once more."
                return _code_page(gate, locked, person.id, problem=problem), 422
            gate.enrolments.add(evidence, person, gate.root, locked=locked)
            return gate.sign_in_page(enrolled=person.id)

        return _answered(gate, enrol_it)


def enrol_page(gate: Gate, problem: str = "") -> str:
    """Return the page that enrols by a link."""
    return render_template("review/enrol.html", step="choose", problem=problem, **terms(gate))


def terms(gate: Gate) -> dict[str, Any]:
    """Return what a page carries for a device to make a passkey by."""
    return {
        "nonce": gate.nonces.new(),
        "observatory": gate.root,
        "rp": gate.rp,
        "made": today().isoformat(),
        # One device for both sides would be one person for both.
        "known": gate.enrolments.credentials(gate.roll.people, gate.root),
    }


def _code_page(
    gate: Gate, locked: bytes, person: str, *, secret: bytes | None = None, problem: str = ""
) -> str:
    shown = None
    if secret is not None:
        letters = passwords.in_letters(secret)
        name = gate.instance.config.observatory_name
        link = passwords.link(secret, person, name)
        shown = {
            "letters": " ".join(letters[at : at + 4] for at in range(0, len(letters), 4)),
            "link": link,
            "drawn": _drawn(link),
        }
    kept = base64.urlsafe_b64encode(locked).decode().rstrip("=")
    return render_template(
        "review/enrol.html", step="code", problem=problem, locked=kept, secret=shown, **terms(gate)
    )


def _drawn(link: str) -> Markup:
    """Return a link as a code to scan, drawn into the page: it has no address of its own."""
    code = segno.make(link, error="m", micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True, svgclass="scan", light="#fff"))  # noqa: S704  # segno's own markup


def _answered(gate: Gate, work: Callable[[], Page]) -> Page:
    """Return the page of what was done, or the first one with what was wrong."""
    try:
        return work()
    except EnrolmentError as error:
        said = str(error).rstrip(".")
        return enrol_page(gate, f"Nothing was enrolled: {said}."), 403
    except PasswordError as error:
        return enrol_page(gate, f"{error} Open your link again."), 422
    except BusyError as busy:
        return enrol_page(gate, BUSY), 503, {"Retry-After": str(busy.seconds)}


def _invited(gate: Gate, record: Mapping[str, Any], evidence: Mapping[str, Any]) -> Person:
    """Return whose invitation signed a record; nobody learns who else is on the roll.

    Raises:
        EnrolmentError: nobody's.
    """
    person = gate.roll.person(str(record.get("person")))
    if person is None:
        raise EnrolmentError(NO_LINK)
    try:
        enrolment.verify(evidence, person, gate.root)
    except EnrolmentError as error:
        raise EnrolmentError(NO_LINK) from error
    return person


def _asking(gate: Gate, form: Mapping[str, str]) -> Person:
    """Return who asks with the secret of an invitation: stretching a password is dear."""
    try:
        nonce = gate.nonces.read(form.get("nonce", ""))
        person = gate.roll.person(form.get("person", ""))
        if person is None:
            raise EnrolmentError(NO_LINK)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(person.invitation))
        key.verify(bytes.fromhex(form.get("proof", "")), REQUEST_LABEL + nonce)
        gate.nonces.use(nonce)
    except NonceError as error:
        raise EnrolmentError("this page lay open for too long; open your link again") from error
    except EnrolmentError:
        raise
    except (InvalidSignature, ValueError) as error:
        raise EnrolmentError(NO_LINK) from error
    return person


def _locked(text: str) -> bytes:
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        good = len(found) <= MOST_LOCKED and passwords.has_usual_costs(json.loads(found))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise EnrolmentError("the browser sent no password") from error
    if not good:
        raise EnrolmentError("the browser sent no password")
    return found
