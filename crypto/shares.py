"""Custody of the seed: SLIP-39 shares in two groups, of which both are needed.

Group 0 is Customs, group 1 Business, group threshold 2: no number of one side's shares says
anything about the seed. Source: SatoshiLabs Improvement Proposal 39, through ``shamir_mnemonic``.

SLIP-39 stretches a human passphrase over the master secret. Here there is none, and the secret is
32 uniformly random bytes, which need no stretching: the iteration exponent is 0. (A passphrase
would be worse than useless: a wrong one yields another seed without an error.)
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shamir_mnemonic import combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share as Slip39
from shamir_mnemonic.utils import MnemonicError
from shamir_mnemonic.wordlist import WORD_INDEX_MAP, WORDLIST

from crypto.errors import CryptoError
from crypto.sides import SIDES, Side
from crypto.xwing import SEED_BYTES, Seed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WORDS = 33
MAX_SHARES = 16
MAX_ATTEMPTS = 1000
_HASH_LABEL = b"jio/share/v1\x00"
_NEAR, _NEAR_CUTOFF = 3, 0.6


class ShareError(CryptoError):
    """Shares do not give the key; the message says which one and what to do."""


class MissingShareError(ShareError):
    """A side's shares are missing or too few: nothing is wrong but who is present."""


@dataclass(frozen=True)
class Share:
    """One custodian's share, read and checked.

    Attributes:
        mnemonic: the 33 words, small letters, single spaces.
        side: whose share it is.
        number: its number within the side, from 1.
        threshold: how many of this side are needed.
        identifier: the same for every share of one ceremony.
        label: how messages name it (``share 2``, a file's name).
    """

    mnemonic: str = field(repr=False)
    side: Side
    number: int
    threshold: int
    identifier: int
    label: str

    @property
    def hash(self) -> str:
        """SHA-256 of the words under a label, in hex: names a wrong sheet, tells nothing else."""
        return hashlib.sha256(_HASH_LABEL + self.mnemonic.encode()).hexdigest()


def split(
    seed: Seed, customs: tuple[int, int] = (2, 3), business: tuple[int, int] = (2, 3)
) -> tuple[list[str], list[str]]:
    """Split a seed into the mnemonics of both sides.

    Args:
        seed: 32 uniformly random bytes.
        customs: (threshold, number of shares) of Customs; at least 2 of at most 16.
        business: the same of Business.

    Raises:
        ShareError: thresholds that cannot be, or a seed of another length.
    """
    if len(seed) != SEED_BYTES:
        raise ShareError(f"A seed has {SEED_BYTES} bytes.")
    for side, (threshold, count) in zip(SIDES, (customs, business), strict=True):
        # SLIP-39 allows 1 of 1; then one lost sheet loses every report, and one person is a side.
        if not 2 <= threshold <= count <= MAX_SHARES:
            raise ShareError(
                f"{side}: {threshold} of {count} shares cannot be;"
                f" choose a threshold of at least 2, and at most {MAX_SHARES} shares."
            )
    first, second = generate_mnemonics(
        group_threshold=2,
        groups=[customs, business],
        master_secret=seed,
        extendable=True,
        iteration_exponent=0,
    )
    return list(first), list(second)


def parse(mnemonic: str, label: str) -> Share:
    """Read one mnemonic.

    Args:
        mnemonic: the words, any case and spacing.
        label: how a message shall name this share.

    Raises:
        ShareError: a word that is not in the list (with the nearest ones), a wrong number of
            words, a failed checksum, or a share of something else.
    """
    words = mnemonic.lower().split()
    check_words(words, label)
    if len(words) != WORDS:
        raise ShareError(f"{label}: a share has {WORDS} words; this one has {len(words)}.")
    plain = " ".join(words)
    try:
        share = Slip39.from_mnemonic(plain)
    except MnemonicError:
        raise ShareError(
            f"{label}: the words are all in the list, but their checksum fails: two are exchanged"
            " or one is another word than on the sheet. Compare it word by word with the sheet."
        ) from None
    if (share.group_threshold, share.group_count) != (2, 2) or share.group_index >= len(SIDES):
        raise ShareError(f"{label}: a SLIP-39 share, but not of an observatory's key.")
    return Share(
        mnemonic=plain,
        side=SIDES[share.group_index],
        number=share.index + 1,
        threshold=share.member_threshold,
        identifier=share.identifier,
        label=label,
    )


