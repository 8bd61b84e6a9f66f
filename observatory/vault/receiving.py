"""Receiving together: reports that come at the same time share one write to the disk.

A commit waits for the disk, and a disk does few of them a second. Whoever comes while another
commit is under way waits for it, and is then stored with all others who waited. Each is answered
only when its own report is on the disk (group commit; DeWitt et al., SIGMOD 1984, section 5).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class _Waiting:
    rows: Sequence[Row] = field(repr=False)
    done: bool = False
    error: Exception | None = None


class GroupCommit:
    """Stores rows in shared transactions."""

    def __init__(self, store: Callable[[Sequence[Row]], None]) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._listing = threading.Lock()
        self._storing = threading.Lock()

    def add(self, rows: Sequence[Row]) -> None:
        """Store rows, perhaps with those of other threads; they are stored when this returns.

        Raises:
            Exception: what ``store`` raised; none of the rows it was given are stored then.
        """
        mine = _Waiting(rows)
        with self._listing:
            self._waiting.append(mine)
        with self._storing:
            if not mine.done:
                self._store_all()
        if mine.error is not None:
            raise mine.error

    def _store_all(self) -> None:
        with self._listing:
            batch, self._waiting = self._waiting, []
        try:
            self._store([row for waiting in batch for row in waiting.rows])
        except Exception as error:  # noqa: BLE001  # each of those who waited is told
            for waiting in batch:
                waiting.error = error
        finally:
            for waiting in batch:
                waiting.done = True
