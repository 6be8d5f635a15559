"""The durable truth about tasks: who asked for what, how far it is, how it ended. It runs nothing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, literal, select, update

from keyreel.errors import AttemptLost, Cancelled, UnknownTask
from keyreel.task import Submission, Task, TaskFilter, TaskId, TaskState
from keyreel.tasks.accounts.ledger import Ledger
from keyreel.tasks.accounts.quotas import NO_QUOTAS, find_saturated_owners
from keyreel.tasks.admission import NO_CHECKS
from keyreel.tasks.database.connection import DATABASE_FILE, Database, epoch
from keyreel.tasks.database.folder_lock import FolderLock
from keyreel.tasks.database.tables import STEPS, TASKS, task_from_row
from keyreel.tasks.deadlines import make_queue_columns
from keyreel.tasks.ids import SnowflakeGenerator, parse_task_id
from keyreel.tasks.list_query import apply_filter
from keyreel.tasks.scheduling import Claim, FencingToken, find_next_task
from keyreel.tasks.webhooks.events import Callback, record_event, register_callback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path
    from random import Random
    from typing import NoReturn

    from sqlalchemy import Connection

    from keyreel.clock import Clock
    from keyreel.tasks.accounts.quotas import Quotas
    from keyreel.tasks.admission import Admission

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
_REQUEUED_COLUMNS: Final[dict[str, Any]] = {
    "state": TaskState.QUEUED,
    "progress": 0.0,
    "owner": "",
    "lease_until": None,
}
_NO_FILTER: Final = TaskFilter()
_PAGE: Final = 500
_MAX_TASK_ID: Final = 2**63 - 1
# Building a statement takes longer than running it: those of the busiest calls are built once.
_INSERT_TASK: Final = insert(TASKS)
_SELECT_TASK: Final = select(TASKS).where(
    TASKS.c.id == bindparam("id"), TASKS.c.tenant == bindparam("tenant")
)


@dataclass(frozen=True, slots=True)
class Success:
    """How a task ended well; the files are storage keys, the rest is as in Task."""

    video: str
    cover: str
    video_sha256: str
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    charged: int = 0
    """Credits, of those held; what is left of these goes back."""
    clean: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a task ended badly: a sentence for people, and the class name of the error behind it."""

    reason: str
    fault: str


