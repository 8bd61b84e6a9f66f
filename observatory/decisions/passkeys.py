"""Passkeys that approved: enrolled here, and as the log says first by their link."""

from __future__ import annotations

from collections.abc import Sequence

from observatory.acts import enrolment
from observatory.acts.approval import Approver
from observatory.acts.enrolment import Means
from observatory.audit import Entry, Kind
from observatory.errors import IntegrityError


def check_enrolled(entries: Sequence[Entry], approver: Approver) -> None:
    """Return only if the passkey that approved was enrolled when the log says so.

    A link that leaked after its person enrolled makes no second passkey that counts: the log says
    which passkey of an invitation came first.
    """
    if approver.passkey is None:
        return
    changes = [
        enrolment.from_log(str(entry.facts["change"]))
        for entry in entries
        if entry.kind is Kind.MEMBER_CHANGED and entry.facts["member"] == approver.who
    ]
    first: dict[str, str] = {}
    for one in changes:
        if one is not None and one.means is Means.PASSKEY:
            first.setdefault(one.invitation, one.digest)
    if not any(
        one is not None
        and one.digest == approver.passkey
        and first.get(one.invitation) == approver.first
        for one in changes
    ):
        raise IntegrityError(
            f"The passkey of {approver.who} was never enrolled here, or not as the first by its "
            "link. Nothing is done by its approval; record what happened."
        )
