"""Deadlines: off-peak tasks that have not begun in time, and held ones without approval, are cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, select, update

from keyreel.errors import Expired
from keyreel.off_peak import MAX_OFF_PEAK_WAIT
from keyreel.task import UNFINISHED_STATES, TaskState
from keyreel.tasks.database.columns import add_interval
from keyreel.tasks.database.tables import DELIVERIES, TASKS
from keyreel.tasks.outcomes import cancel_unfinished
from keyreel.tasks.scheduling import Priority
from keyreel.tasks.webhooks.events import DeliveryStatus

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from keyreel.task import Submission, Task
    from keyreel.tasks.database.connection import Database

APPROVAL_PERIOD: Final = timedelta(hours=24)
"""How long an order is held for its client's approval."""
NOT_APPROVED: Final = "The order was not approved within 24 hours and was refunded."
_BATCH_SIZE: Final = 50
"""Tasks that one transaction cancels: clients wait for it."""

_NOT_BEGUN: Final = and_(TASKS.c.state == TaskState.QUEUED, TASKS.c.attempt == 0)
_NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)


def make_queue_columns(submission: Submission, now: datetime) -> dict[str, Any]:
    """Return the columns that say when a new task may run: `priority`, `ready_at`, `deadline`."""
    if not submission.off_peak:
        return {"priority": Priority.NORMAL, "ready_at": now, "deadline": None}
    return {"priority": Priority.OFF_PEAK, "ready_at": now, "deadline": now + MAX_OFF_PEAK_WAIT}


def make_held_columns(now: datetime) -> dict[str, Any]:
    """Return the same columns of a new task that is held; its approval makes those of the queue."""
    return {"priority": Priority.NORMAL, "ready_at": now, "deadline": now + APPROVAL_PERIOD}


def keep_queued(connection: Connection, task: Task) -> None:
    """Keep a new task queued until it is cancelled: it is never ready."""
    connection.execute(update(TASKS).where(TASKS.c.id == int(task.id)).values(ready_at=_NEVER))


class Deadlines:
    """The deadlines of the tasks in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cancel_expired(self, now: datetime) -> int:
        """Cancel and refund a batch of tasks past their deadline that have not begun; begun ones finish.

        Returns how many, 0 when none are left.
        """
        return self._cancel_due(now, _NOT_BEGUN, Expired().message) + self._cancel_due(
            now, TASKS.c.state == TaskState.HELD, NOT_APPROVED
        )

    def _cancel_due(self, now: datetime, which: ColumnElement[bool], reason: str) -> int:
        due = (
            select(TASKS.c.id)
            .where(which, TASKS.c.deadline <= now)
            .order_by(TASKS.c.deadline, TASKS.c.id)
            .limit(_BATCH_SIZE)
        )
        free = due.with_for_update(skip_locked=True)
        with self._database.read() as connection:
            if connection.execute(due.limit(1)).first() is None:
                return 0
        with self._database.write() as connection:
            return len(cancel_unfinished(connection, now, TASKS.c.id.in_(free), Expired(reason)))

    def shift(self, jump: timedelta) -> None:
        """Move deadlines, ready times and retries by a jump of the clock that was set while the server ran.

        So nothing waits longer, and nothing expires sooner, than by the time that really passed.
        """
        moved = {name: add_interval(TASKS.c[name], jump) for name in ("ready_at", "deadline")}
        change = update(TASKS).where(TASKS.c.state.in_(UNFINISHED_STATES)).values(moved)
        retries = update(DELIVERIES).where(DELIVERIES.c.status == DeliveryStatus.PENDING)
        with self._database.write() as connection:
            connection.execute(change)
            connection.execute(retries.values(next_at=add_interval(DELIVERIES.c.next_at, jump)))
