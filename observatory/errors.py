"""Domain errors and the exit codes that the command gives them (design: interfaces).

Every message says what is wrong and what to do, and never holds words of a report.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command; scripts rely on them."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    BAD_INPUT = 3
    NOT_ALLOWED = 4
    INTEGRITY = 5


class ObservatoryError(Exception):
    """An error whose message a person can act on."""

    exit_code = Exit.UNEXPECTED


class ResourceError(ObservatoryError):
    """Something that the machine should provide is missing: disk, database, port, file."""


class UsageError(ObservatoryError):
    """The command was called in a way that cannot work."""

    exit_code = Exit.USAGE


class BadInputError(ObservatoryError):
    """What was given cannot be used; nothing was changed unless the message says so."""

    exit_code = Exit.BAD_INPUT


class NotAllowedError(ObservatoryError):
    """One side is missing, or the rules forbid it."""

    exit_code = Exit.NOT_ALLOWED


class IntegrityError(ObservatoryError):
    """Stored or signed things are not what both sides agreed or sealed."""

    exit_code = Exit.INTEGRITY
