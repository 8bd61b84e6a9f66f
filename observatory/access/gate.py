"""The gate of the members' pages: nothing but style sheets passes without a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, abort, make_response, redirect, render_template, request

from observatory.access.sessions import SESSION_SECONDS, Sessions
from observatory.access.sign_in import redeem

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from observatory.instance import Instance

OPEN = frozenset({"asset", "sign_in"})


def init_app(app: Flask, instance: Instance) -> None:
    """Let nobody in but the holder of a made-up instance's link."""
    sessions = Sessions()

    @app.before_request
    def gate() -> tuple[str, int] | None:
        if request.endpoint == "asset":
            return None
        if not instance.made_up:
            return render_template("review/enrolment.html"), 403
        _same_site_only()
        if request.endpoint in OPEN or sessions.holds(_secret()):
            return None
        return render_template("review/signed_out.html"), 403

    @app.get("/sign-in")
    def sign_in() -> Answer | tuple[str, int]:
        # A preview that only asks for headers must not use the link up.
        if request.method == "HEAD" or not redeem(instance.folder, request.args.get("token", "")):
            return render_template("review/signed_out.html", used=True), 403
        answer = redirect("/", 303)
        _set_cookie(answer, sessions.start(), SESSION_SECONDS)
        return answer

    @app.post("/sign-out")
    def sign_out() -> Response:
        sessions.end(_secret())
        answer = make_response(render_template("review/signed_out.html"))
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        _set_cookie(answer, "", 0)
        return answer


def _same_site_only() -> None:
    """Refuse what another site's page asks for, except to open a page here in a tab."""
    if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:
        return
    opening = request.headers.get("Sec-Fetch-Mode") == "navigate"
    if request.method == "POST" or not opening:
        abort(403)


def _cookie_name() -> str:
    # The prefix makes browsers insist on TLS, this host and the whole path.
    return "__Host-member" if request.is_secure else "member"


def _secret() -> str:
    return request.cookies.get(_cookie_name(), "")


def _set_cookie(answer: Answer, secret: str, seconds: int) -> None:
    answer.set_cookie(
        _cookie_name(),
        secret,
        max_age=seconds,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )
