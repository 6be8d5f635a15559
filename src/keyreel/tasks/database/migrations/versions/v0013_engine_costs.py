"""What engines cost the operator."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from keyreel.tasks.database.columns import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table, empty: no engine has cost anything yet."""
    op.create_table(
        "engine_costs",
        sa.Column(
            "task",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("tasks.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("engine", sa.Text, primary_key=True),
        sa.Column("credits", sa.Double, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("engine_costs_of_day", "engine_costs", ["engine", "at", "credits"])
