"""Epochs of bona fide tokens as an observatory holds them: signed files, verified each time.

They lie in the folder ``tokens``, one a kind and quarter. Without the folder there are no tokens.
"""

from __future__ import annotations

from pathlib import Path

from observatory.decisions import signed_file
from observatory.decisions.signed_file import SignedFile
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, ResourceError
from observatory.instance import Instance
from observatory.policy import Policy
from observatory.tokens import epoch
from observatory.tokens.epoch import Epoch

FOLDER = "tokens"


def installed(instance: Instance) -> tuple[Epoch, ...]:
    """Return the epochs that are installed, by name.

    Raises:
        IntegrityError: one is not what both sides signed, or not in its place.
    """
    return tuple(_in_place(instance, path) for path in sorted(_folder(instance).glob("*.json")))


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

    Raises:
        BadInputError: it is no epoch of this observatory.
        IntegrityError: a side's valid signature is missing.
        NotAllowedError: its kind and quarter have another key already, or a greater number.
        ResourceError: the disk refuses.
    """
    found = signed_by_both(file, instance.policy)
    for other in installed(instance):
        if other.name != found.name:
            continue
        if other.key_id != found.key_id:
            raise NotAllowedError(
                f"{found.name} has a key already. A second one would part those who hold tokens "
                "into those of the one and those of the other. Nothing was changed."
            )
        if other.issued > found.issued:
            raise NotAllowedError(
                f"{other.issued} tokens of {found.name} were stated already: no number falls."
            )
    try:
        _folder(instance).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ResourceError(f"{_folder(instance)} cannot be made: {error.strerror}.") from error
    file.write(_folder(instance) / f"{found.name}.json")
    return found


def _folder(instance: Instance) -> Path:
    return instance.folder / FOLDER


def _in_place(instance: Instance, path: Path) -> Epoch:
    try:
        found = signed_by_both(signed_file.read(path, epoch.WHAT), instance.policy)
    except (BadInputError, IntegrityError) as error:
        raise IntegrityError(
            f"{path} is not an epoch of tokens that the signers in force signed: {error} "
            "Install it again as both sides sign it, or take it away; then no token of it counts."
        ) from error
    if path.name != f"{found.name}.json":
        raise IntegrityError(f"{path} holds {found.name}: put each epoch in its own place.")
    return found
