"""Hygiene of a process that may hold words or keys in memory: they reach no file by accident.

What this cannot do: Python does not let a value be overwritten, so key and words stay in memory
until the process ends, and a machine with swap may write them there (``docs/threat-model.md``).
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Write no core dump, let no other process of this user look in, make private files only."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def end_with_parent(signal_number: int) -> None:
    """Have the kernel end this process when the one that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal_number)
