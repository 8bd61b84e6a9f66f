"""Agreement: what a run needs that both sides decided before, each proof verified again.

Where reports are made up nobody decides anything, and any catalogue may be tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from observatory import catalogue
from observatory.acts import act as acts
from observatory.acts import approval
from observatory.acts.act import Act, ActError, What
from observatory.acts.approval import Approver
from observatory.audit import Entry, Kind
from observatory.audit.entries import Fact
from observatory.database.faults import reason
from observatory.decisions.deciding import State, decided, log_done, matters
from observatory.decisions.ending import endings
from observatory.decisions.passkeys import check_enrolled
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, ResourceError
from observatory.instance import CATALOGUE, Instance

Opening = tuple[Act, tuple[Approver, ...]]
"""An act that opens a run, and who approved it."""


def check_docket(instance: Instance) -> None:
    """Return only if no proposal was altered, and no approval that waits there was forged.

    Raises:
        IntegrityError: one was; somebody writes into the database.
    """
    for one in matters(instance):
        if one.waiting and one.verdict.forged:
            raise IntegrityError(
                f"An approval of {one.act.digest[:16]} was altered or forged: "
                f"{one.verdict.forged[0]} Nothing is done while it stands there. Withdraw the "
                "proposal, and record what happened."
            )


def opening(instance: Instance) -> Opening | None:
    """Return the act by which both sides decided to open a run, the oldest if there are more.

    Without one, the custodians of both sides who bring their shares are the decision themselves.
    One that is over, or was made for an earlier policy or roll, is not used.

    Raises:
        IntegrityError: a proof was altered, or roll, docket or log were.
    """
    ready = [
        one.act
        for one in matters(instance)
        if one.act.what is What.OPEN_RUN and one.state is State.APPROVED
    ]
    if not ready:
        return None
    oldest = min(ready, key=lambda act: (act.made, act.digest))
    return oldest, decided(instance, oldest)


def record_opening(instance: Instance, found: Opening | None, facts: Mapping[str, Fact]) -> None:
    """Log that a run opens, and in the same transaction that it uses up the act that opens it.

    Args:
        instance: whose run.
        found: what :func:`opening` returned.
        facts: what identifies the opening.

    Raises:
        ResourceError: the database refuses; nothing was used up.
    """
    try:
        with instance.vault.engine.begin() as connection:
            instance.audit.append(connection, Kind.RUN_OPENED, facts)
            if found is not None:
                log_done(instance, connection, *found)
    except SQLAlchemyError as error:
        raise ResourceError(
            f"The audit log cannot be written, and nothing was done. {reason(error)}"
        ) from error


def check_catalogue(instance: Instance) -> None:
    """Return only if a run may read by the catalogue: the shipped one, or one that both decided.

    Whoever can write files could otherwise say in it what counts as what.

    Raises:
        NotAllowedError: it is another one, and says how to decide it.
        IntegrityError: the act by which it was decided is gone, or was altered.
    """
    version = instance.catalogue.version
    own = (instance.folder / CATALOGUE).is_dir()
    if instance.made_up or not own or version == catalogue.load().version:
        return
    act = decided_last(instance, What.CATALOGUE)
    if act is None or act.body.get("catalogue") != version:
        raise NotAllowedError(
            f"Both sides have not decided on the catalogue {version} in {instance.folder}. Propose "
            "it (observatory catalogue propose) and have a member or signer of each side approve "
            "it (observatory approve); or remove it, to read by the shipped one."
        )


def decided_last(instance: Instance, what: What) -> Act | None:
    """Return the act of a kind that was carried out last, once its proofs hold as they did then.

    An act ends once: an entry that somebody appends does again nothing that was done or withdrawn.

    Raises:
        IntegrityError: they do not, or the act is gone.
    """
    entries = [
        entry
        for entry in endings(instance.audit.entries()).values()
        if entry.kind is Kind.ACT_DONE and entry.facts["what"] == what
    ]
    return _decided_by(instance, entries[-1]) if entries else None


def registered(instance: Instance) -> list[Mapping[str, Any]]:
    """Return the measures in force that both sides registered, by id, each proof verified again.

    Raises:
        IntegrityError: one does not hold, or its act is gone.
    """
    found = {}
    for entry in endings(instance.audit.entries()).values():
        if entry.kind is Kind.ACT_DONE and entry.facts["what"] == What.MEASURE:
            body = _decided_by(instance, entry).body["measure"]
            found[body["id"]] = body
    return [found[name] for name in sorted(found)]


def _decided_by(instance: Instance, entry: Entry) -> Act:
    digest = str(entry.facts["act"])
    try:
        act = acts.read(instance.docket.find(digest).signed)
    except (ActError, BadInputError) as error:
        raise _gone(digest, "is no longer on the docket") from error
    electorate = instance.roll.electorate_of(act)
    if electorate is None or act.what != entry.facts["what"]:
        raise _gone(digest, "is another one than the audit log says")
    proofs = instance.docket.approvals(digest)
    verdict = approval.weigh(act, proofs, electorate, date.fromisoformat(entry.day))
    if verdict.missing or verdict.forged or not act.stands_on(entry.day):
        raise _gone(digest, "is not what both sides approved")
    for approver in verdict.approvers:
        check_enrolled(instance.audit.entries(), approver)
    return act


def _gone(digest: str, what: str) -> IntegrityError:
    return IntegrityError(
        f"The act {digest[:16]}, which the audit log says was carried out, {what}. "
        "Nothing is done by it. Put back the last good backup, and record what happened."
    )
