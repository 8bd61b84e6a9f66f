"""The act: what is proposed, as one canonical object that approvals are made over.

An act names the observatory, the policy and the roll that it was made under, a random number and a
last day, so that an approval serves this act, here and now, and no other. Its digest is the SHA-256
of its RFC 8785 form; a passkey signs exactly that as its challenge.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from crypto import signing
from crypto.errors import CryptoError
from observatory.acts.people import MOST_INTERESTS, Role, is_name

SCHEMA = "joint-integrity-observatory/act/1"
NOBODY = "0" * 64
"""Stands for the roll before the first."""

_HASH = re.compile(r"[0-9a-f]{64}")
_NAMES = frozenset(
    {"schema", "kind", "observatory", "policy", "roll", "by", "made", "until", "nonce", "about"}
    | {"body"}
)


class ActError(ValueError):
    """What is no act that this version knows; the sentence says why."""


class What(StrEnum):
    """What can be decided by an act."""

    MEMBERS = "members"
    OPEN_RUN = "open-run"
    CATALOGUE = "catalogue"
    OFFICES = "offices"
    MEASURE = "measure"


@dataclass(frozen=True)
class Rule:
    """How an act of a kind is decided.

    Attributes:
        roles: whose passkey counts for their side.
        days: the longest that a proposal stands.
        sentence: what it is, for whoever approves.
    """

    roles: frozenset[Role]
    days: int
    sentence: str


RULES: Mapping[What, Rule] = {
    What.MEMBERS: Rule(
        frozenset({Role.CHAIR}), 30, "Changes who is on the roll: members, roles, terms, interests."
    ),
    What.OPEN_RUN: Rule(
        frozenset({Role.CHAIR, Role.MEMBER}),
        30,
        "Opens one analysis run, for which the custodians of both sides bring their shares.",
    ),
    What.CATALOGUE: Rule(
        frozenset({Role.CHAIR, Role.MEMBER}),
        30,
        "Lets runs read by this catalogue of modus operandi and measures.",
    ),
    What.OFFICES: Rule(
        frozenset({Role.CHAIR, Role.MEMBER}), 30, "Lets runs count by this register of offices."
    ),
    What.MEASURE: Rule(
        frozenset({Role.CHAIR, Role.MEMBER}),
        30,
        "Registers a measure, before its effect is looked at.",
    ),
}
"""Every kind of act. Signers' signatures count for each of them.

The policy and its keys, published documents and heads of the log are decided by signatures alone
(``observatory.decisions.signed_file``): a signer reads them on a machine of the signer's choosing,
whereas a page of this machine could show one thing and have another approved.
"""


@dataclass(frozen=True)
class Act:
    """One proposal.

    Attributes:
        signed: the whole object, as JSON would hold it.
    """

    signed: Mapping[str, Any]

    @cached_property
    def canonical(self) -> bytes:
        """The RFC 8785 form."""
        return signing.canonical(self.signed)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical form, 64 hexadecimal digits: the act's name."""
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def what(self) -> What:
        """What it decides."""
        return What(self.signed["kind"])

    @property
    def rule(self) -> Rule:
        """How it is decided."""
        return RULES[self.what]

    @property
    def body(self) -> Mapping[str, Any]:
        """What exactly, by kind."""
        found: Mapping[str, Any] = self.signed["body"]
        return found

    @property
    def about(self) -> Mapping[str, Sequence[str]]:
        """Offices and firms that it concerns: whoever has an interest in one takes no part."""
        found: Mapping[str, Sequence[str]] = self.signed["about"]
        return found

    @property
    def made(self) -> str:
        """Its first day, YYYY-MM-DD."""
        return str(self.signed["made"])

    @property
    def until(self) -> str:
        """The last day on which it can be carried out."""
        return str(self.signed["until"])

    @property
    def by(self) -> str:
        """Who is said to have proposed it. Nothing follows from it but who may withdraw it."""
        return str(self.signed["by"])

    def stands_on(self, day: str) -> bool:
        """Tell whether it can be approved and carried out on a day (YYYY-MM-DD)."""
        return self.made <= day <= self.until


def propose(
    what: What,
    body: Mapping[str, Any],
    *,
    observatory: str,
    policy: str,
    roll: str,
    by: str,
    today: date,
    about: Mapping[str, Sequence[str]] | None = None,
    days: int | None = None,
) -> Act:
    """Make an act.

    Args:
        what: its kind.
        body: what exactly.
        observatory: root of the policy chain.
        policy: fingerprint of the policy in force.
        roll: digest of the roll in force, or ``NOBODY``.
        by: who proposes it.
        today: its first day.
        about: offices and firms that it concerns.
        days: how long it stands; the rule's longest by default.

    Raises:
        ActError: it cannot be.
    """
    concerns = about or {}
    signed = {
        "schema": SCHEMA,
        "kind": str(what),
        "observatory": observatory,
        "policy": policy,
        "roll": roll,
        "by": by,
        "made": today.isoformat(),
        "until": (today + timedelta(days=days or RULES[what].days)).isoformat(),
        "nonce": secrets.token_hex(16),
        "about": {name: sorted(set(concerns.get(name, ()))) for name in ("offices", "firms")},
        "body": dict(body),
    }
    return read(signed)


def read(signed: Any) -> Act:
    """Read an act.

    Raises:
        ActError: it is none that this version knows.
    """
    try:
        found = Act(signed)
        if signed.keys() != _NAMES or signed["schema"] != SCHEMA:
            raise ActError("it has other parts than an act has")
        hashes = [signed[name] for name in ("observatory", "policy", "roll")]
        if not all(_HASH.fullmatch(one) for one in hashes):
            raise ActError("it does not name its observatory, policy and roll")
        if not re.fullmatch(r"[0-9a-f]{32}", signed["nonce"]):
            raise ActError("it has no random number")
        _check_days(found)
        _check_words(found)
        found.canonical  # noqa: B018  # what has no canonical form cannot be approved
    except (CryptoError, KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, ActError):
            raise
        raise ActError("it is not an act that this version writes") from error
    return found


def _check_days(found: Act) -> None:
    """Return only if both days are written YYYY-MM-DD, as which they are compared, and in order."""
    written = (found.signed["made"], found.signed["until"])
    first, last = (date.fromisoformat(day) for day in written)
    if (first.isoformat(), last.isoformat()) != written:
        raise ActError("its days are not written YYYY-MM-DD")
    if not first <= last <= first + timedelta(days=found.rule.days):
        raise ActError("it stands for longer than an act of its kind may")


def _check_words(found: Act) -> None:
    about = found.signed["about"]
    if about.keys() != {"offices", "firms"} or not isinstance(found.signed["body"], dict):
        raise ActError("it does not say what it is about")
    for names in about.values():
        if not isinstance(names, list) or len(names) > MOST_INTERESTS:
            raise ActError("it does not list what it is about")
        if not all(map(is_name, names)) or names != sorted(set(names)):
            raise ActError("it does not list what it is about once each, in order")
    if not is_name(found.signed["by"]):
        raise ActError("it does not say who proposed it")
    if found.what is What.MEMBERS and found.body.keys() != {"people"}:
        raise ActError("it lists no people")
