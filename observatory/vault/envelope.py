"""The tables of sealed reports: those of the open week, and those of closed sets."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crypto.envelope import Envelope
from observatory.database.base import Base


class OpenEnvelope(Base):
    """One sealed report of a week that is not closed.

    The key is random and the table has no row number, so that neither tells arrival order. Rows
    leave for a closed set, in random order, when the week is over.
    """

    __tablename__ = "open_envelope"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  # SQLAlchemy's own protocol

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    week: Mapped[str] = mapped_column(String(8))
    key_id: Mapped[bytes] = mapped_column(LargeBinary(8))
    bucket: Mapped[int]
    quarter: Mapped[int]
    body: Mapped[bytes]


class StoredEnvelope(Base):
    """One envelope of a closed set: a report or a dummy, which cannot be told apart.

    Beside the sealed body only set, key id, size bucket and retention quarter are clear.
    """

    __tablename__ = "envelope"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  # SQLAlchemy's own protocol

    set_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary(8))
    bucket: Mapped[int]
    quarter: Mapped[int]
    body: Mapped[bytes]


def open_row(envelope: Envelope, week: str) -> dict[str, Any]:
    """Return an envelope of the open week as its table takes it, under a new random name."""
    return {
        "id": secrets.token_bytes(16),
        "week": week,
        "key_id": envelope.key_id,
        "bucket": envelope.bucket,
        "quarter": envelope.quarter,
        "body": envelope.body,
    }
