"""An instance: one observatory's folder, opened.

It holds ``config.toml``, ``policy.json``, ``offices.csv``, the database (unless elsewhere) and the
products of runs. It holds no private key of any kind.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from crypto.envelope import Envelope, PublicKey, seal
from observatory import catalogue, config, policy
from observatory.audit import AuditLog, Kind
from observatory.catalogue import Catalogue, CatalogueError
from observatory.complaint import offices, periods, plaintext
from observatory.complaint.offices import Office
from observatory.complaint.plaintext import Complaint, Seal
from observatory.config import Config
from observatory.database import engine as database
from observatory.disclosure import SafeAnalysis
from observatory.disclosure.storage import Products
from observatory.errors import BadInputError, NotAllowedError, ResourceError, UsageError
from observatory.policy import Policy
from observatory.vault import Vault

if TYPE_CHECKING:
    from observatory.acts.roll import Roll
    from observatory.disclosure.rules import Audience
    from observatory.docket import Docket

PRODUCTS = "products"
PUBLISHED = "published"
CATALOGUE = "catalogue"


class StaleEnvelopeError(BadInputError):
    """An envelope was sealed to a key or in a quarter that is not taken now; nothing was stored."""


@dataclass(frozen=True)
class Instance:
    """An opened instance; ``Instance.open`` checks that it is one."""

    folder: Path
    config: Config
    policy: Policy

    @classmethod
    def open(cls, folder: Path) -> Instance:
        """Open the instance in ``folder``.

        Raises:
            BadInputError: the folder is no instance, or its settings are wrong.
            IntegrityError: the policy is not what both sides signed.
        """
        settings = config.read(folder / config.FILE_NAME)
        rules = policy.read(folder / policy.FILE_NAME)
        rules.verify()
        return cls(folder, settings, rules)

    @cached_property
    def vault(self) -> Vault:
        """The vault, once its database is known to be of this version."""
        engine = database.open_engine(self.config.database_url, self.folder)
        database.check_version(engine)
        return Vault(engine, self.public_key, self.policy.previous_keys)

    @property
    def audit(self) -> AuditLog:
        """The log of what was done."""
        return self.vault.audit

    @property
    def docket(self) -> Docket:
        """The proposals that both sides are to decide."""
        from observatory.docket import Docket

        return Docket(self.vault.engine)

    @property
    def roll(self) -> Roll:
        """Who takes part, read and verified each time: it changes while pages are served.

        Raises:
            IntegrityError: ``roll.json`` is not what both sides approved.
        """
        from observatory.acts import roll  # the reporters' process needs no roll

        found = roll.read(self.folder / roll.FILE_NAME, self.policy)
        found.verify()
        return found

    @cached_property
    def public_key(self) -> PublicKey:
        """The key that reports are sealed to."""
        return self.policy.public_key

    @property
    def made_up(self) -> bool:
        """Whether this instance holds made-up reports only."""
        return bool(self.policy.rules.get("made_up"))

    @cached_property
    def offices(self) -> tuple[Office, ...]:
        """The register of offices."""
        return offices.read(self.folder / offices.FILE_NAME)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The instance's own catalogue, or the shipped one."""
        own = self.folder / CATALOGUE
        try:
            return catalogue.load(own if own.is_dir() else None)
        except CatalogueError as error:
            raise BadInputError(f"{error}. Correct {own} and try again.") from error

    @property
    def only_receives(self) -> bool:
        """Whether this is an intake host: it takes reports in, and nobody reads any there."""
        return self.config.role == "intake"

    def refuse_on_intake_host(self, what: str) -> None:
        """Return only if this is no intake host.

        Args:
            what: what is asked for, such as ``A run``, as the sentence begins.

        Raises:
            NotAllowedError: it is one.
        """
        if self.only_receives:
            raise NotAllowedError(
                f"{what} belongs on the analysis host. This is an intake host: it takes reports in "
                "(observatory serve --role intake), opens none, and hands closed weeks on "
                "(observatory batch export). Bring no share here."
            )

    @cached_property
    def products(self) -> Products:
        """The stored Safe products."""
        return Products(self.folder / PRODUCTS)

    def latest(self, audience: Audience = "members") -> SafeAnalysis | None:
        """Return the products of the last run, or None before the first.

        The audit log says which they are, by hash; what else lies in the folder is not believed.

        Raises:
            IntegrityError: they are not what the log names, or the log was altered.
            ResourceError: they, or the log, cannot be read.
        """
        closed = self.audit.last(Kind.RUN_CLOSED)
        return None if closed is None else self.products.of(audience, str(closed.facts[audience]))

    def refuse_inside(self, out: Path) -> None:
        """Return only if an output would not lie among the instance's own files.

        Raises:
            UsageError: it would.
        """
        if self.folder.resolve() in out.resolve().parents:
            raise UsageError(
                f"{out} lies inside the observatory's folder, which holds its own files only. "
                "Name a file elsewhere."
            )

    def add_offices(self, declared: Iterable[Office]) -> int:
        """Add offices that the register does not hold yet; return how many were added.

        Raises:
            ResourceError: the disk refuses; the register is as it was.
        """
        self.__dict__.pop("offices", None)  # another import may have added some
        known = {office.code for office in self.offices}
        new = [office for office in declared if office.code not in known]
        if new:
            path = self.folder / offices.FILE_NAME
            try:
                offices.write(path, [*self.offices, *new])
            except OSError as error:
                raise ResourceError(
                    f"{path} cannot be written: {error.strerror}. Nothing was changed."
                ) from error
            self.__dict__.pop("offices", None)
        return len(new)

    def seal_report(self, complaint: Complaint, *, once: bytes, token: bytes = b"") -> None:
        """Seal a report sent by the form; when this returns, it is durably stored.

        Args:
            complaint: the narrative and facets.
            once: 32 random bytes of the form, so that a resend counts once.
            token: 456 bytes of a bona fide token, or what stands in the place of one.

        Raises:
            VaultError: the report is not stored; the reporter must be told so.
        """
        week = periods.week_of(today())
        sealed = self.seal(complaint, week=week, source="form", once=once, token=token)
        self.vault.receive([sealed], week)

    def receive_sealed(self, envelope: Envelope) -> None:
        """Store a report that was sealed elsewhere; when this returns, it is durably stored.

        Nothing in it can be read here: whether it is a report at all, a run finds out.

        Raises:
            StaleEnvelopeError: it is sealed to another key than the policy's, or its quarter is
                neither that of this week nor of the week before.
            VaultError: the report is not stored; the reporter must be told so.
        """
        if envelope.key_id != self.public_key.id:
            raise StaleEnvelopeError("It is not sealed to the key that reports are sealed to now.")
        day = today()
        week, week_before = (periods.week_of(day - timedelta(weeks=back)) for back in (0, 1))
        if envelope.quarter not in {periods.quarter_code(one) for one in (week, week_before)}:
            raise StaleEnvelopeError("It was not sealed in this week or the one before.")
        self.vault.receive([envelope], week)

    def seal(
        self, complaint: Complaint, *, week: str, source: str, once: bytes, token: bytes = b""
    ) -> Envelope:
        """Return a report sealed to this instance's key.

        The clear retention quarter is that of sealing, never of the report's own week.
        """
        sealed = Seal(
            week=week,
            source=source,
            once=once,
            cell_key=secrets.token_bytes(16),
            salt=secrets.token_bytes(32),
            token=token,
        )
        quarter = periods.quarter_code(periods.week_of(today()))
        return seal(plaintext.encode(complaint, sealed), self.public_key, quarter)


def today() -> date:
    """Return today's date in UTC, by which periods open and close."""
    return datetime.now(UTC).date()
