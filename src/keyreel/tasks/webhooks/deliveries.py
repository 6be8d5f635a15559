"""Deliveries: which events are due, and every attempt to tell them. It sends nothing itself.

One process has the data folder, so who is delivering what is known there alone: after a crash, what had no
answer yet is due again, under the same id.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, bindparam, exists, func, insert, or_, select, type_coerce, update

from keyreel.errors import UnknownTask
from keyreel.task import State, TaskId
from keyreel.tasks.database.tables import CALLBACKS, DELIVERIES, DELIVERY_ATTEMPTS
from keyreel.tasks.ids import number_of
from keyreel.tasks.webhooks.events import Status, forget_keys, of_task

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database

_PATIENCE: Final = timedelta(seconds=60)
"""How soon an earlier event must be due again for a later one of the same task to wait for it."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many deliveries may be under way: in all, for a tenant, and from one tenant to one host."""

    total: int = 64
    tenant: int = 8
    receiver: int = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver; `status` is the answer's, 0 where none came, and `error` says why it failed."""

    at: datetime
    milliseconds: int
    status: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way. It tells `state`; `tried` counts attempts since it was made or replayed."""

    id: str
    task: TaskId
    tenant: str
    host: str
    url: str
    base: str
    sealed_key: str
    state: State
    status: Status
    tried: int
    created: datetime
    next_at: datetime
    finished: datetime | None = None
    attempts: tuple[Attempt, ...] = ()


_ROWS: Final = select(DELIVERIES, CALLBACKS.c.url, CALLBACKS.c.base, CALLBACKS.c.sealed_key).join_from(
    DELIVERIES, CALLBACKS
)
_WAITING: Final = (DELIVERIES.c.status == Status.PENDING, DELIVERIES.c.next_at <= bindparam("now"))
# The loop asks this several times a second.
_RECEIVERS: Final = (
    select(DELIVERIES.c.tenant, DELIVERIES.c.host, func.min(DELIVERIES.c.next_at).label("since"))
    .where(*_WAITING)
    .group_by(DELIVERIES.c.tenant, DELIVERIES.c.host)
)


class Deliveries:
    """The deliveries of one database.

    Any call raises Unavailable while the database is locked or its disk is full.
    """

    def __init__(self, database: Database, clock: Clock, room: Room | None = None) -> None:
        self._database = database
        self._clock = clock
        self._room = room or Room()

    def due(self, busy: Collection[Delivery]) -> tuple[Delivery, ...]:
        """Return what is to be sent now beside what is on its way already.

        Tenants with least on their way go first, and no receiver gets more than its room: one that is slow
        holds up its own deliveries alone. A task's events go one after another.
        """
        now = self._clock.now()
        of_tenant = Counter(each.tenant for each in busy)
        to_receiver = Counter((each.tenant, each.host) for each in busy)
        found: list[Delivery] = []
        with self._database.view() as connection:
            receivers = connection.execute(_RECEIVERS, {"now": now}).all()
            receivers = sorted(receivers, key=lambda each: (of_tenant[each.tenant], each.since))
            for tenant, host, _ in receivers:
                room = min(
                    self._room.total - len(busy) - len(found),
                    self._room.tenant - of_tenant[tenant],
                    self._room.receiver - to_receiver[tenant, host],
                )
                if room > 0:
                    query = _next_to(tenant, host, busy).limit(room)
                    rows = connection.execute(query, {"now": now}).mappings()
                    taken = [_delivery_of(row) for row in rows]
                    of_tenant[tenant] += len(taken)
                    found += taken
        return tuple(found)

    def record(self, delivery: Delivery, attempt: Attempt, status: Status, next_at: datetime) -> None:
        """Keep an attempt and what follows from it; `next_at` counts only while the delivery is pending."""
        pending = status is Status.PENDING
        change = {
            "status": status,
            "tried": delivery.tried + 1,
            "next_at": next_at if pending else delivery.next_at,
            "finished": None if pending else self._clock.now(),
        }
        mine = DELIVERIES.c.id == delivery.id
        with self._database.write() as connection:
            if not connection.execute(update(DELIVERIES).where(mine).values(change)).rowcount:
                return  # The task was deleted meanwhile.
            _add_attempt(connection, delivery.id, attempt)
            if status is Status.DELIVERED:
                self._supersede(connection, delivery)
            if status is Status.DISABLED:
                self._disable(connection, delivery)
            forget_keys(connection, _same(delivery, all_tasks=status is Status.DISABLED))

    def list(self, task: TaskId | None = None, limit: int = 50) -> tuple[Delivery, ...]:
        """List a task's deliveries, or everybody's, newest first, each with its attempts."""
        query = _ROWS.order_by(DELIVERIES.c.created.desc(), DELIVERIES.c.task, DELIVERIES.c.event.desc())
        if task is not None:
            query = query.where(DELIVERIES.c.task == number_of(task))
        with self._database.view() as connection:
            rows = connection.execute(query.limit(limit)).mappings().all()
            attempts = _attempts(connection, [row["id"] for row in rows])
        return tuple(replace(_delivery_of(row), attempts=tuple(attempts.get(row["id"], ()))) for row in rows)

    def replay(self, delivery_id: str) -> Delivery:
        """Send an event again, now and with a whole schedule before it, whatever became of it.

        Raises:
            UnknownTask: there is no delivery with this id.
        """
        now = self._clock.now()
        again = {"status": Status.PENDING, "tried": 0, "next_at": now, "finished": None}
        mine = DELIVERIES.c.id == delivery_id
        with self._database.write() as connection:
            connection.execute(update(DELIVERIES).where(mine).values(again))
            row = connection.execute(_ROWS.where(mine)).mappings().one_or_none()
            if row is None:
                raise UnknownTask("There is no delivery with this id: `keyreel callbacks list` shows them.")
            # Who asks for it again believes that the receiver is back.
            back = update(CALLBACKS).where(CALLBACKS.c.task == row["task"])
            connection.execute(back.values(disabled=None))
        return _delivery_of(row)

    def _supersede(self, connection: Connection, delivery: Delivery) -> None:
        """Drop earlier events of the task: a receiver must not see its state go back."""
        number = select(DELIVERIES.c.event).where(DELIVERIES.c.id == delivery.id).scalar_subquery()
        earlier = update(DELIVERIES).where(
            DELIVERIES.c.task == int(delivery.task),
            of_task(DELIVERIES.c.status) == Status.PENDING,
            DELIVERIES.c.event < number,
        )
        connection.execute(earlier.values(status=Status.SUPERSEDED, finished=self._clock.now()))

    def _disable(self, connection: Connection, delivery: Delivery) -> None:
        """Send this tenant's events to this address no more, as far as its tasks are submitted already."""
        now = self._clock.now()
        same = _same(delivery, all_tasks=True)
        connection.execute(update(CALLBACKS).where(same).values(disabled=now))
        left = update(DELIVERIES).where(
            DELIVERIES.c.status == Status.PENDING,
            DELIVERIES.c.task.in_(select(CALLBACKS.c.task).where(same)),
        )
        connection.execute(left.values(status=Status.DISABLED, finished=now))


