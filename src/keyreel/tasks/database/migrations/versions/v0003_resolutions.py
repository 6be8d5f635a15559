"""The requested resolution of a task, by which lists are filtered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; tasks of before have none."""
    op.add_column("tasks", sa.Column("resolution", sa.Text, nullable=False, server_default=""))
