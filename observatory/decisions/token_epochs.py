"""Epochs of bona fide tokens as an observatory holds them: signed files, each named in the log.

They lie in the folder ``tokens``, one a kind and quarter. Without the folder there are no tokens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from crypto import signing
from observatory.audit import Entry, Kind
from observatory.audit.entries import Fact
from observatory.decisions import signed_file
from observatory.decisions.ending import alone
from observatory.decisions.signed_file import SignedFile
from observatory.decisions.upkeep import check_log
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, ResourceError
from observatory.instance import Instance
from observatory.policy import Policy
from observatory.tokens import epoch
from observatory.tokens.epoch import Epoch

FOLDER = "tokens"

Facts = Mapping[str, Fact]


def none_yet(instance: Instance) -> bool:
    """Tell whether no epoch was ever put here, good or not."""
    return not any(_folder(instance).glob("*.json"))


def installed(instance: Instance) -> tuple[Epoch, ...]:
    """Return the epochs that are installed, by name.

    Raises:
        IntegrityError: one is not what both sides signed, not in its place, or not the one that
            the log names last; or the log was altered.
    """
    named = _named(instance.audit.entries())
    return tuple(
        _in_place(instance, path, named) for path in sorted(_folder(instance).glob("*.json"))
    )


def check(instance: Instance) -> tuple[Epoch, ...]:
    """Return the epochs that are installed, if they are all that the log names.

    One that is gone takes its tokens' weight away, so it is told; a run goes on without it.

    Raises:
        IntegrityError: as :func:`installed`, or one of the log is not there.
    """
    found = installed(instance)
    missing = _named(instance.audit.entries()).keys() - {one.name for one in found}
    if missing:
        name = min(missing)
        raise IntegrityError(
            f"The audit log names an epoch of tokens that is not there: {name}. It was taken away, "
            f"and no token of it counts. Put {_place(instance, name)} back, or install it again."
        )
    return found


def signed_by_both(file: SignedFile, policy: Policy) -> Epoch:
    """Return the epoch that a file holds, if the signers of the policy in force signed it.

    Raises:
        BadInputError: it is no epoch, or one of another observatory.
        IntegrityError: a side's valid signature is missing.
    """
    found = epoch.read(file.signed)
    if found.observatory != policy.root:
        raise BadInputError("These tokens are of another observatory.")
    file.verify(policy.signers)
    return found


def install(instance: Instance, file: SignedFile) -> Epoch:
    """Put an epoch in force, or the number that was issued under it.

    The file is replaced first and the log written next. If the machine stops between the two, no
    run takes the file; installing it once more finishes it.

    Raises:
        BadInputError: it is no epoch of this observatory.
        IntegrityError: a side's valid signature is missing, or the log was altered.
        NotAllowedError: its kind and quarter had another key, or a greater number.
        ResourceError: the disk or the database refuses.
    """
    check_log(instance)
    found = signed_by_both(file, instance.policy)
    facts = _facts(found, file, instance.policy)
    with alone(instance) as connection:
        before = _named(instance.audit.entries()).get(found.name)
        if before is not None:
            _check_follows(found, before)
        _write(instance, found, file)
        if before != facts:
            instance.audit.append(connection, Kind.EPOCH_INSTALLED, facts)
    return found


def _check_follows(found: Epoch, before: Facts) -> None:
    """Return only if an epoch may follow what the log names, whatever lies in the folder."""
    if before["key"] != found.key_hash.hex():
        raise NotAllowedError(
            f"{found.name} has a key already. A second one would part those who hold tokens "
            "into those of the one and those of the other. Nothing was changed."
        )
    if int(str(before["issued"])) > found.issued:
        raise NotAllowedError(
            f"{before['issued']} tokens of {found.name} were stated already: no number falls."
        )


def _write(instance: Instance, found: Epoch, file: SignedFile) -> None:
    try:
        _folder(instance).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ResourceError(f"{_folder(instance)} cannot be made: {error.strerror}.") from error
    file.write(_place(instance, found.name))


def _facts(found: Epoch, file: SignedFile, policy: Policy) -> Facts:
    """Return what the log says of an epoch: whose, which key, how many, and who signed it."""
    signed = {one["signer"] for one in file.signatures if _valid(file, one, policy)}
    return {
        "side": found.side,
        "quarter": found.quarter,
        "key": found.key_hash.hex(),
        "issued": found.issued,
        "approved": [
            f"{side}-{place}"
            for side, keys in sorted(policy.signers.items())
            for place, key in enumerate(keys, start=1)
            if key in signed
        ],
        "sha256": hashlib.sha256(file.to_bytes()).hexdigest(),
    }


def _valid(file: SignedFile, record: Mapping[str, str], policy: Policy) -> bool:
    return bool(signing.verify(file.signed, [record], policy.signers))


def _named(entries: Iterable[Entry]) -> dict[str, Facts]:
    """Return by name what the log says last of each epoch."""
    kinds: dict[object, str] = {side: kind for kind, side in epoch.SIDES.items()}
    return {
        f"{kinds[entry.facts['side']]}-{entry.facts['quarter']}": entry.facts
        for entry in entries
        if entry.kind is Kind.EPOCH_INSTALLED
    }


def _folder(instance: Instance) -> Path:
    return instance.folder / FOLDER


def _place(instance: Instance, name: str) -> Path:
    return _folder(instance) / f"{name}.json"


def _in_place(instance: Instance, path: Path, named: Mapping[str, Facts]) -> Epoch:
    try:
        file = signed_file.read(path, epoch.WHAT)
        found = signed_by_both(file, instance.policy)
    except (BadInputError, IntegrityError) as error:
        raise IntegrityError(
            f"{path} is not an epoch of tokens that the signers in force signed: {error} "
            "Install it again as both sides sign it, or take it away; then no token of it counts."
        ) from error
    if path != _place(instance, found.name):
        raise IntegrityError(f"{path} holds {found.name}: put each epoch in its own place.")
    digest = hashlib.sha256(file.to_bytes()).hexdigest()
    if digest != named.get(found.name, {}).get("sha256"):
        raise IntegrityError(
            f"{path} is not the epoch that the audit log names last for {found.name}: it was put "
            "there by other ways, or is an older one. If its installation was stopped half-way, "
            "install the same file once more; else put back the one that the log names."
        )
    return found
