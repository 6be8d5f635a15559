"""Webhook deliveries: which are due, and every attempt at one. It sends nothing itself.

Where one process has the database, what is in flight is known to it alone. Several processes take deliveries
under leases. After a crash, a delivery that got no response is due again, under the same id.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from sqlalchemy import bindparam, exists, func, insert, literal, or_, select, update

from keyreel.errors import UnknownTask
from keyreel.task import TaskId, TaskState
from keyreel.tasks.audit.log import KEYREEL, Actor, AuditAction, AuditEntry, append_entry
from keyreel.tasks.database.columns import add_interval
from keyreel.tasks.database.portable_sql import DatabaseLock, epoch, take_locks
from keyreel.tasks.database.tables import CALLBACKS, DELIVERIES, DELIVERY_ATTEMPTS
from keyreel.tasks.ids import parse_task_id
from keyreel.tasks.webhooks.events import DeliveryStatus, bypass_index, delete_spent_keys

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database

_ORDERING_WINDOW: Final = timedelta(seconds=60)
"""An earlier event that is due again within this time holds back later ones of the same task."""


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """How many deliveries may be in flight: in all, for a tenant, and from one tenant to one host."""

    total: int = 64
    per_tenant: int = 8
    per_receiver: int = 4
    lease_seconds: float = 180.0
    """How long a process has for an attempt; after that, another one may take its delivery."""


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt; `status` is the HTTP status, 0 without a response; `error` says why it failed."""

    at: datetime
    milliseconds: int
    status: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event, that its task is in `state`. `tried` counts attempts since it was made or replayed."""

    id: str
    task: TaskId
    tenant: str
    host: str
    url: str
    base: str
    sealed_key: str
    state: TaskState
    status: DeliveryStatus
    tried: int
    created: datetime
    next_at: datetime
    finished: datetime | None = None
    attempts: tuple[DeliveryAttempt, ...] = ()


class _InFlight(Protocol):
    """What is being delivered, here or by another process."""

    @property
    def tenant(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def task(self) -> Any: ...


class _Leased(NamedTuple):
    """What some process is delivering."""

    tenant: str
    host: str
    task: int


_SELECT_DELIVERIES: Final = select(
    DELIVERIES, CALLBACKS.c.url, CALLBACKS.c.base, CALLBACKS.c.sealed_key
).join_from(DELIVERIES, CALLBACKS)
_DUE_CONDITIONS: Final = (
    DELIVERIES.c.status == DeliveryStatus.PENDING,
    DELIVERIES.c.next_at <= bindparam("now"),
)
_SELECT_LEASED: Final = select(DELIVERIES.c.tenant, DELIVERIES.c.host, DELIVERIES.c.task).where(
    DELIVERIES.c.leased_until > epoch()
)
# The sender runs this several times a second.
_SELECT_DUE_RECEIVERS: Final = (
    select(DELIVERIES.c.tenant, DELIVERIES.c.host, func.min(DELIVERIES.c.next_at).label("since"))
    .where(*_DUE_CONDITIONS)
    .group_by(DELIVERIES.c.tenant, DELIVERIES.c.host)
)


class DeliveryStore:
    """The deliveries of one database.

    Any call raises Unavailable while the database is locked or its disk is full.
    """

    def __init__(self, database: Database, clock: Clock, limits: DeliveryLimits | None = None) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits or DeliveryLimits()

    def list_due(self, in_flight: Collection[Delivery]) -> tuple[Delivery, ...]:
        """Return what to send now beside what is in flight, within the limits.

        Tenants with the fewest in flight go first, and no receiver gets more than its limit: a slow one holds
        up its own deliveries alone. A task's events go one after another.
        """
        room = self._limits.total - len(in_flight)
        if not self._database.is_shared:
            with self._database.snapshot() as connection:
                return self._choose_due(connection, in_flight, room)
        with self._database.read() as connection:
            if connection.execute(_SELECT_DUE_RECEIVERS, {"now": self._clock.now()}).first() is None:
                return ()
        with self._database.write() as connection:
            take_locks(connection, [(DatabaseLock.DELIVERIES, "")])
            due = self._choose_due(connection, _list_leased(connection), room)
            lease = update(DELIVERIES).where(DELIVERIES.c.id.in_([each.id for each in due]))
            connection.execute(lease.values(leased_until=epoch() + literal(self._limits.lease_seconds)))
            return due

    def _choose_due(
        self, connection: Connection, in_flight: Collection[_InFlight], room: int
    ) -> tuple[Delivery, ...]:
        now = self._clock.now()
        of_tenant = Counter(each.tenant for each in in_flight)
        to_receiver = Counter((each.tenant, each.host) for each in in_flight)
        due: list[Delivery] = []
        receivers = connection.execute(_SELECT_DUE_RECEIVERS, {"now": now}).all()
        receivers = sorted(receivers, key=lambda each: (of_tenant[each.tenant], each.since))
        for tenant, host, _ in receivers:
            free = min(
                room - len(due),
                self._limits.per_tenant - of_tenant[tenant],
                self._limits.per_receiver - to_receiver[tenant, host],
            )
            if free > 0:
                query = _build_due_query(tenant, host, in_flight).limit(free)
                rows = connection.execute(query, {"now": now}).mappings()
                taken = [_delivery_from_row(row) for row in rows]
                of_tenant[tenant] += len(taken)
                due += taken
        return tuple(due)

    def record_attempt(
        self, delivery: Delivery, attempt: DeliveryAttempt, status: DeliveryStatus, next_at: datetime
    ) -> None:
        """Keep an attempt and the status that follows; `next_at` counts only for a pending delivery."""
        pending = status is DeliveryStatus.PENDING
        change = {
            "status": status,
            "tried": delivery.tried + 1,
            "next_at": next_at if pending else delivery.next_at,
            "finished": None if pending else self._clock.now(),
            "leased_until": None,
        }
        mine = DELIVERIES.c.id == delivery.id
        with self._database.write() as connection:
            if not connection.execute(update(DELIVERIES).where(mine).values(change)).rowcount:
                return  # The task was deleted meanwhile.
            _add_attempt(connection, delivery.id, attempt)
            if status is DeliveryStatus.DELIVERED:
                self._supersede_earlier(connection, delivery)
            if status is DeliveryStatus.DISABLED:
                self._disable_receiver(connection, delivery)
            delete_spent_keys(
                connection, _build_callback_filter(delivery, all_tasks=status is DeliveryStatus.DISABLED)
            )

    def list(self, task: TaskId | None = None, limit: int = 50) -> tuple[Delivery, ...]:
        """List a task's deliveries, or all, newest first, each with its attempts."""
        query = _SELECT_DELIVERIES.order_by(
            DELIVERIES.c.created.desc(), DELIVERIES.c.task, DELIVERIES.c.event.desc()
        )
        if task is not None:
            query = query.where(DELIVERIES.c.task == parse_task_id(task))
        with self._database.snapshot() as connection:
            rows = connection.execute(query.limit(limit)).mappings().all()
            attempts = _load_attempts(connection, [row["id"] for row in rows])
        return tuple(
            replace(_delivery_from_row(row), attempts=tuple(attempts.get(row["id"], ()))) for row in rows
        )

    def replay(self, delivery_id: str, *, by: Actor = KEYREEL) -> Delivery:
        """Deliver an event again, now and with a whole new schedule, whatever its status is.

        Raises:
            UnknownTask: there is no delivery with this id.
        """
        now = self._clock.now()
        again = {"status": DeliveryStatus.PENDING, "tried": 0, "next_at": now, "finished": None}
        mine = DELIVERIES.c.id == delivery_id
        with self._database.write() as connection:
            before = connection.execute(select(DELIVERIES.c.status).where(mine).with_for_update()).scalar()
            connection.execute(update(DELIVERIES).where(mine).values(again))
            row = connection.execute(_SELECT_DELIVERIES.where(mine)).mappings().one_or_none()
            if row is None:
                raise UnknownTask(
                    f"There is no delivery {delivery_id[:64]!r}: `keyreel callbacks list` shows all "
                    "deliveries."
                )
            # A replay means that the receiver is believed to be back.
            back = update(CALLBACKS).where(CALLBACKS.c.task == row["task"])
            connection.execute(back.values(disabled=None))
            details = {"task": str(row["task"]), "before": {"status": before}}
            entry = AuditEntry(AuditAction.CALLBACK_REPLAYED, delivery_id, row["tenant"], details)
            append_entry(connection, self._clock, by, entry)
        return _delivery_from_row(row)

    def _supersede_earlier(self, connection: Connection, delivery: Delivery) -> None:
        """Supersede earlier events of the task: a receiver must not see its state go back."""
        number = select(DELIVERIES.c.event).where(DELIVERIES.c.id == delivery.id).scalar_subquery()
        earlier = update(DELIVERIES).where(
            DELIVERIES.c.task == int(delivery.task),
            bypass_index(DELIVERIES.c.status) == DeliveryStatus.PENDING,
            DELIVERIES.c.event < number,
        )
        connection.execute(earlier.values(status=DeliveryStatus.SUPERSEDED, finished=self._clock.now()))

    def _disable_receiver(self, connection: Connection, delivery: Delivery) -> None:
        """Send no more events to this URL for the tasks that this tenant has submitted so far."""
        now = self._clock.now()
        same = _build_callback_filter(delivery, all_tasks=True)
        connection.execute(update(CALLBACKS).where(same).values(disabled=now))
        left = update(DELIVERIES).where(
            DELIVERIES.c.status == DeliveryStatus.PENDING,
            DELIVERIES.c.task.in_(select(CALLBACKS.c.task).where(same)),
        )
        connection.execute(left.values(status=DeliveryStatus.DISABLED, finished=now))


