"""The table of sealed reports."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class StoredEnvelope(Base):
    """One sealed report.

    The key is random and the table has no row number, so that neither tells arrival order; beside
    the sealed body only key id, size bucket and retention quarter are clear.
    """

    __tablename__ = "envelope"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  # SQLAlchemy's own protocol

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary(8))
    bucket: Mapped[int]
    quarter: Mapped[int]
    body: Mapped[bytes]
