"""The roll as it stands at this moment: read at every request, verified when its bytes change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from observatory.acts import roll as rolls
from observatory.acts.act import NOBODY
from observatory.audit import Kind
from observatory.errors import IntegrityError

if TYPE_CHECKING:
    from observatory.acts.roll import Roll
    from observatory.instance import Instance


class RollNow:
    """Who is on the roll in force of one observatory.

    A session ends when its person leaves the roll, so it is asked for at every request. Verifying
    every approval of every roll there was takes a while; the same bytes always verify alike.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._verified: tuple[bytes, Roll] | None = None

    def get(self) -> Roll:
        """Return the roll in force.

        Each roll names the one before it by its digest, so the last one names them all.

        Raises:
            IntegrityError: it is not what both sides approved, or not the last that they did.
            ResourceError: the database cannot be read.
        """
        found = self._read()
        installed = self._instance.audit.last(Kind.ROLL_INSTALLED)
        if found.digest != (installed.facts["roll"] if installed else NOBODY):
            raise IntegrityError(
                "roll.json is not the roll that the audit log names last: an older or another one "
                "was put in its place. Nobody signs in by it. Put back the file that both sides "
                "approved last, and record it. If a change was stopped half-way, carry the same "
                "act out once more on the command line."
            )
        return found

    def _read(self) -> Roll:
        path = self._instance.folder / rolls.FILE_NAME
        name = hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest()
        known = self._verified
        if known is None or known[0] != name:
            found = rolls.read(path, self._instance.policy)
            found.verify()
            known = self._verified = (name, found)
        return known[1]
