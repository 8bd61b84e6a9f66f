"""Carrying out what both sides decided, by kind of act."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from observatory.acts import roll
from observatory.acts.act import Act, What
from observatory.acts.approval import ApprovalError, Approver, check
from observatory.acts.people import PeopleError
from observatory.acts.roll import Link, Roll
from observatory.audit import Kind
from observatory.database.faults import reason
from observatory.decisions.deciding import decided, log_done, record_done
from observatory.errors import BadInputError, NotAllowedError, ResourceError
from observatory.instance import Instance, today


def carry_out(instance: Instance, act: Act) -> tuple[Approver, ...]:
    """Do what an act says, once, after verifying every proof again.

    Returns:
        Who approved it.

    Raises:
        NotAllowedError: a side has not approved, or the proposal is over.
        BadInputError: what was approved cannot be.
        IntegrityError: a proof, the roll, the docket or the log was altered.
        ResourceError: the disk or the database refuses; carry it out again when it runs.
    """
    if act.what is What.OPEN_RUN:
        raise NotAllowedError(
            "A run is opened where the custodians bring their shares: observatory analyse."
        )
    if act.what is What.MEMBERS:
        return _install(instance, act)
    approvers = decided(instance, act)
    record_done(instance, act, approvers)
    return approvers


def _install(instance: Instance, act: Act) -> tuple[Approver, ...]:
    """Put a roll in force.

    The file is replaced first and the log written next. If the machine stops between the two,
    carrying the same act out once more finishes it.
    """
    before = instance.roll
    if before.digest == act.digest:
        return _finish(instance, before)
    approvers = decided(instance, act)
    after = before.followed_by(Link(act, _counting(instance, act)))
    try:
        roll.check_people(after.people, instance.policy.signers)
    except PeopleError as error:
        raise BadInputError(f"This roll cannot be: {error}. Propose it anew.") from error
    after.verify()
    try:
        after.write(instance.folder / roll.FILE_NAME)
    except OSError as error:
        raise ResourceError(
            f"{roll.FILE_NAME} cannot be written: {error.strerror}. The roll in force stands."
        ) from error
    _log(instance, after, approvers)
    return approvers


def _counting(instance: Instance, act: Act) -> list[dict[str, object]]:
    """Return the proofs that count; others came from people who may not approve this."""
    electorate = instance.roll.electorate
    found = []
    for evidence in instance.docket.approvals(act.digest):
        try:
            check(act, evidence, electorate, today())
        except ApprovalError:
            continue
        found.append(evidence)
    return found


def _finish(instance: Instance, written: Roll) -> tuple[Approver, ...]:
    """Log a roll that was written and not logged before the machine stopped."""
    approvers = written.verify()[-1]
    logged = [e.facts["roll"] for e in instance.audit.entries() if e.kind is Kind.ROLL_INSTALLED]
    before = written.chain[-2].act.digest if written.version > 1 else None
    if logged[-1:] == ([before] if before else []):
        _log(instance, written, approvers)
    return approvers


def _log(instance: Instance, after: Roll, approvers: Sequence[Approver]) -> None:
    try:
        with instance.vault.engine.begin() as connection:
            instance.audit.append(
                connection, Kind.ROLL_INSTALLED, {"roll": after.digest, "version": after.version}
            )
            log_done(instance, connection, after.chain[-1].act, approvers)
    except SQLAlchemyError as error:
        raise ResourceError(
            f"The roll is in place, but the audit log cannot be written. {reason(error)} When the "
            "database runs again, carry the same act out once more."
        ) from error
