"""Envelopes for tests of the vault, really sealed."""

import os

from crypto.envelope import Envelope, seal
from observatory.complaint import plaintext
from observatory.complaint.plaintext import Complaint, Seal

WEEK = "2026-W41"
QUARTER = 2026 * 4 + 3

SIZES = {1: 10, 2: 9000, 3: 40_000}


def envelope(public, bucket=1, *, words="", week=WEEK) -> Envelope:
    """Return a report of the form in a size bucket, sealed."""
    narrative = (words or os.urandom(6).hex()).ljust(SIZES[bucket], "a")
    padded = plaintext.encode(Complaint(narrative), Seal(week))
    return seal(padded, public, QUARTER)


def reports_of(one: Envelope) -> dict[str, object]:
    """Return an envelope's columns."""
    return {"key_id": one.key_id, "bucket": one.bucket, "quarter": one.quarter, "body": one.body}
