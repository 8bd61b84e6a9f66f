"""The table of passwords."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class Password(Base):
    """One person's secret of one-time codes, locked under the password, which is kept nowhere."""

    __tablename__ = "password"

    person: Mapped[str] = mapped_column(String(24), primary_key=True)
    locked: Mapped[bytes]
