"""The promises: policy, log, closed weeks, retention, and keys that are where they should be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from observatory import assets
from observatory.assets import listing
from observatory.audit import Kind
from observatory.complaint import periods
from observatory.decisions import signed_file, token_epochs
from observatory.decisions.upkeep import check_log, kept_since
from observatory.doctor import exposure
from observatory.doctor.findings import Finding, failure, fine, warning
from observatory.errors import ObservatoryError
from observatory.instance import Instance, today

PUT_BACK = "Put back the last good backup, and record what happened."


def examine(instance: Instance, places: tuple[Path, ...]) -> Iterator[Finding]:
    """Look at what both sides agreed, and at what the machine made of it.

    Args:
        instance: the opened instance.
        places: folders in which custodians' files might have been left.
    """
    yield _assets(instance)
    yield _log(instance)
    yield from _tokens(instance)
    yield from _time(instance)
    yield _shares(instance, places)
    yield _signers(instance, places)


def _assets(instance: Instance) -> Finding:
    again = "`observatory assets list FILE`, `observatory sign FILE` by both sides, then "
    again += "`observatory assets install FILE`."
    try:
        built = assets.load()
    except ObservatoryError as error:
        return failure("pages", str(error), "Install the packaged release again.")
    path = instance.folder / assets.LIST
    if not path.exists():
        return warning(
            "pages",
            "Style sheets and scripts are those that were built, but both sides have not signed "
            "them: nobody can tell from outside whether reporters are given something else.",
            again,
        )
    try:
        listed = listing.verified(signed_file.read(path, listing.WHAT), instance.policy)
    except ObservatoryError as error:
        return failure("pages", str(error), again)
    served = {name: hashlib.sha256(asset.body).hexdigest() for name, asset in built.items()}
    if served != listed.files:
        names = sorted({name for name, _ in served.items() ^ listed.files.items()})
        return failure("pages", f"Both sides signed other files than {', '.join(names)}.", again)
    return fine("pages", "Style sheets and scripts are those that both sides signed.")


def _log(instance: Instance) -> Finding:
    try:
        check_log(instance)
        head = instance.audit.head()
        instance.vault.sets()
    except ObservatoryError as error:
        return failure("log", str(error), PUT_BACK)
    signed = instance.audit.signed_heads()
    behind = head.size - (signed[-1].head.size if signed else 0)
    if not signed or any(
        entry.kind is Kind.RUN_OPENED for entry in instance.audit.entries()[head.size - behind :]
    ):
        return warning(
            "log",
            f"Both sides have not signed the last {behind} of {head.size} entries of the audit "
            "log: until then the machine's administrator could rewrite them.",
            "`observatory audit head FILE`, then `observatory sign FILE` by both sides, then "
            "`observatory audit install FILE`.",
        )
    return fine("log", f"The audit log holds {head.size} entries and is what both sides signed.")


def _tokens(instance: Instance) -> Iterator[Finding]:
    try:
        found = token_epochs.check(instance)
    except ObservatoryError as error:
        yield failure("tokens", str(error), "Find out who did it, and record it.")
        return
    if found:
        names = ", ".join(one.name for one in found)
        yield fine("tokens", f"The epochs of tokens are those that the log names: {names}.")


def _time(instance: Instance) -> Iterator[Finding]:
    now = today()
    days = [entry.day for entry in instance.audit.entries()]
    if days and max(days) > now.isoformat():
        yield failure(
            "clock",
            f"The audit log has an entry of {max(days)}, and this machine says it is {now}.",
            "Set the clock right.",
        )
    sets = instance.vault.sets()
    first = kept_since(now, instance.policy.rules["retention_months"])
    if any(one.month < first for one in sets):
        yield failure(
            "retention",
            f"There are reports from before {first}, which the policy does not keep.",
            "`observatory retention run`",
        )
    else:
        yield fine("retention", f"Nothing is kept from before {first}.")
    last = max((one.week for one in sets if one.source == "form"), default=None)
    if last is not None and not _recent(last):
        yield warning(
            "weeks",
            f"The last closed week is {last}.",
            "`observatory serve` closes weeks; let it run, or run `observatory retention run`.",
        )


def _recent(week: str) -> bool:
    """Tell whether a closed week is the last one that is over, or the one before."""
    return (today() - periods.thursday(week)).days < 7 + 7 + 4


def _shares(instance: Instance, places: tuple[Path, ...]) -> Finding:
    if instance.made_up:
        return fine("shares", "This observatory holds made-up reports only; its shares lie open.")
    found = exposure.readable_shares(places)
    keys = (instance.public_key, *instance.policy.previous_keys)
    if any(exposure.open_key(found, instance.policy.custody(key)) for key in keys):
        return failure(
            "shares",
            f"Share files on this machine ({', '.join(sheet.label for sheet in found)}) open the "
            "key: whoever has the machine reads every report.",
            "Hand each file to its custodian, delete it and its passphrase here, and have both "
            "sides reshare the key (`observatory key reshare`) if others may have seen them.",
        )
    if found:
        return warning(
            "shares",
            f"{len(found)} readable share files are on this machine: {found[0].label}.",
            "Hand each to its custodian and delete it here, with its passphrase.",
        )
    return fine("shares", "No readable share file was found where this program looks.")


def _signers(instance: Instance, places: tuple[Path, ...]) -> Finding:
    if instance.made_up:
        return fine("signers", "This observatory holds made-up reports only.")
    sides = exposure.usable_signers(places)
    if len(sides) > 1:
        return failure(
            "signers",
            "Signers' files of both sides lie here with their passphrases: whoever has the machine "
            "signs for both.",
            "Hand each file to its signer and delete it here, with its passphrase.",
        )
    return fine("signers", "No signer's file lies here beside its passphrase.")
