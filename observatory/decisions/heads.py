"""Heads of the audit log: how much of it both sides have signed."""

from __future__ import annotations

from observatory.audit import Kind
from observatory.audit.signed_heads import Signers
from observatory.instance import Instance


def in_words(instance: Instance) -> str:
    """Return in words which head stands and how much of it both sides have signed."""
    now = instance.audit.head()
    signed = instance.audit.signed_heads()
    last = signed[-1].head.size if signed else 0
    said = f"{now.size} entries, root {now.root.hex()}."
    if last and last == now.size:
        return f"{said} Both sides have signed it."
    return f"{said} Both sides have signed {last or 'none'} of them."


def to_json(instance: Instance) -> dict[str, object]:
    """Return the head that stands and whether both sides signed it: what documents print."""
    now = instance.audit.head()
    signed = instance.audit.signed_heads()
    return {
        "size": now.size,
        "root": now.root.hex(),
        "signed": signed[-1].head.size if signed else 0,
    }


def signers_of(instance: Instance) -> list[Signers]:
    """Return everyone who may have signed a head: the signers of each policy, until the next."""
    numbers = {
        entry.facts["policy"]: number
        for number, entry in enumerate(instance.audit.entries(), start=1)
        if entry.kind is Kind.POLICY_INSTALLED
    }
    chain = instance.policy.chain
    installed = [numbers.get(link.fingerprint) for link in chain[1:]]
    return [
        Signers(link.signers, None if number is None else number - 1)
        for link, number in zip(chain, [*installed, None], strict=True)
    ]
