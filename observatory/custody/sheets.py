"""Share sheets: one custodian's words under their heading, to print or to write down by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crypto import shares
from crypto.shares import WORDS, Share, ShareError
from crypto.sides import SIDES, Side
from observatory.custody.ceremony import NewKey
from observatory.custody.heading import Heading, form_of, read_heading

FORMAT = "jio-share/v1"
WORDS_ON_SHEET = WORDS
COLUMNS = 3

_SHEET = """\
JOINT INTEGRITY OBSERVATORY
Share sheet of one custodian. Secret: whoever reads it holds this share.

{heading}

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
6. When a newer sheet takes its place, destroy this one. Backups made before
   stay open to the old sheets, however many newer ones there are.
"""

_PAIR = re.compile(r"([0-9]{1,2})[.):]?\s+([^\W\d_]+)")


@dataclass(frozen=True)
class ShareSheet:
    """One custodian's sheet, read and checked against itself.

    Attributes:
        label: the file it came from, as messages name it.
        share: the share its words are.
        heading: what stands above the words.
    """

    label: str
    share: Share = field(repr=False)
    heading: Heading

    def to_text(self) -> str:
        """Return the sheet as its file holds it."""
        pairs = enumerate(self.share.mnemonic.split(), start=1)
        words = [f"{place:>4} {word:<14}" for place, word in pairs]
        rows = ["".join(words[i : i + COLUMNS]).rstrip() for i in range(0, len(words), COLUMNS)]
        return _SHEET.format(
            heading=self.heading.to_text(FORMAT),
            words="\n".join(rows),
            customs=self.heading.thresholds["customs"],
            business=self.heading.thresholds["business"],
        )


def sheets_of(key: NewKey, root: str) -> list[ShareSheet]:
    """Return every custodian's sheet, Customs first, by number.

    Args:
        key: the key just made.
        root: fingerprint of the first key and signers (``observatory.policy.root_of``), 64 hex.
    """
    needed = {side: key.thresholds[side][0] for side in SIDES}
    made = []
    for side in SIDES:
        for words in key.mnemonics[side]:
            share = shares.parse(words, "a new share")
            count = key.thresholds[side][1]
            heading = Heading(side, share.number, count, needed, key.public.id.hex(), root)
            made.append(ShareSheet(heading.name, share, heading))
    return made


def read_sheet(text: str, *, label: str) -> ShareSheet:
    """Read a custodian's sheet from its text; ``label`` names it in messages.

    Raises:
        ShareError: names the file and what to do: no share sheet, a mistyped word, a failed
            checksum, or a heading that contradicts the words.
    """
    head, body = between(text, "words:", "end of words", label)
    share = shares.parse(_words(body, label), label)
    if form_of(head) != FORMAT:
        raise ShareError(
            f"{label}: the line Format of the heading cannot be read; give the file as it was"
            " handed out."
        )
    heading = read_heading(head, label)
    stated = (heading.side, heading.number, heading.thresholds[share.side])
    if stated != (share.side, share.number, share.threshold):
        raise ShareError(
            f"{label}: the words are share {share.number} of {share.side}, but the heading says"
            " otherwise: two sheets were mixed up. Type the sheet in again."
        )
    return ShareSheet(label, share, heading)


def typed_sheet(
    words: Sequence[str], key_id: str, root: str, thresholds: Mapping[Side, tuple[int, int]]
) -> ShareSheet:
    """Return the sheet of which somebody typed nothing but the words.

    Args:
        words: in their order.
        key_id: id of the key that it is of, hex.
        root: the policy's, which the custodian has compared with the sheet.
        thresholds: side -> (shares needed, shares there are).

    Raises:
        ShareError: the words are no share.
    """
    share = shares.parse(" ".join(words), "The words")
    needed = {side: thresholds[side][0] for side in SIDES}
    count = thresholds[share.side][1]
    heading = Heading(share.side, share.number, count, needed, key_id, root)
    return ShareSheet(heading.name, share, heading)


def typed_words(line: str, first: int) -> list[str]:
    """Return the words of a line that somebody typed; numbers before them are passed over.

    Args:
        line: words and spaces, with or without numbers.
        first: the number of its first word, for messages.

    Raises:
        ShareError: a word is not in the list; none of the line was taken.
    """
    found = [word for word in re.split(r"[\s0-9.):]+", line.lower()) if word]
    shares.check_words(found, "This line", first)
    if first + len(found) - 1 > WORDS:
        raise ShareError(f"This line: a share has {WORDS} words, and these would be more.")
    return found


def between(text: str, start: str, end: str, label: str) -> tuple[Sequence[str], Sequence[str]]:
    """Return the lines above ``start`` and those from it to ``end``.

    Raises:
        ShareError: the text is no share sheet.
    """
    lines = [line.strip() for line in text.splitlines()]
    starts = [i for i, line in enumerate(lines) if line.lower() == start]
    ends = [i for i, line in enumerate(lines) if line.lower() == end]
    if len(starts) != 1 or len(ends) != 1 or ends[0] < starts[0]:
        raise ShareError(
            f"{label}: not a share sheet. It has the words between the lines"
            ' "Words:" and "End of words"; give the file as it was handed out.'
        )
    return lines[: starts[0]], lines[starts[0] + 1 : ends[0]]


def _words(lines: Sequence[str], label: str) -> str:
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
