"""From share sheets of both sides back to the private key, in memory only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crypto import shares
from crypto.shares import MissingShareError, ShareError
from crypto.xwing import PrivateKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crypto.envelope import PublicKey
    from observatory.custody.sheets import ShareSheet


__all__ = ["MissingShareError", "PrivateKey", "RootError", "ShareError", "check_root", "recover"]

__all__ = ["MissingShareError", "PrivateKey", "RootError", "ShareError", "check_root", "recover"]


class RootError(ShareError):
    """The sheets were made for other first signers or another first key than the policy's."""


def check_root(sheets: Sequence[ShareSheet], root: str) -> None:
    """Return only if every sheet carries the policy's root.

    Raises:
        RootError: names the sheets that carry another.
    """
    others = [sheet.label for sheet in sheets if sheet.root != root]
    if others:
        raise RootError(
            f"{', '.join(others)}: the root on the sheet is not that of policy.json. Either the"
            " sheet is of another observatory, or the signers on this machine were exchanged:"
            " stop, and compare the root with the other custodians."
        )


def recover(
    sheets: Sequence[ShareSheet],
    public: PublicKey,
    share_hashes: Mapping[str, Sequence[str]] | None = None,
) -> PrivateKey:
    """Return the private key; more sheets than needed are welcome.

    Args:
        sheets: of both sides.
        public: the key the policy names.
        share_hashes: side -> hashes of its shares from the policy, to name a wrong sheet.

    Raises:
        MissingShareError: a side is missing, or has too few sheets (a doubled one counts once).
        ShareError: a sheet of another key or one never handed out, sheets that do not fit
            together, or a key that is not the policy's.
    """
    if not sheets:
        raise MissingShareError("No share sheets were given. Custodians of both sides bring them.")
    key_id = public.id.hex()
    foreign = [f"{sheet.label} (key {sheet.key_id})" for sheet in sheets if sheet.key_id != key_id]
    if foreign:
        raise ShareError(
            f"Sheets of another key: {', '.join(foreign)}. The key of this observatory is"
            f" {key_id}: leave these out and bring its sheets."
        )
    if share_hashes is not None:
        _known(sheets, share_hashes)
    seed = shares.recover([sheet.share for sheet in sheets], sheets[0].thresholds)
    private = PrivateKey.from_seed(seed)
    if private.public != public:
        raise ShareError(
            f"The sheets give key {private.public.id.hex()}, not {key_id}: their headings were"
            " changed. Bring the sheets of this observatory's key."
        )
    return private


def _known(sheets: Sequence[ShareSheet], share_hashes: Mapping[str, Sequence[str]]) -> None:
    wrong = [
        sheet.label
        for sheet in sheets
        if sheet.share.hash not in share_hashes.get(sheet.share.side, ())
    ]
    if wrong:
        raise ShareError(
            f"{', '.join(wrong)}: not a sheet that the policy lists. It was replaced by newer"
            " shares, or is not genuine: bring the newest sheet."
        )
