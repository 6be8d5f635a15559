"""The worker's side of the task store: claims, leases, progress, finished steps and the end of an attempt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, and_, delete, insert, literal, select, update

from keyreel.errors import Cancelled, LeaseLost
from keyreel.task import Task, TaskId, TaskState
from keyreel.tasks.accounts.engine_costs import EngineCosts
from keyreel.tasks.accounts.quotas import find_saturated_owners
from keyreel.tasks.database.portable_sql import DatabaseLock, epoch, insert_if_absent, take_locks
from keyreel.tasks.database.tables import STEPS, TASKS, task_from_row
from keyreel.tasks.outcomes import Failure, Success, get_final_state, write_outcome
from keyreel.tasks.scheduling import find_next_task
from keyreel.tasks.webhooks.events import record_event

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import NoReturn

    from sqlalchemy import Connection

    from keyreel.clock import Clock
    from keyreel.tasks.accounts.quotas import Quotas
    from keyreel.tasks.database.connection import Database

_WAITING: Final = (TaskState.HELD, TaskState.QUEUED)
_ANY_QUEUED: Final = select(TASKS.c.id).where(TASKS.c.state == TaskState.QUEUED).limit(1)
_REQUEUED_COLUMNS: Final[dict[str, Any]] = {
    "state": TaskState.QUEUED,
    "progress": 0.0,
    "owner": "",
    "lease_until": None,
}


@dataclass(frozen=True, slots=True)
class FencingToken:
    """The right to write to a task: only its current attempt has it."""

    task_id: TaskId
    attempt: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A task and the right to run it."""

    task: Task
    token: FencingToken


