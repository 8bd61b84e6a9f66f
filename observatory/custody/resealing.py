"""Sealing again: what was sealed to a key that is given up, sealed to the one in force.

Plaintext exists for one envelope at a time, in memory, and nobody sees it. Size bucket and
retention quarter stay, so the clear part tells the same as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from crypto.envelope import (
    Envelope,
    EnvelopeError,
    PublicKey,
    seal,
    seal_blob,
)
from crypto.xwing import PrivateKey, open_blob, open_envelope
from observatory.complaint import plaintext
from observatory.errors import IntegrityError
from observatory.vault import keeping


def resealed(
    envelopes: Iterable[Envelope],
    old: PrivateKey,
    public: PublicKey,
    *,
    week: str,
) -> Iterator[Envelope]:
    """Yield a set's envelopes, those of the old key sealed to the new one.

    What is sealed to another key than the old one is passed on as it is: so a set that was done
    already comes out unchanged. What does not open is no report and never was: that nothing was
    altered since the set was closed is known from its root, and whoever has the public key can seal
    noise. A dummy of its size and quarter takes its place, so that the set stays as full as it is.

    Args:
        envelopes: of one set; the iterable raises if the set differs from its root.
        old: the key that is given up.
        public: the key in force.
        week: the week of the set.
    """
    for envelope in envelopes:
        if envelope.key_id != old.public.id:
            yield envelope
            continue
        try:
            padded = open_envelope(envelope, old)
        except EnvelopeError:
            padded = plaintext.encode_dummy(week, envelope.bucket)
        yield seal(padded, public, envelope.quarter)


def resealed_state(
    parts: Mapping[str, bytes], old: PrivateKey, public: PublicKey
) -> dict[str, bytes]:
    """Return the run state by name, the parts of the old key sealed to the new one.

    Raises:
        IntegrityError: a part of the old key does not open.
    """
    try:
        return {
            name: seal_blob(public, name, open_blob(old, name, blob))
            if keeping.key_id_of(blob) == old.public.id
            else blob
            for name, blob in parts.items()
        }
    except EnvelopeError as error:
        raise IntegrityError(
            "The state of the last run does not open: it was altered. It was left as it is."
        ) from error
