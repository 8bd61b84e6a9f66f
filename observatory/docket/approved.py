"""The table of approvals."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class Approved(Base):
    """One person's proof of approving a proposal, as JSON."""

    __tablename__ = "approved"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    who: Mapped[str] = mapped_column(String(80), primary_key=True)
    evidence: Mapped[bytes]
