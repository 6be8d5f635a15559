"""Tenants, scopes and quotas of keys, and the responses under idempotency keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LIMITS = ("rpm", "running", "queued", "daily_credits")


def upgrade() -> None:
    """Create the tables and columns; whoever has a key or a task becomes a tenant, keys keep their rights."""
    op.create_table(
        "tenants",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer) for name in _LIMITS),
    )
    op.add_column("api_keys", sa.Column("scopes", sa.Text, nullable=False, server_default="submit read"))
    for name in _LIMITS:
        op.add_column("api_keys", sa.Column(name, sa.Integer))
    op.create_table(
        "idempotency",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("task", _ID, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )
    op.create_index("idempotency_expires", "idempotency", ["expires"])
    op.drop_index("tasks_queue", "tasks")
    queue = ["state", "tenant", "priority", "created", "id", "ready_at", "key_id"]
    op.create_index("tasks_queue", "tasks", queue)
    day = ["tenant", "created", "key_id", "state", "credits", "charged"]
    op.create_index("tasks_of_day", "tasks", day)
    _name_tenants()


def _name_tenants() -> None:
    tenants = sa.table("tenants", *map(sa.column, ("name", "notes", "created")))
    known = [
        sa.select(source.c.tenant.label("name"), source.c.created.label("created"))
        for source in (
            sa.table(name, sa.column("tenant"), sa.column("created")) for name in ("api_keys", "tasks")
        )
    ]
    everybody = sa.union_all(*known).subquery()
    first = sa.select(everybody.c.name, sa.literal(""), sa.func.min(everybody.c.created))
    op.execute(tenants.insert().from_select(["name", "notes", "created"], first.group_by(everybody.c.name)))
