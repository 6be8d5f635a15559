"""Callbacks of tasks, the deliveries of their events, and each attempt at one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; tasks of before have no callbacks."""
    op.create_table(
        "callbacks",
        sa.Column("task", _ID, sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("base", sa.Text, nullable=False),
        sa.Column("sealed_key", sa.Text, nullable=False),
        sa.Column("states", sa.Text, nullable=False),
        sa.Column("wait_seconds", sa.Double, nullable=False),
        sa.Column("disabled", sa.BigInteger),
    )
    op.create_index("callbacks_of_url", "callbacks", ["tenant", "url"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("task", _ID, sa.ForeignKey("callbacks.task", ondelete="CASCADE"), nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("tried", sa.Integer, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.UniqueConstraint("task", "state", name="deliveries_once"),
    )
    op.create_index("deliveries_due", "deliveries", ["status", "tenant", "host", "next_at"])
    op.create_table(
        "delivery_attempts",
        sa.Column("delivery", sa.Text, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
