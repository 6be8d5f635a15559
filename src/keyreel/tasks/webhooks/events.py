"""Webhook events: changes of state of tasks that have a callback. It delivers none.

These functions run inside the transaction that changes the task, so that neither is ever without the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, insert, select, update

from keyreel.task import TaskState
from keyreel.tasks.database.prepared import PreparedStatement
from keyreel.tasks.database.tables import CALLBACKS, DELIVERIES, TASKS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection, Row

_FINAL_STATES: Final = tuple(state for state in TaskState if state.is_final)


class DeliveryStatus(StrEnum):
    """The status of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Every attempt of the schedule failed."""
    DISABLED = "disabled"
    """The receiver responded 410 (Gone)."""
    SUPERSEDED = "superseded"
    """A later event of the same task was delivered first."""


@dataclass(frozen=True, slots=True)
class Callback:
    """The receiver of a task's events, as given when it is submitted."""

    url: str
    base_url: str
    """The server's URL as the client knows it, for links."""
    states: frozenset[TaskState]
    """The states of which there is an event."""
    sealed_key: str = ""
    """The submitting API key, encrypted, for dialects that sign with it."""
    wait_seconds: float = 0.0
    """Between an event and the first attempt to deliver it."""


_INSERT_CALLBACK: Final = PreparedStatement(
    insert(CALLBACKS),
    columns=("task", "tenant", "url", "base", "sealed_key", "states", "wait_seconds"),
)
# Every claim and every end of a task runs this.
_SELECT_CALLBACK: Final = select(CALLBACKS).where(CALLBACKS.c.task == bindparam("task"))


def register_callback(connection: Connection, task: int, tenant: str, callback: Callback) -> None:
    """Keep a new task's callback."""
    row = {
        "task": task,
        "tenant": tenant,
        "url": callback.url,
        "base": callback.base_url,
        "sealed_key": callback.sealed_key,
        "states": " ".join(sorted(callback.states)),
        "wait_seconds": callback.wait_seconds,
    }
    _INSERT_CALLBACK.run(connection, row)


def record_event(connection: Connection, now: datetime, task: int, state: TaskState) -> None:
    """Make an event of a task's new state if its callback wants it; each state has one event at most."""
    callback = connection.execute(_SELECT_CALLBACK, {"task": task}).one_or_none()
    if callback is None:
        return
    if callback.disabled is not None:
        delete_spent_keys(connection, CALLBACKS.c.task == task)
    elif state in callback.states.split():
        _insert_delivery(connection, now, callback, state)


def _insert_delivery(connection: Connection, now: datetime, callback: Row[Any], state: TaskState) -> None:
    known = select(DELIVERIES.c.state).where(DELIVERIES.c.task == callback.task)
    delivered_states: Collection[str] = connection.execute(known).scalars().all()
    if state in delivered_states:
        return
    event = len(delivered_states) + 1
    row = {
        "id": f"evt_{callback.task}_{event}",
        "task": callback.task,
        "event": event,
        "tenant": callback.tenant,
        "host": urlsplit(callback.url).netloc,
        "state": state,
        "status": DeliveryStatus.PENDING,
        "tried": 0,
        "created": now,
        "next_at": now + timedelta(seconds=callback.wait_seconds),
    }
    connection.execute(insert(DELIVERIES).values(row))


def bypass_index(status: ColumnElement[str]) -> ColumnElement[str]:
    """Return the status column in a form for which the database does not use its index.

    The index of the task leads to a row or two, that of the status to everything that is pending.
    """
    return func.coalesce(status, "")


def delete_spent_keys(connection: Connection, which: ColumnElement[bool]) -> None:
    """Delete the encrypted API keys of callbacks that have nothing more to sign.

    That is when the task has ended and every event was delivered or is no longer wanted. A failed delivery
    may be replayed, so its key stays until the task itself is deleted.
    """
    wanted = bypass_index(DELIVERIES.c.status).in_((DeliveryStatus.PENDING, DeliveryStatus.FAILED))
    left = exists().where(DELIVERIES.c.task == CALLBACKS.c.task, wanted)
    ended = exists().where(TASKS.c.id == CALLBACKS.c.task, TASKS.c.state.in_(_FINAL_STATES))
    spent = and_(which, CALLBACKS.c.sealed_key != "", ended, ~left)
    connection.execute(update(CALLBACKS).where(spent).values(sealed_key=""))
