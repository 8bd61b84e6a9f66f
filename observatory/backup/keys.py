"""The key file of a backup: kept apart from it, and replaced each time one is made.

It holds the keys of the months that are kept, and one for what is of no month. A month that
retention removed is in no new key file, so that it can no longer be read in any older backup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from observatory import durable
from observatory.errors import BadInputError, ResourceError

SCHEMA = "joint-integrity-observatory/backup-keys/1"
REST = "rest"
"""Where a vault keeps the key of what is of no month; it sorts after every month."""

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Keys:
    """The keys that a backup is under.

    Attributes:
        months: AES-256 key by month of receipt.
        rest: AES-256 key of what is of no month.
    """

    months: Mapping[str, bytes] = field(repr=False)
    rest: bytes = field(repr=False)

    @classmethod
    def of_vault(cls, kept: Mapping[str, bytes]) -> Keys:
        """Return the keys that a vault keeps, by month and under :data:`REST`."""
        return cls({month: key for month, key in kept.items() if month != REST}, kept[REST])

    def of(self, month: str | None) -> bytes | None:
        """Return the key of a month, or of what is of none; None once it was destroyed."""
        return self.rest if month is None else self.months.get(month)

    def write(self, path: Path) -> None:
        """Write the key file, readable by its owner only; an older one is replaced.

        Raises:
            ResourceError: the disk refuses.
        """
        body = {
            "schema": SCHEMA,
            "months": {month: key.hex() for month, key in self.months.items()},
            "rest": self.rest.hex(),
        }
        try:
            durable.write(path, json.dumps(body, indent=1, sort_keys=True).encode() + b"\n")
        except OSError as error:
            raise ResourceError(f"{path} cannot be written: {error.strerror}.") from error

    @classmethod
    def read(cls, path: Path) -> Keys:
        """Read a key file.

        Raises:
            BadInputError: it is none.
        """
        try:
            body = json.loads(path.read_text("ascii"))
            months = {month: _key(key) for month, key in body["months"].items()}
            if body["schema"] != SCHEMA or not all(map(_MONTH.fullmatch, months)):
                raise ValueError("another schema")
            return cls(months, _key(body["rest"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInputError(
                f"{path} cannot be read as the key file of a backup ({type(error).__name__}). Give "
                "the file that `backup --keys` wrote."
            ) from error


def _key(text: str) -> bytes:
    if not _KEY.fullmatch(text):
        raise ValueError("no key")
    return bytes.fromhex(text)
