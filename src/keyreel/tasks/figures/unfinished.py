"""What waits and runs now, counted in the database, with the sum of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from keyreel.task import UNFINISHED_STATES, TaskState
from keyreel.tasks.database.tables import ACCOUNTS, DELIVERIES, TASKS, TENANTS
from keyreel.tasks.scheduling import Priority
from keyreel.tasks.webhooks.events import DeliveryStatus

if TYPE_CHECKING:
    from datetime import datetime

    from keyreel.tasks.database.connection import Database


class QueueClass(StrEnum):
    """Which queue an unfinished task is in."""

    NORMAL = "normal"
    OFF_PEAK = "off_peak"
    HELD = "held"
    """It waits for its client's approval."""


# The index `tasks_queue` has all of it but for the endpoint, and leads to the unfinished tasks alone.
_UNFINISHED: Final = (
    select(
        TASKS.c.state,
        TASKS.c.priority,
        TASKS.c.engine,
        TASKS.c.endpoint,
        func.count().label("tasks"),
        func.min(TASKS.c.created).label("oldest"),
    )
    .where(TASKS.c.state.in_(UNFINISHED_STATES))
    .group_by(TASKS.c.state, TASKS.c.priority, TASKS.c.engine, TASKS.c.endpoint)
)
_WAITING_DELIVERIES: Final = (
    select(func.count()).select_from(DELIVERIES).where(DELIVERIES.c.status == DeliveryStatus.PENDING)
)
_LEDGER_SUM: Final = select(func.coalesce(func.sum(ACCOUNTS.c.balance), 0))
_TENANTS: Final = select(func.count()).select_from(TENANTS).where(TENANTS.c.disabled.is_(None))


@dataclass(frozen=True, slots=True)
class UnfinishedTasks:
    """The tasks of one kind that have not ended."""

    state: TaskState
    queue: QueueClass
    engine: str
    endpoint: str
    tasks: int
    oldest: datetime
    """When the first of them was submitted."""


@dataclass(frozen=True, slots=True)
class UnfinishedFigures:
    """What there is at one moment."""

    tasks: tuple[UnfinishedTasks, ...]
    waiting_deliveries: int
    ledger_sum: int
    """Credits: 0 as long as every entry was written whole."""
    tenants: int
    """Those that are not disabled."""


def read_unfinished(database: Database) -> UnfinishedFigures:
    """Read the figures; call it in a thread.

    Raises:
        Unavailable: the database cannot be read.
    """
    with database.reader.snapshot() as connection:
        tasks = tuple(
            UnfinishedTasks(
                TaskState(row.state),
                _classify(TaskState(row.state), row.priority),
                row.engine,
                row.endpoint,
                row.tasks,
                row.oldest,
            )
            for row in connection.execute(_UNFINISHED)
        )
        return UnfinishedFigures(
            tasks,
            connection.execute(_WAITING_DELIVERIES).scalar_one(),
            connection.execute(_LEDGER_SUM).scalar_one(),
            connection.execute(_TENANTS).scalar_one(),
        )


def _classify(state: TaskState, priority: int) -> QueueClass:
    if state is TaskState.HELD:
        return QueueClass.HELD
    return QueueClass.NORMAL if priority == Priority.NORMAL else QueueClass.OFF_PEAK
