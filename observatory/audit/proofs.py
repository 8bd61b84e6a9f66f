"""Proofs of the log for somebody who has only a signed head (RFC 9162, 2.1.3 and 2.1.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crypto import merkle
from observatory.audit.entries import Entry
from observatory.audit.heads import Head

SCHEMA = "joint-integrity-observatory/audit-proof/1"


class ProofError(ValueError):
    """A proof cannot be made, or does not prove what it says."""


def of_entry(entries: Sequence[bytes], number: int, head: Head) -> dict[str, Any]:
    """Return the proof that an entry stands in the log that a head commits to.

    Args:
        entries: the log's entries, oldest first.
        number: the entry's, from 1.
        head: of the whole log or of its beginning.

    Raises:
        ProofError: there is no such entry under that head.
    """
    if not 1 <= number <= head.size <= len(entries):
        raise ProofError(f"There is no entry {number} under a head of {head.size} entries.")
    return {
        "schema": SCHEMA,
        "head": head.to_json(),
        "entry": entries[number - 1].decode(),
        "number": number,
        "path": [n.hex() for n in merkle.inclusion_proof(number - 1, entries[: head.size])],
    }


def of_growth(entries: Sequence[bytes], earlier: Head, head: Head) -> dict[str, Any]:
    """Return the proof that the log of one head only grew into that of a later one.

    Raises:
        ProofError: they are not two heads of this log in this order.
    """
    if not 1 <= earlier.size <= head.size <= len(entries):
        raise ProofError("The heads are not two heads of this log, the earlier one first.")
    path = merkle.consistency_proof(earlier.size, entries[: head.size])
    return {
        "schema": SCHEMA,
        "head": head.to_json(),
        "earlier": earlier.to_json(),
        "path": [n.hex() for n in path],
    }


def check(proof: Mapping[str, Any]) -> Head:
    """Return the head that a proof is about, once it proves what it says.

    The caller checks that both sides signed that head.

    Raises:
        ProofError: it does not.
    """
    try:
        head = Head.from_json(proof["head"])
        path = [bytes.fromhex(node) for node in proof["path"]]
        if "entry" in proof:
            entry, number = proof["entry"].encode(), proof["number"]
            Entry.from_bytes(entry)
            proven = merkle.verify_inclusion(entry, number - 1, head.size, path, head.root)
        else:
            earlier = Head.from_json(proof["earlier"])
            proven = merkle.verify_consistency(
                earlier.size, head.size, path, earlier.root, head.root
            )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProofError("This is no proof of an audit log.") from error
    if not proven:
        raise ProofError("The proof does not prove what it says: it was altered, or the log was.")
    return head
