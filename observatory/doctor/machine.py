"""The machine: swap, tracing, room on the disk, who may read the observatory's files."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from observatory.doctor.findings import Finding, failure, fine, warning
from observatory.vault.room import MEGABYTE

LEAST_ROOM = 1 << 30


def examine(folder: Path, kept_free: int = 0) -> Iterator[Finding]:
    """Look at the machine that an instance lives on.

    Args:
        folder: the instance's.
        kept_free: bytes below which nothing is taken in (:func:`observatory.vault.room.needed`).
    """
    yield _files(folder)
    yield _room(folder, kept_free)
    yield _swap(Path("/proc/swaps"))
    yield _tracing(Path("/proc/sys/kernel/yama/ptrace_scope"))


def _files(folder: Path) -> Finding:
    open_to_others = [
        path
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) and not path.is_symlink()
    ]
    if open_to_others:
        return failure(
            "files",
            f"Other users of this machine may use {open_to_others[0]}"
            + (f" and {len(open_to_others) - 1} more." if len(open_to_others) > 1 else "."),
            f"chmod -R go= {folder}",
        )
    return fine("files", "Only their owner may read the observatory's files.")


def _room(folder: Path, kept_free: int) -> Finding:
    free = shutil.disk_usage(folder).free
    says = (
        f"{free // MEGABYTE} MiB are free on the disk of {folder}; {kept_free // MEGABYTE} MiB of "
        "them are kept for closing weeks."
    )
    if free < kept_free:
        return failure(
            "room",
            f"{says} No report is taken in.",
            "Free some: reporters are told to come back tomorrow.",
        )
    if free < kept_free + LEAST_ROOM:
        return warning("room", says, "Free some soon; a closed week takes at least 3 MiB.")
    return fine("room", says)


def _swap(table: Path) -> Finding:
    try:
        rows = [line.split()[0] for line in table.read_text("ascii").splitlines()[1:]]
    except (OSError, UnicodeDecodeError, IndexError):
        return warning("swap", "Whether there is swap cannot be seen.", "Look with `swapon`.")
    plain = [row for row in rows if not row.startswith(("/dev/zram", "/dev/dm-", "/dev/mapper/"))]
    if plain:
        return warning(
            "swap",
            f"Memory may be written to {plain[0]}, words and key of a run included.",
            "`swapoff -a` and take it out of /etc/fstab, or encrypt it.",
        )
    return fine("swap", "No memory is written to a disk in the clear.")


def _tracing(scope: Path) -> Finding:
    try:
        level = int(scope.read_text("ascii"))
    except (OSError, ValueError):
        level = 0
    if level == 0:
        return warning(
            "tracing",
            "Programs of one user may look into each other's memory.",
            "`sysctl kernel.yama.ptrace_scope=2`, and nothing else runs as this user.",
        )
    return fine("tracing", "Programs may not look into each other's memory.")
