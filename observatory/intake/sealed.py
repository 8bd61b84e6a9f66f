"""Reports that the browser sealed: what the page gives it for that, and what comes back.

Specified in ``docs/envelope.md``, section 13. Nothing here can tell what an envelope holds.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crypto.envelope import Envelope, EnvelopeError
from observatory.complaint import periods

if TYPE_CHECKING:
    from datetime import date

    from crypto.envelope import PublicKey

FIELD = "sealed"
STAY = "stay"


@dataclass(frozen=True)
class Terms:
    """What a browser seals to, all of it public.

    Attributes:
        key: the public key, 1216 bytes in base64.
        week: the ISO week of receipt by the server's clock; a reporter's own may be wrong.
        quarter: the retention quarter of that week.
    """

    key: str
    week: str
    quarter: int


def terms(public: PublicKey, today: date) -> Terms:
    """Return what a browser seals to on a day."""
    week = periods.week_of(today)
    return Terms(b64encode(public.raw).decode(), week, periods.quarter_code(week))


def read(field: str) -> Envelope:
    """Return the envelope in a posted field: base64 with padding, in its one form.

    Raises:
        EnvelopeError: not base64, or not one whole envelope of this version.
    """
    try:
        data = b64decode(field, validate=True)
    except (binascii.Error, ValueError):
        raise EnvelopeError("What was sent is not base64.") from None
    if b64encode(data).decode() != field:
        raise EnvelopeError("What was sent is not base64 in its one form.")
    return Envelope.from_bytes(data)
