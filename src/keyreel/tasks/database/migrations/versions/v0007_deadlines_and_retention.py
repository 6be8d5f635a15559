"""Deadlines of off-peak tasks, and what is still kept of a task."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PATIENCE = 48 * 3600 * 1_000_000


def upgrade() -> None:
    """Create the columns; off-peak tasks that wait get the deadline they were promised."""
    op.add_column("tasks", sa.Column("deadline", sa.BigInteger))
    op.add_column("tasks", sa.Column("kept", sa.Text, nullable=False, server_default="all"))
    op.create_index("tasks_deadlines", "tasks", ["state", "deadline", "id", "ready_at", "tenant"])
    op.create_index("tasks_kept", "tasks", ["kept", "state", "finished"])
    names = ("off_peak", "state", "created", "deadline", "priority")
    tasks = sa.table("tasks", *map(sa.column, names))
    waiting = tasks.c.off_peak.is_(sa.true()) & tasks.c.state.in_(("queued", "running"))
    change = tasks.update().where(waiting).values(deadline=tasks.c.created + _PATIENCE, priority=1)
    op.execute(change)
