"""Carrying out what both sides decided, by kind of act."""

from __future__ import annotations

from sqlalchemy import Connection

from observatory.acts import roll
from observatory.acts.act import Act, What
from observatory.acts.approval import Approver
from observatory.acts.people import PeopleError
from observatory.acts.roll import Link, Roll
from observatory.audit import Kind
from observatory.decisions.deciding import decision, log_done
from observatory.decisions.ending import alone
from observatory.errors import BadInputError, NotAllowedError, ResourceError
from observatory.instance import Instance


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
    with alone(instance) as connection:
        if act.what is What.MEMBERS:
            _take_back(instance)
        found = decision(instance, act)
        if act.what is What.MEMBERS:
            _install(instance, connection, Link(act, found.proofs))
        if act.what is What.MEASURE:
            facts = {"measure": _measure(act), "sha256": act.digest}
            instance.audit.append(connection, Kind.MEASURE_CHANGED, facts)
        log_done(instance, connection, act, found.approvers)
    return tuple(found.approvers)


def _measure(act: Act) -> str:
    try:
        return str(act.body["measure"]["id"])
    except (KeyError, TypeError) as error:
        raise BadInputError("This act names no measure. Propose it anew.") from error


def _install(instance: Instance, connection: Connection, link: Link) -> None:
    """Put a roll in force.

    The file is replaced first and the log written next. If the machine stops between the two,
    carrying the same act out once more begins anew from the roll that the log names.
    """
    before = instance.roll
    try:
        before.check_next(link.act)
    except PeopleError as error:
        raise BadInputError(f"This roll cannot be: {error}. Propose it anew.") from error
    after = before.followed_by(link)
    after.verify()
    try:
        after.write(instance.folder / roll.FILE_NAME)
    except OSError as error:
        raise ResourceError(
            f"{roll.FILE_NAME} cannot be written: {error.strerror}. The roll in force stands."
        ) from error
    instance.audit.append(
        connection, Kind.ROLL_INSTALLED, {"roll": after.digest, "version": after.version}
    )


def _take_back(instance: Instance) -> None:
    """Take a roll back that was written and not logged: what the log names is in force.

    The machine stopped between the two; or somebody wrote into the folder what both sides had
    approved, and then withdrew or let expire.
    """
    written = instance.roll
    logged = [e.facts["roll"] for e in instance.audit.entries() if e.kind is Kind.ROLL_INSTALLED]
    before = [link.act.digest for link in written.chain[:-1]]
    if not written.chain or logged != before:
        return
    path = instance.folder / roll.FILE_NAME
    try:
        if before:
            Roll(written.chain[:-1], written.policy).write(path)
        else:
            path.unlink()
    except OSError as error:
        raise ResourceError(
            f"{roll.FILE_NAME} cannot be written: {error.strerror}. Carry the act out once more "
            "when it can be."
        ) from error
