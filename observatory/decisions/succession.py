"""Succession: a policy that both sides signed takes the place of the one in force."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from crypto import signing
from observatory import policy, terms
from observatory.audit import Kind
from observatory.decisions.signed_file import SignedFile
from observatory.decisions.upkeep import check_log
from observatory.errors import BadInputError, NotAllowedError, ResourceError
from observatory.instance import Instance
from observatory.policy import Policy

Facts = Mapping[str, str | int]


def install(instance: Instance, proposal: SignedFile) -> Policy:
    """Put a signed proposal in force.

    The file is replaced first and the log written next. If the machine stops between the two,
    installing the same proposal once more finishes it.

    Raises:
        NotAllowedError: a side has not signed, no policy may set these rules, or it gives up a key
            that something is still sealed to.
        BadInputError: the proposal was made for another policy than the one in force.
        IntegrityError: the policy in force is not the one that the log names last.
        ResourceError: the disk or the database refuses.
    """
    before = instance.policy
    if proposal.signed == before.rules:
        _finish(instance)
        return before
    check_log(instance)
    after = _successor(before, proposal)
    _check_nothing_is_lost(instance, before, after)
    try:
        after.write(instance.folder / policy.FILE_NAME)
    except OSError as error:
        raise ResourceError(
            f"policy.json cannot be written: {error.strerror}. The policy in force stands."
        ) from error
    _log(instance, before, after)
    return after


def _successor(before: Policy, proposal: SignedFile) -> Policy:
    rules = proposal.signed
    try:
        terms.check(rules)
        if rules["version"] != 1 and rules["previous"] == before.fingerprint:
            terms.check_succession(before.rules, rules)
        else:
            raise BadInputError(
                "This proposal was made for another policy than the one in force. Propose it anew "
                "and have it signed again."
            )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotAllowedError(f"No policy may set this: {error}.") from error
    records = [one for one in proposal.signatures if signing.verify(rules, [one], before.signers)]
    missing = {"customs", "business"} - {one["side"] for one in records}
    if missing:
        raise NotAllowedError(
            f"A signature of {' and of '.join(sorted(missing))} is missing: signers whom the "
            "policy in force lists sign with `observatory sign FILE --key KEY`."
        )
    after = before.followed_by(rules, records)
    after.verify()
    return after


def _check_nothing_is_lost(instance: Instance, before: Policy, after: Policy) -> None:
    """Return only if nothing is sealed any more to the keys that the policy after gives up.

    On an intake host closed sets stay as they were closed: the analysis host has them, or takes
    them before it gives up the key. Its open week must be over, or the set that is then closed
    would hold the reports of that key alone, without dummies.
    """
    old, new = (
        {one.id for one in (policy.public_key, *policy.previous_keys)} for policy in (before, after)
    )
    given_up = old - new
    if not given_up:
        return
    vault = instance.vault
    if given_up & vault.open_keys():
        raise NotAllowedError(
            "Reports of a week that is not closed are still sealed to the key that this policy "
            "gives up, and nobody could read them any more. Nothing was changed. Wait until the "
            "week is over"
            + (
                "; `observatory batch export` closes it. Then install this."
                if instance.only_receives
                else ". Then first seal what is kept again (observatory key rotate --reseal)."
            )
        )
    if instance.only_receives:
        return
    closed = given_up & vault.closed_keys()
    if closed or given_up & vault.state_keys():
        raise NotAllowedError(
            f"{'Closed weeks are' if closed else 'The state of the last run is'} still sealed to "
            "the key that this policy gives up, and nobody could read that any more. Nothing was "
            "changed. First seal it again: observatory key rotate --reseal, with the old shares."
        )


def _finish(instance: Instance) -> None:
    """Log a policy that was written and not logged before the machine stopped."""
    logged = [
        entry.facts["policy"]
        for entry in instance.audit.entries()
        if entry.kind in (Kind.FOUNDED, Kind.POLICY_INSTALLED)
    ]
    earlier = instance.policy.earlier
    if earlier and logged and logged[-1] == earlier[-1].fingerprint:
        before = Policy(earlier[-1].rules, earlier[-1].signatures, earlier[:-1])
        _log(instance, before, instance.policy)
    check_log(instance)


def _log(instance: Instance, before: Policy, after: Policy) -> None:
    entries: list[tuple[Kind, Facts]] = [
        (Kind.POLICY_INSTALLED, {"policy": after.fingerprint, "version": after.version})
    ]
    key = after.public_key.id.hex()
    if before.public_key != after.public_key:
        previous = before.public_key.id.hex()
        entries.append((Kind.KEY_ROTATED, {"key": key, "previous": previous}))
    elif before.rules["custody"] != after.rules["custody"]:
        entries.append((Kind.KEY_RESHARED, {"key": key, "policy": after.fingerprint}))
    try:
        with instance.vault.engine.begin() as connection:
            for kind, facts in entries:
                instance.audit.append(connection, kind, facts)
    except SQLAlchemyError as error:
        raise ResourceError(
            f"The policy is in place, but the audit log cannot be written ({type(error).__name__})."
            " When the database runs again, install the same file once more."
        ) from error
