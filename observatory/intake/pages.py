"""The reporters' pages: one address for form, check and end; plain pages for what is refused."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from crypto.envelope import EnvelopeError
from observatory import instance as instances
from observatory.database.engine import check_writable
from observatory.decisions import token_epochs
from observatory.errors import IntegrityError
from observatory.headers import report_failure
from observatory.instance import StaleEnvelopeError
from observatory.intake import capacity, compression, form, language, marks, sealed, upload, work
from observatory.intake.body import read_fields
from observatory.intake.capacity import Capacity, TurnedAwayError, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.wrappers import Response as Answer

    from crypto.envelope import Envelope
    from observatory.instance import Instance

# Nothing is stored, so nothing should be left; a proxy in between may have added what we did not.
CLEAR_SITE_DATA = '"cache", "cookies", "storage"'


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application the one page of the form, and the pages of every refusal."""
    takes_tokens = _takes_tokens(instance)
    app.jinja_env.globals.update(
        observatory_name=instance.config.observatory_name,
        case_contact=instance.config.case_contact,
        findings_address=instance.config.findings_address,
        exit_address=instance.config.exit_address,
        mark_kinds=dict.fromkeys(marks.KINDS, ()),
        made_up=instance.made_up,
        k=instance.policy.disclosure("members").k,
        tokens=takes_tokens,
    )
    language.init_app(app)
    compression.init_app(app)
    # The store must take reports before the first reporter comes, not fail at the first report.
    check_writable(instance.vault.engine)
    taking = Capacity.of(instance)

    @app.get("/")
    def write() -> str:
        return _form(instance, taking, form.Draft())

    @app.post("/")
    def go_on() -> Response | tuple[Response | str, int] | str:
        if request.mimetype == upload.TYPE:
            parts = upload.read(request)
            language.choose({language.FIELD: parts.language})
            return _send_sealed(instance, taking, lambda: upload.sealed_in(parts), damaged="file")
        fields, readable = read_fields(request)
        language.choose(fields)
        if sealed.FIELD in fields:
            stay = sealed.STAY in fields
            return _send_sealed(
                instance,
                taking,
                lambda: sealed.read(fields[sealed.FIELD]),
                answer=fields.get(work.FIELD, ""),
                stay=stay,
            )
        draft, problems = form.read(
            fields, _asked(instance), takes_tokens=takes_tokens, readable=readable
        )
        step = fields.get(form.STEP)
        if step == "edit" or language.SWITCH in fields:
            return _form(instance, taking, draft)
        if problems:
            return _form(instance, taking, draft, problems), 422
        if step == "send":
            return _send(instance, taking, draft)
        return _check(instance, draft)

    app.register_error_handler(HTTPException, _refused)


def _takes_tokens(instance: Instance) -> bool:
    """Tell whether an epoch of tokens is installed, so that the form has a box for one.

    One that the signers in force did not sign stops a run; the form goes on, and asks for none.
    """
    try:
        return bool(token_epochs.installed(instance))
    except IntegrityError:
        report_failure(sys.exc_info())
        return False


def _asked(instance: Instance) -> tuple[form.Question, ...]:
    return form.questions(instance.offices, instances.today(), language.current())


def _form(
    instance: Instance,
    taking: Capacity,
    draft: form.Draft,
    problems: tuple[form.Problem, ...] = (),
) -> str:
    return render_template(
        "intake/form.html",
        full=taking.full,
        work=taking.work.asked,
        draft=draft,
        problems=problems,
        questions=_asked(instance),
        sealing=sealed.terms(instance.public_key, instances.today()),
    )


def _answers(instance: Instance, draft: form.Draft) -> list[tuple[str, str | None]]:
    """Return the questions that were answered, and the answers, as they are shown."""
    gettext = language.current().gettext
    found = [
        (question.label, question.label_of(draft.facets[question.facet.code]))
        for question in _asked(instance)
        if question.facet.code in draft.facets
    ]
    # The token itself is no reading: it is carried by the form below.
    with_token = [(gettext("Your token"), gettext("It is sealed with your words."))]
    return [*found, *(with_token if draft.token else [])]


def _check(instance: Instance, draft: form.Draft, *, failed: bool = False) -> str:
    pieces = marks.segments(draft.complaint.narrative)
    return render_template(
        "intake/check.html",
        draft=draft,
        pieces=pieces,
        found=marks.found_in(pieces),
        answers=_answers(instance, draft),
        failed=failed,
    )


def _send(instance: Instance, taking: Capacity, draft: form.Draft) -> Response | tuple[str, int]:
    """Seal and store; whatever fails, the reporter is told and keeps the words."""
    try:
        taking.admit(capacity.size_bucket_of(draft.complaint.narrative))
        instance.seal_report(draft.complaint, once=draft.once_bytes, token=draft.token_bytes)
    except TurnedAwayError as turned:
        return _busy(turned.why, draft, _answers(instance, draft))
    except Exception:  # noqa: BLE001  # any failure means: not received, and the words go back
        report_failure(sys.exc_info())
        return _check(instance, draft, failed=True), 503
    return _received()


def _send_sealed(
    instance: Instance,
    taking: Capacity,
    read: Callable[[], Envelope],
    *,
    answer: str = "",
    damaged: str = "damaged",
    stay: bool = False,
) -> Response | tuple[str, int]:
    """Store what was sealed by the browser, or on another device.

    Args:
        instance: where to.
        taking: whether there is capacity for it.
        read: gives the envelope.
        answer: the number that its browser worked for, if any.
        damaged: which page answers what is no whole envelope.
        stay: leave the browser on the page that it has if this fails. It keeps that page, and the
            reporter's words on it, when the answer is 204: they are nowhere else, so a page about
            the failure would take them away.
    """
    failure: Response | tuple[str, int]
    try:
        envelope = read()
        worked = taking.work.done(envelope, answer)
        if worked and taking.work.has_stored(envelope):
            return _received()
        taking.admit(envelope.bucket, worked=worked)
        instance.receive_sealed(envelope)
        if worked:
            taking.work.stored(envelope)
    except HTTPException:
        raise
    except TurnedAwayError as turned:
        failure = _busy(turned.why)
    except (EnvelopeError, StaleEnvelopeError) as error:
        reason = "stale" if isinstance(error, StaleEnvelopeError) else damaged
        failure = render_template("intake/unsealable.html", reason=reason), 422
    except Exception:  # noqa: BLE001  # any failure means: not received
        report_failure(sys.exc_info())
        failure = render_template("intake/refused.html", status=503), 503
    else:
        return _received()
    return Response(status=204) if stay else failure


def _busy(
    why: Why, draft: form.Draft | None = None, answers: Sequence[tuple[str, str | None]] = ()
) -> Response:
    """Say that nothing more is taken in just now, and give the words back if there are any."""
    page = render_template("intake/busy.html", why=why, draft=draft, answers=answers)
    response = Response(page, 503)
    response.headers["Retry-After"] = str(why.seconds)
    return response


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
