"""The members' pages: addresses and templates. Safe products only reach a template."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, abort, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from observatory.decisions import turn
from observatory.disclosure import SafeAnalysis
from observatory.figures.names import Names, names_of, period
from observatory.headers import report_failure
from observatory.review import deciding
from observatory.review.overview import overview
from observatory.review.practice import practice_page
from observatory.review.practices import practices_page
from observatory.review.signals import signals_page
from observatory.review.topic import topic_page
from observatory.review.topics import topics_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from observatory.instance import Instance


PIECES = 16
"""How many pieces of a template are sent at once: pages go out in some dozens of parts."""

BROKEN_OFF = (
    '<p class="note warn">This page broke off here: something failed, and the rest is missing. '
    "Try again; if it fails again, tell the administrator the time and the page.</p>"
)


class NoAnalysisYet(Exception):  # noqa: N818  # not an error: the state before the first run
    """No run has been made."""


LISTS: tuple[tuple[str, str, Callable[[SafeAnalysis, Names], object]], ...] = (
    ("/", "overview", overview),
    ("/signals", "signals", signals_page),
    ("/topics", "topics", topics_page),
    ("/modus-operandi", "practices", practices_page),
)
"""(address, template, what it shows) of the pages about everything."""

SINGLES: tuple[tuple[str, str, Callable[[SafeAnalysis, Names, str], object]], ...] = (
    ("/topics/<key>", "topic", topic_page),
    ("/modus-operandi/<key>", "practice", practice_page),
)
"""(address, template, what it shows) of the pages about one thing; KeyError if it is not shown."""


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application its pages."""
    _settle(app, instance)
    deciding.init_app(app, instance)

    def newest() -> tuple[SafeAnalysis, Names]:
        analysis = instance.latest()
        if analysis is None:
            raise NoAnalysisYet
        return analysis, names_of(analysis, instance.catalogue, instance.offices)

    def show_all(template: str, make: Callable[[SafeAnalysis, Names], object]) -> Iterator[str]:
        analysis, names = newest()
        return _sent(template, analysis, make(analysis, names))

    def show_one(
        template: str, make: Callable[[SafeAnalysis, Names, str], object], key: str
    ) -> Iterator[str]:
        analysis, names = newest()
        try:
            page = make(analysis, names, key)
        except KeyError:
            abort(404)
        return _sent(template, analysis, page)

    def method() -> Iterator[str] | str:
        analysis, rules = instance.latest(), instance.policy.disclosure("members")
        if analysis is None:
            return render_template("review/method.html", rules=rules)
        return _sent("method", analysis, None, rules=rules)

    app.add_url_rule("/method", "method", method)
    for address, template, whole in LISTS:
        app.add_url_rule(address, template, partial(show_all, template, whole))
    for address, template, single in SINGLES:
        app.add_url_rule(address, template, partial(show_one, template, single))


def _sent(template: str, analysis: SafeAnalysis, page: object, **more: object) -> Iterator[str]:
    """Return a page in pieces, as they are made.

    Words and tables reach the reader while the charts below them are still drawn; what can be
    refused has been refused before the first piece.
    """
    found = current_app.jinja_env.get_template(f"review/{template}.html")
    shown = {"analysis": analysis, "page": page, "here": request.path, **more}
    current_app.update_template_context(shown)
    pieces = found.stream(**shown)
    pieces.enable_buffering(PIECES)
    return _guarded(pieces)


def _guarded(pieces: Iterator[str]) -> Iterator[str]:
    """Pass the pieces on; a failure among them ends the page with a sentence, and is noted."""
    try:
        yield from pieces
    except Exception:  # noqa: BLE001  # the page has begun: no error page can take its place
        report_failure(sys.exc_info())
        yield BROKEN_OFF


def _settle(app: Flask, instance: Instance) -> None:
    """Set what templates can use, and what stands in for a page that cannot be shown."""
    app.jinja_env.globals.update(
        observatory_name=instance.config.observatory_name,
        made_up=instance.made_up,
        under_way=partial(turn.under_way, instance),
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
