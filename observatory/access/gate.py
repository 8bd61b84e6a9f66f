"""The gate of the members' pages: who asks, whether the matrix lets them, and what they see if not.

``visitor()`` tells a page who uses it. Nothing passes that the matrix does not list.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, abort, current_app, g, render_template, request, session
from flask_wtf import csrf  # type: ignore[import-untyped]

from observatory.access import matrix, sessions
from observatory.access.enrolments import Enrolments
from observatory.access.nonces import TOO_LATE, Nonces
from observatory.access.passwords import Passwords
from observatory.access.roll_now import RollNow
from observatory.access.sessions import Session, Sessions
from observatory.access.visitor import Visitor
from observatory.errors import Exit, ObservatoryError
from observatory.instance import Instance, today

if TYPE_CHECKING:
    from typing import Any

    from observatory.acts.roll import Roll

MAX_REQUEST_BYTES = 256 * 1024
"""A form is read into memory, never into a file; none is longer."""


@dataclass(frozen=True)
class Gate:
    """What the pages of access share.

    Attributes:
        instance: the observatory.
        enrolments: what its people sign in by.
        sessions: who is signed in.
        rolls: the roll in force.
        nonces: numbers that pages carry to be signed.
        passwords: the trying of passwords.
    """

    instance: Instance
    enrolments: Enrolments
    sessions: Sessions
    rolls: RollNow
    nonces: Nonces
    passwords: Passwords

    @property
    def roll(self) -> Roll:
        """The roll in force."""
        return self.rolls.get()

    @property
    def root(self) -> str:
        """The observatory, as enrolments name it."""
        return self.instance.policy.root

    @property
    def rp(self) -> str:
        """The host name that passkeys are made for."""
        return self.instance.config.members_host

    @property
    def origin(self) -> str:
        """Where the visitor's browser finds this site."""
        return self.instance.config.members_url or request.host_url.rstrip("/")

    def begin(self, person: str | None, enrolment: str | None = None) -> None:
        """Sign somebody in."""
        self.sessions.begin(current_session(), request, person, enrolment)

    def end(self) -> None:
        """Sign the visitor out."""
        self.sessions.end(current_session())
        g.visitor = None

    def sign_in_page(self, **told: str) -> str:
        """Return the page to sign in by; ``told`` says what went before."""
        return render_template("review/sign_in.html", nonce=self.nonces.new(), rp=self.rp, **told)


def init_app(app: Flask, instance: Instance) -> Gate:
    """Let nobody in but whom the matrix lets."""
    enrolments = Enrolments(instance.audit)
    rolls = RollNow(instance)
    gate = Gate(instance, enrolments, Sessions(), rolls, Nonces(), Passwords())
    app.extensions["gate"] = gate
    app.session_interface = gate.sessions
    # Sessions end as sessions do; a form that lies open as long as one is no forgery.
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,  # checked below, once the matrix allows it
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
    )
    forms = csrf.CSRFProtect(app)

    @app.before_request
    def recognise() -> tuple[str, int] | None:
        if request.endpoint == "asset":
            return None
        _same_site_only()
        g.visitor = _recognise(gate)
        endpoint = request.endpoint
        if endpoint is None:
            return None if g.visitor else _signed_out()
        if not matrix.allows(endpoint, g.visitor):
            return _not_for(g.visitor) if g.visitor else _signed_out()
        forms.protect()
        return None

    @app.after_request
    def only_by_tls(answer: Response) -> Response:
        if request.is_secure:  # a proxy that speaks TLS says so itself
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        return answer

    @app.context_processor
    def shared() -> dict[str, Any]:
        found = present()
        if found is None:
            return {"visitor": None}
        # Pages that are sent in pieces are drawn when the request is over.
        token = csrf.generate_csrf()
        return {
            "visitor": found,
            "csrf_token": lambda: token,
            "pages_of": matrix.pages_of,
        }

    _refusals(app, gate)
    return gate


def _refusals(app: Flask, gate: Gate) -> None:
    """Give the application its pages for what is refused here, or stopped below."""

    @app.errorhandler(csrf.CSRFError)
    def unprotected(_error: Exception) -> tuple[str, int]:
        """Give a stranger the page anew: it lay open for long, or the service was restarted."""
        if present() is None:
            return gate.sign_in_page(problem=TOO_LATE), 400
        return render_template("review/refused.html", status=400), 400

    @app.errorhandler(ObservatoryError)
    def refused(error: ObservatoryError) -> tuple[str, int]:
        """Tell who is signed in what is wrong; the sentences of these errors are for people."""
        status = 500 if error.exit_code is Exit.INTEGRITY else 503
        return render_template("review/stopped.html", said=str(error)), status


def present() -> Visitor | None:
    """Return who uses the page, or None on a page that is open to all."""
    return cast("Visitor | None", g.get("visitor"))


def visitor() -> Visitor:
    """Return who uses the page; a stranger is refused."""
    found = present()
    if found is None:
        abort(403)
    return found


def _recognise(gate: Gate) -> Visitor | None:
    """Return who a session belongs to, if they may still come in; end it otherwise."""
    held = current_session().held
    if held is None:
        return None
    if held.person is None:
        return Visitor(None)
    person = gate.roll.person(held.person)
    if person is not None and person.in_term(today().isoformat()):
        found = gate.enrolments.of(person, gate.root)
        if held.enrolment in {one.digest for one in found}:
            return Visitor(person, sessions.is_fresh(held), tuple(found))
    gate.end()
    return None


def current() -> Gate:
    """Return the gate of the application that answers."""
    return cast("Gate", current_app.extensions["gate"])


def current_session() -> Session:
    """Return the session of this request."""
    return cast("Session", session)


def _signed_out() -> tuple[str, int]:
    return current().sign_in_page(closed="yes"), 403


def _not_for(found: Visitor) -> tuple[str, int]:
    return render_template("review/not_for_you.html", roles=sorted(found.roles)), 403


def _same_site_only() -> None:
    """Refuse what another site's page asks for, except to open a page here in a tab."""
    if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:
        return
    opening = request.headers.get("Sec-Fetch-Mode") == "navigate"
    if request.method == "POST" or not opening:
        abort(403)
