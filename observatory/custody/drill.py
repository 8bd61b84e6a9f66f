"""The drill: one side proves that its sheets are there and fit, and nothing is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.envelope import PublicKey
from crypto.group import group_of
from crypto.shares import ShareError
from crypto.sides import Side
from observatory.custody.recovery import check_sheets
from observatory.custody.sheets import ShareSheet


@dataclass(frozen=True)
class Proof:
    """What one side's sheets proved.

    Attributes:
        side: whose.
        present: numbers of the sheets that were read, in order.
        listed: number of each share that the policy lists for this side, in order. All of them
            are of the same group, also those whose custodians were not there.
    """

    side: Side
    present: tuple[int, ...]
    listed: tuple[int, ...]


def prove(
    sheets: Sequence[ShareSheet], public: PublicKey, share_hashes: Sequence[str], side: Side
) -> Proof:
    """Prove that a side's sheets meet its threshold and give its group share.

    The other side's sheets are neither needed nor taken: the key is never put together.

    Args:
        sheets: of this side.
        public: the key in force.
        share_hashes: hashes of this side's shares from the policy.
        side: whose drill it is.

    Raises:
        MissingShareError: too few sheets.
        ShareError: a wrong sheet, by name, sheets of the other side, or a hash in the policy that
            no share of this group has.
    """
    others = [sheet.label for sheet in sheets if sheet.share.side != side]
    if others:
        raise ShareError(f"{', '.join(others)}: not of {side}. Each side does its drill alone.")
    check_sheets(sheets, public, {side: share_hashes})
    group = group_of([sheet.share for sheet in sheets])
    listed = group.numbers(share_hashes)
    if len(listed) != len(share_hashes):
        raise ShareError(
            f"The policy lists {len(share_hashes)} shares of {side}, and only {len(listed)} of"
            " them fit the sheets that were read. Make the shares anew (key reshare)."
        )
    present = tuple(sorted({sheet.share.number for sheet in sheets}))
    return Proof(side, present, tuple(listed))
