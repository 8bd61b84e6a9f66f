"""What the doctor finds: one sentence each, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad a finding is."""

    FINE = 0
    WARNING = 1
    FAILURE = 2


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        about: what was looked at, in few words.
        level: how bad it is.
        says: what was found; holds no words of reports and no secrets.
        do: what to do about it; empty when all is well.
    """

    about: str
    level: Level
    says: str
    do: str = ""


def fine(about: str, says: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(about, Level.FINE, says)


def warning(about: str, says: str, do: str) -> Finding:
    """Return a finding that weakens a promise."""
    return Finding(about, Level.WARNING, says, do)


def failure(about: str, says: str, do: str) -> Finding:
    """Return a finding that breaks a promise."""
    return Finding(about, Level.FAILURE, says, do)
