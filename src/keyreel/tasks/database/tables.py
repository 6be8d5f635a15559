"""The tables, as SQLAlchemy Core sees them; `migrations` says how a database gets there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
    type_coerce,
)

from keyreel.task import RetentionStage, Submission, Task, TaskId, TaskState

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect

    from keyreel.tasks.database.prepared import RowValues

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware time as whole microseconds since 1970: exact and sortable in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Write a time."""
        del dialect
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read a time."""
        del dialect
        return None if value is None else _EPOCH + value * _MICROSECOND


def add_interval(instant: Column[datetime], interval: timedelta) -> ColumnElement[datetime]:
    """Add an interval to an Instant, in the database: both are whole microseconds there."""
    return type_coerce(type_coerce(instant, BigInteger) + interval // _MICROSECOND, Instant)


class SentenceList(TypeDecorator[tuple[str, ...]]):
    """Sentences for people, as a JSON list."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        """Write sentences."""
        del dialect
        return json.dumps(value or (), ensure_ascii=False)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[str, ...]:
        """Read sentences."""
        del dialect
        return tuple(json.loads(value or "[]"))


# SQLite makes only a column declared INTEGER its own row number, which saves an index.
_ID: Final = BigInteger().with_variant(Integer(), "sqlite")

METADATA: Final = MetaData()

TASKS: Final = Table(
    "tasks",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("tenant", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("dialect", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("resolution", Text, nullable=False, server_default=""),
    Column("credits", Integer, nullable=False, server_default="0"),
    Column("charged", Integer, nullable=False, server_default="0"),
    Column("off_peak", Boolean, nullable=False, server_default="0"),
    Column("payload", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("progress", Double, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fault", Text, nullable=False),
    Column("video", Text, nullable=False),
    Column("cover", Text, nullable=False),
    Column("clean", Text, nullable=False, server_default=""),
    Column("size", Text, nullable=False, server_default=""),
    Column("engine", Text, nullable=False, server_default=""),
    Column("video_sha256", Text, nullable=False),
    Column("fingerprint", Text, nullable=False, server_default=""),
    Column("notes", SentenceList, nullable=False, server_default="[]"),
    Column("created", Instant, nullable=False),
    Column("ready_at", Instant, nullable=False),
    Column("started", Instant),
    Column("finished", Instant),
    Column("deadline", Instant),
    Column("draft_of", _ID),
    Column("kept", Text, nullable=False, server_default=RetentionStage.ALL),
    Column("owner", Text, nullable=False),
    Column("lease_until", Double),
    # In the order in which a claim asks: whose turn is it, which task is that tenant's next, by which key,
    # and whether its engine has a free slot.
    Index("tasks_queue", "state", "tenant", "priority", "created", "id", "ready_at", "key_id", "engine"),
    Index("tasks_served", "tenant", "started"),
    # All that a day's cost is made of: 20,000 tasks of a day are added up in 2 ms, without it in 7.
    Index("tasks_of_day", "tenant", "created", "key_id", "state", "credits", "charged"),
    Index("tasks_listed", "tenant", "id"),
    Index("tasks_deadlines", "state", "deadline", "id", "ready_at", "tenant", "engine"),
    # Whether anything waits for an engine that has a free slot, while others have none.
    Index("tasks_engines", "state", "engine"),
    Index("tasks_kept", "kept", "state", "finished"),
    # Without the other tasks: whoever asks for those that are no drafts is not to go through all of them.
    Index(
        "tasks_drafts",
        "draft_of",
        unique=True,
        sqlite_where=text("draft_of IS NOT NULL"),
        postgresql_where=text("draft_of IS NOT NULL"),
    ),
)
"""One row a task. `started` is the latest claim's; `lease_until` is in seconds of `portable_sql.epoch`.

Only off-peak and held tasks have a `deadline`. `fields` and `payload` can have megabytes. `draft_of` is the
task whose draft a task makes.
"""
LARGE_TASK_COLUMNS: Final = frozenset({"fields", "payload"})
"""The columns that a list reads only where it shows them."""

STEPS: Final = Table(
    "steps",
    METADATA,
    Column("task", _ID, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("result", Text, nullable=False),
)
"""The results of a task's finished steps, for the attempts that follow."""

ENGINE_COSTS: Final = Table(
    "engine_costs",
    METADATA,
    Column("task", _ID, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("engine", Text, primary_key=True),
    Column("credits", Double, nullable=False),
    Column("at", Instant, nullable=False),
    Index("engine_costs_of_day", "engine", "at", "credits"),
)
"""What engines cost the operator for tasks, in credits: hosted services send bills of their own."""

TENANTS: Final = Table(
    "tenants",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("notes", Text, nullable=False),
    Column("created", Instant, nullable=False),
    Column("rpm", Integer),
    Column("running", Integer),
    Column("queued", Integer),
    Column("daily_credits", Integer),
    Column("storage_bytes", BigInteger),
    Column("disabled", Instant),
)
"""Owners of keys, tasks and credits. A quota that is NULL is not set here; 0 means no limit.

`disabled` says since when the tenant's keys are refused and its tasks wait.
"""

API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False, unique=True),
    Column("created", Instant, nullable=False),
    Column("revoked", Instant),
    Column("scopes", Text, nullable=False, server_default="submit read"),
    Column("rpm", Integer),
    Column("running", Integer),
    Column("queued", Integer),
    Column("daily_credits", Integer),
)
"""API keys, by their hash alone; quotas as in TENANTS."""

