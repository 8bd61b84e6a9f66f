"""The reporters' pages: one address for form, check and end; plain pages for what is refused."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from crypto.envelope import EnvelopeError
from observatory import instance as instances
from observatory.database.engine import check_writable
from observatory.headers import report_failure
from observatory.instance import StaleEnvelopeError
from observatory.intake import compression, form, language, marks, sealed, upload
from observatory.intake.body import read_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as Answer

    from crypto.envelope import Envelope
    from observatory.instance import Instance

# Nothing is stored, so nothing should be left; a proxy in between may have added what we did not.
CLEAR_SITE_DATA = '"cache", "cookies", "storage"'


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application the one page of the form, and the pages of every refusal."""
    app.jinja_env.globals.update(
        observatory_name=instance.config.observatory_name,
        case_contact=instance.config.case_contact,
        findings_address=instance.config.findings_address,
        exit_address=instance.config.exit_address,
        mark_kinds=dict.fromkeys(marks.KINDS, ()),
        made_up=instance.made_up,
        k=instance.policy.disclosure("members").k,
    )
    language.init_app(app)
    compression.init_app(app)
    # The store must take reports before the first reporter comes, not fail at the first report.
    check_writable(instance.vault.engine)

    @app.get("/")
    def write() -> str:
        return _form(instance, form.Draft())

    @app.post("/")
    def go_on() -> Response | tuple[Response | str, int] | str:
        if request.mimetype == upload.TYPE:
            parts = upload.read(request)
            language.choose({language.FIELD: parts.language})
            return _send_sealed(instance, lambda: upload.sealed_in(parts), damaged="file")
        fields, readable = read_fields(request)
        language.choose(fields)
        if sealed.FIELD in fields:
            stay = sealed.STAY in fields
            return _send_sealed(instance, lambda: sealed.read(fields[sealed.FIELD]), stay=stay)
        draft, problems = form.read(fields, _asked(instance), readable=readable)
        step = fields.get(form.STEP)
        if step == "edit" or language.SWITCH in fields:
            return _form(instance, draft)
        if problems:
            return _form(instance, draft, problems), 422
        if step == "send":
            return _send(instance, draft)
        return _check(instance, draft)

    app.register_error_handler(HTTPException, _refused)


def _asked(instance: Instance) -> tuple[form.Question, ...]:
    return form.questions(instance.offices, instances.today(), language.current())


def _form(instance: Instance, draft: form.Draft, problems: tuple[form.Problem, ...] = ()) -> str:
    return render_template(
        "intake/form.html",
        draft=draft,
        problems=problems,
        questions=_asked(instance),
        sealing=sealed.terms(instance.public_key, instances.today()),
    )


def _check(instance: Instance, draft: form.Draft, *, failed: bool = False) -> str:
    answers = [
        (question.label, question.label_of(draft.facets[question.facet.code]))
        for question in _asked(instance)
        if question.facet.code in draft.facets
    ]
    pieces = marks.segments(draft.complaint.narrative)
    return render_template(
        "intake/check.html",
        draft=draft,
        pieces=pieces,
        found=marks.found_in(pieces),
        answers=answers,
        failed=failed,
    )


def _send(instance: Instance, draft: form.Draft) -> Response | tuple[str, int]:
    """Seal and store; whatever fails, the reporter is told and keeps the words."""
    try:
        instance.seal_report(draft.complaint, once=draft.once_bytes)
    except Exception:  # noqa: BLE001  # any failure means: not received, and the words go back
        report_failure(sys.exc_info())
        return _check(instance, draft, failed=True), 503
    return _received()


def _send_sealed(
    instance: Instance,
    read: Callable[[], Envelope],
    *,
    damaged: str = "damaged",
    stay: bool = False,
) -> Response | tuple[str, int]:
    """Store what was sealed by the browser, or on another device.

    Args:
        instance: where to.
        read: gives the envelope.
        damaged: which page answers what is no whole envelope.
        stay: leave the browser on the page that it has if this fails. It keeps that page, and the
            reporter's words on it, when the answer is 204: they are nowhere else, so a page about
            the failure would take them away.
    """
    try:
        instance.receive_sealed(read())
    except HTTPException:
        raise
    except (EnvelopeError, StaleEnvelopeError) as error:
        reason = "stale" if isinstance(error, StaleEnvelopeError) else damaged
        failure = render_template("intake/unsealable.html", reason=reason), 422
    except Exception:  # noqa: BLE001  # any failure means: not received
        report_failure(sys.exc_info())
        failure = render_template("intake/refused.html", status=503), 503
    else:
        return _received()
    return Response(status=204) if stay else failure


def _received() -> Response:
    """Answer every report with the same last page, in the language of its form."""
    response = make_response(render_template("intake/sent.html"))
    response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


def _refused(error: HTTPException) -> Answer:
    """Answer with a plain page of the error's status; nothing of the request is repeated."""
    answer = error.get_response()
    answer.data = render_template("intake/refused.html", status=error.code)
    answer.content_type = "text/html; charset=utf-8"
    return answer
