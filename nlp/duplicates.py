"""Floods: near-duplicates of long texts collapse; short look-alikes are only recognised.

Texts resemble each other by the part of their content words that they share, in whatever order
(Jaccard's coefficient). In one pass from the earliest text to the latest, a text joins the
earliest group **one** of whose members it closely resembles, if it resembles **every** member at
least somewhat: linkage by the nearest, with a floor under the farthest. So, whatever anybody adds:

- texts that share less than the floor are never in one group. Texts that lie between two reports
  do not make one report of them, as chains of single links would;
- what comes later changes no group of what came earlier, except that it may join one;
- the earliest of a group stands for it: a copy does not displace what it copies.
"""

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.sketches import Rows, WordSets, candidates, hashed
from nlp.tokens import fold, folded, repair, words

# Below this many content words people write the same thing by themselves ("Passport verification").
MINIMUM_CONTENT_WORDS = 12
# From this part of the content words of both on, two texts are one template, filled in twice ...
RESEMBLANCE = (3, 5)
# ... and under this one two texts are never one report. Of real complaints (2,610 long ones) those
# that share more than .3 with another are copies or form letters already.
FLOOR = (2, 5)
_MOST_KINDS = 1024  # of members that a newcomer is compared with: keeps the work linear
_WIDTH = 512  # words of a group that are told apart

