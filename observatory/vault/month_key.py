"""The table of keys by month: with a month's key goes all that is under it, wherever it lies."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class MonthKey(Base):
    """The AES-256 key of one month of receipt.

    Run state and backups of the month are under it, besides being sealed to the observatory's
    key. Backups do not hold it.
    """

    __tablename__ = "month_key"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  # SQLAlchemy's own protocol

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
