"""The table of proposals."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class Proposed(Base):
    """What both sides are to decide: its canonical bytes under their SHA-256."""

    __tablename__ = "proposed"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    signed: Mapped[bytes]
