"""Replacing files: after a crash at any moment there is the old file or the new one, whole."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from observatory import stopping


def write(path: Path, data: bytes) -> None:
    """Write a file, or replace it, and have it on the disk before this returns.

    Raises:
        OSError: the disk refuses; a file that was there is unchanged.
    """
    write_together({path: data})


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write files of one folder, or replace them: all, unless the machine stops within the moment.

    Args:
        contents: bytes by path. They are put in place in this order, so the one that the others
            are told by comes last.

    Raises:
        OSError: the disk refuses; files that were there are unchanged.
    """
    # A link keeps pointing at its file.
    targets = {path.resolve(): data for path, data in contents.items()}
    drafts: dict[Path, Path] = {}
    try:
        for target, data in targets.items():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            _sweep(target)
            drafts[target] = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
            _draft(drafts[target], data)
        stopping.check()
        with stopping.whole():
            for target, draft in drafts.items():
                draft.replace(target)
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    for folder in {target.parent for target in targets}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Have on the disk which files a folder holds.

    Raises:
        OSError: the disk refuses.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _draft(path: Path, data: bytes) -> None:
    swept = True
    while swept:
        with path.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed, so that nobody sweeps it away
            swept = not path.exists()  # somebody did, before the lock
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _sweep(target: Path) -> None:
    """Remove drafts whose writer is gone: killed, or the machine lost power."""
    for draft in target.parent.glob(f".{_literal(target.name)}.{'[0-9a-f]' * 8}.part"):
        with suppress(OSError), draft.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
