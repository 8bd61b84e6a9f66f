"""The visitor: who is signed in, as the pages need to know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.sides import Side
from observatory.acts.enrolment import Enrolment
from observatory.acts.people import Person, Role, side_of


@dataclass(frozen=True)
class Visitor:
    """Who uses a page.

    Attributes:
        person: as on the roll in force; None for the holder of a made-up instance's link.
        fresh: whether passkey, or password and code, were asked for within five minutes.
        enrolments: what the person may sign in by, each verified.
    """

    person: Person | None
    fresh: bool = False
    enrolments: Sequence[Enrolment] = ()

    @property
    def roles(self) -> frozenset[Role]:
        """What the visitor may do; a link of a made-up instance lets read as a member does."""
        return frozenset({Role.MEMBER}) if self.person is None else self.person.roles

    @property
    def side(self) -> Side | None:
        """Customs or business; None for whoever is of neither."""
        return None if self.person is None else side_of(self.person)

    @property
    def passkeys(self) -> tuple[Enrolment, ...]:
        """The enrolments that are passkeys: only these approve."""
        return tuple(one for one in self.enrolments if one.credential is not None)

    @property
    def credentials(self) -> list[str]:
        """Names of the passkeys, base64url: for ``data-credentials`` of a form that approves."""
        return [one.credential.id for one in self.enrolments if one.credential is not None]

    def evidence_of(self, credential: str) -> Enrolment | None:
        """Return the enrolment of one of the person's passkeys, by the passkey's name."""
        return next(
            (one for one in self.passkeys if one.record["credential"]["id"] == credential), None
        )
