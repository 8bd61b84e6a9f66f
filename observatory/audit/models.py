"""The tables of the audit log: entries in order, and the heads that both sides signed."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from observatory.database.base import Base


class StoredEntry(Base):
    """One entry's canonical bytes, and the root of the tree that ends with it."""

    __tablename__ = "audit_entry"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[bytes]
    root: Mapped[bytes] = mapped_column(LargeBinary(32))


class StoredHead(Base):
    """A head that both sides signed: the signed file's own bytes."""

    __tablename__ = "audit_head"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    signed: Mapped[bytes]
