"""The register of offices that runs count by: it grows by imports, and changes by both sides.

An import adds the offices that its mapping declares. To take one away would hide its reports among
those of elsewhere, and to rename one would lay them at another's door. So each run remembers the
offices that it counted by, under the private key, and the next takes them as they were, or as both
sides decided.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from crypto import signing
from observatory.acts.act import What
from observatory.complaint import offices
from observatory.decisions import agreement
from observatory.errors import NotAllowedError
from observatory.instance import Instance

Known = Mapping[str, str]
"""Hash of an office's entry, by its code."""


def known(instance: Instance) -> Known:
    """Return the register as a run remembers it."""
    return {
        office.code: hashlib.sha256(signing.canonical(asdict(office))).hexdigest()
        for office in instance.offices
    }


def digest_of(instance: Instance) -> str:
    """Return the SHA-256 of the register's file: what both sides decide on."""
    path = instance.folder / offices.FILE_NAME
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()


def check(instance: Instance, before: Known) -> None:
    """Return only if every office that the last run knew is as it was, or both sides decided.

    Where reports are made up nobody decides.

    Raises:
        NotAllowedError: one is gone or altered; the sentence says how to decide it.
        IntegrityError: the act by which it was decided is gone, or was altered.
    """
    now = known(instance)
    changed = sorted(code for code, digest in before.items() if now.get(code) != digest)
    if not changed or instance.made_up:
        return
    act = agreement.decided_last(instance, What.OFFICES)
    if act is None or act.body.get("offices") != digest_of(instance):
        raise NotAllowedError(
            f"{offices.FILE_NAME} no longer has {', '.join(changed)} as the last run had it, and "
            "both sides have not decided that. Put the register back, or propose it (observatory "
            "offices propose) and have a member or signer of each side approve it (observatory "
            "approve)."
        )