def check_words(words: Sequence[str], label: str, first: int = 1) -> None:
    """Return only if all words are of the word list; ``first`` is the number of the first one.

    Raises:
        ShareError: names the first that is not, with the nearest ones.
    """
    for number, word in enumerate(words, start=first):
        if word not in WORD_INDEX_MAP:
            raise ShareError(
                f"{label}: word {number}, {word[:20]!r}, is not in the word list. {_near(word)}"
            )


def combine(mnemonics: Iterable[str]) -> Seed:
    """Return the seed from enough shares of both sides; more than enough is welcome.

    Raises:
        ShareError: see ``recover``; shares are named by their place, from 1.
    """
    return recover([parse(text, f"share {i}") for i, text in enumerate(mnemonics, start=1)])


def recover(shares: Sequence[Share], thresholds: Mapping[Side, int] | None = None) -> Seed:
    """Return the seed from parsed shares; tries the subsets when there are more than needed.

    Args:
        shares: what ``parse`` read.
        thresholds: how many of each side are needed, if known from elsewhere: a side of which no
            share is given can then be told how many to bring.

    Raises:
        ShareError: shares of different ceremonies, a side missing, too few (a doubled share
            counts once), or shares that do not fit together.
    """
    same_ceremony(shares)
    distinct, doubled = unique(shares)
    groups = []
    for side in SIDES:
        mine = [share for share in distinct if share.side == side]
        if not mine:
            need = f"{thresholds[side]} needed" if thresholds else "bring as many as it needs"
            raise MissingShareError(
                f"The shares of {side} are missing: {need}. The other side's open nothing alone."
            )
        groups.append((mine, needed(side, mine, doubled)))
    choices = itertools.product(*(itertools.combinations(mine, need) for mine, need in groups))
    for customs, business in itertools.islice(choices, MAX_ATTEMPTS):
        try:
            return Seed(combine_mnemonics([share.mnemonic for share in (*customs, *business)]))
        except MnemonicError:
            continue
    raise ShareError(
        "These shares pass their own checksums but do not fit together: one is not what was handed"
        " out. Try again with other custodians' shares."
    )


def _near(word: str) -> str:
    near = difflib.get_close_matches(word, WORDLIST, n=_NEAR, cutoff=_NEAR_CUTOFF)
    # The first four letters of every word of the list are unique.
    near += [w for w in WORDLIST if w[:4] == word[:4] and w not in near]
    if not near:
        return "Look at the sheet again."
    return f"Is it {' or '.join(near)}? Look at the sheet again."


def same_ceremony(shares: Sequence[Share]) -> None:
    """Return only if all shares are of one ceremony, or name those that are not.

    Raises:
        MissingShareError: there are none.
        ShareError: two ceremonies.
    """
    if not shares:
        raise MissingShareError("No shares were given. Both sides' custodians bring theirs.")
    counts = Counter(share.identifier for share in shares)
    usual, _ = counts.most_common(1)[0]
    others = [share.label for share in shares if share.identifier != usual]
    if others:
        rest = [share.label for share in shares if share.identifier == usual]
        raise ShareError(
            f"These are shares of different keys: {', '.join(others)} on one hand,"
            f" {', '.join(rest)} on the other. Leave out those that are not of this key."
        )


def unique(shares: Sequence[Share]) -> tuple[list[Share], list[str]]:
    """Return each share once, and a clause for each that was given again."""
    seen: dict[str, Share] = {}
    doubled = []
    for share in shares:
        if share.mnemonic in seen:
            doubled.append(f"{share.label} is the same share as {seen[share.mnemonic].label}")
        else:
            seen[share.mnemonic] = share
    return list(seen.values()), doubled


def needed(side: Side, mine: Sequence[Share], doubled: Sequence[str]) -> int:
    """Return how many of this side's shares to combine, or say what is missing.

    Args:
        side: whose they are.
        mine: its shares, each once; at least one.
        doubled: clauses about shares that were given again.

    Raises:
        MissingShareError: too few.
        ShareError: two of them contradict each other.
    """
    hint = f" ({'; '.join(doubled)}; it counts once)" if doubled else ""
    need = mine[0].threshold
    numbers = {share.number for share in mine}
    if any(share.threshold != need for share in mine) or len(numbers) != len(mine):
        names = ", ".join(share.label for share in mine)
        raise ShareError(f"{names}: two of these contradict each other; one is not genuine.")
    if len(mine) < need:
        raise MissingShareError(
            f"Too few shares of {side}: {need} needed, {len(mine)} given{hint}."
            f" Bring {need - len(mine)} more of {side}."
        )
    return need
