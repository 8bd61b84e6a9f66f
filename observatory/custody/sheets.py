"""Share sheets: one text file per custodian, to print or keep on paper, and to read back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crypto import shares
from crypto.shares import WORDS, Share, ShareError
from crypto.sides import SIDES, Side
from observatory.custody.files import write_new

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from observatory.custody.ceremony import NewKey

FORMAT = "jio-share/v1"
MAX_FILE_BYTES = 65_536
COLUMNS = 3

_SHEET = """\
JOINT INTEGRITY OBSERVATORY
Share sheet of one custodian. Secret: whoever reads it holds this share.

Format:     {format}
Side:       {side}
Custodian:  {number} of {count}
Needed:     {customs} of customs and {business} of business
Key:        {key}
Root:       {root}

Words:
{words}
End of words

WHAT THIS IS
The reports of the observatory are sealed to the key named above. Nobody holds
it. It is put together for one analysis run from {customs} share sheets of customs
and {business} of business, in the presence of both. The sheets of one side
alone, however many, open nothing.

WHAT TO DO
1. Print this sheet or write it by hand, words and numbers, and check it twice.
2. Keep it locked away, apart from every other sheet, and never photograph it
   or send it. Then delete this file.
3. Compare the root above with that of the other custodians now, and with the
   one that is shown before each run. If they differ, the rules or the signers
   were exchanged: stop, and give nobody your words.
4. For a run, bring the sheet. If it is typed in again, the lines from "Format"
   to "End of words" are enough.
5. If it is lost or was seen by others, tell both sides at once: the shares are
   made anew.
"""

_FIELD = re.compile(r"(Format|Side|Custodian|Needed|Key|Root)\s*:\s*(.*\S)", re.IGNORECASE)
_OF = re.compile(r"([0-9]{1,2}) of ([0-9]{1,2})")
_NEEDED = re.compile(r"([0-9]{1,2}) of customs and ([0-9]{1,2}) of business")
_KEY = re.compile(r"[0-9a-f]{16}")
_ROOT = re.compile(r"[0-9a-f]{64}")
_PAIR = re.compile(r"([0-9]{1,2})[.):]?\s+([^\W\d_]+)")


@dataclass(frozen=True)
class ShareSheet:
    """One custodian's sheet, read and checked against itself.

    Attributes:
        label: the file it came from, as messages name it.
        share: the share its words are.
        count: how many sheets its side has.
        thresholds: side -> sheets needed.
        key_id: id of the key, hex.
        root: fingerprint of the first key and signers, hex.
    """

    label: str
    share: Share = field(repr=False)
    count: int
    thresholds: Mapping[Side, int]
    key_id: str
    root: str


def write_share_files(folder: Path, key: NewKey, root: str) -> list[Path]:
    """Write every custodian's sheet, such as ``customs-custodian-1.txt``.

    Args:
        folder: where; made if needed, readable by its owner only.
        key: the key just made.
        root: fingerprint of the first key and signers (``observatory.policy.root_of``), 64 hex.

    Returns:
        The paths, Customs first, by number.

    Raises:
        ShareError: a sheet of that name exists (none is overwritten), or the disk refuses.
    """
    contents = {
        f"{side}-custodian-{number}.txt": _sheet(key, side, number, root).encode()
        for side in SIDES
        for number in range(1, len(key.mnemonics[side]) + 1)
    }
    try:
        return write_new(folder, contents)
    except OSError as error:
        raise ShareError(
            f"{error.filename or folder}: {error.strerror}. No share sheet was written;"
            " choose an empty folder."
        ) from error


def _sheet(key: NewKey, side: Side, number: int, root: str) -> str:
    words = [
        f"{place:>4} {word:<14}"
        for place, word in enumerate(key.mnemonics[side][number - 1].split(), start=1)
    ]
    rows = ["".join(words[i : i + COLUMNS]).rstrip() for i in range(0, len(words), COLUMNS)]
    return _SHEET.format(
        format=FORMAT,
        side=side,
        number=number,
        count=key.thresholds[side][1],
        customs=key.thresholds["customs"][0],
        business=key.thresholds["business"][0],
        key=key.public.id.hex(),
        root=root,
        words="\n".join(rows),
    )


def read_share_file(path: Path) -> ShareSheet:
    """Read a custodian's sheet from its file.

    Raises:
        ShareError: names the file and what to do: missing, no share sheet, a mistyped word, a
            failed checksum, or a heading that contradicts the words.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise ShareError(f"{path}: there is no such file. Check the name.") from None
    except OSError as error:
        raise ShareError(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    return read_sheet(text, label=str(path))


def read_sheet(text: str, *, label: str) -> ShareSheet:
    """Read a custodian's sheet from its text; ``label`` names it in messages.

    Raises:
        ShareError: as ``read_share_file``.
    """
    lines = [line.strip() for line in text.splitlines()]
    starts = [i for i, line in enumerate(lines) if line.lower() == "words:"]
    ends = [i for i, line in enumerate(lines) if line.lower() == "end of words"]
    if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
        raise ShareError(
            f"{label}: not a share sheet. It has the words between the lines"
            ' "Words:" and "End of words"; give the file as it was handed out.'
        )
    found = (_FIELD.fullmatch(line) for line in lines[: starts[0]])
    fields = {match[1].lower(): match[2].lower() for match in found if match}
    share = shares.parse(_words(lines[starts[0] + 1 : ends[0]], label), label)
    return _checked(fields, share, label)


def _words(lines: list[str], label: str) -> str:
    """Put the numbered words into their order, whatever columns they were typed in."""
    words: dict[int, str] = {}
    for line in lines:
        pairs = _PAIR.findall(line)
        if _PAIR.sub("", line).strip():
            raise ShareError(f"{label}: a line of words is not numbers and words in turn.")
        for number, word in pairs:
            if int(number) in words:
                raise ShareError(f"{label}: word {int(number)} is there twice.")
            words[int(number)] = word
    missing = [str(number) for number in range(1, WORDS + 1) if number not in words]
    if missing:
        raise ShareError(f"{label}: these words are missing: {', '.join(missing)}.")
    return " ".join(words[number] for number in sorted(words))


def _checked(fields: Mapping[str, str], share: Share, label: str) -> ShareSheet:
    place = _OF.fullmatch(fields.get("custodian", ""))
    needed = _NEEDED.fullmatch(" ".join(fields.get("needed", "").split()))
    key, root = (re.sub(r"\s", "", fields.get(name, "")) for name in ("key", "root"))
    wrong = [
        name
        for name, right in (
            ("Format", fields.get("format") == FORMAT),
            ("Side", fields.get("side") in SIDES),
            ("Custodian", place is not None),
            ("Needed", needed is not None),
            ("Key", _KEY.fullmatch(key) is not None),
            ("Root", _ROOT.fullmatch(root) is not None),
        )
        if not right
    ]
    if wrong or place is None or needed is None:
        raise ShareError(
            f"{label}: the line{'s' * (len(wrong) > 1)} {', '.join(wrong)} of the heading"
            " cannot be read; give the file as it was handed out."
        )
    thresholds: dict[Side, int] = dict(zip(SIDES, map(int, needed.groups()), strict=True))
    stated = (fields["side"], int(place[1]), thresholds[share.side])
    if stated != (share.side, share.number, share.threshold):
        raise ShareError(
            f"{label}: the words are share {share.number} of {share.side}, but the heading says"
            " otherwise: two sheets were mixed up. Type the sheet in again."
        )
    return ShareSheet(label, share, int(place[2]), thresholds, key, root)
