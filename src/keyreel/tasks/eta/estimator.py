"""When queued tasks will begin and end: each waits for the slots of its own engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, bindparam, case, func, or_, select

from keyreel.task import TaskId, TaskState
from keyreel.tasks.database.prepared import PreparedQuery
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.eta.engine_pace import MAX_RENDER_TIME, compute_weight
from keyreel.tasks.eta.queue_snapshot import ANY_ENGINE, take_snapshot
from keyreel.tasks.scheduling import Priority

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, ScalarSelect

    from keyreel.clock import Clock
    from keyreel.off_peak import OffPeakWindows
    from keyreel.task import Submission, Task
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.eta.queue_snapshot import EngineQueue, QueueSnapshot

_SNAPSHOT_TTL: Final = timedelta(seconds=1)
"""How long a snapshot of the queue is used: tasks are polled far more often than it changes much."""
_MIN_COUNT_TTL: Final = timedelta(seconds=0.25)
"""How long a counted place is used at least: as long as a client needs to notice."""
_COUNT_TTL_PER_TASK: Final = timedelta(seconds=0.02)
"""How much longer it is used for each task before it: it is then 2 % off at most, where a task takes a second
or more."""
_MAX_CACHED_COUNTS: Final = 50_000
"""Tasks whose place in the queue is cached at a time."""


def _count_queued(*conditions: ColumnElement[bool]) -> PreparedQuery[int]:
    # Polls of queued tasks run it.
    query = select(func.count().label("tasks")).where(TASKS.c.state == TaskState.QUEUED, *conditions)
    return PreparedQuery(query, lambda row: int(row["tasks"]))


_ENGINE: Final = bindparam("engine", type_=Text())
_OF_ENGINE: Final = or_(_ENGINE == ANY_ENGINE, TASKS.c.engine == _ENGINE, TASKS.c.engine == ANY_ENGINE)
"""What a task waits for: the tasks of its engine, and those without one; one without, for all."""
_COUNT_EARLIER: Final = _count_queued(
    _OF_ENGINE,
    TASKS.c.tenant == bindparam("tenant"),
    TASKS.c.priority == Priority.NORMAL,
    TASKS.c.created <= bindparam("created"),
    TASKS.c.id < bindparam("id"),
)
_COUNT_EARLIER_OFF_PEAK: Final = _count_queued(
    _OF_ENGINE, TASKS.c.deadline <= bindparam("deadline"), TASKS.c.id < bindparam("id")
)
_EARLIER: Final = TASKS.alias("earlier")


def _count_earlier(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    earlier = select(func.count()).select_from(_EARLIER).where(_EARLIER.c.state == TaskState.QUEUED)
    of_engine = or_(TASKS.c.engine == ANY_ENGINE, _EARLIER.c.engine.in_((TASKS.c.engine, ANY_ENGINE)))
    return earlier.where(_EARLIER.c.id < TASKS.c.id, of_engine, *conditions).scalar_subquery()


_COUNT_ALL_EARLIER: Final = select(
    TASKS.c.id,
    case(
        (
            TASKS.c.deadline.is_(None),
            _count_earlier(
                _EARLIER.c.tenant == TASKS.c.tenant,
                _EARLIER.c.priority == Priority.NORMAL,
                _EARLIER.c.created <= TASKS.c.created,
            ),
        ),
        else_=_count_earlier(_EARLIER.c.deadline <= TASKS.c.deadline),
    ).label("tasks"),
).where(TASKS.c.id.in_(bindparam("ids", expanding=True)))
"""What is before each of several tasks in its own queue, as the two above count it for one."""
_COUNT_OFF_PEAK: Final = _count_queued(_OF_ENGINE, TASKS.c.deadline > bindparam("now"))


@dataclass(frozen=True, slots=True)
class TaskEta:
    """An estimate for a task: when it begins and when it is done.

    `tasks_ahead` are those that its engine begins before it.
    """

    tasks_ahead: int
    starts_at: datetime
    done_at: datetime


class EtaEstimator:
    """Estimates by the slots that running workers tell of; `slots` has those of all other engines."""

    def __init__(
        self, database: Database, clock: Clock, *, slots: Mapping[str, int], windows: OffPeakWindows
    ) -> None:
        self._database = database
        self._clock = clock
        self._slots = slots
        self._windows = windows
        self._snapshot: QueueSnapshot | None = None
        self._ahead_counts: dict[str, tuple[datetime, int]] = {}
        self._estimates: dict[tuple[str, str, datetime | None], int] = {}
        """Of `estimate_seconds`, by the snapshot that there is."""

    def estimate_seconds(self, task: Task) -> int:
        """Return the whole seconds until a task is done; 0 if that is unknown."""
        now = self._clock.now()
        if task.state is not TaskState.QUEUED:
            return task.estimate_remaining_seconds(now)
        snapshot = self._get_snapshot(now)
        # Polls of a queued task outnumber all other requests, and until the next snapshot little changes.
        key = task.id, task.engine, task.ready_at
        if key not in self._estimates:
            if len(self._estimates) >= _MAX_CACHED_COUNTS:
                self._estimates.clear()
            self._estimates[key] = self._compute_whole_seconds(snapshot, task, now)
        return self._estimates[key]

    def _compute_whole_seconds(self, snapshot: QueueSnapshot, task: Task, now: datetime) -> int:
        if _is_held_back(task, snapshot):
            return 0
        queue = snapshot.get_queue(task.engine)
        wait, work = self._compute_seconds(queue, task.submission, self._count_ahead(queue, task, now), now)
        return max(1, round(wait + work))

    def estimate_task(self, task: Task) -> TaskEta | None:
        """Estimate a queued task; None if it is not queued, or kept queued for good."""
        now = self._clock.now()
        snapshot = self._get_snapshot(now)
        if task.state is not TaskState.QUEUED or _is_held_back(task, snapshot):
            return None
        queue = snapshot.get_queue(task.engine)
        return self._make_eta(queue, task.submission, self._count_ahead(queue, task, now), now)

    def estimate_tasks(self, tasks: Iterable[Task]) -> dict[TaskId, TaskEta]:
        """Estimate those of the tasks that are queued, and not for good: all their places by one query."""
        now = self._clock.now()
        queued = [task for task in tasks if task.state is TaskState.QUEUED]
        uncounted = [task.id for task in queued if self._get_cached_count(task, now) is None]
        if uncounted:
            with self._database.read() as connection:
                rows = connection.execute(_COUNT_ALL_EARLIER, {"ids": [*map(int, uncounted)]}).all()
            for row in rows:
                self._cache_count(TaskId(str(row.id)), row.tasks, now)
        etas = {task.id: self.estimate_task(task) for task in queued}
        return {task_id: eta for task_id, eta in etas.items() if eta}

    def estimate_submission(self, submission: Submission, engine: str) -> TaskEta:
        """Estimate a task that would be submitted now, and made by this engine."""
        self._snapshot = None  # Estimates before a submit are rare: they may cost a query.
        now = self._clock.now()
        snapshot = self._get_snapshot(now)
        queue = snapshot.get_queue(engine)
        if submission.off_peak:
            others = self._count(_COUNT_OFF_PEAK, {"now": snapshot.at, "engine": engine})
            ahead = queue.count_normal() + others
        else:
            own = queue.queued_by_tenant.get(submission.tenant, 0)
            ahead = own + queue.count_of_other_tenants(submission.tenant, own)
        return self._make_eta(queue, submission, ahead, now)

    def _count_ahead(self, queue: EngineQueue, task: Task, now: datetime) -> int:
        own = self._count_ahead_in_own_queue(task, now)
        if task.deadline is not None:
            return queue.count_normal() + own
        return own + queue.count_of_other_tenants(task.submission.tenant, own)

    def _count_ahead_in_own_queue(self, task: Task, now: datetime) -> int:
        """Count what is before a task among its tenant's, or among those that are off-peak.

        The count is cached for longer the higher it is.
        """
        known = self._get_cached_count(task, now)
        if known is not None:
            return known
        place: dict[str, Any] = {"id": int(task.id), "engine": task.engine}
        if task.deadline is not None:
            ahead = self._count(_COUNT_EARLIER_OFF_PEAK, {**place, "deadline": task.deadline})
        else:
            of_tenant = {"tenant": task.submission.tenant, "created": task.created}
            ahead = self._count(_COUNT_EARLIER, {**place, **of_tenant})
        self._cache_count(task.id, ahead, now)
        return ahead

    def _get_cached_count(self, task: Task, now: datetime) -> int | None:
        found = self._ahead_counts.get(task.id)
        if found and abs(now - found[0]) < _MIN_COUNT_TTL + found[1] * _COUNT_TTL_PER_TASK:
            return found[1]
        return None

    def _cache_count(self, task_id: TaskId, ahead: int, now: datetime) -> None:
        if len(self._ahead_counts) >= _MAX_CACHED_COUNTS:
            self._ahead_counts.clear()
        self._ahead_counts[task_id] = now, ahead

    def _count(self, query: PreparedQuery[int], parameters: Mapping[str, Any]) -> int:
        return self._database.find(query, parameters) or 0

    def _make_eta(self, queue: EngineQueue, submission: Submission, ahead: int, now: datetime) -> TaskEta:
        wait, work = self._compute_seconds(queue, submission, ahead, now)
        starts = now + timedelta(seconds=wait)
        return TaskEta(ahead, starts, starts + timedelta(seconds=work))

    def _compute_seconds(
        self, queue: EngineQueue, submission: Submission, ahead: int, now: datetime
    ) -> tuple[float, float]:
        """Return the seconds until a task begins, and those that it takes then."""
        wait = queue.compute_wait(ahead)
        if submission.off_peak:
            wait = (self._windows.compute_end(now, wait) - now).total_seconds()
        weight = compute_weight(submission.seconds, submission.resolution)
        return wait, queue.pace.seconds_per_weight * weight

    def _get_snapshot(self, now: datetime) -> QueueSnapshot:
        snapshot = self._snapshot
        if snapshot is None or abs(now - snapshot.at) >= _SNAPSHOT_TTL:
            with self._database.snapshot() as connection:
                snapshot = self._snapshot = take_snapshot(connection, now, self._slots)
            self._estimates.clear()
        return snapshot


def _is_held_back(task: Task, snapshot: QueueSnapshot) -> bool:
    """Say whether a task is kept queued for good, as far as anybody can tell."""
    return task.ready_at is not None and task.ready_at > snapshot.at + MAX_RENDER_TIME
