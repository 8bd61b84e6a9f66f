"""Style sheets and pictures of the pages: built once, listed by hash, refused when changed.

Sources are in this folder; ``build.mjs`` writes them to ``observatory/static`` beside a list of
SHA-256 sums. What was checked is what is served: files are read once, at start.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from observatory.errors import ResourceError

STATIC = Path(__file__).parent.parent / "static"
SUMS = "SHA256SUMS"
LIST = "asset-hashes.json"
"""The list that both sides signed, in an instance's folder."""
LIST_SERVED_AS = "hashes.json"

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


class AssetError(ResourceError):
    """Built files are missing or are not those of the list; the sentence says what to do."""


@dataclass(frozen=True)
class Asset:
    """One built file."""

    body: bytes
    content_type: str


def load(folder: Path = STATIC) -> dict[str, Asset]:
    """Read every built file that the list names.

    Raises:
        AssetError: the list is missing, a file is missing, unlisted, of an unknown type or differs.
    """
    try:
        lines = (folder / SUMS).read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        raise AssetError(
            f"The list of built style sheets ({folder / SUMS}) is missing. "
            "Run `make assets`, or install the packaged release again."
        ) from None
    assets: dict[str, Asset] = {}
    for line in lines:
        digest, _, name = line.partition("  ")
        assets[name] = _read(folder, name, digest)
    unlisted = {path.name for path in folder.iterdir()} - set(assets) - {SUMS}
    if unlisted or not assets:
        raise AssetError(
            f"{folder} holds files that its list does not name: {', '.join(sorted(unlisted))}. "
            "Run `make assets` again."
        )
    return assets


def type_of(name: str) -> str | None:
    """Return the content type that a file is served with, or None if it is no asset."""
    return _TYPES.get(Path(name).suffix)


def signed_list(folder: Path) -> dict[str, Asset]:
    """Return the list of hashes that an instance keeps, under the name it is served by; or none.

    Raises:
        AssetError: it cannot be read.
    """
    path = folder / LIST
    try:
        return {LIST_SERVED_AS: Asset(path.read_bytes(), _TYPES[".json"])}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise AssetError(f"{path} cannot be read: {error.strerror}.") from error


def _read(folder: Path, name: str, digest: str) -> Asset:
    path = folder / name
    content_type = type_of(name)
    if content_type is None or path.parent != folder:
        raise AssetError(f"The list of built style sheets names {name!r}, which is no asset.")
    try:
        body = path.read_bytes()
    except OSError:
        raise AssetError(f"The built file {path} is missing. Run `make assets` again.") from None
    if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), digest):
        raise AssetError(
            f"The built file {path} is not the one that was built: its SHA-256 differs from the "
            "list. Nothing is served. Find out who changed it, then run `make assets` again."
        )
    return Asset(body, content_type)
