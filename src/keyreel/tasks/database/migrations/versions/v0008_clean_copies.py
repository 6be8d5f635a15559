"""The copy of a video without its visible mark."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; tasks of before have no such copy."""
    op.add_column("tasks", sa.Column("clean", sa.Text, nullable=False, server_default=""))
