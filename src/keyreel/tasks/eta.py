"""When waiting tasks will begin and end: from their place in the queue and how long renders took lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from keyreel.task import Kept, State
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.scheduling import Priority

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from keyreel.clock import Clock
    from keyreel.off_peak import Windows
    from keyreel.task import Submission, Task
    from keyreel.tasks.database.connection import Database

_LOOK_SECONDS: Final = timedelta(seconds=1)
"""How long a look at the queue is good: tasks are asked after far more often than it changes much."""
_STEADY: Final = timedelta(seconds=0.02)
"""How long a place in the queue is good for each task before it: the count is then 2 % off at most,
where a task takes a second and more."""
_MOST_PLACES: Final = 50_000
_MEASURED: Final = 30
_LONGEST: Final = timedelta(hours=12)
_GUESSED_PACE: Final = 4.0
"""Seconds for one second of 720p, before anything was measured."""
_GUESSED_WEIGHT: Final = 5.0
_USUAL_LINES: Final = 720


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a task may expect: how many begin before it, when it begins, when it is done."""

    ahead: int
    starts: datetime
    done: datetime


@dataclass(frozen=True, slots=True)
class _Look:
    """The queue at one moment; times are seconds."""

    at: datetime
    pace: float
    usual: float
    """How long a task takes on average."""
    free_in: tuple[float, ...]
    """When each slot is free, soonest first."""
    normal: Mapping[str, int]
    """How many tasks of each tenant wait that are not off-peak."""

    def wait(self, ahead: int) -> float:
        """Return the seconds until a slot takes a task after so many others."""
        rounds, slot = divmod(ahead, len(self.free_in))
        return self.free_in[slot] + rounds * self.usual


class Forecast:
    """Looks ahead for one server's slots; it estimates, and promises nothing."""

    def __init__(self, database: Database, clock: Clock, *, slots: int, windows: Windows) -> None:
        self._database = database
        self._clock = clock
        self._slots = max(1, slots)
        self._windows = windows
        self._seen: _Look | None = None
        self._places: dict[str, tuple[datetime, int]] = {}

    def eta_seconds(self, task: Task) -> int:
        """Return the whole seconds until a task is done; 0 where nothing can be said."""
        now = self._clock.now()
        if task.state is not State.QUEUED:
            return task.remaining_seconds(now)
        prospect = self.of_task(task)
        return max(1, round((prospect.done - now).total_seconds())) if prospect else 0

    def of_task(self, task: Task) -> Prospect | None:
        """Say what a queued task may expect; None where nobody can tell."""
        look = self._look()
        with self._database.view() as connection:
            ready = select(TASKS.c.ready_at).where(TASKS.c.id == int(task.id), TASKS.c.state == State.QUEUED)
            if (connection.execute(ready).scalar() or _never(look)) > look.at + _LONGEST:
                return None
            return self._prospect(look, task.submission, self._before(connection, look, task))

    def of_new(self, submission: Submission) -> Prospect:
        """Say what a task may expect that would be submitted now."""
        self._seen = None  # Who asks this has looked at nothing yet, and asks seldom.
        look = self._look()
        with self._database.view() as connection:
            own = look.normal.get(submission.tenant, 0)
            if submission.off_peak:
                others = _count(connection, TASKS.c.deadline > look.at)
                ahead = sum(look.normal.values()) + others
            else:
                ahead = own + _others(look, submission.tenant, own)
            return self._prospect(look, submission, ahead)

    def _before(self, connection: Connection, look: _Look, task: Task) -> int:
        normal, tenant = look.normal, task.submission.tenant
        if task.deadline is not None:
            earlier = (TASKS.c.deadline <= task.deadline) & (TASKS.c.id < int(task.id))
            return sum(normal.values()) + self._place(connection, task, earlier)
        mine = (TASKS.c.tenant == tenant) & (TASKS.c.priority == Priority.NORMAL)
        earlier = mine & (TASKS.c.created <= task.created) & (TASKS.c.id < int(task.id))
        own = self._place(connection, task, earlier)
        return own + _others(look, tenant, own)

    def _place(self, connection: Connection, task: Task, earlier: ColumnElement[bool]) -> int:
        """Count what is before a task in its own queue; far back that is good for longer."""
        now = self._clock.now()
        counted, place = self._places.get(task.id, (now, 0))
        if abs(now - counted) < place * _STEADY:
            return place
        if len(self._places) >= _MOST_PLACES:
            self._places.clear()
        place = _count(connection, earlier)
        self._places[task.id] = now, place
        return place

    def _prospect(self, look: _Look, asked: Submission, ahead: int) -> Prospect:
        now, wait = self._clock.now(), look.wait(ahead)
        starts = self._windows.after(now, wait) if asked.off_peak else now + timedelta(seconds=wait)
        took = look.pace * _weight(asked.seconds, asked.resolution)
        return Prospect(ahead, starts, starts + timedelta(seconds=took))

    def _look(self) -> _Look:
        now, seen = self._clock.now(), self._seen
        if seen is None or abs(now - seen.at) >= _LOOK_SECONDS:
            with self._database.view() as connection:
                seen = self._seen = _looked(connection, now, self._slots)
        return seen


