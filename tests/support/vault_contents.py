"""What a vault holds, opened with the private key: for tests of what was sealed."""

from datetime import date

from crypto.xwing import open_envelope
from observatory.analysis.opening import SealedSet
from observatory.complaint import plaintext

LATER = date(2027, 12, 31)


def sealed_sets(vault, today=LATER):
    """Close every week up to ``today`` and return the sets as a run reads them."""
    vault.close_weeks(today)
    return [SealedSet(s.source, s.week, s.month, vault.envelopes_of(s)) for s in vault.sets()]


def reports(vault, private, today=LATER):
    """Return (complaint, seal) of every report, dummies left out."""
    decoded = [
        plaintext.decode(open_envelope(envelope, private))
        for received in sealed_sets(vault, today)
        for envelope in received.envelopes
    ]
    return [(complaint, seal) for complaint, seal in decoded if seal.kind == "report"]


def form_set(envelopes, week="2026-W40"):
    """Return envelopes as a closed week of the form."""
    return SealedSet("form", week, "2026-10", envelopes)


def import_set(envelopes, week="2026-W48"):
    """Return envelopes as an import."""
    return SealedSet("import", week, "2026-11", envelopes)
