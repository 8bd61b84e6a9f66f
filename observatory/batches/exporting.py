"""On the intake host: the sets that were closed since the last batch, as one signed file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from observatory import config, durable, policy
from observatory.audit import Entry, Kind
from observatory.batches import host
from observatory.batches.batch import Head, write
from observatory.complaint import offices
from observatory.database import engine as database
from observatory.decisions.upkeep import check_log, keep_up
from observatory.errors import BadInputError, ResourceError, UsageError
from observatory.instance import Instance


@dataclass(frozen=True)
class Exported:
    """What an export wrote: number, sets, SHA-256, and the host's fingerprint."""

    number: int
    sets: int
    sha256: str
    fingerprint: str


def make_intake_host(instance: Instance, folder: Path) -> None:
    """Write the folder of an intake host: settings, policy, offices and an empty database.

    It holds the public key and no share, no signer's key and no report.

    Raises:
        UsageError: the folder is in use.
        ResourceError: the disk refuses.
    """
    instance.refuse_inside(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty. Choose a new folder for the intake host.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = (instance.folder / config.FILE_NAME).read_bytes()
        durable.write(folder / config.FILE_NAME, config.of_an_intake_host(settings))
        for name in (offices.FILE_NAME, policy.FILE_NAME):
            durable.write(folder / name, (instance.folder / name).read_bytes())
    except OSError as error:
        raise ResourceError(f"{folder} cannot be written: {error.strerror}.") from error
    database.migrate(database.open_engine(config.DATABASE_URL, folder))
    rules = instance.policy
    Instance.open(folder).audit.record(
        Kind.FOUNDED,
        {"key": rules.public_key.id.hex(), "policy": rules.fingerprint, "root": rules.root},
    )


def export(instance: Instance, out: Path, *, again: int | None = None) -> Exported:
    """Write the weeks of the form that were closed since the last batch of this host.

    A register is imported where it is read, never on an intake host, so no batch carries any.

    Which they are is read from the audit log alone, so that a crash at any moment leaves the batch
    either logged, and then it can be written again to the byte, or not made. A host that was
    restored has another key: it is another host, begins with batch 1, and carries all that it has.

    Args:
        instance: the intake host's.
        out: a new file.
        again: write this batch once more.

    Raises:
        UsageError: the file is there already.
        BadInputError: there is no such batch, or retention removed some of it.
        IntegrityError: the log or a set is not what it was.
        ResourceError: the disk or the database refuses.
    """
    instance.refuse_inside(out)
    if out.exists():
        raise UsageError(f"{out} is there already. Name a new file for the batch.")
    check_log(instance)
    keep_up(instance)
    key = host.own_key(instance.folder)
    public = key.public_key().public_bytes_raw()
    own = host.fingerprint(public)
    batches, waiting = _batches(instance.audit.entries(), own)
    number = again or len(batches) + 1
    if again is not None and not 1 <= again <= len(batches):
        raise BadInputError(f"There is no batch {again}; {len(batches)} were made.")
    wanted = batches[number - 1].sets if again else waiting
    head = Head(
        public.hex(),
        number,
        batches[number - 2].sha256 if number > 1 else "",
        instance.policy.root,
    )
    kept = {one.id.hex(): one for one in instance.vault.sets()}
    sets = [kept[name] for name in wanted if name in kept]
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("wb") as file:
            write(file, head, ((one, instance.vault.envelopes_of(one)) for one in sets), key)
            file.flush()
            os.fsync(file.fileno())
        with draft.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if again is not None and sha256 != batches[number - 1].sha256:
            raise BadInputError(
                f"Batch {again} cannot be written again: retention removed some of its sets. If it "
                f"never arrived, move {host.FILE_NAME} away, so that this host makes itself a new "
                "key, and export once more: that carries everything that is kept."
            )
        if again is None:
            facts: dict[str, str | int] = {"batch": number, "host": own, "sha256": sha256}
            instance.audit.record(Kind.BATCH_EXPORTED, facts)
        draft.replace(out)
        durable.sync_folder(out.parent)
    except OSError as error:
        raise ResourceError(f"{out} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return Exported(number, len(sets), sha256, own)


@dataclass(frozen=True)
class _Batch:
    sets: Sequence[str]
    sha256: str


def _batches(entries: Sequence[Entry], own: str) -> tuple[list[_Batch], list[str]]:
    """Return the batches that this host made, and the sets that wait for the next."""
    batches: list[_Batch] = []
    waiting: list[str] = []
    for entry in entries:
        if entry.kind is Kind.SET_CLOSED and entry.facts["source"] == "form":
            waiting.append(str(entry.facts["set"]))
        elif entry.kind is Kind.BATCH_EXPORTED and entry.facts["host"] == own:
            batches.append(_Batch(waiting, str(entry.facts["sha256"])))
            waiting = []
    return batches, waiting
