"""The durable record of tasks as clients see it: submitted, listed, cancelled. It runs nothing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, func, select

from keyreel.clock import ClockJumpDetector, SystemClock
from keyreel.errors import Cancelled, NotHeld, Refusal, UnknownTask
from keyreel.task import UNFINISHED_STATES, Submission, Task, TaskFilter, TaskId, TaskState
from keyreel.tasks.accounts.quotas import NO_QUOTAS
from keyreel.tasks.admission import NO_CHECKS, AdmissionChecks, NewTask, admit_all
from keyreel.tasks.audit.log import Actor, AuditAction, AuditEntry, append_entry
from keyreel.tasks.clocks.database_clock import DatabaseClock
from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
from keyreel.tasks.database.folder_lock import FolderLock
from keyreel.tasks.database.opening import DatabaseLocation
from keyreel.tasks.database.portable_sql import take_node_number
from keyreel.tasks.database.prepared import PreparedQuery
from keyreel.tasks.database.tables import STEPS, TASKS, task_from_row
from keyreel.tasks.database.writer import DatabaseWriter
from keyreel.tasks.deadlines import make_held_columns, make_queue_columns
from keyreel.tasks.drafts.approval import queue_held
from keyreel.tasks.ids import MAX_TASK_ID, SnowflakeGenerator, parse_task_id
from keyreel.tasks.installation.workers import forget_workers
from keyreel.tasks.list_query import SMALL_TASK_COLUMNS, build_list_query, read_first_tasks
from keyreel.tasks.outcomes import cancel_unfinished
from keyreel.tasks.task_queue import TaskQueue, requeue_running_tasks
from keyreel.tasks.webhooks.upstream_callbacks import UpstreamCallbacks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from random import Random

    from keyreel.clock import Clock
    from keyreel.tasks.accounts.quotas import Quotas
    from keyreel.tasks.admission import Admission
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.outcomes import Failure, Success
    from keyreel.tasks.webhooks.events import Callback

_NO_FILTER: Final = TaskFilter()
_PAGE: Final = 500
"""Rows of one query."""
_CANCELLED_AT_ONCE: Final = 100
CANCELLED_BY_OPERATOR: Final = "The task was cancelled by the operator of this server."
# Building a statement takes longer than running it: those of the busiest calls are built once.
_FIND_TASK: Final = PreparedQuery(
    select(TASKS).where(TASKS.c.id == bindparam("id"), TASKS.c.tenant == bindparam("tenant")), task_from_row
)
_FIND_DRAFT: Final = PreparedQuery(select(TASKS).where(TASKS.c.draft_of == bindparam("task")), task_from_row)
_COUNT_QUEUED: Final = select(func.count()).where(TASKS.c.state == TaskState.QUEUED)


class TaskStore:
    """The tasks of one data folder. Every call is one transaction and is on disk when it returns.

    Any call raises Unavailable, having written nothing, while the database is locked or its disk is full.
    What workers do with tasks is in `queue`. What is stored bears the time of `clock`; what has expired is
    judged by `trusted_clock`, which nobody can set forward.
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
        # The clock of a shared database does not follow the machine's.
        watched = clock if isinstance(clock, DatabaseClock) else SystemClock()
        self.trusted_clock = JumpSafeClock(clock, ClockJumpDetector(watched))
        self.writer = DatabaseWriter(database)
        self.queue = TaskQueue(database, clock, default_quotas)
        self.upstream_callbacks = UpstreamCallbacks(database, clock)
        with database.read() as connection:
            last = connection.execute(select(func.max(TASKS.c.id))).scalar()
        node = None if lock is None else take_node_number(database)
        self._ids = SnowflakeGenerator(clock, random, last=last or 0, node=node)

    @classmethod
    def open_read_only(
        cls, folder: Path, clock: Clock, random: Random, *, database_url: str = ""
    ) -> TaskStore:
        """Open the database beside whoever works on it; a call that would change it fails.

        Raises:
            InvalidSetting: there is none, or it is another version's.
            Unavailable: it cannot be read.
        """
        database = DatabaseLocation(folder, database_url).open_read_only()
        with ExitStack() as undo:
            undo.callback(database.close)
            store = cls(database, None, clock, random, default_quotas=NO_QUOTAS)
            undo.pop_all()
        return store

    @classmethod
    def open(
        cls,
        folder: Path,
        clock: Clock,
        random: Random,
        *,
        default_quotas: Quotas = NO_QUOTAS,
        database_url: str = "",
    ) -> TaskStore:
        """Open the folder's database, made or brought up to date where needed, or the one at `database_url`.

        The folder is this process's alone. `default_quotas` are the quotas of keys that have none of their
        own.

        In a database of one process, tasks that ran when the last process ended go back to the queue at once,
        with their finished steps and without a crash counted: the lock proves that nobody runs them. In a
        shared one, their leases lapse.

        Raises:
            DataFolderLocked: another process works on the folder.
            InvalidSetting: what is there is no database, or a newer one.
            Unavailable: the database cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            lock = FolderLock(folder)
            undo.callback(lock.release)
            database = DatabaseLocation(folder, database_url).open()
            undo.callback(database.close)
            undo.enter_context(database.refuse_damage())
            database.migrate()
            if database.is_shared:
                clock = DatabaseClock(database) if isinstance(clock, SystemClock) else clock
            else:
                with database.write() as connection:
                    requeue_running_tasks(connection)
                    forget_workers(connection)
            store = cls(database, lock, clock, random, default_quotas=default_quotas)
            undo.pop_all()
        return store

    async def synchronise_clock(self) -> None:
        """Ask a shared database for its time; a clock of this machine needs nobody."""
        if isinstance(self.clock, DatabaseClock):
            await self.database.ask(self.clock.synchronise)

    def close(self) -> None:
        """Close the database and unlock the folder."""
        self.writer.close()
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
        task = self.compose(submission)
        earlier = self.admit(task, callback, admission)
        assert earlier is None, "a repeated submission was not composed by its caller"
        return task

    def compose(self, submission: Submission) -> Task:
        """Return a submission as a new queued task with its id; nothing is on disk before `admit`."""
        now = self.clock.now()
        when = make_queue_columns(submission, now)
        return Task(
            TaskId(str(self._ids.next_id())),
            submission,
            TaskState.QUEUED,
            attempt=0,
            crashes=0,
            progress=0.0,
            created=now,
            deadline=when["deadline"],
            ready_at=when["ready_at"],
        )

    def compose_held(self, submission: Submission, draft: Submission) -> tuple[Task, Task]:
        """Return a submission as a new held task, and its draft as a queued one; `admit` stores both."""
        task = self.compose(submission)
        deadline = make_held_columns(task.created)["deadline"]
        held = replace(task, state=TaskState.HELD, deadline=deadline)
        return held, replace(self.compose(draft), draft_of=held.id)

    def admit(
        self,
        task: Task,
        callback: Callback | None = None,
        admission: Admission = NO_CHECKS,
        *,
        outcome: Success | Failure | None = None,
        draft: Task | None = None,
    ) -> str | None:
        """Store a composed task, with its draft if it is held, and set its price aside; return None.

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
        entry = NewTask(task, draft, callback, admission, outcome, self.trusted_clock.now())
        with self.database.write() as connection:
            (result,) = admit_all(connection, [entry])
        if isinstance(result, Refusal):
            raise result
        return result

    async def admit_in_group(
        self,
        task: Task,
        callback: Callback | None = None,
        admission: Admission = NO_CHECKS,
        *,
        outcome: Success | Failure | None = None,
        draft: Task | None = None,
    ) -> str | None:
        """Do as `admit`, without holding up the event loop: submits that come together share one commit."""
        entry = NewTask(task, draft, callback, admission, outcome, self.trusted_clock.now())
        return await self.writer.commit_together(admit_all, entry)

    async def has_admitted(self, task: Task) -> bool:
        """Say whether a composed task is on disk."""
        parameters = {"id": int(task.id), "tenant": task.submission.tenant}
        return await self.database.ask(lambda: self.database.find(_FIND_TASK, parameters)) is not None

    def check_admission(self, submission: Submission, admission: Admission) -> str | None:
        """Say beforehand what `admit` would say now of a submission whose files are not stored yet.

        Returns the body that answered the same submit before, None if there was none.

        Raises:
            Refusal: as `admit` does.
        """
        now, judged = self.clock.now(), self.trusted_clock.now()
        with self.database.snapshot() as connection:
            return AdmissionChecks(connection).check(submission, admission, now, judged=judged)

    def get(self, tenant: str, task_id: TaskId) -> Task:
        """Return a tenant's task.

        Raises:
            UnknownTask: no such task, or it is another tenant's.
        """
        task = self.database.find(_FIND_TASK, {"id": parse_task_id(task_id), "tenant": tenant})
        if task is None:
            raise UnknownTask
        return task

    def require_exists(self, task_id: TaskId) -> None:
        """Return if there is such a task, whosever it is.

        Raises:
            UnknownTask: there is none.
        """
        with self.database.read() as connection:
            found = connection.execute(select(TASKS.c.id).where(TASKS.c.id == parse_task_id(task_id))).first()
        if found is None:
            raise UnknownTask(f"There is no task with the ID {task_id[:64]!r}.")

    def list(self, tenant: str | None = None, task_filter: TaskFilter = _NO_FILTER) -> tuple[Task, ...]:
        """List a tenant's tasks, or every tenant's, by the filter; `fields` and `payload` are left empty.

        Like the methods below, it reads through the database's reader: call it in a thread.
        """
        query = build_list_query(SMALL_TASK_COLUMNS, tenant, task_filter)
        with self.database.reader.read() as connection:
            return tuple(task_from_row(row) for row in connection.execute(query).mappings())

    def list_ids(self, tenant: str, task_filter: TaskFilter) -> tuple[TaskId, ...]:
        """List the ids of a tenant's tasks by the filter, without drafts: these belong to other tasks."""
        query = build_list_query((TASKS.c.id,), tenant, task_filter).where(TASKS.c.draft_of.is_(None))
        with self.database.reader.read() as connection:
            return tuple(TaskId(str(number)) for number in connection.execute(query).scalars())

    def iterate(self, ids: Sequence[TaskId]) -> Iterator[Task]:
        """Yield whole tasks, in the order of their ids, which rise or fall.

        Those whose record has expired meanwhile are left out. At most some megabytes are read at a time.
        """
        left = [parse_task_id(task_id) for task_id in ids]
        while left:
            with self.database.reader.read() as connection:
                tasks, left = read_first_tasks(connection, left)
            yield from tasks

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
            with self.database.reader.read() as connection:
                rows = connection.execute(query.where(TASKS.c.id < last)).all()
            yield from ((TaskId(str(number)), seen, sha256) for number, seen, sha256 in rows)
            if len(rows) < _PAGE:
                return
            last = rows[-1][0]

    def count_queued(self) -> int:
        """Count queued tasks."""
        with self.database.read() as connection:
            return connection.execute(_COUNT_QUEUED).scalar_one()

    def find_draft(self, task_id: TaskId) -> Task | None:
        """Return the task that makes the draft of a task; None if it has none."""
        return self.database.find(_FIND_DRAFT, {"task": parse_task_id(task_id)})

    def find_drafts(self, ids: Sequence[TaskId]) -> dict[TaskId, Task]:
        """Return the tasks that make the drafts of several tasks, by these; call it in a thread."""
        query = select(*SMALL_TASK_COLUMNS).where(TASKS.c.draft_of.in_([parse_task_id(each) for each in ids]))
        with self.database.reader.read() as connection:
            drafts = [task_from_row(row) for row in connection.execute(query).mappings()]
        return {draft.draft_of: draft for draft in drafts if draft.draft_of}

    def approve(self, tenant: str, task_id: TaskId) -> Task:
        """Queue a held task for its engine, from now on. Returns the task as it is now.

        A task that was approved already stays as it is.

        Raises:
            UnknownTask: no such task, or it is another tenant's.
            NotHeld: it was submitted without a draft, or was cancelled.
        """
        with self.database.write() as connection:
            queue_held(connection, self.clock.now(), tenant, parse_task_id(task_id))
        task = self.get(tenant, task_id)
        if task.state is TaskState.CANCELLED:
            raise NotHeld(f"The order can no longer be approved: {task.reason}")
        if self.find_draft(task_id) is None:
            raise NotHeld
        return task

    def cancel(self, tenant: str, task_id: TaskId, reason: str = "The task was cancelled.") -> Task:
        """Cancel and refund a task that has not ended. Returns the task as it is now.

        Raises:
            UnknownTask: no such task, or it is another tenant's.
        """
        mine = (TASKS.c.id == parse_task_id(task_id)) & (TASKS.c.tenant == tenant)
        with self.database.write() as connection:
            cancel_unfinished(connection, self.clock.now(), mine, Cancelled(reason))
        return self.get(tenant, task_id)

    def cancel_all(self, tenant: str, *, by: Actor) -> int:
        """Cancel a tenant's oldest unfinished tasks, 100 at most; return how many there were.

        So many at a time, because other calls wait meanwhile.
        """
        oldest = (
            select(TASKS.c.id)
            .where(TASKS.c.tenant == tenant, TASKS.c.state.in_(UNFINISHED_STATES))
            .order_by(TASKS.c.id)
            .limit(_CANCELLED_AT_ONCE)
        )
        with self.database.write() as connection:
            ids = cancel_unfinished(
                connection, self.clock.now(), TASKS.c.id.in_(oldest), Cancelled(CANCELLED_BY_OPERATOR)
            )
            if ids:
                details = {"tasks": [str(number) for number in ids]}
                entry = AuditEntry(AuditAction.TASKS_CANCELLED, tenant, tenant, details)
                append_entry(connection, self.clock, by, entry)
        return len(ids)

    def filter_resumable(self, ids: Iterable[TaskId]) -> frozenset[TaskId]:
        """Return the ids of tasks that have not ended and have a finished step, which may name files."""
        query = select(TASKS.c.id).where(
            TASKS.c.id.in_(select(STEPS.c.task)),
            TASKS.c.id.in_([parse_task_id(task_id) for task_id in ids]),
            TASKS.c.state.in_(UNFINISHED_STATES),
        )
        with self.database.read() as connection:
            return frozenset(TaskId(str(number)) for number in connection.execute(query).scalars())
