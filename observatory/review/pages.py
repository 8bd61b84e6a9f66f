"""The members' pages: addresses and templates. Safe products only reach a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, abort, render_template
from werkzeug.exceptions import HTTPException

from observatory.figures.matrix import matrix
from observatory.figures.names import Names, names_of, period
from observatory.review.overview import by_direction, overview
from observatory.review.practice import practice_page
from observatory.review.topic import topic_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from observatory.disclosure import SafeAnalysis
    from observatory.instance import Instance


class NoAnalysisYet(Exception):  # noqa: N818  # not an error: the state before the first run
    """No run has been made."""


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application its pages."""
    _settle(app, instance)

    def newest() -> tuple[SafeAnalysis, Names]:
        analysis = instance.latest()
        if analysis is None:
            raise NoAnalysisYet
        return analysis, names_of(analysis, instance.catalogue, instance.offices)

    @app.get("/")
    def show_overview() -> str:
        analysis, names = newest()
        page = overview(analysis, names)
        return render_template("review/overview.html", analysis=analysis, page=page)

    @app.get("/topics/<topic_id>")
    def show_topic(topic_id: str) -> str:
        analysis, names = newest()
        try:
            page = topic_page(analysis, names, topic_id)
        except KeyError:
            abort(404)
        return render_template("review/topic.html", analysis=analysis, page=page)

    @app.get("/modus-operandi")
    def show_practices() -> str:
        analysis, names = newest()
        stages = matrix(
            analysis,
            names,
            "mo_stage",
            title="Which modus operandi at which step?",
            groups=by_direction(names),
        )
        return render_template(
            "review/practices.html",
            analysis=analysis,
            page=overview(analysis, names),
            stages=stages,
        )

    @app.get("/modus-operandi/<code>")
    def show_practice(code: str) -> str:
        analysis, names = newest()
        try:
            page = practice_page(analysis, names, code)
        except KeyError:
            abort(404)
        return render_template("review/practice.html", analysis=analysis, page=page)

    @app.get("/method")
    def show_method() -> str:
        analysis, _ = newest()
        return render_template("review/method.html", analysis=analysis)


def _settle(app: Flask, instance: Instance) -> None:
    """Set what templates can use, and what stands in for a page that cannot be shown."""
    app.jinja_env.globals.update(
        observatory_name=instance.config.observatory_name, made_up=instance.made_up
    )
    app.jinja_env.filters["period"] = period

    @app.errorhandler(NoAnalysisYet)
    def nothing_yet(_error: NoAnalysisYet) -> str:
        return render_template("review/nothing_yet.html")

    app.register_error_handler(HTTPException, _refused)


def _refused(error: HTTPException) -> Answer:
    answer = error.get_response()
    answer.data = render_template("review/refused.html", status=error.code)
    answer.content_type = "text/html; charset=utf-8"
    return answer
