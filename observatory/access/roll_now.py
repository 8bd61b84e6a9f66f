"""The roll as it stands at this moment: read at every request, verified when its bytes change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from observatory.acts import roll as rolls
from observatory.audit import Kind
from observatory.errors import IntegrityError

if TYPE_CHECKING:
    from observatory.access.enrolments import Enrolments
    from observatory.acts.roll import Roll
    from observatory.instance import Instance


class RollNow:
    """Who is on the roll in force of one observatory.

    A session ends when its person leaves the roll, so it is asked for at every request. Verifying
    every approval of every roll there was takes a while; the same bytes always verify alike.
    """

    def __init__(self, instance: Instance, enrolments: Enrolments) -> None:
        self._instance = instance
        self._enrolments = enrolments
        self._verified: tuple[bytes, Roll] | None = None

    def get(self) -> Roll:
        """Return the roll in force.

        Raises:
            IntegrityError: it is not what both sides approved, or not the last that they did.
            ResourceError: the database cannot be read.
        """
        found = self._read()
        installed = [
            entry.facts["roll"]
            for entry in self._enrolments.entries()
            if entry.kind is Kind.ROLL_INSTALLED
        ]
        if installed[-1:] != ([found.digest] if found.chain else []):
            raise IntegrityError(
                "roll.json is not the roll that the audit log names last: an older or another one "
                "was put in its place. Nobody signs in by it. Put back the file that both sides "
                "approved last, and record it. If a change was stopped half-way, carry the same "
                "act out once more on the command line."
            )
        return found

    def _read(self) -> Roll:
        found = rolls.read(self._instance.folder / rolls.FILE_NAME, self._instance.policy)
        name = hashlib.sha256(found.to_bytes()).digest()
        if self._verified is None or self._verified[0] != name:
            found.verify()
            self._verified = (name, found)
        return self._verified[1]
