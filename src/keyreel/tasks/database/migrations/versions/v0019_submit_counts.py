"""The submits of the last minute, which limits of several servers are held against."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table, empty: a restart has always forgotten the last minute."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "submit_counts",
        sa.Column("owner_kind", sa.Text, primary_key=True),
        sa.Column("owner_id", sa.Text, primary_key=True),
        sa.Column("most", sa.Integer, nullable=False),
        sa.Column("seconds", sa.ARRAY(sa.BigInteger).with_variant(sa.Text, "sqlite"), nullable=False),
        sa.Column("submits", sa.ARRAY(sa.Integer).with_variant(sa.Text, "sqlite"), nullable=False),
        # No log is written of it, and no commit waits for a disk: a crash of Postgres forgets a minute.
        prefixes=["UNLOGGED"] if is_postgres else [],
    )
