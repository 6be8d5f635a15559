"""The durable record of tasks as clients see it: submitted, listed, cancelled. It runs nothing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, insert, select, update

from keyreel.errors import Cancelled, UnknownTask
from keyreel.task import Submission, Task, TaskFilter, TaskId, TaskState
from keyreel.tasks.accounts.ledger import Ledger
from keyreel.tasks.accounts.quotas import NO_QUOTAS
from keyreel.tasks.accounts.standing import require_good_standing
from keyreel.tasks.admission import NO_CHECKS
from keyreel.tasks.audit.log import Actor, AuditAction, AuditEntry, append_entry
from keyreel.tasks.database.connection import DATABASE_FILE, Database
from keyreel.tasks.database.folder_lock import FolderLock
from keyreel.tasks.database.tables import TASKS, task_from_row
from keyreel.tasks.deadlines import make_queue_columns
from keyreel.tasks.ids import MAX_TASK_ID, SnowflakeGenerator, parse_task_id
from keyreel.tasks.list_query import apply_filter
from keyreel.tasks.outcomes import write_outcome
from keyreel.tasks.task_queue import TaskQueue, requeue_running_tasks
from keyreel.tasks.webhooks.events import Callback, record_event, register_callback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from random import Random

    from sqlalchemy import ColumnElement, Connection

    from keyreel.clock import Clock
    from keyreel.tasks.accounts.quotas import Quotas
    from keyreel.tasks.admission import Admission
    from keyreel.tasks.outcomes import Failure, Success

_EMPTY_COLUMNS: Final = (
    "owner",
    "reason",
    "fault",
    "video",
    "cover",
    "clean",
    "size",
    "video_sha256",
    "fingerprint",
)
_NEW_TASK_COLUMNS: Final = {
    "state": TaskState.QUEUED,
    **dict.fromkeys(("attempt", "crashes"), 0),
    "progress": 0.0,
    **dict.fromkeys(_EMPTY_COLUMNS, ""),
    "notes": (),
}
_NO_FILTER: Final = TaskFilter()
_PAGE: Final = 500
"""Rows of one query."""
_CANCELLED_AT_ONCE: Final = 100
CANCELLED_BY_OPERATOR: Final = "The task was cancelled by the operator of this server."
# Building a statement takes longer than running it: those of the busiest calls are built once.
_INSERT_TASK: Final = insert(TASKS)
_SELECT_TASK: Final = select(TASKS).where(
    TASKS.c.id == bindparam("id"), TASKS.c.tenant == bindparam("tenant")
)


class TaskStore:
    """The tasks of one data folder. Every call is one transaction and is on disk when it returns.

    Any call raises Unavailable, having written nothing, while the database is locked or its disk is full.
    What workers do with tasks is in `queue`.
    """

    def __init__(
        self,
        database: Database,
        lock: FolderLock | None,
        clock: Clock,
        random: Random,
        *,
        default_quotas: Quotas,
    ) -> None:
        self.database = database
        self._lock = lock
        self.clock = clock
        self.queue = TaskQueue(database, clock, default_quotas)
        with database.read() as connection:
            last = connection.execute(select(func.max(TASKS.c.id))).scalar()
        self._ids = SnowflakeGenerator(clock, random, last=last or 0)

    @classmethod
    def open_read_only(cls, folder: Path, clock: Clock, random: Random) -> TaskStore:
        """Open the folder's database beside whoever works on it; a call that would change it fails.

        Raises:
            InvalidSetting: there is none, or it is another version's.
            Unavailable: it cannot be read.
        """
        database = Database.open_read_only(folder / DATABASE_FILE)
        with ExitStack() as undo:
            undo.callback(database.close)
            store = cls(database, None, clock, random, default_quotas=NO_QUOTAS)
            undo.pop_all()
        return store

    @classmethod
    def open(
        cls, folder: Path, clock: Clock, random: Random, *, default_quotas: Quotas = NO_QUOTAS
    ) -> TaskStore:
        """Open the folder's database, made or brought up to date where needed, for this process alone.

        `default_quotas` are the quotas of keys that have none of their own.

        Tasks that ran when the last process ended go back to the queue at once, with their finished steps and
        without a crash counted: the lock proves that nobody runs them.

        Raises:
            DataFolderLocked: another process works on the folder.
            InvalidSetting: what is there is no database, or a newer one.
            Unavailable: the database cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            lock = FolderLock(folder)
            undo.callback(lock.release)
            database = Database(folder / DATABASE_FILE)
            undo.callback(database.close)
            database.migrate()
            with database.write() as connection:
                requeue_running_tasks(connection)
            store = cls(database, lock, clock, random, default_quotas=default_quotas)
            undo.pop_all()
        return store

    def close(self) -> None:
        """Close the database and unlock the folder."""
        self.database.close()
        if self._lock:
            self._lock.release()

    def accept(
        self, submission: Submission, callback: Callback | None = None, admission: Admission = NO_CHECKS
    ) -> Task:
        """Store a submission as a new queued task; for submissions that are never repeated.

        Raises:
            Refusal: as `admit` does.
        """
        task = self.draft(submission)
        earlier = self.admit(task, callback, admission)
        assert earlier is None, "a repeated submission was not drafted by its caller"
        return task

    def draft(self, submission: Submission) -> Task:
        """Return a submission as a new queued task with its id; nothing is on disk before `admit`."""
        now = self.clock.now()
        deadline = make_queue_columns(submission, now)["deadline"]
        task_id = TaskId(str(self._ids.next_id()))
        return Task(task_id, submission, TaskState.QUEUED, 0, 0, 0.0, now, deadline=deadline)

    def admit(
        self,
        task: Task,
        callback: Callback | None = None,
        admission: Admission = NO_CHECKS,
        *,
        outcome: Success | Failure | None = None,
    ) -> str | None:
        """Store a drafted task and set its price aside; return None.

        With an `outcome` the task has ended already: nothing is rendered, for a client that tries its
        callback out, and its price is to be 0.

        Where the same submit was answered before, store nothing and return that answer's body.

        Raises:
            InsufficientCredits: its tenant pays in advance and has less.
            RateLimited: it would pass a quota.
            IdempotencyConflict: its idempotency key stands for another request.
            InvalidKey: its key was revoked meanwhile.
            TenantDisabled: its tenant was disabled meanwhile.
        """
        now, submission = task.created, task.submission
        with self.database.write() as connection:
            require_good_standing(connection, submission.key_id, submission.tenant)
            earlier = admission.check(connection, task.submission, now)
            if earlier is not None:
                return earlier
            self._insert_task(connection, task, callback)
            admission.finalize(connection, task, now)
            if outcome is not None:
                _end_test_task(connection, task, outcome)
        return None

    def get(self, tenant: str, task_id: TaskId) -> Task:
        """Return a tenant's task.

        Raises:
            UnknownTask: no such task, or it is another tenant's.
        """
        parameters = {"id": parse_task_id(task_id), "tenant": tenant}
        with self.database.read() as connection:
            row = connection.execute(_SELECT_TASK, parameters).mappings().one_or_none()
        if row is None:
            raise UnknownTask
        return task_from_row(row)

    def require_exists(self, task_id: TaskId) -> None:
        """Return if there is such a task, whosever it is.

        Raises:
            UnknownTask: there is none.
        """
        with self.database.read() as connection:
            found = connection.execute(select(TASKS.c.id).where(TASKS.c.id == parse_task_id(task_id))).first()
        if found is None:
            raise UnknownTask(f"There is no task with the id {task_id[:64]!r}.")

    def list(self, tenant: str | None = None, task_filter: TaskFilter = _NO_FILTER) -> tuple[Task, ...]:
        """List a tenant's tasks, or every tenant's, by the filter."""
        query = apply_filter(select(TASKS), task_filter)
        if tenant is not None:
            query = query.where(TASKS.c.tenant == tenant)
        with self.database.read() as connection:
            return tuple(task_from_row(row) for row in connection.execute(query).mappings())

    def iterate_fingerprints(self, tenant: str | None = None) -> Iterator[tuple[TaskId, str, str]]:
        """Yield id, fingerprint and SHA-256 of each video of a tenant, or of every tenant, newest first.

        It reads page by page, so that no other call waits for the whole.
        """
        columns = select(TASKS.c.id, TASKS.c.fingerprint, TASKS.c.video_sha256)
        query = columns.where(TASKS.c.state == TaskState.SUCCEEDED).order_by(TASKS.c.id.desc()).limit(_PAGE)
        if tenant is not None:
            query = query.where(TASKS.c.tenant == tenant)
        last = MAX_TASK_ID
        while True:
            with self.database.read() as connection:
                rows = connection.execute(query.where(TASKS.c.id < last)).all()
            yield from ((TaskId(str(number)), seen, sha256) for number, seen, sha256 in rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1][0]

    def count_queued(self) -> int:
        """Count queued tasks."""
        query = select(func.count()).where(TASKS.c.state == TaskState.QUEUED)
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def cancel(self, tenant: str, task_id: TaskId, reason: str = "The task was cancelled.") -> Task:
        """Cancel and refund a task that has not ended. Returns the task as it is now.

        Raises:
            UnknownTask: no such task, or it is another tenant's.
        """
        mine = (TASKS.c.id == parse_task_id(task_id)) & (TASKS.c.tenant == tenant)
        with self.database.write() as connection:
            _cancel_unfinished(connection, self.clock.now(), mine, reason)
        return self.get(tenant, task_id)

    def cancel_all(self, tenant: str, *, by: Actor) -> int:
        """Cancel a tenant's oldest unfinished tasks, 100 at most; return how many there were.

        So many at a time, because other calls wait meanwhile.
        """
        oldest = (
            select(TASKS.c.id)
            .where(TASKS.c.tenant == tenant, TASKS.c.state.in_((TaskState.QUEUED, TaskState.RUNNING)))
            .order_by(TASKS.c.id)
            .limit(_CANCELLED_AT_ONCE)
        )
        with self.database.write() as connection:
            ids = _cancel_unfinished(
                connection, self.clock.now(), TASKS.c.id.in_(oldest), CANCELLED_BY_OPERATOR
            )
            if ids:
                details = {"tasks": [str(number) for number in ids]}
                entry = AuditEntry(AuditAction.TASKS_CANCELLED, tenant, tenant, details)
                append_entry(connection, self.clock, by, entry)
        return len(ids)

    def filter_unfinished(self, ids: Iterable[TaskId]) -> frozenset[TaskId]:
        """Return those of the ids that belong to tasks which have not ended."""
        query = select(TASKS.c.id).where(
            TASKS.c.id.in_([parse_task_id(task_id) for task_id in ids]),
            TASKS.c.state.in_((TaskState.QUEUED, TaskState.RUNNING)),
        )
        with self.database.read() as connection:
            return frozenset(TaskId(str(number)) for number in connection.execute(query).scalars())

    def _insert_task(self, connection: Connection, task: Task, callback: Callback | None) -> None:
        number, submission, now = int(task.id), task.submission, task.created
        row = {
            "id": number,
            **asdict(submission),
            **_NEW_TASK_COLUMNS,
            **make_queue_columns(submission, now),
            "created": now,
        }
        connection.execute(_INSERT_TASK, row)
        Ledger(connection, now).hold(number, submission.tenant, submission.credits)
        if callback is not None:
            register_callback(connection, number, submission.tenant, callback)


def _cancel_unfinished(
    connection: Connection, now: datetime, which: ColumnElement[bool], reason: str
) -> list[int]:
    """Cancel and refund those of the tasks that have not ended; return their numbers."""
    change = (
        update(TASKS)
        .where(which, TASKS.c.state.in_((TaskState.QUEUED, TaskState.RUNNING)))
        .values(state=TaskState.CANCELLED, reason=reason, fault=Cancelled.__name__)
        .values(finished=now, owner="", lease_until=None)
        .returning(TASKS.c.id, TASKS.c.tenant, TASKS.c.credits)
    )
    rows = connection.execute(change).all()
    for row in rows:
        Ledger(connection, now).refund(row.id, row.tenant, row.credits)
        record_event(connection, now, row.id, TaskState.CANCELLED)
    return [row.id for row in rows]


def _end_test_task(connection: Connection, task: Task, outcome: Success | Failure) -> None:
    """End a task in the transaction that inserted it, as if it had run."""
    number, now = int(task.id), task.created
    record_event(connection, now, number, TaskState.RUNNING)
    first_attempt = {"attempt": 1, "started": now}
    write_outcome(connection, now, TASKS.c.id == number, outcome, further_columns=first_attempt)
