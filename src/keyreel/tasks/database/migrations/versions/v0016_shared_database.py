"""What several processes need: the audit log's newest entry, leases of deliveries, numbers of nodes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a table with one row, a column, and in Postgres a sequence."""
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", _ID, nullable=False),
    )
    newest = "coalesce(max(id), 0) FROM audit"
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if not is_postgres:
        # It remembers entries that are gone, which the check of the chain is to miss.
        newest = "coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'"
    op.execute(f"INSERT INTO audit_head (one, last) SELECT 1, {newest}")
    op.add_column("deliveries", sa.Column("leased_until", sa.Double))
    is_leased = sa.text("leased_until IS NOT NULL")
    op.create_index(
        "deliveries_leased",
        "deliveries",
        ["leased_until"],
        sqlite_where=is_leased,
        postgresql_where=is_leased,
    )
    if is_postgres:
        op.execute("CREATE SEQUENCE node_numbers AS integer MINVALUE 0 MAXVALUE 1023 CYCLE")
