"""The docket of proposals and approvals, enrolments, and passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "proposed",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "approved",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("who", sa.String(80), primary_key=True),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "enrolled",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(24), nullable=False),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "password",
        sa.Column("person", sa.String(24), primary_key=True),
        sa.Column("locked", sa.LargeBinary, nullable=False),
    )
