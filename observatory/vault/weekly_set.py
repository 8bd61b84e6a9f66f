"""The table of closed sets: a week's reports by the form, or one import, filled with dummies."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class WeeklySet(Base):
    """A closed set: it never changes but to be sealed again to a new key, or to be removed.

    Attributes:
        source: ``form``, ``import``, or ``earlier`` (from before there were sets).
        week: the ISO week that it was received in.
        month: the month that holds that week; what retention goes by.
        root: Merkle root over the SHA-256 of its envelopes, sorted.
    """

    __tablename__ = "weekly_set"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  # SQLAlchemy's own protocol

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    source: Mapped[str] = mapped_column(String(8))
    week: Mapped[str] = mapped_column(String(8))
    month: Mapped[str] = mapped_column(String(7))
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
