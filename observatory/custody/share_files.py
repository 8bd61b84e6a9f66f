"""Custodians' files: written once, locked or plain, and read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from crypto.shares import ShareError
from observatory.custody import locked
from observatory.custody.files import write_new
from observatory.custody.heading import Heading, form_of, read_heading
from observatory.custody.sheets import ShareSheet, read_sheet

MAX_FILE_BYTES = 65_536

Passphrase = Callable[[str], str]
"""Gives the passphrase for the name of a custodian's file, such as ``customs-custodian-1``."""


def write_share_files(
    folder: Path, sheets: Sequence[ShareSheet], passphrase: Passphrase | None
) -> list[Path]:
    """Write custodians' files, such as ``customs-custodian-1.txt``.

    Args:
        folder: where; made if needed, readable by its owner only.
        sheets: one a custodian.
        passphrase: asked once a custodian; None writes the words in the clear, for observatories
            that hold made-up reports only.

    Returns:
        The paths, in the order of ``sheets``.

    Raises:
        ShareError: a file of that name exists (none is overwritten), a passphrase is too short, or
            the disk refuses.
    """
    contents = {
        f"{sheet.heading.name}.txt": (
            sheet.to_text()
            if passphrase is None
            else locked.lock(sheet, passphrase(sheet.heading.name))
        ).encode()
        for sheet in sheets
    }
    try:
        return write_new(folder, contents)
    except OSError as error:
        raise ShareError(
            f"{error.filename or folder}: {error.strerror}. No share file was written;"
            " choose an empty folder."
        ) from error


def read_share_file(path: Path, passphrase: Callable[[Path], str] | None = None) -> ShareSheet:
    """Read a custodian's file.

    Args:
        path: the file, locked or plain.
        passphrase: asked for the passphrase of a locked one.

    Raises:
        ShareError: names the file and what to do: missing, no share file, a wrong passphrase, or
            as :func:`observatory.custody.sheets.read_sheet`.
    """
    text = _text(path)
    if not is_locked(text):
        return read_sheet(text, label=str(path))
    if passphrase is None:
        raise ShareError(f"{path}: locked; its custodian's passphrase is needed.")
    return locked.unlock(text, passphrase(path), label=str(path))


def read_file_heading(path: Path) -> Heading:
    """Read what is not secret of a custodian's file; no passphrase is needed.

    Raises:
        ShareError: missing, or no share file.
    """
    lines = _text(path).splitlines()
    ends = [i for i, line in enumerate(lines) if line.strip().lower() in ("words:", locked.START)]
    if not ends:
        raise ShareError(f"{path}: not a share sheet; give the file as it was handed out.")
    return read_heading(lines[: ends[0]], str(path))


def is_locked(text: str) -> bool:
    """Tell whether the text of a custodian's file is locked."""
    return form_of(text.splitlines()) == locked.FORMAT


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise ShareError(f"{path}: there is no such file. Check the name.") from None
    except OSError as error:
        raise ShareError(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