class TaskQueue:
    """A database's tasks as a queue for workers. Every call is one transaction, on disk when it returns.

    Any call raises Unavailable, having written nothing, while the database is locked or its disk is full.
    Calls with a FencingToken raise Cancelled if the task was cancelled meanwhile, and LeaseLost if another
    attempt has it: then the attempt is over and what it made is to be discarded.
    """

    def __init__(self, database: Database, clock: Clock, default_quotas: Quotas) -> None:
        self._database = database
        self._clock = clock
        self._default_quotas = default_quotas

    def claim(
        self,
        owner: str,
        lease_seconds: float,
        *,
        engines: tuple[str, ...] | None = None,
        off_peak: bool = True,
        passed_over: tuple[str, ...] = (),
    ) -> Claim | None:
        """Take the next task, fairly between tenants, until the lease lapses; None if none is ready.

        `engines` are those that may begin with a task now; None for all. `off_peak` says whether off-peak
        tasks may run now; they come after all others. The tenants that are `passed_over` get none.
        """
        now = self._clock.now()
        with self._database.write() as connection:
            # Workers that look in vain, four times a second each, are not to hold up those that find a task.
            if self._database.is_shared and connection.execute(_ANY_QUEUED).first() is None:
                return None
            take_locks(connection, [(DatabaseLock.CLAIM, "")])
            saturated = find_saturated_owners(connection, self._default_quotas)
            saturated = replace(saturated, tenants=saturated.tenants.union(passed_over))
            number = find_next_task(connection, now, saturated, off_peak=off_peak, engines=engines)
            if number is None:
                return None
            change = (
                update(TASKS)
                .where(TASKS.c.id == number, TASKS.c.state == TaskState.QUEUED)
                .values(state=TaskState.RUNNING, attempt=TASKS.c.attempt + 1, started=now)
                .values(progress=0.0, previews=0, notes=())
                .values(owner=owner, lease_until=epoch() + literal(lease_seconds))
                .returning(TASKS)
            )
            row = connection.execute(change).mappings().one_or_none()
            if row is not None:
                record_event(connection, now, number, TaskState.RUNNING)
        if row is None:
            return None
        task = task_from_row(row)
        return Claim(task, FencingToken(task.id, task.attempt))

    def check(self, token: FencingToken) -> None:
        """Return if the attempt still owns its task."""
        with self._database.read() as connection:
            if connection.execute(select(TASKS.c.id).where(_build_fence(token))).first() is not None:
                return
        self._raise_lost(token)

    def save_progress(self, token: FencingToken, fraction: float, previews: int = 0) -> None:
        """Keep how far the attempt is, 0.0 … 1.0, and how many previews it has stored."""
        self._update(token, {"progress": fraction, "previews": previews})

    def load_step(self, token: FencingToken, step: str) -> str | None:
        """Return what a finished step gave, in this or any earlier attempt; None if it is not finished."""
        query = select(STEPS.c.result).where(STEPS.c.task == int(token.task_id), STEPS.c.name == step)
        with self._database.read() as connection:
            result: str | None = connection.execute(query).scalar()
        return result

    def save_step(self, token: FencingToken, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        with self._database.write() as connection:
            if _lock_attempt(connection, token):
                connection.execute(insert(STEPS).values(task=int(token.task_id), name=step, result=result))
                return
        self._raise_lost(token)

    def keep_first(self, token: FencingToken, step: str, result: str) -> str:
        """Keep what a step gave unless it was finished before; return what is kept."""
        row, kept = {"task": int(token.task_id), "name": step, "result": result}, None
        with self._database.write() as connection:
            if _lock_attempt(connection, token):
                connection.execute(insert_if_absent(STEPS).values(row))
                mine = (STEPS.c.task == row["task"], STEPS.c.name == step)
                kept = connection.execute(select(STEPS.c.result).where(*mine)).scalar_one()
        if kept is None:
            self._raise_lost(token)
        return str(kept)

    def forget_step(self, token: FencingToken, step: str) -> None:
        """Take a finished step back, as if it had never been."""
        with self._database.write() as connection:
            if _lock_attempt(connection, token):
                connection.execute(
                    delete(STEPS).where(STEPS.c.task == int(token.task_id), STEPS.c.name == step)
                )
                return
        self._raise_lost(token)

    def has_steps(self, task_id: TaskId, prefix: str) -> bool:
        """Say whether a task has a finished step whose name begins so."""
        begins = STEPS.c.name.startswith(prefix, autoescape=True)
        query = select(STEPS.c.name).where(STEPS.c.task == int(task_id), begins).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def reserve_cost(
        self, token: FencingToken, engine: str, share: float, *, daily_credits: float | None
    ) -> None:
        """Record what an engine costs for a task: so many credits for each credit of its price.

        Raises:
            EngineUnavailable: the engine's tasks of this day (UTC) would cost more than `daily_credits`.
        """
        with self._database.write() as connection:
            if _lock_attempt(connection, token):
                take_locks(connection, [(DatabaseLock.ENGINE, engine)])
                costs = EngineCosts(connection, self._clock.now())
                costs.reserve(int(token.task_id), engine, share, daily_credits)
                return
        self._raise_lost(token)

    def cancel_cost(self, token: FencingToken, engine: str) -> None:
        """Take a recorded cost back."""
        with self._database.write() as connection:
            if _lock_attempt(connection, token):
                EngineCosts(connection, self._clock.now()).cancel(int(token.task_id), engine)
                return
        self._raise_lost(token)

    def bind(self, token: FencingToken, engine: str, notes: tuple[str, ...] = ()) -> None:
        """Keep which engine makes the task from now on, and what its client is told meanwhile."""
        self._update(token, {"engine": engine, "notes": notes})

    def list_unbound(self, engines: Collection[str], after: TaskId, limit: int) -> tuple[Task, ...]:
        """List the oldest waiting tasks with an id above `after` whose engine is none of these; no drafts.

        Drafts are made by the built-in engine, whatever others are configured.
        """
        query = (
            select(TASKS)
            .where(TASKS.c.state.in_(_WAITING), TASKS.c.id > int(after))
            .where(TASKS.c.engine.not_in(engines), TASKS.c.draft_of.is_(None))
            .order_by(TASKS.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(map(task_from_row, connection.execute(query).mappings()))

    def rebind(self, engines: Mapping[TaskId, str]) -> None:
        """Give waiting tasks other engines; one that is claimed or ended meanwhile keeps its own."""
        waiting = TASKS.c.state.in_(_WAITING)
        with self._database.write() as connection:
            for task_id, engine in engines.items():
                mine = TASKS.c.id == int(task_id)
                connection.execute(update(TASKS).where(mine, waiting).values(engine=engine))

    def record_crash(self, token: FencingToken) -> int:
        """Count a crash of a child process, and return how many this task has seen."""
        crashes: int = self._update(token, {"crashes": TASKS.c.crashes + 1}).crashes
        return crashes

    def settle(self, token: FencingToken, outcome: Success | Failure) -> Task:
        """End the task: a success is charged, a failure refunded, in the same transaction.

        Settling the same attempt the same way again changes nothing.
        """
        with self._database.write() as connection:
            settled = write_outcome(connection, self._clock.now(), _build_fence(token), outcome)
        # A commit may have reached the disk although it was reported as failed, and be tried again.
        task = settled or self._load_task(token)
        if task.attempt != token.attempt or task.state is not get_final_state(outcome):
            self._raise_lost(token)
        return task

    def requeue(self, token: FencingToken, pause: timedelta = timedelta(0)) -> None:
        """Put the task back into the queue, as if this attempt had not begun; it is ready after `pause`."""
        self._update(token, {**_REQUEUED_COLUMNS, "ready_at": self._clock.now() + pause})

    def renew_leases(self, owner: str, lease_seconds: float) -> int:
        """Renew the owner's leases, then queue tasks whose lease has lapsed; return how many."""
        running = TASKS.c.state == TaskState.RUNNING
        renew = update(TASKS).where(running, TASKS.c.owner == owner)
        # What a process holds that was frozen in a transaction holds up nobody else.
        free = select(TASKS.c.id).where(running, TASKS.c.lease_until < epoch())
        free = free.with_for_update(skip_locked=True)
        lapsed = update(TASKS).where(TASKS.c.id.in_(free)).values(_REQUEUED_COLUMNS)
        with self._database.write() as connection:
            # First its own: a jump of the clock must not cost a live worker its tasks.
            connection.execute(renew.values(lease_until=epoch() + literal(lease_seconds)))
            return connection.execute(lapsed).rowcount

    def _update(self, token: FencingToken, values: dict[str, Any]) -> Task:
        change = update(TASKS).where(_build_fence(token)).values(values).returning(TASKS)
        with self._database.write() as connection:
            row = connection.execute(change).mappings().one_or_none()
        if row is None:
            self._raise_lost(token)
        return task_from_row(row)

    def _load_task(self, token: FencingToken) -> Task:
        with self._database.read() as connection:
            query = select(TASKS).where(TASKS.c.id == int(token.task_id))
            return task_from_row(connection.execute(query).mappings().one())

    def _raise_lost(self, token: FencingToken) -> NoReturn:
        task = self._load_task(token)
        if task.state is TaskState.CANCELLED and task.attempt == token.attempt:
            raise Cancelled
        raise LeaseLost


def requeue_running_tasks(connection: Connection) -> None:
    """Queue every running task again, whatever its lease: for a process that knows it is the only one."""
    connection.execute(update(TASKS).where(TASKS.c.state == TaskState.RUNNING).values(_REQUEUED_COLUMNS))


def _build_fence(token: FencingToken) -> ColumnElement[bool]:
    return and_(
        TASKS.c.id == int(token.task_id), TASKS.c.attempt == token.attempt, TASKS.c.state == TaskState.RUNNING
    )


def _lock_attempt(connection: Connection, token: FencingToken) -> bool:
    # As an update, so that on a database with several writers the row stays ours until the commit.
    touch = update(TASKS).where(_build_fence(token)).values(attempt=TASKS.c.attempt)
    return connection.execute(touch).rowcount == 1
