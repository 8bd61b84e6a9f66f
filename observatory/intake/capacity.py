"""How much is taken in: global buckets and a free-space reserve, never anything of a sender.

One process serves the form, so buckets in its memory are the machine's. They know how much came,
and nothing of whom, from where or what; a restart fills them. The buckets are token buckets
(Turner, IEEE Communications Magazine 24(10), 1986).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from crypto.envelope import BUCKETS, bucket_for
from observatory.errors import ResourceError
from observatory.intake.work import Work
from observatory.vault import room

if TYPE_CHECKING:
    from pathlib import Path

    from observatory.config import Config
    from observatory.instance import Instance

AT_ONCE_SECONDS = 300
"""So many seconds' worth may come at one moment: after a broadcast people write together."""
SMALL_PART = 4
"""One part in so many is for reports that bring no work, where work is asked for."""
COUNT_SECONDS = 3600
"""How often the open week is counted anew: weeks are closed by another process, once an hour."""


class TurnedAwayError(ResourceError):
    """A report is not taken just now; nothing of it was stored.

    Attributes:
        why: which of the two it is.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(f"Reports are turned away: {why}.")
        self.why = why


class Why(StrEnum):
    """Why reports are turned away, and in how many seconds another try makes sense."""

    BUSY = "busy"
    FULL = "full"

    @property
    def seconds(self) -> int:
        """A constant each: a figure of the moment would tell how much others send."""
        return 60 if self is Why.BUSY else 24 * 3600


@dataclass
class Bucket:
    """So much a second, and ``AT_ONCE_SECONDS`` times as much at one moment.

    Attributes:
        rate: units a second.
        level: units that may come now.
        at: when that was reckoned, in seconds.
    """

    rate: float
    at: float
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.most

    @property
    def most(self) -> float:
        """How much it holds when it is full."""
        return self.rate * AT_ONCE_SECONDS

    def fill(self, now: float) -> None:
        """Let in what has run in since it was last looked at; time never runs backwards."""
        self.level = min(self.most, self.level + self.rate * max(0.0, now - self.at))
        self.at = max(self.at, now)


class Lane:
    """Reports and bytes that one kind of sender may bring: both are taken, or neither."""

    def __init__(self, reports: float, size: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._reports, self._bytes = Bucket(reports, clock()), Bucket(size, clock())
        self._taking = threading.Lock()

    def take(self, size: int) -> bool:
        """Take one report of ``size`` bytes out, if there is so much."""
        with self._taking:
            now = self._clock()
            for bucket in (self._reports, self._bytes):
                bucket.fill(now)
            if self._reports.level < 1 or self._bytes.level < size:
                return False
            self._reports.level -= 1
            self._bytes.level -= size
            return True


class Room:
    """Whether the disk has room for a report beside what closing weeks needs."""

    def __init__(
        self, folder: Path, reserve: int, count: Callable[[], int], clock: Callable[[], float]
    ) -> None:
        self._folder, self._reserve, self._count, self._clock = folder, reserve, count, clock
        self._open, self._counted = count(), clock()

    def has(self, size: int) -> bool:
        """Tell whether there is room for ``size`` bytes; where it cannot be told, there is."""
        if self._clock() - self._counted > COUNT_SECONDS:
            self._counted = self._clock()  # first, so that one thread counts and no other waits
            self._open = self._count()
        try:
            free = room.free(self._folder)
        except OSError:
            return True
        return free - size >= room.needed(self._reserve, self._open + size)

    def took(self, size: int) -> None:
        """Reckon with a report until the open week is counted anew."""
        self._open += size


class Capacity:
    """What this machine takes in.

    Attributes:
        work: what is asked of browsers for the larger part of it.
    """

    def __init__(
        self,
        config: Config,
        folder: Path,
        count: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._room = Room(folder, config.reserve_megabytes * room.MEGABYTE, count, clock)
        self.work = Work(config.work_bits, clock)
        small = SMALL_PART if config.work_bits else 1
        reports, size = float(config.reports_a_second), config.kilobytes_a_second * 1024.0
        self._lane = Lane(reports / small, size / small, clock)
        rest = 1 - 1 / small
        self._worked = Lane(reports * rest, size * rest, clock) if rest else self._lane

    @classmethod
    def of(cls, instance: Instance) -> Capacity:
        """Return that of an instance, its open week counted."""
        engine = instance.vault.engine
        return cls(instance.config, instance.folder, lambda: room.of_open_weeks(engine))

    def admit(self, size_bucket: int, *, worked: bool = False) -> None:
        """Return only if a report may be stored now; then it is reckoned with.

        Args:
            size_bucket: 1, 2 or 3.
            worked: whether its sender's browser did the work that was asked for.

        Raises:
            TurnedAwayError: it may not.
        """
        size = room.size_of(size_bucket)
        if not self._room.has(size):
            raise TurnedAwayError(Why.FULL)
        if not (self._worked if worked else self._lane).take(size):
            raise TurnedAwayError(Why.BUSY)
        self._room.took(size)

    @property
    def full(self) -> bool:
        """Whether there is no room, so that nothing need be written at all today."""
        return not self._room.has(room.size_of(1))


def size_bucket_of(narrative: str) -> int:
    """Return about which size bucket words will be sealed into; their header is a little more."""
    return bucket_for(min(len(narrative.encode()), max(BUCKETS.values())))
