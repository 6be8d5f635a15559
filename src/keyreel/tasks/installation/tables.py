"""The tables of what nodes share, beside those of tasks and accounts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ARRAY, BigInteger, Column, Double, Index, Integer, LargeBinary, Table, Text

from keyreel.tasks.database.columns import Instant
from keyreel.tasks.database.tables import METADATA

SEALED_SECRETS: Final = Table(
    "sealed_secrets",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created", Instant, nullable=False),
)
"""The installation's secrets, encrypted under KEYREEL_SECRET: the database alone gives none of them away."""

WORKERS: Final = Table(
    "workers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("engines", Text, nullable=False),
    Column("started", Instant, nullable=False),
    Column("seen", Double, nullable=False),
    Index("workers_seen", "seen"),
)
"""One row for each worker that runs. `engines` is JSON; `seen` is in seconds of `portable_sql.epoch`."""

SUBMIT_COUNTS: Final = Table(
    "submit_counts",
    METADATA,
    Column("owner_kind", Text, primary_key=True),
    Column("owner_id", Text, primary_key=True),
    Column("most", Integer, nullable=False),
    Column("seconds", ARRAY(BigInteger).with_variant(Text, "sqlite"), nullable=False),
    Column("submits", ARRAY(Integer).with_variant(Text, "sqlite"), nullable=False),
)
"""The submits of the last minute of each key and tenant with a rate limit, by seconds since 1970.

Postgres alone has rows in it, and forgets them when it crashes: one process counts in its memory.
"""
