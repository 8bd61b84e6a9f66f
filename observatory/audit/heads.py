"""Heads: size and root of the log at one time, for both sides to sign and to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCHEMA = "joint-integrity-observatory/audit-head/1"


@dataclass(frozen=True)
class Head:
    """What a log of ``size`` entries looks like from outside.

    Attributes:
        size: number of entries.
        root: tree hash of RFC 9162 over them, 32 bytes.
    """

    size: int
    root: bytes

    def to_json(self) -> dict[str, Any]:
        """Return what both sides sign."""
        return {"schema": SCHEMA, "size": self.size, "root": self.root.hex()}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Head:
        """Read what both sides signed.

        Raises:
            ValueError: it is no head.
        """
        try:
            head = cls(body["size"], bytes.fromhex(body["root"]))
        except (KeyError, TypeError) as error:
            raise ValueError("no head of an audit log") from error
        if head.to_json() != dict(body) or type(head.size) is not int or head.size < 1:
            raise ValueError("no head of an audit log")
        return head
