"""Quotas of API keys and tenants, enforced in the transaction that would exceed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import bindparam, case, func, literal, select

from keyreel.errors import QuotaExceeded, RateLimited
from keyreel.task import TaskState
from keyreel.tasks.database.tables import API_KEYS, TASKS, TENANTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from keyreel.task import Submission
    from keyreel.tasks.database.committed_rows import RowValues
    from keyreel.tasks.database.connection import Database

_QUEUE_RETRY_SECONDS: Final = 30
"""Retry-After of a submit that met a full queue: about the time of a render."""
_DAY: Final = timedelta(days=1)
# A failed or cancelled task counts nothing; a success counts with what was charged.
_COUNTED_CREDITS: Final = case(
    (TASKS.c.state == TaskState.SUCCEEDED, TASKS.c.charged),
    (TASKS.c.state.in_((TaskState.FAILED, TaskState.CANCELLED)), 0),
    else_=TASKS.c.credits,
)


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most that an owner may use; 0 is no limit, None is not set here."""

    rpm: int | None = None
    """Submits in any 60 seconds; the server's rate limit."""
    running: int | None = None
    """Tasks that run at a time; further ones stay queued."""
    queued: int | None = None
    """Tasks that are queued at a time; a further submit is rejected."""
    daily_credits: int | None = None
    """Credits of the tasks of one day, by UTC."""


QUOTA_COLUMNS: Final = ("rpm", "running", "queued", "daily_credits")
NO_QUOTAS: Final = Quotas(0, 0, 0, 0)
QUOTAS_UNSET: Final = Quotas()


@dataclass(frozen=True, slots=True)
class OwnerQuotas:
    """The quotas of one key, or of one tenant over all its keys."""

    owner_kind: Literal["key", "tenant"]
    owner_id: str
    quotas: Quotas


_SELECT_QUOTAS: Final = select(
    *(API_KEYS.c[name].label(f"key_{name}") for name in QUOTA_COLUMNS),
    *(TENANTS.c[name].label(f"tenant_{name}") for name in QUOTA_COLUMNS),
).select_from(
    select(literal(1).label("one"))
    .subquery()
    .outerjoin(API_KEYS, API_KEYS.c.id == bindparam("key_id"))
    .outerjoin(TENANTS, TENANTS.c.name == bindparam("tenant"))
)


def get_quotas(
    database: Database, tenant: str, key_id: str, default_quotas: Quotas
) -> tuple[OwnerQuotas, OwnerQuotas]:
    """Return the quotas of a key and of its tenant; what a key has not set is as in `default_quotas`."""
    with database.read() as connection:
        row = connection.execute(_SELECT_QUOTAS, {"tenant": tenant, "key_id": key_id}).mappings().one()
    own = {name: row[f"key_{name}"] for name in QUOTA_COLUMNS}
    of_key = {name: getattr(default_quotas, name) if value is None else value for name, value in own.items()}
    of_tenant = {name: row[f"tenant_{name}"] for name in QUOTA_COLUMNS}
    return OwnerQuotas("key", key_id, Quotas(**of_key)), OwnerQuotas("tenant", tenant, Quotas(**of_tenant))


def quotas_from_row(row: RowValues) -> Quotas:
    """Read the quotas in a row of API_KEYS or TENANTS."""
    return Quotas(*(row[name] for name in QUOTA_COLUMNS))


def enforce_quotas(
    connection: Connection, owners: tuple[OwnerQuotas, ...], submission: Submission, now: datetime
) -> None:
    """Reject a submission that would exceed a quota.

    Raises:
        RateLimited: as many tasks are queued as may be.
        QuotaExceeded: the day's credits are spent.
    """
    for owner in owners:
        if owner.quotas.queued:
            waiting = connection.execute(_build_queued_query(owner, submission)).scalar_one()
            if waiting >= owner.quotas.queued:
                message = f"{waiting} tasks of this {owner.owner_kind} wait; {owner.quotas.queued} may."
                raise RateLimited(message, retry_after_seconds=_QUEUE_RETRY_SECONDS)
        if owner.quotas.daily_credits:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            spent = int(connection.execute(_build_spent_query(owner, submission, midnight)).scalar_one())
            most = owner.quotas.daily_credits
            if spent + submission.credits > most:
                raise QuotaExceeded(
                    f"This video costs {submission.credits} credits; "
                    f"of this {owner.owner_kind}'s {most} for today {max(0, most - spent)} are left.",
                    retry_after_seconds=int((midnight + _DAY - now).total_seconds()) + 1,
                )


def _build_queued_query(owner: OwnerQuotas, submission: Submission) -> Select[int]:
    query = select(literal(1)).where(TASKS.c.state == TaskState.QUEUED, TASKS.c.tenant == submission.tenant)
    if owner.owner_kind == "key":
        query = query.where(TASKS.c.key_id == owner.owner_id)
    # Counted only up to the quota: a queue may hold thousands.
    return select(func.count()).select_from(query.limit(owner.quotas.queued).subquery())


def _build_spent_query(owner: OwnerQuotas, submission: Submission, midnight: datetime) -> Select[int]:
    query = select(func.coalesce(func.sum(_COUNTED_CREDITS), 0))
    query = query.where(TASKS.c.tenant == submission.tenant, TASKS.c.created >= midnight)
    return query.where(TASKS.c.key_id == owner.owner_id) if owner.owner_kind == "key" else query


@dataclass(frozen=True, slots=True)
class SaturatedOwners:
    """Keys and tenants that run as many tasks as they may; a disabled tenant may run none."""

    keys: tuple[str, ...] = ()
    tenants: frozenset[str] = frozenset()


NO_SATURATED_OWNERS: Final = SaturatedOwners()

_SATURATED_KEYS: Final = (
    select(TASKS.c.key_id)
    .join_from(TASKS, API_KEYS, API_KEYS.c.id == TASKS.c.key_id, isouter=True)
    .where(TASKS.c.state == TaskState.RUNNING)
    .group_by(TASKS.c.key_id, API_KEYS.c.running)
    .having(func.coalesce(API_KEYS.c.running, bindparam("usual")) > 0)
    .having(func.count() >= func.coalesce(API_KEYS.c.running, bindparam("usual")))
)
_DISABLED_TENANTS: Final = select(TENANTS.c.name).where(TENANTS.c.disabled.is_not(None))
_SATURATED_TENANTS: Final = (
    select(TASKS.c.tenant)
    .join_from(TASKS, TENANTS, TENANTS.c.name == TASKS.c.tenant)
    .where(TASKS.c.state == TaskState.RUNNING, TENANTS.c.running > 0)
    .group_by(TASKS.c.tenant, TENANTS.c.running)
    .having(func.count() >= TENANTS.c.running)
)


def find_saturated_owners(connection: Connection, default_quotas: Quotas) -> SaturatedOwners:
    """Find the keys and tenants of which no further task may run now; those of a disabled tenant wait too."""
    keys = connection.execute(_SATURATED_KEYS, {"usual": default_quotas.running or 0}).scalars()
    tenants = connection.execute(_SATURATED_TENANTS.union(_DISABLED_TENANTS)).scalars()
    return SaturatedOwners(tuple(keys), frozenset(tenants))
