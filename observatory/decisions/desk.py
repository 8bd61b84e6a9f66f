"""The desk: what waits on the docket, and one proposal of it taken to hand."""

from __future__ import annotations

from pathlib import Path

from observatory.decisions import deciding, signed_file, signed_matters
from observatory.decisions.at_hand import ActAtHand, AtHand, FileAtHand
from observatory.decisions.signed_file import SignedFile
from observatory.decisions.signed_matters import POLICY
from observatory.instance import Instance


def waiting(instance: Instance) -> list[str]:
    """Return a line for each proposal that waits, and how to go on."""
    found = [one.summary for one in _all(instance) if one.waiting]
    if not found:
        return ["Nothing waits."]
    return [
        *found,
        "Read one with `observatory approve DIGEST`, and approve it with --key FILE.",
    ]


def _all(instance: Instance) -> list[AtHand]:
    acts: list[AtHand] = [ActAtHand(instance, one) for one in deciding.matters(instance)]
    return [*acts, *(FileAtHand(instance, one) for one in signed_matters.all_of(instance))]


def find(instance: Instance, name: str) -> AtHand:
    """Return the proposal whose digest begins so.

    Raises:
        BadInputError: there is none.
        IntegrityError: docket, roll or log were altered.
    """
    if instance.docket.find(name).kind in signed_matters.KINDS:
        return FileAtHand(instance, signed_matters.find(instance, name))
    return ActAtHand(instance, deciding.matter(instance, name))


def open_file(instance: Instance, path: Path) -> tuple[AtHand, list[str]]:
    """Return the proposal that a signed file is of, after its signatures were taken over.

    Returns:
        The proposal, and what became of its signatures.

    Raises:
        BadInputError: the file is none, or its act is not on the docket.
    """
    file = signed_file.read(path)
    digest = file.digest
    if file.what == POLICY:
        signed_matters.put(instance, SignedFile(file.signed))
    at_hand = find(instance, digest)
    said = at_hand.take_over(file)
    return find(instance, digest), said
