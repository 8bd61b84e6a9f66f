"""The file of a batch: what it is, its sets, a signature over all of it.

``magic || piece(head) || (piece(about) || piece(envelope)*)* || piece() || signature``; a piece is
``u32 length || bytes``. Head and about are JSON. The signature is the host's Ed25519 over the
SHA-256 of everything before it.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.envelope import Envelope, EnvelopeError
from observatory.batches import host
from observatory.complaint import periods
from observatory.complaint.periods import PeriodError
from observatory.errors import IntegrityError
from observatory.vault.closing import SetRecord

MAGIC = b"JIOT1\n"
SCHEMA = "joint-integrity-observatory/batch/1"
SIGNATURE_BYTES = 64
MAX_PIECE = 1 << 17
_LENGTH = struct.Struct(">I")


class BatchError(IntegrityError):
    """The batch is not the one that its host made; nothing of it was taken."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The batch {what}. Nothing of it was taken. Export it again on the intake host, and "
            "record what happened if it was altered on the way."
        )


@dataclass(frozen=True)
class Head:
    """What a batch is.

    Attributes:
        host: public key of the host that made it, hex.
        number: 1 for a host's first batch, then one more each.
        previous: SHA-256 of the host's batch before, hex; empty for the first.
        key: id of the observatory's first key's policy root, hex: whose batch it is.
    """

    host: str
    number: int
    previous: str
    root: str


@dataclass(frozen=True)
class CarriedSet:
    """A closed set in a batch; its envelopes must be read before the next set is."""

    record: SetRecord
    envelopes: Iterator[Envelope]


def write(
    file: BinaryIO,
    head: Head,
    sets: Iterable[tuple[SetRecord, Iterable[Envelope]]],
    key: Ed25519PrivateKey,
) -> None:
    """Write a batch; the same sets and head give the same bytes."""
    digest = hashlib.sha256()

    def put(data: bytes) -> None:
        digest.update(data)
        file.write(data)

    def piece(data: bytes) -> None:
        put(_LENGTH.pack(len(data)) + data)

    put(MAGIC)
    piece(_json({"schema": SCHEMA, **asdict(head)}))
    for record, envelopes in sets:
        about = {"set": record.id.hex(), "source": record.source, "week": record.week}
        piece(_json({**about, "root": record.root.hex()}))
        for envelope in envelopes:
            piece(envelope.to_bytes())
    piece(b"")
    file.write(host.sign(key, digest.digest()))


class Reader:
    """Reads a batch once, from its start; the signature is checked at the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest = file, hashlib.sha256()
        if self._take(len(MAGIC)) != MAGIC:
            raise BatchError("is no batch of this version")
        self.head = _head(self._piece())
        self._next = self._piece()

    def sets(self) -> Iterator[CarriedSet]:
        """Yield the sets, and check the signature after the last.

        Raises:
            BatchError: anything differs from what the host signed.
        """
        while self._next:
            carried = CarriedSet(_about(self._next), self._envelopes())
            yield carried
            for _ in carried.envelopes:
                pass
        digest = self._digest.digest()
        signature = self._file.read(SIGNATURE_BYTES)
        if self._file.read(1) or not host.signed(bytes.fromhex(self.head.host), digest, signature):
            raise BatchError("bears no valid signature of its host")

    def _envelopes(self) -> Iterator[Envelope]:
        self._next = self._piece()
        while self._next.startswith(b"JIO1"):
            try:
                envelope = Envelope.from_bytes(self._next)
            except EnvelopeError:
                raise BatchError("holds something that is no envelope") from None
            self._next = self._piece()
            yield envelope

    def _piece(self) -> bytes:
        (length,) = _LENGTH.unpack(self._take(_LENGTH.size))
        if length > MAX_PIECE:
            raise BatchError("was altered")
        return self._take(length)

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise BatchError("was cut short")
        self._digest.update(data)
        return data


def _json(body: dict[str, str | int]) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _head(data: bytes) -> Head:
    try:
        body = json.loads(data)
        if body.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        head = Head(**body)
        bytes.fromhex(head.host), bytes.fromhex(head.previous), bytes.fromhex(head.root)
        if type(head.number) is not int or head.number < 1:
            raise ValueError("no number")
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BatchError("does not begin as a batch does") from None
    return head


def _about(data: bytes) -> SetRecord:
    try:
        body = json.loads(data)
        week = body["week"]
        return SetRecord(
            bytes.fromhex(body["set"]),
            {"form": "form", "import": "import"}[body["source"]],
            week,
            periods.month_of_week(week),
            bytes.fromhex(body["root"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, PeriodError):
        raise BatchError("holds a set that cannot be read") from None
