"""Admission: which sets of a batch an analysis host takes, whatever its host signed.

A host signs what it likes. What no intake host that works could have closed is refused, and with it
the whole batch, before anything of it is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from observatory.audit import Entry, Kind
from observatory.batches import host as hosts
from observatory.batches.batch import BatchError
from observatory.complaint import periods
from observatory.errors import BadInputError, NotAllowedError
from observatory.vault.closing import SetRecord

ANEW = (
    f"On the intake host, move {hosts.FILE_NAME} away, so that it makes itself a new key, and "
    "export once more: that carries everything that it keeps and may bring."
)


def check(
    sets: Mapping[str, SetRecord],
    entries: Sequence[Entry],
    host: str,
    *,
    first_kept: str,
    today: date,
) -> None:
    """Return only if every set of a batch may be taken, or was taken already.

    Args:
        sets: the batch's, by id, hex.
        entries: the audit log's.
        host: fingerprint of the host that made the batch.
        first_kept: the first month that the policy in force keeps.
        today: in UTC; a week is over the day after its Sunday.

    Raises:
        NotAllowedError: a register, or a week that is kept no longer.
        BadInputError: a week that is not over.
        BatchError: a second set of a week of this host.
    """
    known = {
        str(entry.facts["set"])
        for entry in entries
        if entry.kind in (Kind.SET_CLOSED, Kind.SET_TAKEN)
    }
    new = [one for name, one in sets.items() if name not in known]
    for one in new:
        if one.source != "form":
            raise NotAllowedError(
                "The batch holds a register, and an intake host only takes in what the form is "
                "sent. Nothing of it was taken. Import the register here (observatory import). "
                + ANEW
            )
        if not periods.is_over(one.week, today):
            raise BadInputError(
                f"The batch holds the week {one.week}, which is not over: by the clock of this "
                f"machine today is {today.isoformat()} (UTC). Nothing of it was taken. Compare the "
                "clocks of both hosts and set right the one that is wrong. If it is the intake "
                "host's, import this batch again when that week is over."
            )
        if one.month < first_kept:
            raise NotAllowedError(
                f"The batch holds the week {one.week}, and the policy in force keeps nothing from "
                f"before {first_kept}. Nothing of it was taken. First see that "
                f"both hosts have the right date and the same policy. {ANEW}"
            )
    twice = _twice(sets, new, entries, host)
    if twice is not None:
        raise BatchError(
            f"holds a second set of the week {twice}, and a host closes each week once: its "
            "database was put back, copied or altered. Compare with the people at the intake host "
            f"what happened. If it is still theirs, move {hosts.FILE_NAME} away there"
        )


def _twice(
    sets: Mapping[str, SetRecord], new: Sequence[SetRecord], entries: Sequence[Entry], host: str
) -> str | None:
    """Return a week of which this host brings more than one set, now or with what it brought."""
    taken = {
        str(entry.facts["set"]): str(entry.facts["week"])
        for entry in entries
        if entry.kind is Kind.SET_TAKEN and entry.facts.get("host") == host
    }
    weeks = Counter({**taken, **{name: one.week for name, one in sets.items()}}.values())
    return next((one.week for one in new if weeks[one.week] > 1), None)
