"""The size of a video's frame."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; of tasks of before only the request says what size was meant."""
    op.add_column("tasks", sa.Column("size", sa.Text, nullable=False, server_default=""))
