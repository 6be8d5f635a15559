"""How many previews of its video the attempt at a task has stored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; what ran before has stored none."""
    op.add_column("tasks", sa.Column("previews", sa.Integer, nullable=False, server_default="0"))
