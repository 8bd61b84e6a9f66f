"""Weekly sets with roots, the open week, keys by month, and the audit log.

Envelopes of the first schema had no set. They become one set of their own, without dummies: their
number was visible before.
"""

import hashlib
import os
from datetime import UTC, date, datetime

import rfc8785
import sqlalchemy as sa
from alembic import op

from crypto import merkle
from crypto.envelope import Envelope

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "open_envelope",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("key_id", sa.LargeBinary(8), nullable=False),
        sa.Column("bucket", sa.SmallInteger, nullable=False),
        sa.Column("quarter", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "weekly_set",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "month_key",
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
    )
    _move_envelopes()
    # The state was sealed without its month's key; the next run makes it anew.
    op.execute("DELETE FROM run_state")


def _move_envelopes() -> None:
    connection = op.get_bind()
    old = sa.table(
        "envelope", *(sa.column(name) for name in ("id", "key_id", "bucket", "quarter", "body"))
    )
    digests = [
        hashlib.sha256(
            Envelope(bytes(r.key_id), r.bucket, r.quarter, bytes(r.body)).to_bytes()
        ).digest()
        for r in connection.execute(sa.select(old))
    ]
    op.rename_table("envelope", "envelope_before")
    op.create_table(
        "envelope",
        sa.Column("set_id", sa.LargeBinary(16), primary_key=True),
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("key_id", sa.LargeBinary(8), nullable=False),
        sa.Column("bucket", sa.SmallInteger, nullable=False),
        sa.Column("quarter", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    if digests:
        year, number, _ = datetime.now(UTC).date().isocalendar()
        week = f"{year:04d}-W{number:02d}"
        made = {
            "id": os.urandom(16),
            "source": "earlier",
            "week": week,
            "month": date.fromisocalendar(year, number, 4).isoformat()[:7],
            "root": merkle.sorted_root(digests),
        }
        names = ("id", "source", "week", "month", "root")
        sets = sa.table("weekly_set", *(sa.column(name) for name in names))
        connection.execute(sa.insert(sets), made)
        facts = {
            "set": made["id"].hex(),
            "source": "earlier",
            "week": week,
            "root": made["root"].hex(),
        }
        day = datetime.now(UTC).date().isoformat()
        entry = rfc8785.dumps({"kind": "set-closed", "day": day, "facts": facts})
        connection.execute(
            sa.text("INSERT INTO audit_entry (number, entry, root) VALUES (1, :entry, :root)"),
            {"entry": entry, "root": merkle.root([entry])},
        )
        connection.execute(
            sa.text(
                "INSERT INTO envelope (set_id, id, key_id, bucket, quarter, body) "
                "SELECT :set_id, id, key_id, bucket, quarter, body FROM envelope_before"
            ),
            {"set_id": made["id"]},
        )
    op.drop_table("envelope_before")
