"""On the analysis host: a batch is checked as a whole, then taken set by set, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from observatory.audit import Entry, Kind
from observatory.batches import host
from observatory.batches.batch import BatchError, Head, Reader
from observatory.decisions.upkeep import check_log
from observatory.errors import BadInputError, NotAllowedError
from observatory.instance import Instance
from observatory.vault.closing import digest, root_of


@dataclass(frozen=True)
class Taken:
    """What an import took: the batch's number, its sets, and how many of them were new."""

    number: int
    sets: int
    new: int


def take(instance: Instance, source: Path, expected: str | None) -> Taken:
    """Take a batch.

    Args:
        instance: the analysis host's.
        source: the file.
        expected: fingerprint of the host, as its people read it out; needed for its first batch.

    Raises:
        BatchError: it was altered, is another observatory's, or does not follow the last one.
        NotAllowedError: the host is not known here, or another, or reports are sealed to a key
            that is not held here.
        BadInputError: no such file, or batches before it are missing.
        VaultError: the database refuses; what was taken stays, and the rest is taken again.
    """
    check_log(instance)
    head, sha256, checked, keys = _checked(source)
    if head.root != instance.policy.root:
        raise BatchError("is another observatory's")
    entries = instance.audit.entries()
    if _known_already(entries, head, sha256, expected):
        return Taken(head.number, 0, 0)
    _check_keys(keys, instance)
    known = {
        str(entry.facts["set"]): str(entry.facts["root"])
        for entry in entries
        if entry.kind in (Kind.SET_CLOSED, Kind.SET_TAKEN)
    }
    sets = new = 0
    with source.open("rb") as file:
        reader = Reader(file)
        for carried in reader.sets():
            sets += 1
            name = carried.record.id.hex()
            if checked.get(name) != carried.record.root:
                raise BatchError("was exchanged while it was read")
            if name not in known:
                instance.vault.take_set(carried.record, carried.envelopes)
                new += 1
            elif known[name] != carried.record.root.hex():
                raise BatchError("holds a set that is known here with another root")
    instance.audit.record(
        Kind.BATCH_IMPORTED,
        {
            "batch": head.number,
            "host": host.fingerprint(bytes.fromhex(head.host)),
            "sha256": sha256,
        },
    )
    return Taken(head.number, sets, new)


def _checked(source: Path) -> tuple[Head, str, Mapping[str, bytes], Collection[bytes]]:
    """Read a batch through, every root and the signature, before any of it is taken.

    Returns:
        Its head, its SHA-256, root by set, and the ids of the keys that reports are sealed to.
    """
    roots: dict[str, bytes] = {}
    keys: set[bytes] = set()
    try:
        with source.open("rb") as file:
            reader = Reader(file)
            for carried in reader.sets():
                digests = []
                for envelope in carried.envelopes:
                    digests.append(digest(envelope))
                    keys.add(envelope.key_id)
                if root_of(digests) != carried.record.root:
                    raise BatchError(f"holds a set of {carried.record.week} that was altered")
                roots[carried.record.id.hex()] = carried.record.root
        with source.open("rb") as file:
            return reader.head, hashlib.file_digest(file, "sha256").hexdigest(), roots, keys
    except OSError as error:
        raise BadInputError(f"{source} cannot be opened: {error.strerror}.") from error


def _check_keys(keys: Collection[bytes], instance: Instance) -> None:
    """Refuse reports that no run here could open: a run would set them aside as garbage."""
    policy = instance.policy
    foreign = set(keys) - {one.id for one in (policy.public_key, *policy.previous_keys)}
    if foreign:
        raise NotAllowedError(
            f"The batch holds reports sealed to the key {min(foreign).hex()}, which the policy in "
            "force here does not hold. If that is the newer key, install the policy that the "
            "intake host has. If it is a key that was retired, put back the backup from before "
            "that, import the batch, and retire the key once more. Nothing of it was taken."
        )


def _known_already(entries: Sequence[Entry], head: Head, sha256: str, expected: str | None) -> bool:
    """Tell whether this very batch was taken; refuse one of a strange host or out of order."""
    own = host.fingerprint(bytes.fromhex(head.host))
    taken = {
        int(str(entry.facts["batch"])): str(entry.facts["sha256"])
        for entry in entries
        if entry.kind is Kind.BATCH_IMPORTED and entry.facts["host"] == own
    }
    if expected is not None and expected.replace(" ", "").lower() != own:
        raise NotAllowedError(
            f"The batch was signed by the host {host.in_groups(own)}, not by the one you named. "
            "Stop, and compare with the people at the intake host."
        )
    if not taken and expected is None:
        raise NotAllowedError(
            f"This is the first batch of the host {host.in_groups(own)}. Compare that with the "
            "people at the intake host, by voice and with both sides present, then name it with "
            "--host."
        )
    if head.number in taken:
        if taken[head.number] != sha256:
            raise BatchError(
                f"is not batch {head.number} that was taken before. If its host was put back or "
                f"copied, move {host.FILE_NAME} away there, so that it makes itself a new key"
            )
        return True
    last = max(taken, default=0)
    if head.number != last + 1:
        raise BadInputError(
            f"Batch {last + 1} comes before batch {head.number}. Import it first; it can be "
            f"written again on the intake host (batch export --again {last + 1} OUT)."
        )
    if head.previous != taken.get(last, ""):
        raise BatchError(f"does not follow batch {last} that was taken before")
    return False
