"""The ledger, with entries of 0 credits for older tasks: nothing was charged for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables and columns, and post the entries of tasks that exist."""
    op.add_column("tasks", sa.Column("credits", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("charged", sa.Integer, nullable=False, server_default="0"))
    op.add_column("tasks", sa.Column("off_peak", sa.Boolean, nullable=False, server_default="0"))
    op.create_table(
        "postings",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("txn", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("task", _ID, sa.ForeignKey("tasks.id")),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("txn", "account", name="postings_once"),
    )
    op.create_index("postings_of_task", "postings", ["task"])
    op.create_index("postings_of_account", "postings", ["account", "created"])
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("prepaid", sa.Boolean, nullable=False),
    )
    for kind, source, target, states in (
        ("hold", "free", "held", "queued running succeeded failed cancelled"),
        ("charge", "held", "revenue", "succeeded"),
        ("refund", "held", "free", "failed cancelled"),
    ):
        for side in (source, target):
            _backfill(kind, side, states.split())
    accounts = sa.table("accounts", *map(sa.column, ("name", "balance", "prepaid")))
    named = sa.select(_postings().c.account, sa.literal(0), sa.false()).distinct()
    op.execute(accounts.insert().from_select(["name", "balance", "prepaid"], named))


def _backfill(kind: str, side: str, states: list[str]) -> None:
    tasks, postings = _tasks(), _postings()
    account = sa.literal(side) if side == "revenue" else "tenant:" + tasks.c.tenant + f":{side}"
    txn = sa.cast(tasks.c.id, sa.Text) + f"-{kind}"
    chosen = sa.select(txn, sa.literal(kind), tasks.c.id, account, sa.literal(0), tasks.c.created)
    names = ["txn", "kind", "task", "account", "amount", "created"]
    op.execute(postings.insert().from_select(names, chosen.where(tasks.c.state.in_(states))))


def _tasks() -> sa.TableClause:
    return sa.table(
        "tasks",
        sa.column("id", sa.BigInteger),
        sa.column("tenant", sa.Text),
        sa.column("state", sa.Text),
        sa.column("created", sa.BigInteger),
    )


def _postings() -> sa.TableClause:
    return sa.table("postings", *map(sa.column, ("txn", "kind", "task", "account", "amount", "created")))