def _same(delivery: Delivery, *, all_tasks: bool) -> ColumnElement[bool]:
    if all_tasks:
        return (CALLBACKS.c.tenant == delivery.tenant) & (CALLBACKS.c.url == delivery.url)
    return CALLBACKS.c.task == int(delivery.task)


def _next_to(tenant: str, host: str, busy: Collection[Delivery]) -> Any:
    """Select what is due to one receiver, without events that wait for earlier ones of their task."""
    earlier = DELIVERIES.alias()
    # Instants are microseconds: the database adds them.
    soon = type_coerce(DELIVERIES.c.created, BigInteger) + _PATIENCE // timedelta(microseconds=1)
    held = exists().where(
        earlier.c.task == DELIVERIES.c.task,
        earlier.c.event < DELIVERIES.c.event,
        of_task(earlier.c.status) == Status.PENDING,
        or_(earlier.c.next_at <= bindparam("now"), type_coerce(earlier.c.next_at, BigInteger) <= soon),
    )
    return (
        _ROWS.where(*_WAITING, DELIVERIES.c.tenant == tenant, DELIVERIES.c.host == host)
        .where(DELIVERIES.c.task.not_in([int(each.task) for each in busy]), ~held)
        .order_by(DELIVERIES.c.next_at, DELIVERIES.c.id)
    )


def _add_attempt(connection: Connection, delivery_id: str, attempt: Attempt) -> None:
    last = select(func.max(DELIVERY_ATTEMPTS.c.number)).where(DELIVERY_ATTEMPTS.c.delivery == delivery_id)
    number = (connection.execute(last).scalar() or 0) + 1
    row = {"delivery": delivery_id, "number": number, **asdict(attempt)}
    connection.execute(insert(DELIVERY_ATTEMPTS).values(row))


def _attempts(connection: Connection, ids: list[str]) -> dict[str, list[Attempt]]:
    columns = DELIVERY_ATTEMPTS.c
    query = select(DELIVERY_ATTEMPTS).where(columns.delivery.in_(ids)).order_by(columns.number)
    found: dict[str, list[Attempt]] = {}
    for row in connection.execute(query):
        made = Attempt(row.at, row.milliseconds, row.status, row.error)
        found.setdefault(row.delivery, []).append(made)
    return found


def _delivery_of(row: RowMapping) -> Delivery:
    return Delivery(
        id=row["id"],
        task=TaskId(str(row["task"])),
        state=State(row["state"]),
        status=Status(row["status"]),
        **{name: row[name] for name in ("tenant", "host", "url", "base", "sealed_key")},
        **{name: row[name] for name in ("tried", "created", "next_at", "finished")},
    )
