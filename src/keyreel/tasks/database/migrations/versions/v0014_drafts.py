"""Drafts of orders, and orders that are held until they are approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; tasks of before have no drafts."""
    op.add_column("tasks", sa.Column("draft_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    is_draft = sa.text("draft_of IS NOT NULL")
    op.create_index(
        "tasks_drafts", "tasks", ["draft_of"], unique=True, sqlite_where=is_draft, postgresql_where=is_draft
    )