_Counts = int | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Which texts are copies.

    Attributes:
        group: int64 (n,), for each text the index of the earliest text of its group; its own index
            where it is that or stands alone.
    """

    group: Rows

    @property
    def first(self) -> NDArray[np.bool_]:
        """Which texts stand for their group, (n,)."""
        return np.asarray(self.group == np.arange(len(self.group)))


def find(texts: Sequence[str], *, precedence: Sequence[int] | Rows | None = None) -> Duplicates:
    """Collapse near-duplicates with 12 or more different content words.

    Time and memory grow linearly with the number of texts. The order of input changes nothing.

    Args:
        texts: n texts without identifiers.
        precedence: (n,), lower is earlier; among equals, and if not given, a hash of the text
            decides. Give one that nobody who writes texts can choose.
    """
    ranks = [0] * len(texts) if precedence is None else [int(rank) for rank in precedence]
    # Equal texts are of one group or of none, so which of them comes first is all the same to it.
    order = sorted(range(len(texts)), key=lambda i: (ranks[i], _stable_key(texts[i]), i))
    rows, sets = _word_sets(texts, order)
    group = np.arange(len(texts), dtype=np.int64)
    group[rows] = rows[_leaders(sets)]
    return Duplicates(group)


def lookalikes(texts: Sequence[str]) -> NDArray[np.int64]:
    """Group ids of texts with the same content words in any order; ids number the groups.

    For short texts: the caller marks them as bulk where volume and week agree, and never drops
    them. Ids depend on content alone: 0 is the group whose words sort first.
    """
    stop = _stop_words()
    keys = [
        " ".join(sorted({w for w in folded(text) if w not in stop} or {repair(text)}))
        for text in texts
    ]
    number = {key: i for i, key in enumerate(sorted(set(keys)))}
    return np.array([number[key] for key in keys], dtype=np.int64)


def _stop_words() -> frozenset[str]:
    from nlp.languages import everywhere

    return everywhere().stop


def _stable_key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _word_sets(texts: Sequence[str], order: Iterable[int]) -> tuple[Rows, WordSets]:
    """The long ones among the texts, in the order given, and their different content words."""
    stop = _stop_words()
    numbers: dict[str, int] = {}  # of a folded word
    known: dict[str, int] = {}  # number of a word as written, so that each is folded once; -1: stop

    def number(word: str) -> int:
        bare = fold(word)
        at = known[word] = -1 if bare in stop else numbers.setdefault(bare, len(numbers))
        return at

    rows, starts, ids = array("q"), array("q", [0]), array("i")
    for row in order:
        found = {known[w] if w in known else number(w) for w in words(texts[row])}
        found.discard(-1)
        if len(found) >= MINIMUM_CONTENT_WORDS:
            rows.append(row)
            ids.extend(found)
            starts.append(len(ids))
    sets = WordSets(np.array(starts), np.array(ids, np.int32), hashed(list(numbers)))
    return np.array(rows, np.int64), sets


def _leaders(sets: WordSets) -> Rows:
    """For each set the first of its group, (n,)."""
    leader = np.arange(len(sets), dtype=np.int64)
    groups: dict[int, _Group] = {}
    later, earlier = candidates(sets)
    rows, begins = np.unique(later, return_index=True)
    for row, near in zip(rows.tolist(), np.split(earlier, begins[1:]), strict=False):
        own = frozenset(sets.words(row))
        for first in sorted(set(leader[near].tolist())):
            if first not in groups:
                other = sets.words(first)
                shared = len(own.intersection(other))
                if not _share(RESEMBLANCE, shared, len(own) + len(other)):
                    continue
                groups[first] = _Group(other)
            if groups[first].takes(own):
                leader[row] = first
                break
    return leader


def _share(part: tuple[int, int], shared: _Counts, sizes: _Counts) -> Any:
    """Tell whether sets share that part (Jaccard), by what they share and the sum of their sizes.

    In whole numbers, so that no rounding decides.
    """
    return shared * (part[0] + part[1]) >= part[0] * sizes


class _Group:
    """A group as its kinds of members: bit masks over the words seen in it, with the largest size.

    Words seen after the masks are full have no bit. They can only be missed in what two members
    share, so a member is at worst kept out.

    Args:
        leader: the words of the first member.
    """

    def __init__(self, leader: Iterable[int]) -> None:
        self._bits: dict[int, int] = {}
        self._at: dict[int, int] = {}  # mask -> row of the two below
        first = frozenset(leader)
        self._bytes = 8 * -(-(_WIDTH + len(first)) // 64)
        self._masks = np.zeros((2, self._bytes // 8), np.uint64)
        self._sizes = np.zeros(2, np.int64)
        self._add(first)

    def takes(self, own: frozenset[int]) -> bool:
        """Take a set in if it may join; say whether it does. O(kinds)."""
        mask, size = self._mask(own), len(own)
        at = self._at.get(mask)
        if at is not None and size <= (largest := int(self._sizes[at])):
            # All others were compared with its kind, as a larger set than it.
            return bool(_share(RESEMBLANCE, mask.bit_count(), largest + size)) or self._fits(
                mask, size
            )
        if (at is None and len(self._at) >= _MOST_KINDS) or not self._fits(mask, size):
            return False
        self._add(own)
        return True

    def _fits(self, mask: int, size: int) -> bool:
        kinds = len(self._at)
        both = self._masks[:kinds] & self._packed(mask)
        shared, sizes = np.bitwise_count(both).sum(axis=1, dtype=np.int64), self._sizes[:kinds]
        every, one = _share(FLOOR, shared, sizes + size), _share(RESEMBLANCE, shared, sizes + size)
        return bool(every.all() and one.any())

    def _add(self, own: frozenset[int]) -> None:
        for word in sorted(own):
            if len(self._bits) < 8 * self._bytes:
                self._bits.setdefault(word, len(self._bits))
        mask = self._mask(own)
        at = self._at.setdefault(mask, len(self._at))
        if at == len(self._sizes):
            self._masks = np.concatenate([self._masks, np.zeros_like(self._masks)])
            self._sizes = np.concatenate([self._sizes, np.zeros_like(self._sizes)])
        self._masks[at] = self._packed(mask)
        self._sizes[at] = max(int(self._sizes[at]), len(own))

    def _mask(self, own: Iterable[int]) -> int:
        bits = self._bits
        return sum(1 << bits[word] for word in own if word in bits)

    def _packed(self, mask: int) -> NDArray[np.uint64]:
        return np.frombuffer(mask.to_bytes(self._bytes, "little"), "<u8")
