"""The vault: sealed envelopes and sealed run state."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "envelope",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("key_id", sa.LargeBinary(8), nullable=False),
        sa.Column("bucket", sa.SmallInteger, nullable=False),
        sa.Column("quarter", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_state",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
