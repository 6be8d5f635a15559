"""Notes of tasks about what could not be done, and fingerprints of their videos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns; tasks of before have neither."""
    op.add_column("tasks", sa.Column("fingerprint", sa.Text, nullable=False, server_default=""))
    op.add_column("tasks", sa.Column("notes", sa.Text, nullable=False, server_default="[]"))
