"""What each tenant's stored files take, and which tasks are in test mode."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables. The files themselves are counted when a server opens the folder."""
    op.add_column("tenants", sa.Column("storage_bytes", sa.BigInteger))
    op.create_table(
        "stored_files",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
    op.create_index("stored_files_of_tenant", "stored_files", ["tenant", "bytes"])
    op.create_table(
        "test_tasks",
        sa.Column(
            "task", _ID, sa.ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
        ),
    )
    _find_test_tasks()


def _find_test_tasks() -> None:
    tasks = sa.table("tasks", *map(sa.column, ("id", "video", "reason")))
    played = sa.or_(tasks.c.video == "videos/rehearsal/1.mp4", tasks.c.reason.like("Test mode: %"))
    test_tasks = sa.table("test_tasks", sa.column("task"))
    op.execute(test_tasks.insert().from_select(["task"], sa.select(tasks.c.id).where(played)))
