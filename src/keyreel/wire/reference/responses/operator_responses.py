"""The JSON bodies of the operator's routes under /v1/admin; knows no handler."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads annotations at run time
from typing import Annotated, Any, Literal

from pydantic import Field

from keyreel.task import RetentionStage, TaskState  # noqa: TC001 - pydantic reads annotations at run time
from keyreel.wire.reference.responses.own_responses import Count, Instant, OwnResponse, VideoMatch


class ApiKeyEntry(OwnResponse):
    """An API key's record. A limit of null means the server's default, 0 means no limit."""

    id: str
    tenant: str
    name: str
    scopes: tuple[Literal["admin", "read", "submit"], ...]
    rpm: Count | None
    running: Count | None
    queued: Count | None
    daily_credits: Count | None
    created: Instant
    revoked: Instant | None


class NewApiKey(ApiKeyEntry):
    """An API key's record with the key itself, which only this response contains."""

    key: str


class ApiKeyListing(OwnResponse):
    """All keys."""

    keys: tuple[ApiKeyEntry, ...]


class TenantEntry(OwnResponse):
    """A tenant with its credits and stored bytes. A limit of 0 means none, null means the default."""

    name: str
    notes: str
    created: Instant
    credits: int
    held: Count
    prepaid: bool
    disabled: Instant | None
    rpm: Count | None
    running: Count | None
    queued: Count | None
    daily_credits: Count | None
    storage_bytes: Count | None
    stored_bytes: Count


class DisabledTenant(TenantEntry):
    """A disabled tenant, and how many of its tasks were cancelled."""

    cancelled: Count


class GrantedTenant(TenantEntry):
    """A tenant with a grant; `replayed`: it was there already, as these fields say, and nothing was changed.

    `carried_over` credits were used before the first grant, and stay outside the balance.
    """

    txn: str
    granted: int
    note: str
    granted_at: Instant
    replayed: bool
    began_prepaid: bool
    carried_over: Count
    message: str


class TenantListing(OwnResponse):
    """All tenants."""

    tenants: tuple[TenantEntry, ...]


class EngineOfWorker(OwnResponse):
    """An engine on one worker: the node's name, the slots, and the health."""

    node: str
    slots: Count
    healthy: bool
    detail: str


class EngineEntry(OwnResponse):
    """An engine in use; `detail` says what is wrong where it is not healthy.

    `slots` are those of all workers that run, and `workers` tells of each of them.
    """

    name: str
    type: str
    slots: Count
    operations: Mapping[str, tuple[str, ...]]
    """The models that it makes, by operation."""
    healthy: bool
    detail: str
    workers: tuple[EngineOfWorker, ...]


class EngineListing(OwnResponse):
    """The engines in use."""

    engines: tuple[EngineEntry, ...]


class TaskEntry(OwnResponse):
    """A task without its prompt and images."""

    id: str
    tenant: str
    endpoint: str
    dialect: str
    seconds: Count
    off_peak: bool
    state: TaskState
    attempt: Count
    crashes: Count
    progress: Annotated[float, Field(ge=0, le=1)]
    reason: str
    fault: str
    notes: tuple[str, ...]
    kept: RetentionStage
    engine: str
    draft_of: str | None
    created: Instant
    started: Instant | None
    finished: Instant | None
    deadline: Instant | None


class TaskListing(OwnResponse):
    """The newest tasks of all tenants."""

    tasks: tuple[TaskEntry, ...]


class MissingFile(OwnResponse):
    """A file of a task that is missing in the storage."""

    task_id: str
    key: str


class MissingFileListing(OwnResponse):
    """The first files that are missing."""

    missing: tuple[MissingFile, ...]


class ServerTime(OwnResponse):
    """The server's time. `ahead_seconds` is how far it was moved in development mode."""

    now: Instant
    ahead_seconds: Annotated[float, Field(ge=0)]
    dev: bool


class DeliveryAttemptEntry(OwnResponse):
    """One attempt to deliver an event. `status` is the receiver's HTTP status, null if there was none."""

    at: Instant
    milliseconds: Count
    status: int | None
    error: str


class DeliveryEntry(OwnResponse):
    """A delivery of an event to a callback, without its body."""

    id: str
    task: str
    tenant: str
    url: str
    state: TaskState
    status: Literal["pending", "delivered", "failed", "disabled", "superseded"]
    created: Instant
    next_at: Instant | None
    finished: Instant | None
    attempts: tuple[DeliveryAttemptEntry, ...]


class DeliveryListing(OwnResponse):
    """The newest deliveries."""

    callbacks: tuple[DeliveryEntry, ...]


class SigningSecret(OwnResponse):
    """The signing secret of a tenant's webhooks."""

    tenant: str
    secret: str


class MatchListing(OwnResponse):
    """Tasks whose video has a SHA-256 or resembles a fingerprint, the most similar first."""

    matches: tuple[VideoMatch, ...]


class PostingLine(OwnResponse):
    """One posting of the ledger, a line of the export. The amounts of a transaction add up to 0."""

    txn: str
    kind: Literal["grant", "hold", "charge", "release", "refund", "carry_over"]
    task_id: str | None
    account: str
    amount: int
    created: Instant


class LedgerVerdict(OwnResponse):
    """Whether the ledger adds up. `open_holds` belong to tasks that have not ended."""

    ok: bool
    tasks: Count
    open_holds: Count
    problems: tuple[str, ...]


class UsageEntry(OwnResponse):
    """What one task has cost: number of charges, credits, and the operator's cost."""

    task_id: str
    tenant: str
    status: TaskState
    charges: Count
    credits: Count
    engine_credits: float


class UsageListing(OwnResponse):
    """What each task has cost, oldest first, and the bytes that the tenants have stored."""

    tasks: tuple[UsageEntry, ...]
    stored_bytes: dict[str, Count]


class DailyUsageEntry(OwnResponse):
    """Credits charged for a tenant's tasks that ended on one UTC day."""

    day: Annotated[str, Field(json_schema_extra={"format": "date"})]
    tenant: str
    tasks: Count
    credits: Count


class DailyUsageListing(OwnResponse):
    """Credits charged on each day, oldest first. Days without charges are omitted."""

    days: tuple[DailyUsageEntry, ...]


class AuditLogEntry(OwnResponse):
    """Who changed what and when: `at` by the server's clock, `machine_at` by the machine's own.

    `sha256` is the entry's hash, which the next one was chained to.
    """

    id: Count
    at: Instant
    machine_at: Instant
    actor: str
    address: str
    action: str
    tenant: str
    object: str
    details: dict[str, Any]
    sha256: str


class AuditLogPage(OwnResponse):
    """Entries, newest first. Pass `next` as `before` to get older ones; null if there are none."""

    entries: tuple[AuditLogEntry, ...]
    next: Count | None


class AuditLogVerdict(OwnResponse):
    """Whether the audit log is intact. `head` is the hash of its newest entry."""

    ok: bool
    entries: Count
    head: str
    problems: tuple[str, ...]
