"""Locks: one at a time, and no lock outlives its holder.

A lock is held on a folder itself (``flock``), so that it leaves no file behind and ends with its
process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from observatory.errors import ResourceError

PAUSE = 0.05


class BusyError(ResourceError):
    """Another process holds the lock; the sentence says what to do."""


@contextmanager
def held(folder: Path, busy: str, *, wait: float = 0) -> Iterator[None]:
    """Hold the lock of an existing folder.

    Args:
        folder: what is locked.
        busy: what to say if another process holds it.
        wait: seconds to wait for it.

    Raises:
        BusyError: another process holds it.
        OSError: the folder is not there, or its file system knows no locks.
    """
    descriptor = _take(folder, busy, time.monotonic() + wait)
    try:
        yield
    finally:
        os.close(descriptor)


def taken(folder: Path) -> bool:
    """Tell whether somebody holds the lock of a folder now; False where that cannot be told.

    It looks by a shared lock of an instant: whoever wants the lock at that instant must wait a
    little (``wait``) to get it.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    else:
        return False
    finally:
        os.close(descriptor)


def _take(folder: Path, busy: str, deadline: float) -> int:
    while True:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The holder before may have removed the folder, and another made it anew.
            if os.path.samestat(os.fstat(descriptor), folder.stat()):
                return descriptor
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise BusyError(busy) from error
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        time.sleep(PAUSE)
