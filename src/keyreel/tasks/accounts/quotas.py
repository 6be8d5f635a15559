"""How much a key and a tenant may ask for, held in the transaction that would pass it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import bindparam, case, func, literal, select

from keyreel.errors import QuotaExceeded, RateLimited
from keyreel.task import State
from keyreel.tasks.database.tables import API_KEYS, TASKS, TENANTS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping, Select

    from keyreel.task import Submission
    from keyreel.tasks.database.connection import Database

_QUEUE_SECONDS: Final = 30
"""When a submit that met a full queue is to come back: about the time of a render."""
_DAY: Final = timedelta(days=1)
# Nothing of a task that came to nothing counts; a success counts with what was charged.
_COSTS: Final = case(
    (TASKS.c.state == State.SUCCEEDED, TASKS.c.charged),
    (TASKS.c.state.in_((State.FAILED, State.CANCELLED)), 0),
    else_=TASKS.c.credits,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at most; 0 is no limit, None leaves it to others."""

    rpm: int | None = None
    """Submits in any 60 seconds."""
    running: int | None = None
    """Tasks that run at a time; others wait."""
    queued: int | None = None
    """Tasks that wait at a time; a further submit is refused."""
    daily_credits: int | None = None
    """Credits of the tasks of one day, by UTC."""


LIMITS: Final = ("rpm", "running", "queued", "daily_credits")
UNLIMITED: Final = Limits(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bound:
    """The limits of one key, or of one tenant over all its keys."""

    of: Literal["key", "tenant"]
    name: str
    limits: Limits


_BOTH: Final = select(
    *(API_KEYS.c[name].label(f"key_{name}") for name in LIMITS),
    *(TENANTS.c[name].label(f"tenant_{name}") for name in LIMITS),
).select_from(
    select(literal(1).label("one"))
    .subquery()
    .outerjoin(API_KEYS, API_KEYS.c.id == bindparam("key_id"))
    .outerjoin(TENANTS, TENANTS.c.name == bindparam("tenant"))
)


def bounds(database: Database, tenant: str, key_id: str, usual: Limits) -> tuple[Bound, Bound]:
    """Return what holds for a key and for its tenant; a key has the `usual` limits where it has none set."""
    with database.read() as connection:
        row = connection.execute(_BOTH, {"tenant": tenant, "key_id": key_id}).mappings().one()
    own = {name: row[f"key_{name}"] for name in LIMITS}
    of_key = {name: getattr(usual, name) if value is None else value for name, value in own.items()}
    of_tenant = {name: row[f"tenant_{name}"] for name in LIMITS}
    return Bound("key", key_id, Limits(**of_key)), Bound("tenant", tenant, Limits(**of_tenant))


def limits_of(row: RowMapping) -> Limits:
    """Read the limits in a row of API_KEYS or TENANTS."""
    return Limits(*(row[name] for name in LIMITS))


def enforce(connection: Connection, held: tuple[Bound, ...], asked: Submission, now: datetime) -> None:
    """Refuse a submission that would pass a limit.

    Raises:
        RateLimited: as many tasks wait as may.
        QuotaExceeded: the day's credits are spent.
    """
    for bound in held:
        if bound.limits.queued:
            waiting = connection.execute(_waiting(bound, asked)).scalar_one()
            if waiting >= bound.limits.queued:
                message = f"{waiting} tasks of this {bound.of} wait; {bound.limits.queued} may."
                raise RateLimited(message, retry_after_seconds=_QUEUE_SECONDS)
        if bound.limits.daily_credits:
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            spent = int(connection.execute(_spent(bound, asked, midnight)).scalar_one())
            most = bound.limits.daily_credits
            if spent + asked.credits > most:
                raise QuotaExceeded(
                    f"This video costs {asked.credits} credits; of this {bound.of}'s {most} for today "
                    f"{max(0, most - spent)} are left.",
                    retry_after_seconds=int((midnight + _DAY - now).total_seconds()) + 1,
                )


def _waiting(bound: Bound, asked: Submission) -> Select[int]:
    query = select(literal(1)).where(TASKS.c.state == State.QUEUED, TASKS.c.tenant == asked.tenant)
    if bound.of == "key":
        query = query.where(TASKS.c.key_id == bound.name)
    # No more are counted than matter: a queue may hold thousands.
    return select(func.count()).select_from(query.limit(bound.limits.queued).subquery())


def _spent(bound: Bound, asked: Submission, midnight: datetime) -> Select[int]:
    query = select(func.coalesce(func.sum(_COSTS), 0))
    query = query.where(TASKS.c.tenant == asked.tenant, TASKS.c.created >= midnight)
    return query.where(TASKS.c.key_id == bound.name) if bound.of == "key" else query


@dataclass(frozen=True, slots=True)
class Full:
    """Keys and tenants that run as many tasks as they may."""

    keys: tuple[str, ...] = ()
    tenants: frozenset[str] = frozenset()


NOBODY: Final = Full()

_RUNNING_KEYS: Final = (
    select(TASKS.c.key_id)
    .join_from(TASKS, API_KEYS, API_KEYS.c.id == TASKS.c.key_id, isouter=True)
    .where(TASKS.c.state == State.RUNNING)
    .group_by(TASKS.c.key_id, API_KEYS.c.running)
    .having(func.coalesce(API_KEYS.c.running, bindparam("usual")) > 0)
    .having(func.count() >= func.coalesce(API_KEYS.c.running, bindparam("usual")))
)
_RUNNING_TENANTS: Final = (
    select(TASKS.c.tenant)
    .join_from(TASKS, TENANTS, TENANTS.c.name == TASKS.c.tenant)
    .where(TASKS.c.state == State.RUNNING, TENANTS.c.running > 0)
    .group_by(TASKS.c.tenant, TENANTS.c.running)
    .having(func.count() >= TENANTS.c.running)
)


def full(connection: Connection, usual: Limits) -> Full:
    """Find who must wait for a task of its own to end before another may run."""
    keys = connection.execute(_RUNNING_KEYS, {"usual": usual.running or 0}).scalars()
    return Full(tuple(keys), frozenset(connection.execute(_RUNNING_TENANTS).scalars()))
