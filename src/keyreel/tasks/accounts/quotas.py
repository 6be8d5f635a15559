"""Quotas of API keys and tenants, enforced in the transaction that would exceed them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sqlalchemy import bindparam, case, func, literal, select

from keyreel.errors import QuotaExceeded, RateLimited
from keyreel.task import TaskState
from keyreel.tasks.database.prepared import PreparedQuery
from keyreel.tasks.database.tables import API_KEYS, TASKS, TENANTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from keyreel.task import Submission
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.database.prepared import RowValues

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
    """Tasks that are queued or held at a time; a further submit is rejected."""
    daily_credits: int | None = None
    """Credits of the tasks of one day, by UTC."""

    def or_else(self, usual: Quotas) -> Quotas:
        """Return these quotas; what is not set here is as in `usual`."""
        return Quotas(
            usual.rpm if self.rpm is None else self.rpm,
            usual.running if self.running is None else self.running,
            usual.queued if self.queued is None else self.queued,
            usual.daily_credits if self.daily_credits is None else self.daily_credits,
        )


_WAITING: Final = (TaskState.HELD, TaskState.QUEUED)
QUOTA_COLUMNS: Final = ("rpm", "running", "queued", "daily_credits")
NO_QUOTAS: Final = Quotas(0, 0, 0, 0)
QUOTAS_UNSET: Final = Quotas()


OwnerKey: TypeAlias = tuple[str, str]
"""An owner's kind and id."""


@dataclass(frozen=True, slots=True)
class OwnerQuotas:
    """The quotas of one key, or of one tenant over all its keys."""

    owner_kind: Literal["key", "tenant"]
    owner_id: str
    quotas: Quotas

    @property
    def key(self) -> OwnerKey:
        """What tells this owner from all others."""
        return self.owner_kind, self.owner_id


def get_quotas(
    database: Database, tenant: str, key_id: str, default_quotas: Quotas
) -> tuple[OwnerQuotas, OwnerQuotas]:
    """Return the quotas of a key and of its tenant; what a key has not set is as in `default_quotas`."""
    found = database.find(_FIND_QUOTAS, {"tenant": tenant, "key_id": key_id})
    assert found is not None, "the query has a row, whatever it finds"
    of_key, of_tenant = found
    return (
        OwnerQuotas("key", key_id, of_key.or_else(default_quotas)),
        OwnerQuotas("tenant", tenant, of_tenant),
    )


def quotas_from_row(row: RowValues, prefix: str = "") -> Quotas:
    """Read the quotas in a row of API_KEYS or TENANTS, whose columns may bear a prefix."""
    return Quotas(*(row[prefix + name] for name in QUOTA_COLUMNS))


_FIND_QUOTAS: Final = PreparedQuery(
    select(
        *(API_KEYS.c[name].label(f"key_{name}") for name in QUOTA_COLUMNS),
        *(TENANTS.c[name].label(f"tenant_{name}") for name in QUOTA_COLUMNS),
    ).select_from(
        select(literal(1).label("one"))
        .subquery()
        .outerjoin(API_KEYS, API_KEYS.c.id == bindparam("key_id"))
        .outerjoin(TENANTS, TENANTS.c.name == bindparam("tenant"))
    ),
    lambda row: (quotas_from_row(row, "key_"), quotas_from_row(row, "tenant_")),
)


class QuotaUse:
    """What owners have used of their quotas, within one transaction: read once, then carried on in memory."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[tuple[object, ...], int] = {}
        self._queued_since: Counter[OwnerKey] = Counter()
        self._spent_since: Counter[tuple[OwnerKey, datetime]] = Counter()

    def enforce(self, owners: tuple[OwnerQuotas, ...], submission: Submission, now: datetime) -> None:
        """Reject a submission that would exceed a quota.

        Raises:
            RateLimited: as many tasks are queued as may be.
            QuotaExceeded: the day's credits are spent.
        """
        for owner in owners:
            if owner.quotas.queued:
                self._enforce_queued(owner, owner.quotas.queued, submission)
            if owner.quotas.daily_credits:
                self._enforce_daily_credits(owner, owner.quotas.daily_credits, submission, now)

    def add(self, submission: Submission, created: datetime, *, is_queued: bool) -> None:
        """Count a submission that was accepted since the use was read."""
        for owner in (("key", submission.key_id), ("tenant", submission.tenant)):
            self._queued_since[owner] += is_queued
            self._spent_since[owner, _get_midnight(created)] += submission.credits

    def _enforce_queued(self, owner: OwnerQuotas, most: int, submission: Submission) -> None:
        waiting = self._count_queued(owner, most, submission) + self._queued_since[owner.key]
        if waiting >= most:
            message = f"{waiting} tasks of this {owner.owner_kind} are waiting; the limit is {most}."
            raise RateLimited(message, retry_after_seconds=_QUEUE_RETRY_SECONDS)

    def _enforce_daily_credits(
        self, owner: OwnerQuotas, most: int, submission: Submission, now: datetime
    ) -> None:
        midnight = _get_midnight(now)
        spent = self._sum_spent(owner, submission, midnight) + self._spent_since[owner.key, midnight]
        if spent + submission.credits > most:
            raise QuotaExceeded(
                f"This video costs {submission.credits} credits; {max(0, most - spent)} of this "
                f"{owner.owner_kind}'s {most} credits for today are left.",
                retry_after_seconds=int((midnight + _DAY - now).total_seconds()) + 1,
            )

    def _count_queued(self, owner: OwnerQuotas, most: int, submission: Submission) -> int:
        known = "queued", owner.key, most
        if known not in self._read:
            query = _build_queued_query(owner, submission)
            self._read[known] = self._connection.execute(query).scalar_one()
        return self._read[known]

    def _sum_spent(self, owner: OwnerQuotas, submission: Submission, midnight: datetime) -> int:
        known = "spent", owner.key, midnight
        if known not in self._read:
            query = _build_spent_query(owner, submission, midnight)
            self._read[known] = int(self._connection.execute(query).scalar_one())
        return self._read[known]


def _get_midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _build_queued_query(owner: OwnerQuotas, submission: Submission) -> Select[int]:
    query = select(literal(1)).where(TASKS.c.state.in_(_WAITING), TASKS.c.tenant == submission.tenant)
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
