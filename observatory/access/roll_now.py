"""The roll as it stands at this moment: read at every request, verified when its bytes change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from observatory.acts import roll as rolls
from observatory.acts.act import NOBODY
from observatory.audit import Kind

if TYPE_CHECKING:
    from observatory.acts.roll import Roll
    from observatory.instance import Instance


class RollNow:
    """Who is on the roll in force of one observatory.

    A session ends when its person leaves the roll, so it is asked for at every request. Verifying
    every approval of every roll there was takes a while; the same bytes, in a log that names the
    same roll last, always verify alike.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._verified: tuple[tuple[bytes, str], Roll] | None = None

    def get(self) -> Roll:
        """Return the roll in force.

        Raises:
            IntegrityError: it is not what both sides approved, or not the last that they did.
            ResourceError: the database cannot be read.
        """
        path = self._instance.folder / rolls.FILE_NAME
        installed = self._instance.audit.last(Kind.ROLL_INSTALLED)
        name = (
            hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest(),
            str(installed.facts["roll"]) if installed else NOBODY,
        )
        if self._verified is None or self._verified[0] != name:
            found = rolls.read(path, self._instance.policy)
            found.verify()
            found.check_log(self._instance.audit.entries())
            self._verified = name, found
        return self._verified[1]
