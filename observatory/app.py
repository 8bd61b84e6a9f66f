"""Two applications that share no route, cookie or log: the reporters' and the members'.

A factory for each; the reporters' loads nothing that can open, read or analyse a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, abort, request

from observatory import assets, headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from observatory.assets import Asset
    from observatory.instance import Instance

METHODS = frozenset({"GET", "HEAD", "POST"})


def create_intake(instance: Instance) -> Flask:
    """Make the reporters' application.

    Raises:
        AssetError: built style sheets are missing or changed.
        ObservatoryError: the vault is not there or of another version.
    """
    from observatory.intake import pages

    built = {**assets.load(), **assets.signed_list(instance.folder)}
    app = _bare(instance.config.intake_host, headers.INTAKE, built, cookies=False)
    pages.init_app(app, instance)
    return app


def create_members(instance: Instance) -> Flask:
    """Make the members' application.

    Raises:
        AssetError: built style sheets are missing or changed.
        IntegrityError: a route is not in the matrix of rights, or the other way round.
        ObservatoryError: the database is not there or of another version.
    """
    from observatory.access import account_pages, enrol_pages, gate, matrix, sign_in_pages
    from observatory.publication import pages as documents
    from observatory.review import log, pages

    app = _bare(instance.config.members_host, headers.MEMBERS, assets.load(), cookies=True)
    shared = gate.init_app(app, instance)
    for access in (sign_in_pages, enrol_pages, account_pages):
        access.init_app(app, shared)
    for room in (pages, log, documents):
        room.init_app(app, instance)
    matrix.check(app)
    return app


def _bare(
    host: str, fixed: Mapping[str, str], built: Mapping[str, Asset], *, cookies: bool
) -> Flask:
    """Return an application with checked assets, one host, three methods and fixed headers."""
    app = headers.QuietFlask("observatory", static_folder=None, template_folder="templates")
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}

    @app.before_request
    def guard() -> None:
        # Another name in front of this service is a mistake or a rebinding attack.
        if _name_of(request.environ.get("HTTP_HOST", "")) != host.lower():
            abort(421)
        if request.method not in METHODS:
            abort(405, valid_methods=sorted(METHODS))
        # A form on another site must not post here in a visitor's name.
        if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in {
            "none",
            "same-origin",
        }:
            abort(403)

    @app.get("/assets/<name>")
    def asset(name: str) -> Response:
        if name not in built:
            abort(404)
        return Response(built[name].body, content_type=built[name].content_type)

    app.wsgi_app = headers.Headers(app.wsgi_app, fixed, cookies=cookies)  # type: ignore[method-assign]
    return app


def _name_of(authority: str) -> str:
    """Return the host name of a Host header, without its port."""
    name, colon, port = authority.rpartition(":")
    return (name if colon and port.isdecimal() else authority).lower()
