"""Upkeep: what time requires and both sides have agreed to once and for all in the policy.

Weeks that are over are closed, and what the policy keeps no longer is removed. Nobody decides
anything here; both are logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from observatory.audit import Entry, Kind
from observatory.complaint import periods
from observatory.decisions import heads
from observatory.errors import IntegrityError, NotAllowedError
from observatory.instance import Instance, today
from observatory.policy import Policy
from observatory.vault.closing import SetRecord


@dataclass(frozen=True)
class Kept:
    """What upkeep did.

    Attributes:
        closed: the sets of the weeks that it closed.
        removed: how many sets it removed.
    """

    closed: Sequence[SetRecord]
    removed: int


def keep_up(instance: Instance) -> Kept:
    """Close the weeks that are over and remove what is past its retention.

    Raises:
        VaultError: the database failed; what was not done is done the next time.
        IntegrityError: the log was altered.
    """
    now = today()
    closed = instance.vault.close_weeks(now)
    return Kept(closed, instance.vault.remove_before(first_kept(instance, now)))


def first_kept(instance: Instance, now: date) -> str:
    """Return the first month that the policy in force keeps."""
    return kept_since(now, instance.policy.rules["retention_months"])


def kept_since(now: date, months: int) -> str:
    """Return the first month that is kept: ``months`` whole months before this one."""
    number = now.year * 12 + now.month - 1 - months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def check_resealed(instance: Instance) -> None:
    """Return only if nothing that is kept may still be sealed to an earlier key.

    Raises:
        NotAllowedError: a rotation is under way.
    """
    if instance.policy.previous_keys:
        raise NotAllowedError(
            "The key was rotated, and what is kept may still be sealed to the old one. Seal it "
            "again (observatory key rotate --reseal), then install the proposal that this writes."
        )


def check_log(instance: Instance) -> None:
    """Return only if the log extends its signed heads and names the policy in force as its last.

    Both sides' signatures make a policy valid; the log tells an older valid one from today's.

    Raises:
        IntegrityError: another policy was put in its place, or the log was altered.
    """
    instance.audit.check([], heads.signers_of(instance))
    entries = instance.audit.entries()
    _check_beginning(entries, instance.policy.root)
    _check_removals(entries, instance.policy)
    logged = [
        entry.facts["policy"]
        for entry in entries
        if entry.kind in (Kind.FOUNDED, Kind.POLICY_INSTALLED)
    ]
    if logged and logged[-1] != instance.policy.fingerprint:
        raise IntegrityError(
            "policy.json is not the policy that the audit log names last: an older or another one "
            "was put in its place. Put back the file that both sides signed last, and record it. "
            "If an installation was stopped half-way, install the same proposal once more."
        )
    instance.roll.check_log(entries)


def _check_beginning(entries: Sequence[Entry], root: str) -> None:
    """Return only if the log begins with the founding of this observatory."""
    first = entries[0] if entries else None
    if first is not None and first.facts.get("source") == "earlier":
        return  # a database of the first schema, which had no log
    if first is None or first.kind is not Kind.FOUNDED or first.facts["root"] != root:
        raise IntegrityError(
            "The audit log does not begin with the founding of this observatory: it was emptied "
            "or exchanged. Put back the last good backup, and record what happened."
        )


def _check_removals(entries: Sequence[Entry], policy: Policy) -> None:
    """Return only if sets were removed by retention alone, and sealed again to new keys alone.

    Whoever can write to the database can append entries. One that removes what no policy ever let
    go, or exchanges a set for another without a rotation that both sides signed, is no act of ours.
    """
    shortest = min(link.rules["retention_months"] for link in policy.chain)
    later_keys = {link.rules["key"]["id"] for link in policy.chain} - {
        policy.chain[0].rules["key"]["id"]
    }
    weeks: dict[object, str] = {}
    resealed: set[tuple[object, object]] = set()
    for number, entry in enumerate(entries, start=1):
        name = entry.facts.get("set")
        wrong = False
        if entry.kind in (Kind.SET_CLOSED, Kind.SET_TAKEN):
            weeks[name] = str(entry.facts["week"])
        elif entry.kind is Kind.SET_REMOVED:
            kept = kept_since(date.fromisoformat(entry.day), shortest)
            wrong = name not in weeks or periods.month_of_week(weeks[name]) >= kept
        elif entry.kind is Kind.SET_RESEALED:
            again = (name, entry.facts["key"])
            wrong = entry.facts["key"] not in later_keys or again in resealed
            resealed.add(again)
        if wrong:
            raise IntegrityError(
                f"Entry {number} of the audit log says that a set was removed or exchanged, and no "
                "policy of both sides allows it. Nothing runs on it. Put back the last good "
                "backup, and record what happened."
            )
