"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, make_response, redirect, render_template, request

from observatory.access.sign_in import redeem

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from observatory.access.gate import Gate


def init_app(app: Flask, gate: Gate) -> None:
    """Give the application its pages for signing in and out."""
    instance = gate.instance

    @app.get("/sign-in")
    def sign_in() -> Answer | tuple[str, int]:
        token = request.args.get("token", "")
        # A preview that only asks for headers must not use the link up.
        if request.method == "HEAD" or not (instance.made_up and redeem(instance.folder, token)):
            return render_template("review/signed_out.html", used=True), 403
        gate.begin(None)
        return redirect("/", 303)

    @app.post("/sign-out")
    def sign_out() -> Response:
        gate.end()
        answer = make_response(render_template("review/signed_out.html"))
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        return answer
