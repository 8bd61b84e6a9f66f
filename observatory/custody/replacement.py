"""Replacing a lost share: a new one at a free place of the same group, made by its side alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from crypto.envelope import PublicKey
from crypto.group import group_of
from crypto.shares import MAX_SHARES, ShareError
from observatory.custody.drill import prove
from observatory.custody.sheets import ShareSheet


@dataclass(frozen=True)
class Replacement:
    """A new sheet, and the hash of the share whose place it takes.

    Attributes:
        sheet: the new custodian's sheet.
        lost: hash of the lost share; the policy lists the new one's in its place.
    """

    sheet: ShareSheet
    lost: str


def replace_share(
    sheets: Sequence[ShareSheet],
    public: PublicKey,
    share_hashes: Sequence[str],
    lost: int,
    used: Collection[str],
) -> Replacement:
    """Make a new share in a lost one's place from a quorum of one side.

    The lost share still fits the others: whoever finds it holds a share that mathematics accepts,
    though this software does not. If it may be in wrong hands, the shares are to be made anew.

    Args:
        sheets: of the side that lost a share, as many as it needs.
        public: the key in force.
        share_hashes: hashes of this side's shares from the policy.
        lost: number of the lost share.
        used: hashes of every share of this side that any policy ever listed: the new share must
            be none of them, or a share that was given up would be handed out again.

    Raises:
        MissingShareError: too few sheets.
        ShareError: a wrong sheet, by name; no such share; or no number is free.
    """
    side = sheets[0].share.side if sheets else "customs"
    proof = prove(sheets, public, share_hashes, side)
    if lost not in proof.listed:
        raise ShareError(f"{side} has no share {lost}; it has {', '.join(map(str, proof.listed))}.")
    if lost in proof.present:
        raise ShareError(f"Share {lost} of {side} is here: it is not the lost one.")
    group = group_of([sheet.share for sheet in sheets])
    # After the highest, never in a gap: a number on a sheet has one meaning for ever.
    number = max(group.numbers([*used, *share_hashes])) + 1
    if number > MAX_SHARES:
        raise ShareError(
            f"All {MAX_SHARES} numbers of {side} were used. Make the shares anew (key reshare)."
        )
    share = group.share(number)
    heading = replace(sheets[0].heading, number=number, count=number)
    return Replacement(ShareSheet(heading.name, share, heading), group.share(lost).hash)
