"""When queued tasks will begin and end, by their place in the queue and the duration of recent renders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, func, select

from keyreel.task import RetentionStage, TaskId, TaskState
from keyreel.tasks.database.prepared import PreparedQuery
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.installation.workers import count_slots
from keyreel.tasks.scheduling import Priority

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, ScalarSelect

    from keyreel.clock import Clock
    from keyreel.off_peak import OffPeakWindows
    from keyreel.task import Submission, Task
    from keyreel.tasks.database.connection import Database

_SNAPSHOT_TTL: Final = timedelta(seconds=1)
"""How long a snapshot of the queue is used: tasks are polled far more often than it changes much."""
_MIN_COUNT_TTL: Final = timedelta(seconds=0.25)
"""How long a counted place is used at least: as long as a client needs to notice."""
_COUNT_TTL_PER_TASK: Final = timedelta(seconds=0.02)
"""How much longer it is used for each task before it: it is then 2 % off at most, where a task takes a second
or more."""
_MAX_CACHED_COUNTS: Final = 50_000
"""Tasks whose place in the queue is cached at a time."""
_MEASURED_TASKS: Final = 30
"""How many of the latest renders give the pace."""
_MAX_RENDER_TIME: Final = timedelta(hours=12)
"""What seems to have taken longer was measured by a clock that was set meanwhile."""
_GUESSED_PACE: Final = 4.0
"""Seconds for one second of 720p, before anything was measured."""
_GUESSED_WEIGHT: Final = 5.0
"""Seconds of 720p of a usual task, likewise."""
_REFERENCE_LINES: Final = 720
"""Lines of the resolution whose seconds have the weight 1."""


def _count_queued(*conditions: ColumnElement[bool]) -> PreparedQuery[int]:
    # Polls of queued tasks run it.
    query = select(func.count().label("tasks")).where(TASKS.c.state == TaskState.QUEUED, *conditions)
    return PreparedQuery(query, lambda row: int(row["tasks"]))


_COUNT_EARLIER: Final = _count_queued(
    TASKS.c.tenant == bindparam("tenant"),
    TASKS.c.priority == Priority.NORMAL,
    TASKS.c.created <= bindparam("created"),
    TASKS.c.id < bindparam("id"),
)
_COUNT_EARLIER_OFF_PEAK: Final = _count_queued(
    TASKS.c.deadline <= bindparam("deadline"), TASKS.c.id < bindparam("id")
)
_EARLIER: Final = TASKS.alias("earlier")


def _count_earlier(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    earlier = select(func.count()).select_from(_EARLIER).where(_EARLIER.c.state == TaskState.QUEUED)
    return earlier.where(_EARLIER.c.id < TASKS.c.id, *conditions).scalar_subquery()


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
_COUNT_OFF_PEAK: Final = _count_queued(TASKS.c.deadline > bindparam("now"))
_QUEUED_BY_TENANT: Final = (
    select(TASKS.c.tenant, func.count().label("tasks"))
    .where(TASKS.c.state == TaskState.QUEUED, TASKS.c.priority == Priority.NORMAL)
    .group_by(TASKS.c.tenant)
)
_RUNNING: Final = select(TASKS.c.started, TASKS.c.seconds, TASKS.c.resolution).where(
    TASKS.c.state == TaskState.RUNNING
)
_LATEST_RENDERS: Final = (
    select(TASKS.c.started, TASKS.c.finished, TASKS.c.seconds, TASKS.c.resolution)
    .where(TASKS.c.kept == RetentionStage.ALL, TASKS.c.state == TaskState.SUCCEEDED)
    .where(TASKS.c.draft_of.is_(None))  # made by another engine than the orders, as a rule
    .order_by(TASKS.c.finished.desc())
    .limit(_MEASURED_TASKS)
)


@dataclass(frozen=True, slots=True)
class TaskEta:
    """An estimate for a task: how many begin before it, when it begins, when it is done."""

    tasks_ahead: int
    starts_at: datetime
    done_at: datetime


@dataclass(frozen=True, slots=True)
class _QueueSnapshot:
    """The queue at one moment; times are seconds."""

    at: datetime
    seconds_per_weight: float
    average_task_seconds: float
    """How long a task takes."""
    slot_free_in: tuple[float, ...]
    """When each slot is free, soonest first."""
    queued_by_tenant: Mapping[str, int]
    """Queued tasks of each tenant that are not off-peak."""

    def compute_wait(self, ahead: int) -> float:
        """Return the seconds until a slot takes a task after so many others."""
        rounds, slot = divmod(ahead, len(self.slot_free_in))
        return self.slot_free_in[slot] + rounds * self.average_task_seconds


class EtaEstimator:
    """Estimates for the slots of all workers that run; where none does, for `slots` that one would have."""

    def __init__(self, database: Database, clock: Clock, *, slots: int, windows: OffPeakWindows) -> None:
        self._database = database
        self._clock = clock
        self._slots = max(1, slots)
        self._windows = windows
        self._snapshot: _QueueSnapshot | None = None
        self._ahead_counts: dict[str, tuple[datetime, int]] = {}

    def estimate_seconds(self, task: Task) -> int:
        """Return the whole seconds until a task is done; 0 if that is unknown."""
        now = self._clock.now()
        if task.state is not TaskState.QUEUED:
            return task.estimate_remaining_seconds(now)
        snapshot = self._get_snapshot(now)
        if _is_held_back(task, snapshot):
            return 0
        wait, work = self._compute_seconds(
            snapshot, task.submission, self._count_ahead(snapshot, task, now), now
        )
        return max(1, round(wait + work))

    def estimate_task(self, task: Task) -> TaskEta | None:
        """Estimate a queued task; None if it is not queued, or kept queued for good."""
        now = self._clock.now()
        snapshot = self._get_snapshot(now)
        if task.state is not TaskState.QUEUED or _is_held_back(task, snapshot):
            return None
        return self._make_eta(snapshot, task.submission, self._count_ahead(snapshot, task, now), now)

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

    def estimate_submission(self, submission: Submission) -> TaskEta:
        """Estimate a task that would be submitted now."""
        self._snapshot = None  # Estimates before a submit are rare: they may cost a query.
        now = self._clock.now()
        snapshot = self._get_snapshot(now)
        own = snapshot.queued_by_tenant.get(submission.tenant, 0)
        if submission.off_peak:
            others = self._count(_COUNT_OFF_PEAK, {"now": snapshot.at})
            ahead = sum(snapshot.queued_by_tenant.values()) + others
        else:
            ahead = own + _count_of_other_tenants(snapshot, submission.tenant, own)
        return self._make_eta(snapshot, submission, ahead, now)

    def _count_ahead(self, snapshot: _QueueSnapshot, task: Task, now: datetime) -> int:
        own = self._count_ahead_in_own_queue(task, now)
        if task.deadline is not None:
            return sum(snapshot.queued_by_tenant.values()) + own
        return own + _count_of_other_tenants(snapshot, task.submission.tenant, own)

    def _count_ahead_in_own_queue(self, task: Task, now: datetime) -> int:
        """Count what is before a task in its own queue; the count is cached for longer the higher it is."""
        known = self._get_cached_count(task, now)
        if known is not None:
            return known
        if task.deadline is not None:
            place: dict[str, Any] = {"deadline": task.deadline, "id": int(task.id)}
            ahead = self._count(_COUNT_EARLIER_OFF_PEAK, place)
        else:
            place = {"tenant": task.submission.tenant, "created": task.created, "id": int(task.id)}
            ahead = self._count(_COUNT_EARLIER, place)
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

    def _make_eta(
        self, snapshot: _QueueSnapshot, submission: Submission, ahead: int, now: datetime
    ) -> TaskEta:
        wait, work = self._compute_seconds(snapshot, submission, ahead, now)
        starts = now + timedelta(seconds=wait)
        return TaskEta(ahead, starts, starts + timedelta(seconds=work))

    def _compute_seconds(
        self, snapshot: _QueueSnapshot, submission: Submission, ahead: int, now: datetime
    ) -> tuple[float, float]:
        """Return the seconds until a task begins, and those that it takes then."""
        wait = snapshot.compute_wait(ahead)
        if submission.off_peak:
            wait = (self._windows.compute_end(now, wait) - now).total_seconds()
        weight = _compute_weight(submission.seconds, submission.resolution)
        return wait, snapshot.seconds_per_weight * weight

    def _get_snapshot(self, now: datetime) -> _QueueSnapshot:
        snapshot = self._snapshot
        if snapshot is None or abs(now - snapshot.at) >= _SNAPSHOT_TTL:
            with self._database.snapshot() as connection:
                slots = count_slots(connection) or self._slots
                snapshot = self._snapshot = _take_snapshot(connection, now, slots)
        return snapshot


def _is_held_back(task: Task, snapshot: _QueueSnapshot) -> bool:
    """Say whether a task is kept queued for good, as far as anybody can tell."""
    return task.ready_at is not None and task.ready_at > snapshot.at + _MAX_RENDER_TIME


def _take_snapshot(connection: Connection, now: datetime, slots: int) -> _QueueSnapshot:
    pace, usual = _measure_pace(connection)
    left = [
        max(1.0, pace * _compute_weight(row.seconds, row.resolution) - (now - row.started).total_seconds())
        for row in connection.execute(_RUNNING.limit(slots))
    ]
    free_in = tuple(sorted(left) if len(left) >= slots else [*[0.0] * (slots - len(left)), *sorted(left)])
    return _QueueSnapshot(
        now, pace, usual, free_in, {row.tenant: row.tasks for row in connection.execute(_QUEUED_BY_TENANT)}
    )


def _measure_pace(connection: Connection) -> tuple[float, float]:
    """Measure the last renders: seconds for a second of 720p, and for a whole task."""
    measured = [
        ((row.finished - row.started).total_seconds(), _compute_weight(row.seconds, row.resolution))
        for row in connection.execute(_LATEST_RENDERS)
        # Test tasks took no time, and what a moved clock measured is no duration.
        if timedelta(0) < row.finished - row.started < _MAX_RENDER_TIME
    ]
    if not measured:
        return _GUESSED_PACE, _GUESSED_PACE * _GUESSED_WEIGHT
    spent = sum(seconds for seconds, _ in measured)
    return spent / sum(weight for _, weight in measured), spent / len(measured)


def _count_of_other_tenants(snapshot: _QueueSnapshot, tenant: str, own: int) -> int:
    """Count the tasks of other tenants that take their turn before a tenant's next one after `own`."""
    return sum(min(tasks, own + 1) for name, tasks in snapshot.queued_by_tenant.items() if name != tenant)


def _compute_weight(seconds: int, resolution: str) -> float:
    """Return the seconds of 720p that take as long to render, by the number of pixels."""
    lines = (
        int(resolution.removesuffix("p")) if resolution.removesuffix("p").isdecimal() else _REFERENCE_LINES
    )
    return max(1, seconds) * (lines / _REFERENCE_LINES) ** 2
