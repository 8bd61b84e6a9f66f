"""A quorum: enough custodians of both sides, whose sheets give the private key back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crypto.envelope import PublicKey
from observatory.custody.heading import Heading
from observatory.custody.recovery import (
    MissingShareError,
    PrivateKey,
    RootError,
    ShareError,
    check_headings,
    recover,
)
from observatory.custody.share_files import read_file_heading, read_share_file
from observatory.custody.sheets import ShareSheet
from observatory.decisions.presence import passphrase_of
from observatory.errors import BadInputError, IntegrityError, NotAllowedError
from observatory.instance import Instance

Brought = Path | ShareSheet
"""A custodian's file, or a sheet that was read already."""


def open_key(
    instance: Instance, sheets: Sequence[Brought], public: PublicKey | None = None
) -> PrivateKey:
    """Return the private key that the sheets of both sides give, in memory only.

    Args:
        instance: whose key.
        sheets: of both sides; more than needed are welcome.
        public: a previous key, while its reports are being sealed again; else the one in force.

    Raises:
        NotAllowedError: one side, or enough custodians of it, are missing.
        BadInputError: a file is no share sheet, is mistyped, or belongs to another key.
        IntegrityError: the sheets were made for other signers than the policy names.
    """
    with plainly():
        custody = instance.policy.custody(public or instance.public_key)
        check_headings(headings(sheets), custody.public, instance.policy.root)
        return recover(read_sheets(sheets), custody.public, custody.share_hashes)


def headings(sheets: Sequence[Brought]) -> dict[str, Heading]:
    """Return the heading of each sheet by its label; nothing is unlocked.

    Raises:
        ShareError: a file is no share sheet.
    """
    return {
        str(one) if isinstance(one, Path) else one.label: (
            read_file_heading(one) if isinstance(one, Path) else one.heading
        )
        for one in sheets
    }


def read_sheets(
    sheets: Sequence[Brought], passphrase: Callable[[Path], str] = passphrase_of
) -> list[ShareSheet]:
    """Read custodians' files; what was read already is returned as it is.

    Args:
        sheets: files, locked or plain, and sheets.
        passphrase: gives the passphrase of a locked file; asked on a terminal by default, or
            looked for in ``passphrases`` beside the file.

    Raises:
        ShareError: a file cannot be read, or its passphrase is wrong.
        BadInputError: a passphrase is needed and nobody can be asked.
    """
    return [read_share_file(one, passphrase) if isinstance(one, Path) else one for one in sheets]


def present(sheets: Sequence[Brought]) -> list[str]:
    """Return whose sheets were brought, such as ``customs-1``: what the audit log names."""
    with plainly():
        found = headings(sheets).values()
    return sorted({f"{heading.side}-{heading.number}" for heading in found})


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what is wrong with sheets into the errors of the command.

    Raises:
        NotAllowedError: somebody is missing.
        IntegrityError: the sheets were made for other signers than the policy names.
        BadInputError: anything else.
    """
    try:
        yield
    except RootError as error:
        raise IntegrityError(str(error)) from error
    except MissingShareError as error:
        raise NotAllowedError(str(error)) from error
    except ShareError as error:
        raise BadInputError(str(error)) from error
