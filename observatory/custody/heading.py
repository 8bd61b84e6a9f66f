"""The heading of a custodian's sheet: whose it is and of which key. None of it is secret."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crypto.shares import ShareError
from crypto.sides import SIDES, Side

_FIELD = re.compile(r"(Format|Side|Custodian|Needed|Key|Root)\s*:\s*(.*\S)", re.IGNORECASE)
_OF = re.compile(r"([0-9]{1,2}) of ([0-9]{1,2})")
_NEEDED = re.compile(r"([0-9]{1,2}) of customs and ([0-9]{1,2}) of business")
_KEY = re.compile(r"[0-9a-f]{16}")
_ROOT = re.compile(r"[0-9a-f]{64}")

_TEXT = """\
Format:     {format}
Side:       {side}
Custodian:  {number} of {count}
Needed:     {customs} of customs and {business} of business
Key:        {key_id}
Root:       {root}"""


@dataclass(frozen=True)
class Heading:
    """What stands above a custodian's words, locked or not.

    Attributes:
        side: whose share it is.
        number: its number within the side, from 1.
        count: the highest number its side had when the sheet was made.
        thresholds: side -> sheets needed.
        key_id: id of the key, hex.
        root: fingerprint of the first key and signers, hex.
    """

    side: Side
    number: int
    count: int
    thresholds: Mapping[Side, int]
    key_id: str
    root: str

    @property
    def name(self) -> str:
        """The name of the custodian's file, without its ending: ``customs-custodian-1``."""
        return f"{self.side}-custodian-{self.number}"

    def to_text(self, form: str) -> str:
        """Return the six lines of the heading, with the format's name."""
        return _TEXT.format(
            format=form,
            side=self.side,
            number=self.number,
            count=self.count,
            customs=self.thresholds["customs"],
            business=self.thresholds["business"],
            key_id=self.key_id,
            root=self.root,
        )

    def to_json(self, form: str) -> dict[str, Any]:
        """Return the heading as what a locked share is bound to."""
        return {**vars(self), "thresholds": dict(self.thresholds), "format": form}


def form_of(lines: Sequence[str]) -> str:
    """Return the format that a heading names, in small letters; empty if it names none."""
    return _fields(lines).get("format", "")


def read_heading(lines: Sequence[str], label: str) -> Heading:
    """Read a heading from its lines; other lines are passed over.

    Raises:
        ShareError: names the lines that cannot be read.
    """
    fields = _fields(lines)
    side = next((one for one in SIDES if one == fields.get("side")), None)
    place = _OF.fullmatch(fields.get("custodian", ""))
    needed = _NEEDED.fullmatch(" ".join(fields.get("needed", "").split()))
    key, root = (re.sub(r"\s", "", fields.get(name, "")) for name in ("key", "root"))
    wrong = [
        name
        for name, right in (
            ("Side", side),
            ("Custodian", place),
            ("Needed", needed),
            ("Key", _KEY.fullmatch(key)),
            ("Root", _ROOT.fullmatch(root)),
        )
        if right is None
    ]
    if wrong or side is None or place is None or needed is None:
        raise ShareError(
            f"{label}: the line{'s' * (len(wrong) > 1)} {', '.join(wrong)} of the heading"
            " cannot be read; give the file as it was handed out."
        )
    thresholds: dict[Side, int] = dict(zip(SIDES, map(int, needed.groups()), strict=True))
    return Heading(side, int(place[1]), int(place[2]), thresholds, key, root)


def _fields(lines: Sequence[str]) -> dict[str, str]:
    found = (_FIELD.fullmatch(line.strip()) for line in lines)
    return {match[1].lower(): match[2].lower() for match in found if match}
