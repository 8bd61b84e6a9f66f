"""The pages on which both sides decide: what waits, each decision, what can be done about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask, redirect, render_template, request, url_for

from observatory.access import gate
from observatory.access.confirming import fresh_only
from observatory.acts import assertion
from observatory.acts.act import ActError
from observatory.acts.assertion import AssertionRefusedError
from observatory.decisions import acting, at_hand, deciding, membership, plain_words, signed_matters
from observatory.errors import NotAllowedError, ObservatoryError
from observatory.review import deciding_page, deciding_waiting, people, refusals

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from observatory.acts.act import Act
    from observatory.instance import Instance

MOST_EVIDENCE = 32_768
Page = str | tuple[str, int]


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application the pages on which both sides decide."""
    app.jinja_env.filters.update(day=plain_words.day, sentence=plain_words.sentence)
    refusals.init_app(app)
    people.init_app(app, instance)

    _tell_navigation(app, instance)

    @app.get("/waiting")
    def waiting() -> str:
        found = deciding_waiting.waiting(instance, gate.visitor())
        return render_template("review/waiting.html", found=found)

    @app.get("/decisions")
    def decisions() -> str:
        return render_template("review/decisions.html", rows=deciding_page.all_rows(instance))

    @app.get("/decisions/<digest>")
    def decision(digest: str) -> Page:
        return _show(instance, digest)

    @app.post("/decisions/<digest>/approve")
    def approve(digest: str) -> Answer | Page:
        return _do(instance, digest, lambda act: _approve(instance, act))

    @app.post("/decisions/<digest>/withdraw")
    @fresh_only
    def withdraw(digest: str) -> Answer | Page:
        return _do(instance, digest, lambda act: _withdraw(instance, act))

    @app.post("/decisions/<digest>/carry-out")
    @fresh_only
    def carry_out(digest: str) -> Answer | Page:
        return _do(instance, digest, lambda act: acting.carry_out(instance, act))

    @app.post("/decisions/<digest>/again")
    @fresh_only
    def propose_again(digest: str) -> Answer | Page:
        return _do(instance, digest, lambda act: _again(instance, act))


def _tell_navigation(app: Flask, instance: Instance) -> None:
    @app.context_processor
    def counted() -> dict[str, int]:
        """Tell the navigation how much waits for who uses the page."""
        visitor = gate.present()
        if visitor is None:
            return {}
        found = gate.current()
        try:
            entries, now = instance.audit.seen().entries, found.roll.electorate
            return {"waiting": deciding_waiting.count(visitor, instance, entries, now)}
        except (ObservatoryError, ActError):  # the page itself says what is out of order
            return {}


def _show(instance: Instance, digest: str, error: str = "") -> str:
    if instance.docket.find(digest).kind in signed_matters.KINDS:
        found = signed_matters.find(instance, digest)
        row = deciding_page.signed_row(instance, found)
        lines = at_hand.changes(instance, found)
        return render_template(
            "review/signed_matter.html", matter=found, row=row, lines=lines, error=error
        )
    visitor = gate.visitor()
    page = deciding_page.decision(instance, visitor, digest)
    return render_template(
        "review/decision.html", page=page, error=error, rp=instance.config.members_host
    )


def _do(instance: Instance, digest: str, do: Callable[[Act], object]) -> Answer | Page:
    """Do something about an act; show its page with what was refused, or as it stands now."""
    act = deciding.matter(instance, digest).act
    try:
        after = do(act)
    except ObservatoryError as error:
        return _show(instance, act.digest, str(error)), refusals.STATUS[error.exit_code]
    name = after if isinstance(after, str) else act.digest
    return redirect(url_for("decision", digest=name), 303)


def _approve(instance: Instance, act: Act) -> None:
    visitor = gate.visitor()
    sent = request.form.get("evidence", "")
    try:
        if visitor.person is None or len(sent) > MOST_EVIDENCE:
            raise NotAllowedError("Nothing was approved.")
        given = json.loads(sent)["assertion"]
        if not all(isinstance(given[name], str) for name in ("id", *assertion.PARTS)):
            raise AssertionRefusedError("it is no assertion")
        enrolled = visitor.evidence_of(given["id"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotAllowedError(
            "Nothing was approved: the browser sent no passkey’s signature. Approving needs "
            "script and a passkey of this site."
        ) from error
    if enrolled is None:
        raise NotAllowedError("Nothing was approved: this passkey is not one of yours.")
    evidence = {
        "person": visitor.person.id,
        "enrolment": dict(enrolled.evidence),
        "assertion": given,
    }
    deciding.approve(instance, act, evidence)


def _withdraw(instance: Instance, act: Act) -> None:
    person = gate.visitor().person
    if person is None:
        raise NotAllowedError("Whoever came by a one-time link decides nothing.")
    deciding.withdraw(instance, act, person)


def _again(instance: Instance, act: Act) -> str:
    person = gate.visitor().person
    if person is None:
        raise NotAllowedError("Whoever came by a one-time link decides nothing.")
    after = membership.wanted_again(instance, act)
    return membership.propose(instance, after, person.id).digest
