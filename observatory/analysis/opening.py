"""Opening: sealed envelopes become reports, in this process's memory only.

This module and ``observatory.custody`` are the only ones that import the opening half of
``crypto``. What it returns never leaves the run except sealed again or through the door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from crypto.envelope import Envelope, EnvelopeError
from crypto.xwing import PrivateKey, open_blob, open_envelope
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import PlaintextError
from observatory.errors import IntegrityError


@dataclass(frozen=True)
class Report:
    """One opened report.

    Attributes:
        leaf: SHA-256(salt, canonical plaintext).
        week: ISO week of receipt, or the week an import reports.
    """

    leaf: bytes
    narrative: str = field(repr=False)
    facets: Mapping[str, str] = field(repr=False)
    week: str
    source: str


@dataclass(frozen=True)
class Opened:
    """The reports of a run.

    Attributes:
        reports: one per form or import value, of closed weeks, in an order that depends on what
            they say and on nothing else.
        repeats: how many were dropped because their value had been seen.
        waiting: how many belong to a week that is not over yet.
    """

    reports: tuple[Report, ...] = field(repr=False)
    repeats: int
    waiting: int


def open_reports(envelopes: Iterable[Envelope], private: PrivateKey, today: date) -> Opened:
    """Open every envelope and keep each report once.

    Args:
        envelopes: in any order.
        private: the key both sides' shares gave.
        today: weeks that end before it are closed; others wait for a later run.

    Raises:
        IntegrityError: an envelope does not open: it was altered, or sealed to another key.
    """
    kept: dict[tuple[str, bytes], Report] = {}
    repeats = waiting = 0
    for number, envelope in enumerate(envelopes, start=1):
        try:
            padded = open_envelope(envelope, private)
            complaint, seal = plaintext.decode(padded)
        except (EnvelopeError, PlaintextError) as error:
            raise IntegrityError(
                f"Sealed report {number} of this reading does not open: it was altered, or sealed "
                "to another key. Nothing was analysed. Put back the last good backup of the vault, "
                "and record what happened."
            ) from error
        if seal.kind == "dummy":
            continue
        if not periods.is_over(seal.week, today):
            waiting += 1
            continue
        report = Report(
            plaintext.leaf(padded, seal),
            complaint.narrative,
            complaint.facets,
            seal.week,
            seal.source,
        )
        # Of several with one value the smallest leaf stays, so that reading order does not matter.
        # The source is part of the key: a form cannot displace a row whose id it guessed.
        value = (seal.source, seal.once)
        if value in kept:
            repeats += 1
            report = min(report, kept[value], key=lambda r: r.leaf)
        kept[value] = report
    return Opened(tuple(sorted(kept.values(), key=_order)), repeats, waiting)


def _order(report: Report) -> tuple[str, str, tuple[tuple[str, str], ...], bytes]:
    """Return the place of a report in a run: by what it says, so that salts change no result."""
    return report.narrative, report.week, tuple(sorted(report.facets.items())), report.leaf


def open_state(parts: Mapping[str, bytes], private: PrivateKey) -> dict[str, bytes]:
    """Open the sealed parts of an earlier run's state.

    Raises:
        IntegrityError: a part does not open.
    """
    try:
        return {name: open_blob(private, name, blob) for name, blob in parts.items()}
    except EnvelopeError as error:
        raise IntegrityError(
            "The state of the last run does not open: it was altered. Nothing was analysed."
        ) from error