class TaskStore:
    """The tasks of one data folder. Every call is one transaction and is on disk when it returns.

    Any call raises Unavailable, having written nothing, while the database is locked or its disk is full.
    Calls with a Token raise Cancelled if the task was cancelled meanwhile, and AttemptLost if somebody else
    has it: then the attempt is over and what it made is to be discarded.
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
        self._default_quotas = default_quotas
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
            Busy: another process works on the folder.
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
                connection.execute(
                    update(TASKS).where(TASKS.c.state == TaskState.RUNNING).values(_REQUEUED_COLUMNS)
                )
            store = cls(database, lock, clock, random, default_quotas=default_quotas)
            undo.pop_all()
        return store

    def close(self) -> None:
        """Let go of the database and of the folder."""
        self.database.close()
        if self._lock:
            self._lock.release()

    # For clients.

    def accept(
        self, submission: Submission, callback: Callback | None = None, admission: Admission = NO_CHECKS
    ) -> Task:
        """Keep a submission as a new queued task, and set its price aside.

        Raises:
            InsufficientCredits: its tenant pays in advance and has less.
            Refusal: the terms say no.
            Replayed: the terms know it already.
        """
        now = self.clock.now()
        deadline = make_queue_columns(submission, now)["deadline"]
        with self.database.write() as connection:
            admission.check(connection, submission, now)
            number = self._insert_task(connection, submission, callback, now)
            task = Task(TaskId(str(number)), submission, TaskState.QUEUED, 0, 0, 0.0, now, deadline=deadline)
            admission.finalize(connection, task, now)
        return task

    def accept_test_task(
        self,
        submission: Submission,
        callback: Callback | None,
        outcome: Success | Failure,
        admission: Admission = NO_CHECKS,
    ) -> Task:
        """Keep a submission as a task that has had its end already, for a client that tries its callback out.

        Nothing is made, so its price is to be 0. Returns the task as it was at the beginning.
        """
        now = self.clock.now()
        with self.database.write() as connection:
            admission.check(connection, submission, now)
            number = self._insert_task(connection, submission, callback, now)
            task = Task(TaskId(str(number)), submission, TaskState.QUEUED, 0, 0, 0.0, now)
            admission.finalize(connection, task, now)
            record_event(connection, now, number, TaskState.RUNNING)
            first_attempt = {"attempt": 1, "started": now}
            change = (
                update(TASKS)
                .where(TASKS.c.id == number)
                .values({**first_attempt, **_make_outcome_columns(outcome, now)})
            )
            row = connection.execute(change.returning(TASKS)).mappings().one()
            _settle_credits(Ledger(connection, now), task_from_row(row))
            record_event(connection, now, number, TaskState(row["state"]))
        return task

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

    def list(self, tenant: str | None = None, task_filter: TaskFilter = _NO_FILTER) -> tuple[Task, ...]:
        """List a tenant's tasks, or everybody's, as the filter says."""
        query = apply_filter(select(TASKS), task_filter)
        if tenant is not None:
            query = query.where(TASKS.c.tenant == tenant)
        with self.database.read() as connection:
            return tuple(task_from_row(row) for row in connection.execute(query).mappings())

    def iterate_fingerprints(self, tenant: str | None = None) -> Iterator[tuple[TaskId, str, str]]:
        """Yield id, fingerprint and SHA-256 of each video of a tenant, or of everybody's, newest first.

        It reads page by page: nobody else waits for the whole.
        """
        columns = select(TASKS.c.id, TASKS.c.fingerprint, TASKS.c.video_sha256)
        query = columns.where(TASKS.c.state == TaskState.SUCCEEDED).order_by(TASKS.c.id.desc()).limit(_PAGE)
        if tenant is not None:
            query = query.where(TASKS.c.tenant == tenant)
        last = _MAX_TASK_ID
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
        """End a queued or running task; one that has ended stays as it is. Returns the task as it is now.

        Raises:
            UnknownTask: no such task, or it is another tenant's.
        """
        now = self.clock.now()
        change = (
            update(TASKS)
            .where(TASKS.c.id == parse_task_id(task_id), TASKS.c.tenant == tenant)
            .where(TASKS.c.state.in_((TaskState.QUEUED, TaskState.RUNNING)))
            .values(state=TaskState.CANCELLED, reason=reason, fault=Cancelled.__name__)
            .values(finished=now, owner="", lease_until=None)
            .returning(TASKS.c.id, TASKS.c.credits)
        )
        with self.database.write() as connection:
            row = connection.execute(change).one_or_none()
            if row is not None:
                Ledger(connection, now).refund(row.id, tenant, row.credits)
                record_event(connection, now, row.id, TaskState.CANCELLED)
        return self.get(tenant, task_id)

    # For workers.

    def claim(self, owner: str, lease_seconds: float, *, off_peak: bool = True) -> Claim | None:
        """Take the next task, fairly between tenants, until the lease lapses; None if nothing waits.

        `off_peak` says whether off-peak tasks may run now; they come after all others.
        """
        now = self.clock.now()
        with self.database.write() as connection:
            number = find_next_task(
                connection, now, find_saturated_owners(connection, self._default_quotas), off_peak=off_peak
            )
            if number is None:
                return None
            change = (
                update(TASKS)
                .where(TASKS.c.id == number, TASKS.c.state == TaskState.QUEUED)
                .values(state=TaskState.RUNNING, attempt=TASKS.c.attempt + 1, started=now, progress=0.0)
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

    def save_progress(self, token: FencingToken, fraction: float) -> None:
        """Keep how far the attempt is, 0.0 … 1.0."""
        self._update_attempt(token, {"progress": fraction})

    def check_attempt(self, token: FencingToken) -> None:
        """Return if the attempt still owns its task."""
        with self.database.read() as connection:
            if connection.execute(select(TASKS.c.id).where(_build_fence(token))).first() is not None:
                return
        self._raise_lost(token)

    def load_step(self, token: FencingToken, step: str) -> str | None:
        """Return what a finished step gave, in this or any earlier attempt; None if it is not finished."""
        query = select(STEPS.c.result).where(STEPS.c.task == int(token.task_id), STEPS.c.name == step)
        with self.database.read() as connection:
            result: str | None = connection.execute(query).scalar()
        return result

    def save_step(self, token: FencingToken, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        with self.database.write() as connection:
            if _lock_attempt(connection, token):
                connection.execute(insert(STEPS).values(task=int(token.task_id), name=step, result=result))
                return
        self._raise_lost(token)

    def record_crash(self, token: FencingToken) -> int:
        """Count a death of a render process, and return how many this task has seen."""
        crashes: int = self._update_attempt(token, {"crashes": TASKS.c.crashes + 1}).crashes
        return crashes

    def settle(self, token: FencingToken, outcome: Success | Failure) -> Task:
        """End the task: a success is charged, a failure refunded, in the same transaction.

        Settling the same attempt the same way again changes nothing.
        """
        now = self.clock.now()
        values = _make_outcome_columns(outcome, now)
        change = update(TASKS).where(_build_fence(token)).values(values).returning(TASKS)
        with self.database.write() as connection:
            row = connection.execute(change).mappings().one_or_none()
            if row is not None:
                _settle_credits(Ledger(connection, now), task_from_row(row))
                record_event(connection, now, int(token.task_id), values["state"])
        # A commit may have reached the disk although it was reported as failed, and be tried again.
        task = self._load_task(token) if row is None else task_from_row(row)
        if task.attempt != token.attempt or task.state is not values["state"]:
            self._raise_lost(token)
        return task

    def requeue(self, token: FencingToken) -> None:
        """Put the task back into the queue, as if this attempt had not begun."""
        self._update_attempt(token, _REQUEUED_COLUMNS)

    def renew_leases(self, owner: str, lease_seconds: float) -> int:
        """Renew the owner's leases, then queue tasks of owners who let theirs lapse; return how many."""
        running = TASKS.c.state == TaskState.RUNNING
        renew = update(TASKS).where(running, TASKS.c.owner == owner)
        lapsed = update(TASKS).where(running, TASKS.c.lease_until < epoch()).values(_REQUEUED_COLUMNS)
        with self.database.write() as connection:
            # First its own: a jump of the clock must not cost a live worker its tasks.
            connection.execute(renew.values(lease_until=epoch() + literal(lease_seconds)))
            return connection.execute(lapsed).rowcount

    def filter_unfinished(self, ids: Iterable[TaskId]) -> frozenset[TaskId]:
        """Return those of the ids that belong to tasks which have not ended."""
        query = select(TASKS.c.id).where(
            TASKS.c.id.in_([parse_task_id(task_id) for task_id in ids]),
            TASKS.c.state.in_((TaskState.QUEUED, TaskState.RUNNING)),
        )
        with self.database.read() as connection:
            return frozenset(TaskId(str(number)) for number in connection.execute(query).scalars())

    def _insert_task(
        self, connection: Connection, submission: Submission, callback: Callback | None, now: datetime
    ) -> int:
        number = self._ids.next_id()
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
        return number

    def _update_attempt(self, token: FencingToken, values: dict[str, Any]) -> Task:
        change = update(TASKS).where(_build_fence(token)).values(values).returning(TASKS)
        with self.database.write() as connection:
            row = connection.execute(change).mappings().one_or_none()
        if row is None:
            self._raise_lost(token)
        return task_from_row(row)

    def _load_task(self, token: FencingToken) -> Task:
        with self.database.read() as connection:
            query = select(TASKS).where(TASKS.c.id == int(token.task_id))
            return task_from_row(connection.execute(query).mappings().one())

    def _raise_lost(self, token: FencingToken) -> NoReturn:
        row = self._load_task(token)
        if row.state is TaskState.CANCELLED and row.attempt == token.attempt:
            raise Cancelled
        raise AttemptLost