def _list_leased(connection: Connection) -> list[_Leased]:
    return [_Leased(*row) for row in connection.execute(_SELECT_LEASED)]


def _build_callback_filter(delivery: Delivery, *, all_tasks: bool) -> ColumnElement[bool]:
    if all_tasks:
        return (CALLBACKS.c.tenant == delivery.tenant) & (CALLBACKS.c.url == delivery.url)
    return CALLBACKS.c.task == int(delivery.task)


def _build_due_query(tenant: str, host: str, in_flight: Collection[_InFlight]) -> Any:
    """Build the query for what is due to one receiver, without events that wait for earlier ones."""
    earlier = DELIVERIES.alias()
    soon = add_interval(DELIVERIES.c.created, _ORDERING_WINDOW)
    blocked = exists().where(
        earlier.c.task == DELIVERIES.c.task,
        earlier.c.event < DELIVERIES.c.event,
        bypass_index(earlier.c.status) == DeliveryStatus.PENDING,
        or_(earlier.c.next_at <= bindparam("now"), earlier.c.next_at <= soon),
    )
    return (
        _SELECT_DELIVERIES.where(*_DUE_CONDITIONS, DELIVERIES.c.tenant == tenant, DELIVERIES.c.host == host)
        .where(DELIVERIES.c.task.not_in([int(each.task) for each in in_flight]), ~blocked)
        .order_by(DELIVERIES.c.next_at, DELIVERIES.c.id)
    )


