"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, make_response, redirect, render_template, request

from observatory.access import matrix, proving
from observatory.access.gate import visitor
from observatory.access.passwords import BusyError
from observatory.access.proving import ProofError
from observatory.access.sign_in import redeem
from observatory.access.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug.wrappers import Response as Answer

    from observatory.access.gate import Gate
    from observatory.acts.enrolment import Enrolment
    from observatory.acts.people import Person

    Prove = Callable[[Gate, Mapping[str, str]], tuple[Person, Enrolment]]
    Page = Answer | str | tuple[str, int] | tuple[str, int, dict[str, str]]

BUSY = "Too many tries at once. Wait a moment, then try again."


def init_app(app: Flask, gate: Gate) -> None:
    """Give the application its pages for signing in and out."""
    instance = gate.instance

    @app.get("/sign-in")
    def sign_in() -> Page:
        token = request.args.get("token", "")
        if not token:
            return gate.sign_in_page()
        # A preview that only asks for headers must not use the link up.
        if request.method == "HEAD" or not (instance.made_up and redeem(instance.folder, token)):
            return render_template("review/signed_out.html", used=True), 403
        gate.begin(None)
        return redirect("/", 303)

    @app.post("/sign-in/passkey")
    def sign_in_by_passkey() -> Page:
        return _enter(gate, proving.by_passkey)

    @app.post("/sign-in/password")
    def sign_in_by_password() -> Page:
        return _enter(gate, proving.by_password)

    @app.post("/sign-out")
    def sign_out() -> Response:
        gate.end()
        return _gone()

    @app.post("/sign-out/everywhere")
    def sign_out_everywhere() -> Response:
        person = visitor().person
        if person is not None:
            gate.sessions.end_all(person.id)
        gate.end()
        return _gone()


def _enter(gate: Gate, prove: Prove) -> Page:
    try:
        person, enrolment = prove(gate, request.form)
    except ProofError as error:
        return gate.sign_in_page(problem=str(error)), 403
    except BusyError as busy:
        return gate.sign_in_page(problem=BUSY), 503, {"Retry-After": str(busy.seconds)}
    gate.begin(person.id, enrolment.digest)
    # An administrator sees no products.
    return redirect("/" if matrix.allows("overview", Visitor(person)) else "/account", 303)


def _gone() -> Response:
    answer = make_response(render_template("review/signed_out.html", visitor=None))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
