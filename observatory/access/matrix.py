"""The authorisation matrix: who may use which page, as data.

One entry a route. A route that is not listed, or an entry without its route, and the members'
application does not start: what nobody thought of is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from observatory.acts.people import Role
from observatory.errors import IntegrityError

if TYPE_CHECKING:
    from flask import Flask

    from observatory.access.visitor import Visitor


class Besides(StrEnum):
    """Whoever is on no roll."""

    ANYONE = "anyone"
    """Without a session."""
    GUEST = "guest"
    """The holder of a made-up instance's one-time link: reads as a member does, decides nothing."""


Rights = frozenset[Role | Besides]

OPEN: Rights = frozenset({Besides.ANYONE})
SIGNED_IN: Rights = frozenset({*Role, Besides.GUEST})
ON_THE_ROLL: Rights = frozenset(Role)
READERS: Rights = SIGNED_IN - {Role.ADMINISTRATOR}
"""Products are shown to all but who runs the machine."""
KNOWING: Rights = READERS - {Role.AGENCY}
"""Who takes part and what was decided is shown to the sides and to auditors."""
DECIDING: Rights = frozenset({Role.MEMBER, Role.CHAIR, Role.CUSTODIAN, Role.SIGNER})
BY_PASSKEY: Rights = frozenset({Role.MEMBER, Role.CHAIR})
CHAIRS: Rights = frozenset({Role.CHAIR})

RIGHTS: Mapping[str, Rights] = {
    "asset": OPEN,
    "sign_in": OPEN,
    "sign_in_by_passkey": OPEN,
    "sign_in_by_password": OPEN,
    "enrol": OPEN,
    "enrol_passkey": OPEN,
    "enrol_password": OPEN,
    "enrol_code": OPEN,
    "sign_out": SIGNED_IN,
    "sign_out_everywhere": ON_THE_ROLL,
    "account": ON_THE_ROLL,
    "add_passkey": ON_THE_ROLL,
    "overview": READERS,
    "signals": READERS,
    "topics": READERS,
    "topic": READERS,
    "practices": READERS,
    "practice": READERS,
    "method": READERS,
    "documents": KNOWING,
    "take": KNOWING,
    "log": KNOWING,
    "log_copy": KNOWING,
    "waiting": DECIDING,
    "decisions": KNOWING,
    "decision": KNOWING,
    "approve": BY_PASSKEY,
    "withdraw": BY_PASSKEY,
    "carry_out": DECIDING,
    "propose_again": CHAIRS,
    "people": KNOWING,
    "person": KNOWING,
    "invite": CHAIRS,
    "propose_person": CHAIRS,
    "propose_change": CHAIRS,
    "propose_reinvitation": CHAIRS,
    "propose_leaving": CHAIRS,
}
"""Endpoint -> who may use it, by any of its methods. Reading and doing are endpoints of their own,
so that each has its line."""

NAVIGATION = (
    ("overview", "/", "Overview"),
    ("signals", "/signals", "Signals"),
    ("topics", "/topics", "Topics"),
    ("practices", "/modus-operandi", "Modus operandi"),
    ("method", "/method", "Method"),
    ("waiting", "/waiting", "Waiting for me"),
    ("decisions", "/decisions", "Decisions"),
    ("people", "/people", "People"),
    ("documents", "/documents", "Documents"),
    ("log", "/log", "Log"),
)
"""(endpoint, address, name) of the pages that every page leads to, for whoever may use them."""


def pages_of(visitor: Visitor) -> list[tuple[str, str, str]]:
    """Return the entries of the navigation that a visitor may use."""
    return [entry for entry in NAVIGATION if allows(entry[0], visitor)]


def check(app: Flask) -> None:
    """Return only if the application has exactly the routes that the matrix lists.

    Raises:
        IntegrityError: names the routes that are not listed, or the entries without one.
    """
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    odd = sorted(there ^ set(RIGHTS))
    if odd:
        raise IntegrityError(
            f"Routes and the matrix of rights differ in: {', '.join(odd)}. Nothing is served. "
            "Install the released version again."
        )


def allows(endpoint: str, visitor: Visitor | None) -> bool:
    """Tell whether somebody may use a route.

    Args:
        endpoint: its name.
        visitor: who is signed in, or None.
    """
    rights = RIGHTS.get(endpoint, frozenset())
    if Besides.ANYONE in rights:
        return True
    if visitor is None:
        return False
    if visitor.person is None:
        return Besides.GUEST in rights
    return bool(rights & visitor.person.roles)
