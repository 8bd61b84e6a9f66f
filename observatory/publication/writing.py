"""Writing of a document and its manifest: whole or not at all.

The manifest is a side file ``OUT.manifest.json``: what the document is, by hash, and what it was
made from. Signatures of both sides are added to it later; the document itself never changes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from observatory.errors import ResourceError
from observatory.publication.documents.source import Entry, Source

SCHEMA = "joint-integrity-observatory/document-manifest/1"
MANIFEST = ".manifest.json"


def write(
    out: Path,
    form: str,
    made: Mapping[str, bytes],
    document: Entry,
    source: Source,
) -> list[Path]:
    """Write a document, its companions and its manifest.

    Args:
        out: the document's file.
        form: pdf, xlsx, csv or json.
        made: contents by suffix: ``""`` is the document, ``".dictionary.csv"`` a companion.
        document: the plain data that it was made from.
        source: what that was drawn from.

    Returns:
        The files written, the document first.

    Raises:
        ResourceError: the disk refuses; every file is then as it was before.
    """
    manifest = _manifest(form, made, document, source)
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    contents = {**made, MANIFEST: text.encode()}
    # The document is renamed last: while it is missing or old, its manifest does not match it.
    order = sorted(contents, key=lambda suffix: (suffix == "", suffix))
    drafts: dict[str, Path] = {}
    try:
        for suffix in order:
            drafts[suffix] = out.parent / f".{out.name}{suffix}.{os.getpid()}.part"
            _durably(drafts[suffix], contents[suffix])
        for suffix in order:
            drafts[suffix].replace(_beside(out, suffix))
    except OSError as error:
        raise ResourceError(
            f"{out} cannot be written: {error.strerror}. Check that the folder exists, that "
            "you may write there and that the disk has space; then try again."
        ) from error
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink(missing_ok=True)
    return [_beside(out, suffix) for suffix in reversed(order)]


def _beside(out: Path, suffix: str) -> Path:
    return out.with_name(out.name + suffix)


def _durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _manifest(
    form: str, made: Mapping[str, bytes], document: Entry, source: Source
) -> dict[str, Any]:
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
        "signatures": [],
    }
