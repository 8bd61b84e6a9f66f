"""Writing secrets: new files only, readable by their owner only, all of a set or none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_new(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write a set of new files into a folder, made if needed with mode 0700.

    Args:
        folder: where.
        contents: file name -> bytes.

    Returns:
        The paths, in the order given.

    Raises:
        FileExistsError: one of the files is there already; none was written or changed.
        OSError: the folder or the disk refuses; what this call wrote is removed again.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = [folder / name for name in contents]
    for path in paths:
        if os.path.lexists(path):
            raise FileExistsError(17, "there is such a file already", str(path))
    written: list[Path] = []
    try:
        for path, content in zip(paths, contents.values(), strict=True):
            _write(path, content, written)
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return paths


def _write(path: Path, content: bytes, written: list[Path]) -> None:
    # O_EXCL, so that even a file that appeared since the check is never overwritten or followed.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    written.append(path)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
