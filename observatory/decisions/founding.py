"""Founding an observatory: folder, settings, key, shares, signers, first policy, database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import CryptoError
from crypto.sides import SIDES, Side
from crypto.signing import SigningKey
from observatory import config, policy
from observatory.audit import Kind
from observatory.complaint import offices
from observatory.complaint.offices import Office
from observatory.custody.ceremony import NewKey, new_key
from observatory.custody.share_files import write_share_files
from observatory.custody.sheets import sheets_of
from observatory.custody.signers import create_signers
from observatory.database import engine as database
from observatory.errors import BadInputError, ObservatoryError, ResourceError, UsageError
from observatory.instance import Instance
from observatory.policy import Policy

Thresholds = Mapping[Side, tuple[int, int]]


@dataclass(frozen=True)
class Founded:
    """A new observatory, and the files to hand to its people."""

    instance: Instance
    shares: Path
    custodians: tuple[Path, ...]
    signers: tuple[Path, ...]


def found(
    folder: Path,
    shares: Path,
    thresholds: Thresholds,
    passphrase: Callable[[str], str],
    *,
    register: Sequence[Office] = (),
    database_url: str = config.DATABASE_URL,
    made_up: bool = False,
    plain_sheets: bool = False,
) -> Founded:
    """Create an observatory whose private key is kept nowhere.

    Args:
        folder: the instance; must not exist or be empty.
        shares: where custodians' and signers' files go; must not exist or be empty.
        thresholds: shares needed and made, by side.
        passphrase: asked once a signer and a custodian, with the name of the person's file.
        register: offices to begin with.
        database_url: an empty database; SQLite in the folder by default.
        made_up: marks an instance that holds made-up reports only.
        plain_sheets: leaves custodians' words in the clear, for rehearsals; where reports are made
            up they always are.

    Raises:
        UsageError: a folder is in use.
        BadInputError: thresholds or a passphrase that cannot be.
        ResourceError: a folder or the database cannot be written; what was made is removed.
    """
    for place, what in ((folder, "observatory"), (shares, "share files")):
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise UsageError(f"{place} is not empty. Choose a new folder for the {what}.")
    created = [place for place in (folder, shares) if not place.exists()]
    usual = os.umask(0o077)  # whatever is made here is its owner's only
    try:
        _write_settings(folder, register, database_url)
        locked = not (made_up or plain_sheets)
        return _found(folder, shares, thresholds, passphrase, made_up=made_up, locked=locked)
    except (OSError, CryptoError, ObservatoryError) as error:
        for place in (folder, shares):
            _empty(place, remove=place in created)
        if isinstance(error, CryptoError):
            raise BadInputError(str(error)) from error
        if isinstance(error, OSError):
            raise ResourceError(
                f"{error.filename or folder}: {error.strerror}. Nothing was created."
            ) from error
        raise
    finally:
        os.umask(usual)


def _found(
    folder: Path,
    shares: Path,
    thresholds: Thresholds,
    passphrase: Callable[[str], str],
    *,
    made_up: bool,
    locked: bool,
) -> Founded:
    key = new_key(thresholds["customs"], thresholds["business"])
    signers = {side: create_signers(shares, side, passphrase=passphrase) for side in SIDES}
    rules = _first_policy(key, signers, made_up=made_up)
    custodians = write_share_files(
        shares, sheets_of(key, rules.root), passphrase if locked else None
    )
    rules.write(folder / policy.FILE_NAME)
    settings = config.read(folder / config.FILE_NAME)
    engine = database.open_engine(settings.database_url, folder)
    database.migrate(engine)
    engine.dispose()
    instance = Instance.open(folder)
    instance.audit.record(
        Kind.FOUNDED,
        {"key": rules.public_key.id.hex(), "policy": rules.fingerprint, "root": rules.root},
    )
    instance.vault.engine.dispose()
    return Founded(
        instance,
        shares,
        tuple(custodians),
        tuple(shares / f"{key.signer.name}.json" for side in SIDES for key in signers[side]),
    )


def _write_settings(folder: Path, register: Sequence[Office], database_url: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / config.FILE_NAME).write_text(config.template(database_url), "utf-8")
    offices.write(folder / offices.FILE_NAME, register)


def _first_policy(
    key: NewKey, signers: Mapping[Side, Sequence[SigningKey]], *, made_up: bool
) -> Policy:
    """Return the first policy, signed by the first signer of each side."""
    rules = policy.first_rules(
        key.public,
        {side: [each.signer.public_key for each in signers[side]] for side in SIDES},
        key.thresholds,
        key.share_hashes,
        made_up=made_up,
    )
    return Policy(rules, [signers[side][0].sign(rules) for side in SIDES])


def _empty(place: Path, *, remove: bool) -> None:
    """Take back what a failed founding left in a folder that was empty before."""
    if not place.is_dir():
        return
    for entry in place.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if remove:
        place.rmdir()