def _make_outcome_columns(outcome: Success | Failure, now: datetime) -> dict[str, Any]:
    """Return the columns of a task that ends this way."""
    values: dict[str, Any] = {"state": TaskState.FAILED, **asdict(outcome)}
    if isinstance(outcome, Success):
        charged = func.min(TASKS.c.credits, outcome.charged)
        values |= {"state": TaskState.SUCCEEDED, "progress": 1.0, "charged": charged}
    return {**values, "finished": now, "owner": "", "lease_until": None}


def _settle_credits(ledger: Ledger, task: Task) -> None:
    number, tenant, price = int(task.id), task.submission.tenant, task.submission.credits
    if task.state is TaskState.SUCCEEDED:
        ledger.charge(number, tenant, task.charged, hold_amount=price)
    else:
        ledger.refund(number, tenant, price)


def _build_fence(token: FencingToken) -> ColumnElement[bool]:
    return and_(
        TASKS.c.id == int(token.task_id), TASKS.c.attempt == token.attempt, TASKS.c.state == TaskState.RUNNING
    )


def _lock_attempt(connection: Connection, token: FencingToken) -> bool:
    # As an update, so that on a database with several writers the row stays ours until the commit.
    touch = update(TASKS).where(_build_fence(token)).values(attempt=TASKS.c.attempt)
    return connection.execute(touch).rowcount == 1
