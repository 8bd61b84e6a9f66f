"""A new place: a folder that founding fills, and that is as it was before when founding fails."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from observatory import locks, stopping
from observatory.errors import UsageError

UNFINISHED = ".unfinished"
"""Lies in a place until founding is done, so that what a power cut left is told from the rest."""


@contextmanager
def new_place(place: Path, what: str) -> Iterator[None]:
    """Hold a new or empty folder, alone; when the body fails, take back all that it made.

    Args:
        place: the folder.
        what: is to be kept there, for messages.

    Raises:
        UsageError: it is in use.
        BusyError: another process is founding there.
        OSError: it cannot be made or written.
    """
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place} is a file. Choose a new folder for the {what}.")
    missing = [folder for folder in (place, *place.parents) if not folder.exists()]
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    busy = f"Another init is at work in {place}. Wait until it is done."
    with locks.held(place, busy):
        _check_empty(place, what)
        try:
            (place / UNFINISHED).touch()
            yield
        except BaseException:
            with stopping.whole():
                _take_back(place, missing)
            raise


def finish(place: Path) -> None:
    """Take away the mark of an unfinished place: what is in it is whole.

    Raises:
        OSError: the disk refuses.
    """
    (place / UNFINISHED).unlink(missing_ok=True)


def _check_empty(place: Path, what: str) -> None:
    if (place / UNFINISHED).exists():
        raise UsageError(
            f"{place} is not empty: it holds what an init left that was cut off. No report can be "
            "sealed to that; remove the folder and its share files, then run init again."
        )
    if any(place.iterdir()):
        raise UsageError(f"{place} is not empty. Choose a new folder for the {what}.")


def _take_back(place: Path, missing: list[Path]) -> None:
    for entry in place.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with suppress(OSError):
                entry.unlink()
    for folder in missing:
        with suppress(OSError):
            folder.rmdir()
