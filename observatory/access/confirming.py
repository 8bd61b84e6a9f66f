"""Step-up: asking again for passkey, or password and code, before what changes things.

Whatever is an assertion of a passkey itself, such as an approval, needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from flask import abort, g, render_template, request

from observatory.access import proving
from observatory.access.gate import current, current_session, visitor
from observatory.access.passwords import BusyError
from observatory.access.proving import ProofError

if TYPE_CHECKING:
    from observatory.access.gate import Gate
    from observatory.access.visitor import Visitor

P = ParamSpec("P")

PREFIX = "confirm-"
"""Of the asking page's own fields; those of the form that it stands before go through it."""


def fresh_only(view: Callable[P, Any]) -> Callable[P, Any]:
    """Let a view that takes a posted form run only for who proved to be there a short while ago.

    Anybody else is asked first, and the form goes on from there: nothing is typed twice.
    """

    @wraps(view)
    def asked(*args: P.args, **kwargs: P.kwargs) -> Any:
        found = visitor()
        if found.person is None:
            abort(403)
        if found.fresh:
            return view(*args, **kwargs)
        gate = current()
        own = {
            name.removeprefix(PREFIX): value
            for name, value in request.form.items()
            if name.startswith(PREFIX)
        }
        if not own:
            return _ask(gate, found)
        try:
            prove = proving.by_password if "password" in own else proving.by_passkey
            person, _ = prove(gate, {**own, "person": found.person.id})
        except ProofError as error:
            return _ask(gate, found, str(error))
        except BusyError as busy:
            return _ask(gate, found, "Too many tries at once. Wait a moment, then try again.", busy)
        if person.id != found.person.id:
            abort(403)
        gate.sessions.confirm(current_session())
        g.visitor = replace(found, fresh=True)
        return view(*args, **kwargs)

    return asked


def _ask(
    gate: Gate, found: Visitor, problem: str = "", busy: BusyError | None = None
) -> tuple[str, int, dict[str, str]]:
    fields = [
        (name, value)
        for name in request.form
        if name != "csrf_token" and not name.startswith(PREFIX)
        for value in request.form.getlist(name)
    ]
    page = render_template(
        "review/confirm.html",
        fields=fields,
        nonce=gate.nonces.new(),
        rp=gate.rp,
        credentials=found.credentials,
        problem=problem,
    )
    return page, 503 if busy else 403, {"Retry-After": str(busy.seconds)} if busy else {}
