"""Opening: sealed envelopes become reports, in this process's memory only.

This module and ``observatory.custody`` are the only ones that import the opening half of
``crypto``. What it returns never leaves the run except sealed again or through the door.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from crypto import merkle
from crypto.envelope import Envelope, EnvelopeError
from crypto.xwing import PrivateKey, open_blob, open_envelope
from observatory.complaint import periods, plaintext
from observatory.complaint.plaintext import Complaint, PlaintextError, Seal
from observatory.errors import IntegrityError


@dataclass(frozen=True)
class Report:
    """One opened report.

    Attributes:
        leaf: SHA-256(salt, canonical plaintext).
        week: ISO week of receipt, or the week an import reports.
        kept: month of receipt, by which retention goes; of an import, that of the import.
        token: bytes of a bona fide token, or none; :mod:`observatory.analysis.proving` judges them.
    """

    leaf: bytes
    narrative: str = field(repr=False)
    facets: Mapping[str, str] = field(repr=False)
    week: str
    source: str
    kept: str
    token: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class SealedSet:
    """A closed set as a run reads it.

    Attributes:
        source: ``form``, ``import``, or ``earlier`` (from before there were sets).
        week: the week that it was received in.
        month: the month that holds that week.
        envelopes: in any order; the iterable raises if the set differs from its root.
    """

    source: str
    week: str
    month: str
    envelopes: Iterable[Envelope] = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """The reports of a run.

    Attributes:
        reports: one per form or import value, of closed weeks, in an order that depends on what
            they say and on nothing else.
        repeats: how many were dropped because their value had been seen, by month of keeping.
        waiting: how many belong to a week that is not over yet.
        months: months of keeping that have a set.
        set_aside: how many do not open or are no report of their set: anyone can send such.
    """

    reports: tuple[Report, ...] = field(repr=False)
    repeats: Mapping[str, int]
    waiting: int
    months: frozenset[str]
    set_aside: int = 0


def open_reports(sets: Iterable[SealedSet], private: PrivateKey, today: date) -> Opened:
    """Open every envelope and keep each report once.

    What does not open is set aside: anyone with the public key can send such to the form, and
    otherwise one sender could stop every run (``docs/envelope.md``, section 6).

    Args:
        sets: in any order.
        private: the key both sides' shares gave.
        today: weeks that end before it are closed; others wait for a later run.

    Raises:
        IntegrityError: a set differs from its root.
    """
    kept: dict[tuple[str, bytes], Report] = {}
    repeats: Counter[str] = Counter()
    months = set()
    waiting = set_aside = 0
    for received in sets:
        months.add(received.month)
        for envelope in received.envelopes:
            found = _open(envelope, received, private)
            if found is None:
                set_aside += 1
                continue
            padded, complaint, seal = found
            if seal.kind == "dummy":
                continue
            if not periods.is_over(seal.week, today):
                waiting += 1
                continue
            report = Report(
                plaintext.leaf(padded, seal),
                complaint.narrative,
                complaint.facets,
                # The week received is ours; what the sealer says of it only tells stale reports.
                received.week if received.source == "form" else seal.week,
                seal.source,
                received.month,
                seal.token,
            )
            # Of several with one value the one received first stays, so that nobody moves or takes
            # back what was counted. The source is part of the key: a form cannot displace a row
            # whose id it guessed.
            value = (seal.source, seal.once)
            if value in kept:
                report, other = sorted((report, kept[value]), key=_received_first)
                repeats[other.kept] += 1
            kept[value] = report
    reports = tuple(sorted(kept.values(), key=_order))
    return Opened(reports, repeats, waiting, frozenset(months), set_aside)


def _received_first(report: Report) -> tuple[str, str, bytes]:
    return report.kept, report.week, report.leaf


def _open(
    envelope: Envelope, received: SealedSet, private: PrivateKey
) -> tuple[bytes, Complaint, Seal] | None:
    """Return padded plaintext, report and seal; None for what is to be set aside."""
    try:
        padded = open_envelope(envelope, private)
        complaint, seal = plaintext.decode(padded)
    except (EnvelopeError, PlaintextError):
        # That no envelope was altered is known from the root of its set, not from whether it opens.
        return None
    if seal.kind == "report" and not _belongs(seal, received):
        return None
    return padded, complaint, seal


def _belongs(seal: Seal, received: SealedSet) -> bool:
    """Tell whether a report's own claim fits the set it came in."""
    if received.source == "earlier":
        return True
    if received.source == "import":
        return seal.source.startswith("import:")
    before = periods.week_of(periods.thursday(received.week) - timedelta(days=7))
    return seal.source == "form" and seal.week in (received.week, before)


def data_hash(opened: Opened) -> str:
    """Return the Merkle root, in hex, over the leaves of all reports of a run."""
    return merkle.sorted_root(report.leaf for report in opened.reports).hex()


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
