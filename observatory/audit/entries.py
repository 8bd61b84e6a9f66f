"""Entries: what is logged, and nothing else.

An entry names acts, never people, reports or counts. Custodians and signers stand as their place
on their side (``customs-1``), members under a pseudonym.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import rfc8785

Fact = str | int | Sequence[str]


class Kind(StrEnum):
    """Every act that is logged."""

    FOUNDED = "founded"
    SET_CLOSED = "set-closed"
    SET_TAKEN = "set-taken"
    SET_RESEALED = "set-resealed"
    SET_REMOVED = "set-removed"
    RUN_OPENED = "run-opened"
    RUN_CLOSED = "run-closed"
    DOCUMENT_MADE = "document-made"
    POLICY_INSTALLED = "policy-installed"
    KEY_DRILLED = "key-drilled"
    KEY_RESHARED = "key-reshared"
    KEY_ROTATED = "key-rotated"
    MEMBER_CHANGED = "member-changed"
    CATALOGUE_CHANGED = "catalogue-changed"
    MEASURE_CHANGED = "measure-changed"
    BATCH_EXPORTED = "batch-exported"
    BATCH_IMPORTED = "batch-imported"
    BACKUP_MADE = "backup-made"
    RESTORED = "restored"
    ASSETS_LISTED = "assets-listed"
    ACT_DONE = "act-done"
    ACT_WITHDRAWN = "act-withdrawn"
    ROLL_INSTALLED = "roll-installed"
    DOCUMENT_PUBLISHED = "document-published"
    EPOCH_INSTALLED = "epoch-installed"


FACTS: Mapping[Kind, frozenset[str]] = {
    Kind.FOUNDED: frozenset({"key", "policy", "root"}),
    Kind.SET_CLOSED: frozenset({"set", "source", "week", "root"}),
    Kind.SET_TAKEN: frozenset({"set", "source", "week", "root"}),
    Kind.SET_RESEALED: frozenset({"set", "root", "key"}),
    Kind.SET_REMOVED: frozenset({"set", "month"}),
    Kind.RUN_OPENED: frozenset({"custodians", "policy", "data_hash"}),
    Kind.RUN_CLOSED: frozenset({"key", "members", "public"}),
    Kind.DOCUMENT_MADE: frozenset({"document", "audience", "sha256"}),
    Kind.POLICY_INSTALLED: frozenset({"policy", "version"}),
    Kind.KEY_DRILLED: frozenset({"side", "custodians", "key"}),
    Kind.KEY_RESHARED: frozenset({"key", "policy"}),
    Kind.KEY_ROTATED: frozenset({"key", "previous"}),
    Kind.MEMBER_CHANGED: frozenset({"member", "change"}),
    Kind.CATALOGUE_CHANGED: frozenset({"catalogue"}),
    Kind.MEASURE_CHANGED: frozenset({"measure", "sha256"}),
    Kind.BATCH_EXPORTED: frozenset({"batch", "host", "sha256"}),
    Kind.BATCH_IMPORTED: frozenset({"batch", "host", "sha256"}),
    Kind.BACKUP_MADE: frozenset({"sha256"}),
    Kind.RESTORED: frozenset({"sha256"}),
    Kind.ASSETS_LISTED: frozenset({"sha256"}),
    Kind.ACT_DONE: frozenset({"act", "what", "approved"}),
    Kind.ACT_WITHDRAWN: frozenset({"act", "by"}),
    Kind.ROLL_INSTALLED: frozenset({"roll", "version"}),
    Kind.DOCUMENT_PUBLISHED: frozenset({"document", "audience", "sha256", "approved"}),
    Kind.EPOCH_INSTALLED: frozenset({"side", "quarter", "key", "issued", "approved", "sha256"}),
}

MAY: Mapping[Kind, frozenset[str]] = {
    # The host that closed the set. Entries from before it was logged have none.
    Kind.SET_TAKEN: frozenset({"host"}),
}


@dataclass(frozen=True)
class Entry:
    """One act.

    Attributes:
        kind: which.
        day: when, as YYYY-MM-DD; no finer.
        facts: what identifies it; the names are fixed by the kind.

    Raises:
        ValueError: other facts than the kind's.
    """

    kind: Kind
    day: str
    facts: Mapping[str, Fact]

    def __post_init__(self) -> None:
        if set(self.facts) - MAY.get(self.kind, frozenset()) != FACTS[self.kind]:
            raise ValueError(f"An entry {self.kind} has the facts {sorted(FACTS[self.kind])}.")

    def to_bytes(self) -> bytes:
        """Return the entry's one encoding, RFC 8785."""
        facts: dict[str, Any] = {
            name: value if isinstance(value, str | int) else list(value)
            for name, value in self.facts.items()
        }
        return rfc8785.dumps({"kind": str(self.kind), "day": self.day, "facts": facts})

    @classmethod
    def from_bytes(cls, data: bytes) -> Entry:
        """Read an entry.

        Raises:
            ValueError: these bytes are no entry that this version would write.
        """
        try:
            body = json.loads(data)
            entry = cls(Kind(body["kind"]), body["day"], body["facts"])
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("no entry of the audit log") from error
        if entry.to_bytes() != data:
            raise ValueError("not in its canonical form")
        return entry
