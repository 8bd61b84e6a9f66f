"""On the analysis host: a batch is checked as a whole, then taken set by set, each once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from observatory.audit import Entry, Kind
from observatory.batches import admission, host
from observatory.batches.batch import BatchError, Head, Reader
from observatory.decisions.upkeep import check_log, first_kept
from observatory.errors import BadInputError, NotAllowedError
from observatory.instance import Instance, today
from observatory.vault.closing import SetRecord, digest, root_of


@dataclass(frozen=True)
class Taken:
    """What an import took.

    Attributes:
        number: the batch's.
        sets: how many it holds; 0 if the batch was taken before.
        new: how many of them were taken now.
        unreadable: how many hold reports sealed to a key that is not held here.
    """

    number: int
    sets: int = 0
    new: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class _Checked:
    """A batch that was read through.

    Attributes:
        sets: each set by its id, hex.
        keys: ids of the keys that a set's reports are sealed to, by set.
    """

    head: Head
    sha256: str
    sets: Mapping[str, SetRecord]
    keys: Mapping[str, AbstractSet[bytes]]


def take(
    instance: Instance, source: Path, expected: str | None, *, unreadable: bool = False
) -> Taken:
    """Take a batch.

    Args:
        instance: the analysis host's.
        source: the file.
        expected: fingerprint of the host, as its people read it out; needed for its first batch.
        unreadable: take it although reports in it are sealed to a key that is not held here. Runs
            set them aside.

    Raises:
        BatchError: it was altered, is another observatory's, does not follow the last one, or
            holds a week twice.
        NotAllowedError: the host is not known here, or another, or reports are sealed to a key
            that is not held here, or it holds what no intake host may bring, or this is one.
        BadInputError: no such file, batches before it are missing, or a week is not over.
        VaultError: the database refuses; what was taken stays, and the rest is taken again.
    """
    instance.refuse_on_intake_host("Taking a batch")
    check_log(instance)
    checked = _checked(source)
    if checked.head.root != instance.policy.root:
        raise BatchError("is another observatory's")
    entries = instance.audit.entries()
    if _known_already(entries, checked.head, checked.sha256, expected):
        return Taken(checked.head.number)
    known = {
        str(entry.facts["set"]): str(entry.facts["root"])
        for entry in entries
        if entry.kind in (Kind.SET_CLOSED, Kind.SET_TAKEN)
    }
    now = today()
    own = host.fingerprint(bytes.fromhex(checked.head.host))
    admission.check(checked.sets, entries, own, first_kept=first_kept(instance, now), today=now)
    foreign = _foreign(checked, known, instance)
    if foreign and not unreadable:
        raise NotAllowedError(_not_held(min(foreign.values())))
    new = _take_sets(instance, source, checked, known, own)
    instance.audit.record(
        Kind.BATCH_IMPORTED,
        {
            "batch": checked.head.number,
            "host": own,
            "sha256": checked.sha256,
        },
    )
    return Taken(checked.head.number, len(checked.sets), new, len(foreign))


def _take_sets(
    instance: Instance,
    source: Path,
    checked: _Checked,
    known: Mapping[str, str],
    own: str,
) -> int:
    """Take each set that is not known, one transaction a set; return how many."""
    new = 0
    with source.open("rb") as file:
        for carried in Reader(file).sets():
            name = carried.record.id.hex()
            if checked.sets.get(name) != carried.record:
                raise BatchError("was exchanged while it was read")
            if name in known:
                if known[name] != carried.record.root.hex():
                    raise BatchError("holds a set that is known here with another root")
            else:
                instance.vault.take_set(carried.record, carried.envelopes, own)
                new += 1
    return new


def _checked(source: Path) -> _Checked:
    """Read a batch through, every root and the signature, before any of it is taken."""
    sets: dict[str, SetRecord] = {}
    keys: dict[str, set[bytes]] = {}
    try:
        with source.open("rb") as file:
            reader = Reader(file)
            for carried in reader.sets():
                name = carried.record.id.hex()
                if name in sets:
                    raise BatchError("holds a set twice")
                sets[name], keys[name] = carried.record, set()
                digests = []
                for envelope in carried.envelopes:
                    digests.append(digest(envelope))
                    keys[name].add(envelope.key_id)
                if root_of(digests) != carried.record.root:
                    raise BatchError(f"holds a set of {carried.record.week} that was altered")
        with source.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInputError(f"{source} cannot be opened: {error.strerror}.") from error
    return _Checked(reader.head, sha256, sets, keys)


def _foreign(checked: _Checked, known: Mapping[str, str], instance: Instance) -> dict[str, bytes]:
    """Return, by new set, the key of reports that no run here could open."""
    policy = instance.policy
    held = {one.id for one in (policy.public_key, *policy.previous_keys)}
    return {
        name: min(keys - held)
        for name, keys in checked.keys.items()
        if name not in known and keys - held
    }


def _not_held(key: bytes) -> str:
    return (
        f"The batch holds reports sealed to the key {key.hex()}, which the policy in force here "
        "does not hold: they could not be read. Nothing of it was taken. If that is the newer key, "
        "install the policy that the intake host has. If it is a key that was retired, either put "
        "back the backup from before that, import the batch and retire the key once more, or give "
        "those reports up: --unreadable takes the batch all the same."
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
