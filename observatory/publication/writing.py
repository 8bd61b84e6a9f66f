"""Writing of a document and its manifest: whole or not at all.

The manifest is a side file ``OUT.manifest.json``, a signed file: what the document is, by hash, and
what it was made from. Signatures of both sides are added to it later (``observatory sign``); the
document itself never changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from observatory import durable, locks
from observatory.decisions.signed_file import SignedFile
from observatory.errors import BadInputError, ResourceError
from observatory.publication.documents.source import Entry, Source

SCHEMA = "joint-integrity-observatory/document-manifest/1"
MANIFEST = ".manifest.json"
PATIENCE = 30.0
"""Seconds to wait for another command that is writing into the same folder."""


def write(
    out: Path,
    made: Mapping[str, bytes],
    signed: Mapping[str, Any],
) -> list[Path]:
    """Write a document, its companions and its manifest.

    Args:
        out: the document's file.
        made: contents by suffix: ``""`` is the document, ``".dictionary.csv"`` a companion.
        signed: what signers sign, as :func:`manifest` returns it.

    Returns:
        The files written, the document first.

    Raises:
        ResourceError: the disk refuses; every file is then as it was before.
    """
    contents = {**made, MANIFEST: SignedFile(signed).to_bytes()}
    # The document comes last: while it is missing or old, its manifest does not match it.
    order = sorted(contents, key=lambda suffix: (suffix == "", suffix))
    paths = {out.with_name(out.name + suffix): contents[suffix] for suffix in order}
    try:
        with _alone(out):
            durable.write_together(paths)
    except OSError as error:
        raise ResourceError(
            f"{out} cannot be written: {error.strerror}. Check that the folder exists, that "
            "you may write there and that the disk has space; then try again."
        ) from error
    return [*reversed(paths)]


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Let two commands write one document and its manifest one after the other, not mixed."""
    with ExitStack() as locked:
        # A folder that cannot be locked, on a server's disk, say, can still be written.
        with suppress(OSError):
            busy = f"Another command has been writing to {out.parent} for long. Try again later."
            locked.enter_context(locks.held(out.resolve().parent, busy, wait=PATIENCE))
        yield


def check_place(out: Path) -> None:
    """Return only if a document may be written there; asked before it is made and logged.

    Raises:
        BadInputError: what stands there bears signatures, which would be lost.
        ResourceError: there is no such folder.
    """
    if not out.resolve().parent.is_dir():
        raise ResourceError(
            f"{out} cannot be written: {out.parent} is no folder. Check that the folder exists."
        )
    path = out.with_name(out.name + MANIFEST)
    try:
        signed = bool(json.loads(path.read_bytes())["signatures"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if signed:
        raise BadInputError(
            f"{out} bears signatures, which would be lost. Give the new document another name."
        )


def manifest(
    form: str, made: Mapping[str, bytes], document: Entry, source: Source
) -> dict[str, Any]:
    """Return what signers sign for a document.

    Args:
        form: pdf, xlsx, csv or json.
        made: contents by suffix.
        document: the plain data that they were made from.
        source: what that was drawn from.
    """
    return {
        "schema": SCHEMA,
        "document": {
            "kind": document["kind"],
            "schema": document["schema"],
            "audience": document["status"]["audience"],
            "format": form,
            "sha256": hashlib.sha256(made[""]).hexdigest(),
            "bytes": len(made[""]),
        },
        "companions": [
            {"suffix": suffix, "sha256": hashlib.sha256(content).hexdigest()}
            for suffix, content in sorted(made.items())
            if suffix
        ],
        "policy": source.policy,
        "products_sha256": source.fingerprint,
        "analysis": dict(source.analysis.manifest),
        "recusals": document["status"]["recusals"],
    }