def _looked(connection: Connection, now: datetime, slots: int) -> _Look:
    pace, usual = _pace(connection)
    columns = select(TASKS.c.started, TASKS.c.seconds, TASKS.c.resolution)
    running = columns.where(TASKS.c.state == State.RUNNING)
    left = [
        max(1.0, pace * _weight(row.seconds, row.resolution) - (now - row.started).total_seconds())
        for row in connection.execute(running.limit(slots))
    ]
    waiting = (
        select(TASKS.c.tenant, func.count().label("tasks"))
        .where(TASKS.c.state == State.QUEUED, TASKS.c.priority == Priority.NORMAL)
        .group_by(TASKS.c.tenant)
    )
    free_in = tuple(sorted(left) if len(left) >= slots else [*[0.0] * (slots - len(left)), *sorted(left)])
    return _Look(now, pace, usual, free_in, {row.tenant: row.tasks for row in connection.execute(waiting)})


def _pace(connection: Connection) -> tuple[float, float]:
    """Measure the last renders: seconds for a second of 720p, and for a whole task."""
    latest = (
        select(TASKS.c.started, TASKS.c.finished, TASKS.c.seconds, TASKS.c.resolution)
        .where(TASKS.c.kept == Kept.ALL, TASKS.c.state == State.SUCCEEDED)
        .order_by(TASKS.c.finished.desc())
        .limit(_MEASURED)
    )
    measured = [
        ((row.finished - row.started).total_seconds(), _weight(row.seconds, row.resolution))
        for row in connection.execute(latest)
        # What was only rehearsed took no time, and what a moved clock measured took none either.
        if timedelta(0) < row.finished - row.started < _LONGEST
    ]
    if not measured:
        return _GUESSED_PACE, _GUESSED_PACE * _GUESSED_WEIGHT
    spent = sum(seconds for seconds, _ in measured)
    return spent / sum(weight for _, weight in measured), spent / len(measured)


def _others(look: _Look, tenant: str, own: int) -> int:
    """Count the tasks of other tenants that take their turn before a tenant's next one after `own`."""
    return sum(min(tasks, own + 1) for name, tasks in look.normal.items() if name != tenant)


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    query = select(func.count()).where(TASKS.c.state == State.QUEUED, which)
    return connection.execute(query).scalar_one()


def _weight(seconds: int, resolution: str) -> float:
    """Return how much of a second of 720p a video is worth."""
    lines = int(resolution.removesuffix("p")) if resolution.removesuffix("p").isdecimal() else _USUAL_LINES
    return max(1, seconds) * (lines / _USUAL_LINES) ** 2


def _never(look: _Look) -> datetime:
    return look.at + 2 * _LONGEST
