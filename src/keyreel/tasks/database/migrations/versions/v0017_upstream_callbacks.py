"""Callbacks that hosted services were asked to send."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from keyreel.tasks.database.columns import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table, empty: no service was asked for any yet."""
    op.create_table(
        "upstream_callbacks",
        sa.Column("token_sha256", sa.Text, primary_key=True),
        sa.Column(
            "task",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("tasks.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("received", Instant),
    )
    op.create_index("upstream_callbacks_received", "upstream_callbacks", ["received"])
