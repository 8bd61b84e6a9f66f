"""Making the observatory's key: the seed lives for the length of one function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crypto import shares
from crypto.shares import ShareError
from crypto.sides import SIDES, Side
from crypto.xwing import PrivateKey, Seed, new_seed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crypto.envelope import PublicKey


@dataclass(frozen=True)
class NewKey:
    """A key just made, before its shares are handed out.

    Attributes:
        public: what the server keeps.
        thresholds: side -> (shares needed, shares made).
        mnemonics: side -> its shares, to be written to sheets and then forgotten.
    """

    public: PublicKey
    thresholds: Mapping[Side, tuple[int, int]]
    mnemonics: Mapping[Side, Sequence[str]] = field(repr=False)

    @property
    def share_hashes(self) -> dict[Side, list[str]]:
        """Side -> SHA-256 of each share (hex), for the policy: they name a wrong sheet."""
        return {
            side: [shares.parse(mnemonic, side).hash for mnemonic in mnemonics]
            for side, mnemonics in self.mnemonics.items()
        }


def new_key(customs: tuple[int, int] = (2, 3), business: tuple[int, int] = (2, 3)) -> NewKey:
    """Make a key and split its seed; the seed itself is returned to nobody.

    Args:
        customs: (threshold, number of shares) of Customs.
        business: the same of Business.

    Raises:
        ShareError: the thresholds cannot be.
    """
    return split_seed(new_seed(), customs, business)


def split_seed(seed: Seed, customs: tuple[int, int], business: tuple[int, int]) -> NewKey:
    """Split a seed, new or put together again by both sides, into new shares.

    Shares of different splits do not mix, though all give the same key.

    Args:
        seed: what the shares give back.
        customs: (threshold, number of shares) of Customs.
        business: the same of Business.

    Raises:
        ShareError: the thresholds cannot be.
    """
    both = shares.split(seed, customs, business)
    key = NewKey(
        PrivateKey.from_seed(seed).public,
        dict(zip(SIDES, (customs, business), strict=True)),
        dict(zip(SIDES, both, strict=True)),
    )
    _rehearse(key)
    return key


def _rehearse(key: NewKey) -> None:
    """Prove that every share opens the key before any report is sealed to it."""
    for turn in range(max(count for _, count in key.thresholds.values())):
        chosen = []
        for side in SIDES:
            need, count = key.thresholds[side]
            chosen += [key.mnemonics[side][(turn + step) % count] for step in range(need)]
        if PrivateKey.from_seed(shares.combine(chosen)).public != key.public:
            raise ShareError("The new shares do not give the new key back; nothing was kept.")
