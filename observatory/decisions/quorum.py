"""A quorum: enough custodians of both sides, whose share files give the private key back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from observatory.custody.recovery import (
    MissingShareError,
    PrivateKey,
    RootError,
    ShareError,
    check_root,
    recover,
)
from observatory.custody.sheets import read_share_file
from observatory.errors import BadInputError, IntegrityError, NotAllowedError
from observatory.instance import Instance


def open_key(instance: Instance, sheets: Sequence[Path]) -> PrivateKey:
    """Return the private key that the share files of both sides give, in memory only.

    Raises:
        NotAllowedError: one side, or enough custodians of it, are missing.
        BadInputError: a file is no share sheet, is mistyped, or belongs to another key.
        IntegrityError: the sheets were made for other signers than the policy names.
    """
    try:
        read = [read_share_file(path) for path in sheets]
        key_id = instance.public_key.id.hex()
        check_root([sheet for sheet in read if sheet.key_id == key_id], instance.policy.root)
        return recover(read, instance.public_key, instance.policy.share_hashes)
    except RootError as error:
        raise IntegrityError(str(error)) from error
    except MissingShareError as error:
        raise NotAllowedError(str(error)) from error
    except ShareError as error:
        raise BadInputError(str(error)) from error


def present(sheets: Sequence[Path]) -> list[str]:
    """Return whose sheets were brought, such as ``customs-1``: what the audit log names."""
    read = (read_share_file(path) for path in sheets)
    return sorted({f"{sheet.share.side}-{sheet.share.number}" for sheet in read})
