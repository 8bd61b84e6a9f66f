"""Stopping: Ctrl-C, SIGTERM and a closed terminal end a command between two acts, never within one.

Each of them becomes a ``KeyboardInterrupt``, which rolls back transactions and removes drafts on
its way out. While an act is :func:`whole`, the wish waits.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = "Stopped. Nothing was left half done."


class _Stops:
    """What this process was asked to do, and whether it may be interrupted now."""

    def __init__(self) -> None:
        self.asked = False
        self.whole = 0

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True
        if not self.whole:
            raise KeyboardInterrupt


_stops = _Stops()


def allow() -> None:
    """Let signals stop this process from here on; those that its starter ignores stay ignored."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stops)


def end() -> None:
    """Ignore signals from here on: the command is over, only its process is not."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def asked() -> bool:
    """Tell whether this process was asked to stop, whatever became of the interrupt."""
    return _stops.asked


def check() -> None:
    """Stop here if that was asked for.

    An interrupt can get lost, in a finaliser or in a library that catches everything. So whoever
    is about to make a change that lasts asks first.

    Raises:
        KeyboardInterrupt: it was.
    """
    if _stops.asked:
        raise KeyboardInterrupt


@contextmanager
def whole() -> Iterator[None]:
    """Do what is inside without being stopped in the middle; keep it short.

    Who asks to stop meanwhile is heard by the next :func:`check`, and not at all where the command
    ends first: then all is done.
    """
    _stops.whole += 1
    try:
        yield
    finally:
        _stops.whole -= 1
