"""The list of what reporters' browsers are given, by hash, for both sides to sign.

Whoever holds the list and the policy can compare any server with it (``doctor --remote``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crypto.envelope import PublicKey
from observatory import assets
from observatory.assets.page import take_apart
from observatory.decisions.signed_file import SignedFile
from observatory.errors import BadInputError, IntegrityError
from observatory.policy import Policy

WHAT = "assets"
SCHEMA = f"joint-integrity-observatory/{WHAT}/2"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class AssetList:
    """What is served.

    Attributes:
        key: id of the key that the page seals to, hex.
        files: name -> SHA-256 of each file under ``/assets/``, hex.
        forms: tag of each language -> SHA-256 of the fixed part of the reporters' page, hex.
    """

    key: str
    files: Mapping[str, str]
    forms: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return the body that is signed."""
        return {
            "schema": SCHEMA,
            "key": self.key,
            "files": dict(self.files),
            "forms": dict(self.forms),
        }

    @classmethod
    def from_json(cls, signed: Mapping[str, Any]) -> AssetList:
        """Read the body of a signed file.

        Raises:
            BadInputError: it is no such list.
        """
        files = signed.get("files")
        try:
            found = cls(signed["key"], dict(signed["files"]), dict(signed["forms"]))
            good = found.to_json() == signed and all(
                _NAME.fullmatch(name) and _SHA256.fullmatch(digest)
                for name, digest in [*found.files.items(), *found.forms.items()]
            )
        except (KeyError, TypeError, ValueError):
            good = False
        if not good or not files or not found.forms:
            raise BadInputError("This file is no list of hashes. Make one: observatory assets list")
        return found

    def differences(self, other: AssetList) -> Iterator[str]:
        """Name what ``other`` has that this list does not say, each in a few words."""
        if other.key != self.key:
            yield f"the key is {other.key}, not {self.key}"
        for name in sorted({*self.files, *other.files}):
            if self.files.get(name) != other.files.get(name):
                yield name
        for tag in sorted({*self.forms, *other.forms}):
            if self.forms.get(tag) != other.forms.get(tag):
                yield f"the reporters' page in the language {tag}"


def of(pages: Mapping[str, bytes], public: PublicKey) -> AssetList:
    """Return the list of this installation's files and of the reporters' page in each language."""
    files = {name: hashlib.sha256(asset.body).hexdigest() for name, asset in assets.load().items()}
    forms = {tag: take_apart(page, tag).sha256 for tag, page in pages.items()}
    return AssetList(public.id.hex(), files, forms)


def verified(file: SignedFile, policy: Policy) -> AssetList:
    """Return the list that a file holds, if both sides signed it and it is of the key in force.

    Raises:
        BadInputError: the file is no such list.
        IntegrityError: a side has not signed, or the list is of another key.
    """
    found = AssetList.from_json(file.signed)
    file.verify(policy.signers)
    if found.key != policy.public_key.id.hex():
        raise IntegrityError(
            f"The list is of the key {found.key}, and the policy's is {policy.public_key.id.hex()}."
            " Make a new list and have both sides sign it: observatory assets list."
        )
    return found
