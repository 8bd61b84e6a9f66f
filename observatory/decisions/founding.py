"""Founding an observatory: folder, settings, key, shares, signers, first policy, database."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from crypto.errors import CryptoError
from crypto.sides import SIDES, Side
from crypto.signing import SigningKey
from observatory import config, durable, policy, stopping
from observatory.acts import roll
from observatory.acts.roll import Roll
from observatory.audit import AuditLog, Kind
from observatory.complaint import offices
from observatory.complaint.offices import Office
from observatory.custody.ceremony import NewKey, new_key
from observatory.custody.share_files import write_share_files
from observatory.custody.sheets import sheets_of
from observatory.custody.signers import create_signers
from observatory.database import engine as database
from observatory.decisions.first_roll import first_roll
from observatory.decisions.new_place import finish, new_place
from observatory.errors import BadInputError, ResourceError, UsageError
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
    links: tuple[Path, ...] = ()


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
        UsageError: a folder or the database is in use, or shares would lie with the observatory.
        BadInputError: thresholds or a passphrase that cannot be.
        ResourceError: a folder or the database cannot be written; what was made is removed.
    """
    _check_apart(folder, shares)
    usual = os.umask(0o077)  # whatever is made here is its owner's only
    try:
        with new_place(folder, "observatory"), new_place(shares, "share files"):
            offices.write(folder / offices.FILE_NAME, register)
            locked = not (made_up or plain_sheets)
            return _found(
                folder, shares, thresholds, passphrase, database_url, made_up=made_up, locked=locked
            )
    except CryptoError as error:
        if isinstance(error.__cause__, OSError):
            raise _refused(error.__cause__, folder) from error
        raise BadInputError(str(error)) from error
    except OSError as error:
        raise _refused(error, folder) from error
    finally:
        os.umask(usual)


def _check_apart(folder: Path, shares: Path) -> None:
    one, other = folder.resolve(), shares.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise UsageError(
            f"{shares} and {folder} lie in one another. Shares are handed out and never stay with "
            "the observatory: choose a folder of their own (--shares-to)."
        )


def _refused(error: OSError, folder: Path) -> ResourceError:
    return ResourceError(
        f"{error.filename or folder}: {error.strerror}. Nothing was created. Free space or give "
        "the right to write there, or choose another folder."
    )


def _found(
    folder: Path,
    shares: Path,
    thresholds: Thresholds,
    passphrase: Callable[[str], str],
    database_url: str,
    *,
    made_up: bool,
    locked: bool,
) -> Founded:
    key = new_key(thresholds["customs"], thresholds["business"])
    signers = {side: create_signers(shares, side, passphrase=passphrase) for side in SIDES}
    rules = _first_policy(key, signers, made_up=made_up)
    first = first_roll(rules, {side: signers[side][0] for side in SIDES})
    custodians = write_share_files(
        shares, sheets_of(key, rules.root), passphrase if locked else None
    )
    rules.write(folder / policy.FILE_NAME)
    first.roll.write(folder / roll.FILE_NAME)
    links = first.write_links(shares)
    _set_up(folder, shares, first.roll, database_url)
    return Founded(
        Instance.open(folder),
        shares,
        tuple(custodians),
        tuple(shares / f"{key.signer.name}.json" for side in SIDES for key in signers[side]),
        links,
    )


def _set_up(folder: Path, shares: Path, first: Roll, database_url: str) -> None:
    """Make the database, and the settings that make a folder an observatory, at one moment."""
    engine = database.open_engine(database_url, folder)
    rules = first.policy

    def last(connection: Connection) -> None:
        log = AuditLog(engine)
        log.append(
            connection,
            Kind.FOUNDED,
            {"key": rules.public_key.id.hex(), "policy": rules.fingerprint, "root": rules.root},
        )
        log.append(
            connection, Kind.ROLL_INSTALLED, {"roll": first.digest, "version": first.version}
        )
        durable.write(folder / config.FILE_NAME, config.template(database_url).encode())

    with database.new(engine):
        stopping.check()
        with stopping.whole():
            database.migrate(engine, last)
            engine.dispose()
            for place in (shares, folder):
                finish(place)


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
