"""The visitor's own account: what the roll says, devices, sessions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Flask, redirect, render_template, request

from observatory.access import registration
from observatory.access.enrol_pages import terms
from observatory.access.gate import current_session, visitor
from observatory.acts.enrolment import EnrolmentError, Means
from observatory.acts.people import Role

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from observatory.access.gate import Gate
    from observatory.access.visitor import Visitor
    from observatory.acts.enrolment import Enrolment
    from observatory.acts.people import Person

MAY: dict[Role, str] = {
    Role.CHAIR: "reads what is shown; proposes and approves for the side, and decides for it who "
    "takes part",
    Role.MEMBER: "reads what is shown; proposes and approves for the side",
    Role.CUSTODIAN: "reads what is shown; brings a share of the key to a run",
    Role.SIGNER: "reads what is shown; signs policies, documents and acts for the side, by a key "
    "of their own",
    Role.AUDITOR: "reads and exports what is shown, and verifies the log",
    Role.ADMINISTRATOR: "runs the machine, on the machine; sees no products and decides nothing",
    Role.AGENCY: "reads what is shown",
}
"""What a role may do, in words."""


def init_app(app: Flask, gate: Gate) -> None:
    """Give the application the page of the visitor's own account."""

    @app.get("/account")
    def account() -> str:
        return _page(gate)

    @app.post("/account/passkeys")
    def add_passkey() -> Answer | tuple[str, int]:
        person, found = _self(), visitor()
        try:
            evidence = registration.read(request.form.get("evidence", ""))
            record = registration.record_of(evidence, gate)
            first = voucher(found)
            if first is None:
                raise EnrolmentError("you have no passkey that could vouch for another")
            registration.check_passkey(gate, request.form, record)
            proof = {
                "record": record,
                "voucher": first.evidence,
                "assertion": evidence.get("assertion"),
            }
            gate.enrolments.add(proof, person, gate.root)
        except EnrolmentError as error:
            said = str(error).rstrip(".")
            return _page(gate, f"Nothing was enrolled: {said}."), 403
        return redirect("/account", 303)


def voucher(found: Visitor) -> Enrolment | None:
    """Return the passkey that was enrolled by the link: it alone vouches for others."""
    return next((one for one in found.passkeys if one.means is Means.PASSKEY), None)


def _self() -> Person:
    person = visitor().person
    if person is None:  # the matrix lets nobody here who is on no roll
        raise LookupError("no person")
    return person


def _page(gate: Gate, problem: str = "") -> str:
    person, found = _self(), visitor()
    held = current_session().held
    now = time.monotonic()
    first = voucher(found)
    return render_template(
        "review/account.html",
        person=person,
        may=[(str(role), MAY[role]) for role in sorted(person.roles)],
        enrolments=found.enrolments,
        by=held.enrolment if held else None,
        others=[
            {"minutes": int(now - one.began) // 60, "idle": int(now - one.seen) // 60}
            for one in gate.sessions.of(person.id)
            if one is not held
        ],
        voucher=first,
        problem=problem,
        **terms(gate),
    )
