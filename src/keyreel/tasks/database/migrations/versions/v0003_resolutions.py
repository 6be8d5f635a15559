"""The size class that was asked for, which lists are narrowed by."""

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
