"""Upkeep: what time requires and both sides have agreed to once and for all in the policy.

Weeks that are over are closed, and what the policy keeps no longer is removed. Nobody decides
anything here; both are logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from observatory.audit import Kind
from observatory.decisions import heads
from observatory.errors import IntegrityError, NotAllowedError
from observatory.instance import Instance, today
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
    logged = [
        entry.facts["policy"]
        for entry in instance.audit.entries()
        if entry.kind in (Kind.FOUNDED, Kind.POLICY_INSTALLED)
    ]
    if logged and logged[-1] != instance.policy.fingerprint:
        raise IntegrityError(
            "policy.json is not the policy that the audit log names last: an older or another one "
            "was put in its place. Put back the file that both sides signed last, and record it. "
            "If an installation was stopped half-way, install the same proposal once more."
        )
