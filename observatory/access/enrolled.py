"""The table of enrolments."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class Enrolled(Base):
    """One enrolment with its proof, as JSON, under the SHA-256 of what was enrolled."""

    __tablename__ = "enrolled"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(24))
    evidence: Mapped[bytes]
