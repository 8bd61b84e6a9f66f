"""Room on the disk: how much stays free for closing weeks, below which no report is taken.

Closing a week writes each of its reports a second time, with dummies up to the next power of two,
and the database's own log of both beside it. A disk that reports have filled could not close a week
any more; then nothing would ever be removed from it either.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from crypto.envelope import BUCKETS, OVERHEAD
from observatory.vault.envelope import OpenEnvelope

MEGABYTE = 1 << 20
CLOSING_TIMES = 6
"""Bytes that closing takes at its peak for each of the open week: up to two in the closed set, and
in SQLite's write-ahead log the new rows as well as the old ones, overwritten (measured: 4 to 6)."""


def size_of(bucket: int) -> int:
    """Return how many bytes a sealed report of a size bucket takes."""
    return BUCKETS[bucket] + OVERHEAD


def free(folder: Path) -> int:
    """Return how many bytes are free on the disk that a folder lies on.

    Raises:
        OSError: it cannot be told.
    """
    return shutil.disk_usage(folder).free


def of_open_weeks(engine: Engine) -> int:
    """Return how many bytes of sealed reports wait for their week to be closed; 0 if unknown."""
    sizes = select(OpenEnvelope.bucket, func.count()).group_by(OpenEnvelope.bucket)
    try:
        with engine.connect() as connection:
            return sum(size_of(bucket) * count for bucket, count in connection.execute(sizes))
    except SQLAlchemyError:
        return 0


def needed(reserve: int, open_bytes: int) -> int:
    """Return how many bytes must stay free: the reserve, and what closing the open weeks takes."""
    return reserve + CLOSING_TIMES * open_bytes