STORED_FILES: Final = Table(
    "stored_files",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    # All that a tenant's sum is made of.
    Index("stored_files_of_tenant", "tenant", "bytes"),
)
"""The bytes of each stored file, for every tenant that they count for."""

TEST_TASKS: Final = Table(
    "test_tasks",
    METADATA,
    Column("task", _ID, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)
"""The tasks in test mode, of which nothing is kept for long."""

IDEMPOTENCY: Final = Table(
    "idempotency",
    METADATA,
    Column("key_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("task", _ID, nullable=False),
    Column("body", Text, nullable=False),
    Column("expires", Instant, nullable=False),
    Index("idempotency_expires", "expires"),
)
"""The response to the first submit under an idempotency key: a repeated submit gets the same one."""


POSTINGS: Final = Table(
    "postings",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("txn", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("task", _ID, ForeignKey("tasks.id")),
    Column("account", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("created", Instant, nullable=False),
    UniqueConstraint("txn", "account", name="postings_once"),
    Index("postings_of_task", "task"),
    Index("postings_of_account", "account", "created"),
)
"""The ledger, only ever added to. The amounts of one transaction add up to 0."""

ACCOUNTS: Final = Table(
    "accounts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("balance", BigInteger, nullable=False),
    Column("prepaid", Boolean, nullable=False),
)
"""The sum of each account's postings, kept beside them; `prepaid` accounts must not go below 0."""

GRANTS: Final = Table(
    "grants",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("txn", Text, primary_key=True),
    Column("credits", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("created", Instant, nullable=False),
)
"""Every grant, by the operator's own name for it: what was granted once is not granted again."""

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("machine_at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Index("audit_of_tenant", "tenant", "id"),
    Index("audit_of_action", "action", "id"),
    # SQLite then remembers the last id that it gave, which tells when the newest rows are gone.
    sqlite_autoincrement=True,
)
"""What operators changed, only ever added to: triggers refuse every update and delete.

`previous` is the SHA-256 of the row before, `details` JSON.
"""

CALLBACKS: Final = Table(
    "callbacks",
    METADATA,
    Column("task", _ID, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("sealed_key", Text, nullable=False),
    Column("states", Text, nullable=False),
    Column("wait_seconds", Double, nullable=False),
    Column("disabled", Instant),
    Index("callbacks_of_url", "tenant", "url"),
)
"""Where a task's events are to be sent; only tasks with a callback have a row."""

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("task", _ID, ForeignKey("callbacks.task", ondelete="CASCADE"), nullable=False),
    Column("event", Integer, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("tried", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("finished", Instant),
    UniqueConstraint("task", "state", name="deliveries_once"),
    # In the order of the query for due deliveries: by receiver, then by time.
    Index("deliveries_due", "status", "tenant", "host", "next_at"),
)
"""One row an event: a state of a task that is to be delivered."""

DELIVERY_ATTEMPTS: Final = Table(
    "delivery_attempts",
    METADATA,
    Column("delivery", Text, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("error", Text, nullable=False),
)
"""Every attempt to deliver; `status` is the HTTP status, 0 where no response came."""


def task_from_row(row: RowValues) -> Task:
    """Read a row of TASKS."""
    return Task(
        id=TaskId(str(row["id"])),
        submission=_submission_from_row(row),
        state=TaskState(row["state"]),
        attempt=row["attempt"],
        crashes=row["crashes"],
        progress=row["progress"],
        created=row["created"],
        started=row["started"],
        finished=row["finished"],
        deadline=row["deadline"],
        ready_at=row["ready_at"],
        kept=RetentionStage(row["kept"]),
        reason=row["reason"],
        fault=row["fault"],
        video=row["video"],
        cover=row["cover"],
        clean=row["clean"],
        size=row["size"],
        engine=row["engine"],
        draft_of=None if row["draft_of"] is None else TaskId(str(row["draft_of"])),
        video_sha256=row["video_sha256"],
        fingerprint=row["fingerprint"],
        charged=row["charged"],
        notes=row["notes"],
    )


def _submission_from_row(row: RowValues) -> Submission:
    return Submission(
        tenant=row["tenant"],
        key_id=row["key_id"],
        dialect=row["dialect"],
        endpoint=row["endpoint"],
        fields=row["fields"],
        seed=row["seed"],
        seconds=row["seconds"],
        resolution=row["resolution"],
        credits=row["credits"],
        off_peak=row["off_peak"],
        payload=row["payload"],
        idempotency_key=row["idempotency_key"],
    )
