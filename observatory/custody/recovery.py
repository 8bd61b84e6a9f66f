"""From share sheets of both sides back to the private key, in memory only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crypto import shares
from crypto.envelope import PublicKey
from crypto.shares import MissingShareError, ShareError
from crypto.xwing import PrivateKey, Seed
from observatory.custody.heading import Heading
from observatory.custody.sheets import ShareSheet

__all__ = [
    "MissingShareError",
    "PrivateKey",
    "RootError",
    "ShareError",
    "check_headings",
    "check_sheets",
    "recover",
    "recover_seed",
]


class RootError(ShareError):
    """The sheets were made for other first signers or another first key than the policy's."""


def check_headings(headings: Mapping[str, Heading], public: PublicKey, root: str) -> None:
    """Return only if every sheet is of this key and carries the policy's root.

    This is seen before any passphrase or word is given, so it comes first.

    Args:
        headings: label of each sheet -> its heading.
        public: the key that is wanted.
        root: the policy's.

    Raises:
        RootError: names the sheets of this key that carry another root.
        ShareError: names the sheets of another key.
    """
    key_id = public.id.hex()
    of_key = {label: found for label, found in headings.items() if found.key_id == key_id}
    others = [label for label, found in of_key.items() if found.root != root]
    if others:
        raise RootError(
            f"{', '.join(others)}: the root on the sheet is not that of policy.json. Either the"
            " sheet is of another observatory, or the signers on this machine were exchanged:"
            " stop, and compare the root with the other custodians."
        )
    foreign = [f"{x} (key {found.key_id})" for x, found in headings.items() if x not in of_key]
    if foreign:
        raise ShareError(
            f"Sheets of another key: {', '.join(foreign)}. The key wanted here is {key_id}: leave"
            " these out and bring its sheets."
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
    return PrivateKey.from_seed(recover_seed(sheets, public, share_hashes))


def recover_seed(
    sheets: Sequence[ShareSheet],
    public: PublicKey,
    share_hashes: Mapping[str, Sequence[str]] | None = None,
) -> Seed:
    """Return the seed, once the key derived from it is known to be the policy's; as ``recover``."""
    check_sheets(sheets, public, share_hashes)
    seed = shares.recover([sheet.share for sheet in sheets], sheets[0].heading.thresholds)
    found = PrivateKey.from_seed(seed).public
    if found != public:
        raise ShareError(
            f"The sheets give key {found.id.hex()}, not {public.id.hex()}: their headings were"
            " changed. Bring the sheets of this observatory's key."
        )
    return seed


def check_sheets(
    sheets: Sequence[ShareSheet],
    public: PublicKey,
    share_hashes: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Return only if all sheets are of this key and, if hashes are given, were handed out.

    Raises:
        MissingShareError: there is none.
        RootError: they carry different roots.
        ShareError: names the sheets that are not.
    """
    if not sheets:
        raise MissingShareError("No share sheets were given. Custodians of both sides bring them.")
    check_headings({x.label: x.heading for x in sheets}, public, sheets[0].heading.root)
    wrong = [
        sheet.label
        for sheet in sheets
        if share_hashes is not None
        and sheet.share.hash not in share_hashes.get(sheet.share.side, ())
    ]
    if wrong:
        raise ShareError(
            f"{', '.join(wrong)}: not a sheet that the policy lists. It was replaced by newer"
            " shares, or is not genuine: bring the newest sheet."
        )
