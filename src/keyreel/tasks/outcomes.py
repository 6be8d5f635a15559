"""How a task ends, and what its end writes to the database. It neither runs tasks nor looks for them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, insert, update

from keyreel.task import UNFINISHED_STATES, Task, TaskState
from keyreel.tasks.accounts.ledger import Ledger
from keyreel.tasks.accounts.stored_files import count_files
from keyreel.tasks.database.portable_sql import lock_tenants
from keyreel.tasks.database.tables import TASKS, TEST_TASKS, task_from_row
from keyreel.tasks.webhooks.events import record_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from keyreel.errors import Cancelled, Expired


@dataclass(frozen=True, slots=True)
class Success:
    """How a task ended well; the files are storage keys, the rest is as in Task."""

    video: str
    cover: str
    video_sha256: str
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    charged: int = 0
    """Credits to charge; no more than the task's hold is charged, and the rest of the hold is released."""
    clean: str = ""
    size: str = ""
    files: Mapping[str, int] = field(default_factory=dict)
    """What its files take of the tenant's storage: bytes by storage key."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a task ended badly: a sentence for people, and the class name of the error behind it."""

    reason: str
    fault: str


def write_outcome(
    connection: Connection,
    now: datetime,
    which: ColumnElement[bool],
    outcome: Success | Failure,
    *,
    further_columns: dict[str, Any] | None = None,
) -> Task | None:
    """End the task that `which` selects, with its credits and its event; None where it selects none.

    A success is charged, a failure refunded, in the transaction that `connection` is in.
    """
    values = {**(further_columns or {}), **_make_outcome_columns(outcome, now)}
    change = update(TASKS).where(which).values(values).returning(TASKS)
    row = connection.execute(change).mappings().one_or_none()
    if row is None:
        return None
    task = task_from_row(row)
    lock_tenants(connection, [task.submission.tenant])
    _settle_credits(Ledger(connection, now), task)
    if isinstance(outcome, Success):
        count_files(connection, task.submission.tenant, outcome.files)
    record_event(connection, now, int(task.id), task.state)
    return task


def get_final_state(outcome: Success | Failure) -> TaskState:
    """Return the state in which a task is after this outcome."""
    return TaskState.SUCCEEDED if isinstance(outcome, Success) else TaskState.FAILED


def _make_outcome_columns(outcome: Success | Failure, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"state": get_final_state(outcome), **asdict(outcome)}
    if isinstance(outcome, Success):
        charged = case((TASKS.c.credits < outcome.charged, TASKS.c.credits), else_=outcome.charged)
        values |= {"progress": 1.0, "charged": charged}
        del values["files"]
    return {**values, "finished": now, "owner": "", "lease_until": None}


def _settle_credits(ledger: Ledger, task: Task) -> None:
    number, tenant, price = int(task.id), task.submission.tenant, task.submission.credits
    if task.state is TaskState.SUCCEEDED:
        ledger.charge(number, tenant, task.charged, hold_amount=price)
    else:
        ledger.refund(number, tenant, price)


def cancel_unfinished(
    connection: Connection, now: datetime, which: ColumnElement[bool], why: Cancelled | Expired
) -> list[int]:
    """Cancel and refund those of the tasks that have not ended, and their drafts; return the tasks' numbers.

    The drafts cost nothing.
    """
    cancelled = _cancel(connection, now, which, why)
    if cancelled:
        _cancel(connection, now, TASKS.c.draft_of.in_(cancelled), why)
    return cancelled


def _cancel(
    connection: Connection, now: datetime, which: ColumnElement[bool], why: Cancelled | Expired
) -> list[int]:
    change = (
        update(TASKS)
        .where(which, TASKS.c.state.in_(UNFINISHED_STATES))
        .values(state=TaskState.CANCELLED, reason=why.message, fault=type(why).__name__)
        .values(finished=now, owner="", lease_until=None)
        .returning(TASKS.c.id, TASKS.c.tenant, TASKS.c.credits)
    )
    rows = connection.execute(change).all()
    lock_tenants(connection, {row.tenant for row in rows})
    for row in rows:
        Ledger(connection, now).refund(row.id, row.tenant, row.credits)
        record_event(connection, now, row.id, TaskState.CANCELLED)
    return [row.id for row in rows]


def end_test_task(connection: Connection, task: Task, outcome: Success | Failure) -> None:
    """End a task in the transaction that inserted it, as if it had run."""
    number, now = int(task.id), task.created
    record_event(connection, now, number, TaskState.RUNNING)
    connection.execute(insert(TEST_TASKS).values(task=number))
    first_attempt = {"attempt": 1, "started": now}
    write_outcome(connection, now, TASKS.c.id == number, outcome, further_columns=first_attempt)
