"""The audit log, which is only ever added to; grants by tenant; tenants that are disabled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables and their triggers, and list the grants that the ledger knows."""
    op.add_column("tenants", sa.Column("disabled", sa.BigInteger))
    op.create_table(
        "grants",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("txn", sa.Text, primary_key=True),
        sa.Column("credits", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("machine_at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_of_tenant", "audit", ["tenant", "id"])
    op.create_index("audit_of_action", "audit", ["action", "id"])
    _refuse_changes()
    _list_grants()


def _refuse_changes() -> None:
    refusal = "'the audit log is only ever added to'"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION {refusal}; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            f"BEGIN SELECT RAISE(ABORT, {refusal}); END"
        )


def _list_grants() -> None:
    """Each was posted as `grant-` and the operator's name for it, to `tenant:NAME:free`."""
    postings = sa.table("postings", *map(sa.column, ("txn", "kind", "account", "amount", "created")))
    names = ("tenant", "txn", "credits", "note", "created")
    grants = sa.table("grants", *map(sa.column, names))
    tenant = sa.func.substr(postings.c.account, 8, sa.func.length(postings.c.account) - 12)
    found = sa.select(
        tenant,
        sa.func.substr(postings.c.txn, 7),
        postings.c.amount,
        sa.literal(""),
        postings.c.created,
    ).where(postings.c.kind == "grant", postings.c.account.like("tenant:%:free"))
    op.execute(grants.insert().from_select(list(names), found))
