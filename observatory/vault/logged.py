"""What the audit log says of the vault: which sets it holds, which weeks are closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from observatory.audit import Entry, Kind
from observatory.complaint import periods
from observatory.errors import IntegrityError, ResourceError
from observatory.vault.closing import SetRecord

MOST_WEEKS = 120
"""More empty weeks than this in a row mean a wrong clock, not a quiet observatory."""


class ClockError(ResourceError):
    """The machine's clock is wrong, or was; nothing was closed."""


def weeks_to_close(entries: Iterable[Entry], first: str | None, today: date) -> list[str]:
    """Return the weeks that are over and have no set, from the last closed or first used one.

    Sets that another host closed count for nothing here: where nobody writes, no week is closed.

    Args:
        entries: the log's.
        first: the first week of a report that is in no set yet.
        today: a week is over the day after its Sunday.

    Raises:
        ClockError: so many that no clock can be right.
    """
    closed = (e.facts for e in entries if e.kind is Kind.SET_CLOSED)
    last = max((str(f["week"]) for f in closed if f["source"] == "form"), default=None)
    if last is not None:
        day = periods.thursday(last) + timedelta(days=7)
    elif first is not None:
        day = periods.thursday(first)
    else:
        return []
    weeks = []
    while periods.is_over(periods.week_of(day), today):
        weeks.append(periods.week_of(day))
        day += timedelta(days=7)
    if len(weeks) > MOST_WEEKS:
        raise ClockError(
            f"{len(weeks)} weeks would have to be closed: the clock of this machine is wrong, or "
            "was. Set it right; nothing was closed."
        )
    return weeks


def check(entries: Iterable[Entry], sets: Iterable[SetRecord]) -> None:
    """Return only if the sets are those of the log: closed, sealed again, removed."""
    logged: dict[str, tuple[str, str, str]] = {}
    for entry in entries:
        facts = {name: str(value) for name, value in entry.facts.items()}
        if entry.kind in (Kind.SET_CLOSED, Kind.SET_TAKEN):
            logged[facts["set"]] = facts["source"], facts["week"], facts["root"]
        elif entry.kind is Kind.SET_RESEALED:
            source, week, _ = logged[facts["set"]]
            logged[facts["set"]] = source, week, facts["root"]
        elif entry.kind is Kind.SET_REMOVED:
            logged.pop(facts["set"], None)
    held = {one.id.hex(): (one.source, one.week, one.root.hex()) for one in sets}
    if held != logged:
        wrong = sorted(set(held.items()) ^ set(logged.items()))
        raise IntegrityError(
            f"The vault does not hold the sets that the audit log commits to (set {wrong[0][0]}): "
            "one was added, removed or exchanged. Nothing was analysed. Put back the last good "
            "backup, and record what happened."
        )
