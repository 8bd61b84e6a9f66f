"""The pages about people: the roll by side, and what chairs propose to change on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from flask import Flask, abort, redirect, render_template, request, url_for

from crypto.sides import SIDES
from observatory.access import gate
from observatory.access.confirming import fresh_only
from observatory.acts.people import (
    OF_A_SIDE,
    Interests,
    Person,
    Role,
    Standing,
)
from observatory.decisions import membership
from observatory.decisions.first_roll import a_year_after
from observatory.errors import BadInputError, ObservatoryError
from observatory.instance import today
from observatory.review import refusals

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as Answer

    from observatory.complaint.offices import Office
    from observatory.instance import Instance

STANDINGS: tuple[Standing, ...] = get_args(Standing)
ABOUT_ROLES: Mapping[Role, str] = {
    Role.MEMBER: "reads the products, approves runs, catalogue and offices",
    Role.CHAIR: "a member who also approves who takes part",
    Role.CUSTODIAN: "holds a share of the key, and brings it to a run",
    Role.SIGNER: "signs rules, keys and documents with a key of the own",
    Role.AUDITOR: "reads, exports and verifies; decides nothing",
    Role.ADMINISTRATOR: "runs the machine; sees no products",
    Role.AGENCY: "another body: reads and comments",
}


@dataclass(frozen=True)
class Entry:
    """Somebody on the roll, as a page shows them.

    Attributes:
        person: as on the roll.
        in_term: whether the term holds today.
        offices: (code, name) of those with an interest.
    """

    person: Person
    in_term: bool
    offices: Sequence[tuple[str, str]]


def entry_of(instance: Instance, one: Person) -> Entry:
    """Return how a page shows somebody."""
    names = {office.code: office.name for office in instance.offices}
    offices = [(code, names.get(code, "")) for code in sorted(one.interests.offices)]
    return Entry(one, one.in_term(today().isoformat()), offices)


def init_app(app: Flask, instance: Instance) -> None:
    """Give the application the pages about people."""
    _read(app, instance)
    _change(app, instance)

    @app.get("/people/invite")
    def invite() -> str:
        day = today()
        usual = {"first": day.isoformat(), "last": a_year_after(day).isoformat()}
        return _form(instance, usual)

    @app.post("/people/invite")
    @fresh_only
    def propose_person() -> Answer | tuple[str, int]:
        def after() -> membership.People:
            return membership.joined(instance.roll.people, _joining())

        return _propose(instance, after, lambda error: _form(instance, _given(), error))


def _read(app: Flask, instance: Instance) -> None:
    @app.get("/people")
    def people() -> str:
        roll = instance.roll
        groups = [
            (side, [entry_of(instance, one) for one in _named(roll.people, side)])
            for side in STANDINGS
        ]
        return render_template("review/people.html", groups=groups, roll=roll)

    @app.get("/people/<id_>")
    def person(id_: str) -> str:
        return _page(instance, id_)


def _change(app: Flask, instance: Instance) -> None:
    def about(id_: str, change: Callable[[Person], dict[str, object]]) -> Answer | tuple[str, int]:
        def after() -> membership.People:
            listed = instance.roll.people
            return membership.changed(listed, id_, **change(membership.find(listed, id_)))

        return _propose(instance, after, lambda error: _page(instance, id_, error))

    @app.post("/people/<id_>/change")
    @fresh_only
    def propose_change(id_: str) -> Answer | tuple[str, int]:
        return about(id_, _fields)

    @app.post("/people/<id_>/reinvite")
    @fresh_only
    def propose_reinvitation(id_: str) -> Answer | tuple[str, int]:
        return about(id_, lambda _: {"invitation": _public(_text("invitation"))})

    @app.post("/people/<id_>/revoke")
    @fresh_only
    def propose_leaving(id_: str) -> Answer | tuple[str, int]:
        def after() -> membership.People:
            return membership.without(instance.roll.people, id_)

        return _propose(instance, after, lambda error: _page(instance, id_, error))


def _named(listed: Sequence[Person], side: str) -> list[Person]:
    return sorted((one for one in listed if one.side == side), key=lambda one: one.name)


def _propose(
    instance: Instance,
    after: Callable[[], membership.People],
    again: Callable[[str], str],
) -> Answer | tuple[str, int]:
    """Put a roll on the docket and go to its page; show the form again with what is wrong.

    The browser keeps what stands behind the ``#`` of the form's address over this redirection:
    that is how the link of an invitation reaches the next page, and never this machine.
    """
    by = gate.visitor().person
    if by is None:
        abort(403)
    try:
        act = membership.propose(instance, after(), by.id)
    except ObservatoryError as error:
        return again(str(error)), refusals.STATUS[error.exit_code]
    return redirect(url_for("decision", digest=act.digest), 303)


def _form(instance: Instance, given: Mapping[str, object], error: str = "") -> str:
    return render_template(
        "review/invite.html",
        given=given,
        error=error,
        standings=STANDINGS,
        about_roles=ABOUT_ROLES,
        of_a_side=OF_A_SIDE,
        offices=_offices(instance),
    )


def _page(instance: Instance, id_: str, error: str = "") -> str:
    found = instance.roll.person(id_)
    if found is None:
        abort(404)
    return render_template(
        "review/person.html",
        entry=entry_of(instance, found),
        error=error,
        about_roles=ABOUT_ROLES,
        roles=[role for role in Role if (role in OF_A_SIDE) == (found.side in SIDES)],
        offices=_offices(instance),
        chair=Role.CHAIR in gate.visitor().roles,
    )


def _offices(instance: Instance) -> Sequence[Office]:
    return sorted(instance.offices, key=lambda office: office.name)


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


def _given() -> dict[str, object]:
    """Return what a form held, to show it again."""
    return {
        **{name: request.form.get(name, "") for name in request.form},
        "roles": request.form.getlist("roles"),
        "offices": request.form.getlist("offices"),
    }


def _public(key: str) -> str:
    if not key:
        raise BadInputError(
            "No invitation was made: that needs script in this browser. Nothing was proposed. On "
            "the machine itself, observatory member does the same."
        )
    return key


def _roles() -> frozenset[Role]:
    known = {str(role): role for role in Role}
    return frozenset(known[one] for one in request.form.getlist("roles") if one in known)


def _interests() -> Interests:
    firms = (line.strip() for line in _text("firms").splitlines())
    return Interests(
        frozenset(request.form.getlist("offices")), frozenset(line for line in firms if line)
    )


def _joining() -> Person:
    side = _text("side")
    if side not in STANDINGS:
        raise BadInputError("Say for which side this person takes part.")
    return Person(
        _text("id"),
        _text("name"),
        side,
        _roles(),
        _text("first"),
        _text("last"),
        _text("mandate"),
        _text("mandate_sha256").lower(),
        _interests(),
        _public(_text("invitation")),
        _text("signer").lower() or None,
    )


def _fields(one: Person) -> dict[str, object]:
    """Return the fields of an entry as the form of a person has them."""
    signer = _text("signer").lower() or None
    return {
        "name": _text("name") or one.name,
        "roles": _roles(),
        "first": _text("first"),
        "last": _text("last"),
        "mandate": _text("mandate"),
        "mandate_sha256": _text("mandate_sha256").lower(),
        "interests": _interests(),
        "signer": signer,
    }