def _add_attempt(connection: Connection, delivery_id: str, attempt: DeliveryAttempt) -> None:
    last = select(func.max(DELIVERY_ATTEMPTS.c.number)).where(DELIVERY_ATTEMPTS.c.delivery == delivery_id)
    number = (connection.execute(last).scalar() or 0) + 1
    row = {"delivery": delivery_id, "number": number, **asdict(attempt)}
    connection.execute(insert(DELIVERY_ATTEMPTS).values(row))


def _load_attempts(connection: Connection, ids: list[str]) -> dict[str, list[DeliveryAttempt]]:
    columns = DELIVERY_ATTEMPTS.c
    query = select(DELIVERY_ATTEMPTS).where(columns.delivery.in_(ids)).order_by(columns.number)
    found: dict[str, list[DeliveryAttempt]] = {}
    for row in connection.execute(query):
        attempt = DeliveryAttempt(row.at, row.milliseconds, row.status, row.error)
        found.setdefault(row.delivery, []).append(attempt)
    return found


def _delivery_from_row(row: RowMapping) -> Delivery:
    return Delivery(
        id=row["id"],
        task=TaskId(str(row["task"])),
        state=TaskState(row["state"]),
        status=DeliveryStatus(row["status"]),
        **{name: row[name] for name in ("tenant", "host", "url", "base", "sealed_key")},
        **{name: row[name] for name in ("tried", "created", "next_at", "finished")},
    )
