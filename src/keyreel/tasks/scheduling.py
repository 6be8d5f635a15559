"""Which task runs next: fair between tenants, oldest first within one; off-peak tasks come last.

A render that is cancelled costs the others the start of a new child, and its tenant nothing: tenants that
cancel many are slowed down.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import Select, func, or_, select

from keyreel.task import RetentionStage, TaskState
from keyreel.tasks.accounts.quotas import NO_SATURATED_OWNERS, SaturatedOwners
from keyreel.tasks.database.tables import TASKS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


_CANCELLATION_WINDOW: Final = timedelta(minutes=1)
"""For how long a cancelled render counts."""
_FREE_CANCELLATIONS: Final = 3
"""Cancelled renders of a tenant within the window that have no consequence."""
_PAUSE_PER_CANCELLATION: Final = timedelta(seconds=1)
"""How long a tenant waits after its latest cancelled render, for each within the window."""
_LONGEST_PAUSE: Final = timedelta(seconds=15)


class Priority(IntEnum):
    """The classes of the queue; lower values run first."""

    NORMAL = 0
    OFF_PEAK = 1


def find_next_task(
    connection: Connection,
    now: datetime,
    saturated: SaturatedOwners = NO_SATURATED_OWNERS,
    *,
    off_peak: bool = True,
    engines: tuple[str, ...] | None = None,
) -> int | None:
    """Return the id of the queued task to run next; None when none is ready.

    Only tasks of the named `engines` count, and those that no engine makes; None stands for all.

    It is a task of the tenant that runs the fewest and, among equals, was served longest ago: a tenant with
    one task waits for at most one task of each other tenant, however many those have queued. Tenants that
    have cancelled many renders are passed over for a while. When no other task is ready and `off_peak` tasks
    may run, it is the one whose deadline is nearest.
    """
    if engines is not None and not _waits_for(connection, engines):
        return None
    paused = find_paused_tenants(connection, now)
    saturated = replace(saturated, tenants=saturated.tenants | paused)
    for tenant in connection.execute(_WAITING_TENANTS).scalars():
        if tenant in saturated.tenants:
            continue
        query = build_tenant_next_query(tenant, now, saturated.keys)
        found = connection.execute(_choose_first(query, engines)).scalar()
        if found is not None:
            return found
    if not off_peak:
        return None
    query = build_off_peak_query(now, saturated)
    return connection.execute(_choose_first(query, engines)).scalar()


def _waits_for(connection: Connection, engines: tuple[str, ...]) -> bool:
    """Say whether any task waits for these engines: looking it up costs nothing beside asking each tenant."""
    query = select(TASKS.c.id).where(TASKS.c.state == TaskState.QUEUED, TASKS.c.engine.in_((*engines, "")))
    return connection.execute(query.limit(1)).first() is not None


def _choose_first(query: Select[int], engines: tuple[str, ...] | None) -> Select[int]:
    """Narrow a query to these engines; it passes over what another process is about to cancel."""
    narrowed = query if engines is None else query.where(TASKS.c.engine.in_((*engines, "")))
    return narrowed.with_for_update(skip_locked=True)


def find_paused_tenants(connection: Connection, now: datetime) -> frozenset[str]:
    """Find the tenants that wait because they have cancelled many running tasks lately."""
    return frozenset(
        tenant
        for tenant, cancelled, latest in connection.execute(build_cancellations_query(now))
        if cancelled > _FREE_CANCELLATIONS
        and now < latest + min(cancelled * _PAUSE_PER_CANCELLATION, _LONGEST_PAUSE)
    )


def build_cancellations_query(now: datetime) -> Select[str, int, datetime]:
    """Build the query for tenants with lately cancelled renders: how many, and when the latest ended."""
    return (
        select(TASKS.c.tenant, func.count(), func.max(TASKS.c.finished))
        .where(TASKS.c.kept == RetentionStage.ALL, TASKS.c.state == TaskState.CANCELLED)
        .where(TASKS.c.finished > now - _CANCELLATION_WINDOW, TASKS.c.finished <= now)
        .where(TASKS.c.started.is_not(None))
        .group_by(TASKS.c.tenant)
    )


def build_waiting_tenants_query() -> Select[str]:
    """Build the query for tenants with queued tasks that are not off-peak, the next one to be served first.

    It hops through the index from tenant to tenant, so that a backlog of thousands costs nothing: counting it
    took 28 ms at 20,000 tasks, a window function seconds.
    """
    queued = TASKS.c.state == TaskState.QUEUED
    waiting = select(func.min(TASKS.c.tenant).label("tenant")).where(queued).cte("waiting", recursive=True)
    following = select(func.min(TASKS.c.tenant)).where(queued, TASKS.c.tenant > waiting.c.tenant)
    waiting = waiting.union_all(
        select(following.correlate(waiting).scalar_subquery()).where(waiting.c.tenant.is_not(None))
    )
    of_tenant = TASKS.c.tenant == waiting.c.tenant
    normal = select(TASKS.c.id).where(queued, of_tenant, TASKS.c.priority == Priority.NORMAL)
    running = select(func.count()).where(TASKS.c.state == TaskState.RUNNING, of_tenant).correlate(waiting)
    served = select(func.max(TASKS.c.started)).where(of_tenant).correlate(waiting)
    return (
        select(waiting.c.tenant)
        .where(waiting.c.tenant.is_not(None), normal.correlate(waiting).exists())
        .order_by(running.scalar_subquery(), served.scalar_subquery().asc().nulls_first(), waiting.c.tenant)
    )


def build_tenant_next_query(tenant: str, now: datetime, saturated_keys: tuple[str, ...] = ()) -> Select[int]:
    """Build the query for a tenant's first ready task that is not off-peak and whose key may run one more."""
    query = (
        select(TASKS.c.id)
        .where(TASKS.c.state == TaskState.QUEUED, TASKS.c.tenant == tenant)
        .where(TASKS.c.priority == Priority.NORMAL, TASKS.c.ready_at <= now)
        .order_by(TASKS.c.created, TASKS.c.id)
        .limit(1)
    )
    return query.where(TASKS.c.key_id.not_in(saturated_keys)) if saturated_keys else query


def build_off_peak_query(now: datetime, saturated: SaturatedOwners = NO_SATURATED_OWNERS) -> Select[int]:
    """Build the query for the ready off-peak task, of any tenant, whose deadline comes next."""
    query = (
        select(TASKS.c.id)
        .where(TASKS.c.state == TaskState.QUEUED, TASKS.c.deadline.is_not(None), TASKS.c.ready_at <= now)
        # A task that has begun is not cancelled any more: it finishes, however late it is.
        .where(or_(TASKS.c.deadline > now, TASKS.c.attempt > 0))
        .order_by(TASKS.c.deadline, TASKS.c.id)
        .limit(1)
    )
    if saturated.tenants:
        query = query.where(TASKS.c.tenant.not_in(saturated.tenants))
    return query.where(TASKS.c.key_id.not_in(saturated.keys)) if saturated.keys else query


_WAITING_TENANTS: Final = build_waiting_tenants_query()
