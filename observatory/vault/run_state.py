"""The table of sealed run state, one part a month, so that retention can delete all of a report."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class RunState(Base):
    """One sealed part of what a run keeps for the next: vectors, topics, assignments."""

    __tablename__ = "run_state"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  # SQLAlchemy's own protocol

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes]
