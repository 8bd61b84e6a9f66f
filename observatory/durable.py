"""Replacing a file: after a crash at any moment there is the old file or the new one, whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Write a file, or replace it, and have it on the disk before this returns.

    Raises:
        OSError: the disk refuses; a file that was there is unchanged.
    """
    target = path.resolve()  # a link keeps pointing at its file
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
