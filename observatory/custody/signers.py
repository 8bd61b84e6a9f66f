"""Signers' files: made beside the shares, each under its signer's own passphrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crypto.signing import SignatureError, Signer, SigningKey
from observatory.custody.files import write_new

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from crypto.sides import Side


def create_signers(
    folder: Path, side: Side, count: int = 2, *, passphrase: Callable[[str], str]
) -> list[SigningKey]:
    """Make a side's signers and write their files, such as ``customs-signer-1.json``.

    Args:
        folder: where; made if needed, readable by its owner only.
        side: the side they sign for.
        count: how many; at least two, so that one lost key stops nothing.
        passphrase: asked once a signer, with the signer's name; at least eight characters.

    Returns:
        The unlocked keys, so that the caller can have the first policy signed; ``key.signer``
        holds what the policy lists.

    Raises:
        SignatureError: too few, a passphrase too short, or a file of that name exists (none is
            overwritten), or the disk refuses.
    """
    if count < 2:
        raise SignatureError("Each side has at least two signers.")
    keys = [
        SigningKey.create(side, number, passphrase(f"{side}-signer-{number}"))
        for number in range(1, count + 1)
    ]
    _write(folder, keys)
    return keys


def create_signer(
    folder: Path, side: Side, number: int, passphrase: Callable[[str], str]
) -> Signer:
    """Make one signer more and write the signer's file; arguments and errors as above.

    Returns:
        What the policy may list once both sides have agreed.
    """
    key = SigningKey.create(side, number, passphrase(f"{side}-signer-{number}"))
    _write(folder, [key])
    return key.signer


def _write(folder: Path, keys: Sequence[SigningKey]) -> None:
    try:
        write_new(folder, {f"{key.signer.name}.json": key.document for key in keys})
    except OSError as error:
        raise SignatureError(
            f"{error.filename or folder}: {error.strerror}. No signer's file was written;"
            " choose an empty folder."
        ) from error
