"""The figures that come from the database, which is asked at most every few seconds."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from keyreel.errors import Unavailable
from keyreel.server.monitoring import metric_names as names
from keyreel.server.monitoring.distributions import Distribution
from keyreel.server.monitoring.families import MetricSamples
from keyreel.task import TaskState
from keyreel.tasks.figures.ended import EndedTasks
from keyreel.tasks.figures.unfinished import read_unfinished

if TYPE_CHECKING:
    from keyreel.clock import Clock
    from keyreel.server.monitoring.families import LabelValues
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.figures.ended import EndedTask
    from keyreel.tasks.figures.unfinished import UnfinishedFigures

_REFRESH_SECONDS: Final = 2.0


class TaskMetrics:
    """Gauges of what there is now, and counts of the tasks that have ended since this was made."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ended_tasks = EndedTasks(database, clock)
        self._ended: Counter[tuple[str, ...]] = Counter()
        self._distributions = {
            metric: defaultdict[tuple[str, ...], Distribution](partial(Distribution, metric.bounds))
            for metric in (names.WAITS, names.RENDERS, names.REALTIME)
        }
        self._lock = Lock()
        self._read_at = float("-inf")
        self._samples: tuple[MetricSamples, ...] = ()

    def read(self) -> tuple[MetricSamples, ...]:
        """Return the figures, at most two seconds old; call it in a thread.

        Where the database cannot be read, they are what was counted before, without the gauges.
        """
        with self._lock:
            if time.monotonic() - self._read_at >= _REFRESH_SECONDS:
                self._samples = (*self._read_gauges(), *self._describe_ended())
                self._read_at = time.monotonic()
            return self._samples

    def _read_gauges(self) -> tuple[MetricSamples, ...]:
        try:
            for task in self._ended_tasks.read_new():
                self._count(task)
            figures = read_unfinished(self._database)
        except Unavailable:
            return (MetricSamples(names.UP, {(): 0.0}),)
        return (MetricSamples(names.UP, {(): 1.0}), *self._describe_unfinished(figures))

    def _count(self, task: EndedTask) -> None:
        self._ended[task.state, task.engine, task.endpoint] += 1
        if task.waited is not None:
            self._distributions[names.WAITS][task.engine,].add(task.waited)
        if task.rendered is not None and task.state is TaskState.SUCCEEDED:
            self._distributions[names.RENDERS][task.engine,].add(task.rendered)
            self._distributions[names.REALTIME][task.engine,].add(task.rendered / max(1, task.video_seconds))

    def _describe_unfinished(self, figures: UnfinishedFigures) -> tuple[MetricSamples, ...]:
        now = self._clock.now()
        tasks: dict[LabelValues, float] = {
            (each.state, each.queue, each.engine, each.endpoint): each.tasks for each in figures.tasks
        }
        ages: dict[LabelValues, float] = {}
        for each in figures.tasks:
            if each.state is not TaskState.RUNNING:
                age = max(0.0, (now - each.oldest).total_seconds())
                ages[each.queue,] = max(age, ages.get((each.queue,), 0.0))
        return (
            MetricSamples(names.TASKS, tasks),
            MetricSamples(names.OLDEST, ages),
            MetricSamples(names.DELIVERIES_WAITING, {(): figures.waiting_deliveries}),
            MetricSamples(names.LEDGER_DRIFT, {(): figures.ledger_sum}),
            MetricSamples(names.TENANTS, {(): figures.tenants}),
        )

    def _describe_ended(self) -> tuple[MetricSamples, ...]:
        return (
            MetricSamples(names.TASKS_ENDED, dict(self._ended)),
            *(MetricSamples(metric, {}, dict(found)) for metric, found in self._distributions.items()),
        )
