"""The engine of each task, which claims look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column, and put it into the indexes of claims; waiting tasks get an engine at the next start."""
    op.add_column("tasks", sa.Column("engine", sa.Text, nullable=False, server_default=""))
    op.drop_index("tasks_queue", "tasks")
    op.create_index(
        "tasks_queue",
        "tasks",
        ["state", "tenant", "priority", "created", "id", "ready_at", "key_id", "engine"],
    )
    op.drop_index("tasks_deadlines", "tasks")
    op.create_index("tasks_deadlines", "tasks", ["state", "deadline", "id", "ready_at", "tenant", "engine"])
    op.create_index("tasks_engines", "tasks", ["state", "engine"])
