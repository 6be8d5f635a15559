"""The queues of all engines at one moment: what waits for each, when its slots are free, how fast it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from keyreel.task import TaskState
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.eta.engine_pace import compute_weight, measure_paces
from keyreel.tasks.installation.workers import count_slots_by_engine
from keyreel.tasks.scheduling import Priority

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.tasks.eta.engine_pace import EnginePace

ANY_ENGINE: Final = ""
"""The engine of tasks that have none: any worker takes them, with a slot of any engine."""

_QUEUED: Final = (
    select(TASKS.c.tenant, TASKS.c.engine, func.count().label("tasks"))
    .where(TASKS.c.state == TaskState.QUEUED, TASKS.c.priority == Priority.NORMAL)
    .group_by(TASKS.c.tenant, TASKS.c.engine)
)
_RUNNING: Final = select(TASKS.c.engine, TASKS.c.started, TASKS.c.seconds, TASKS.c.resolution).where(
    TASKS.c.state == TaskState.RUNNING
)


@dataclass(frozen=True, slots=True)
class EngineQueue:
    """The queue for one engine; times are seconds."""

    pace: EnginePace
    slot_free_in: tuple[float, ...]
    """When each slot is free, soonest first."""
    queued_by_tenant: Mapping[str, int]
    """Queued tasks of each tenant that are not off-peak."""

    def compute_wait(self, ahead: int) -> float:
        """Return the seconds until a slot takes a task after so many others."""
        rounds, slot = divmod(ahead, len(self.slot_free_in))
        return self.slot_free_in[slot] + rounds * self.pace.average_task_seconds

    def count_normal(self) -> int:
        """Count the queued tasks that are not off-peak."""
        return sum(self.queued_by_tenant.values())

    def count_of_other_tenants(self, tenant: str, own: int) -> int:
        """Count the tasks of other tenants that take their turn before a tenant's next one after `own`."""
        return sum(min(tasks, own + 1) for name, tasks in self.queued_by_tenant.items() if name != tenant)


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """The queues of all engines at one moment."""

    at: datetime
    by_engine: Mapping[str, EngineQueue]

    def get_queue(self, engine: str) -> EngineQueue:
        """Return an engine's queue; for one that is not there any more, that of all engines together."""
        return self.by_engine.get(engine) or self.by_engine[ANY_ENGINE]


def take_snapshot(
    connection: Connection, now: datetime, configured_slots: Mapping[str, int]
) -> QueueSnapshot:
    """Look at the queues by the slots of all workers that run.

    An engine of which no worker tells has its slots of `configured_slots`; where nothing is known, one.
    """
    announced = count_slots_by_engine(connection)
    slots = {**configured_slots, **announced}
    slots[ANY_ENGINE] = max(1, sum((announced or configured_slots).values()))
    paces = measure_paces(connection)
    left = defaultdict[str, list[float]](list)
    for row in connection.execute(_RUNNING.limit(sum(slots.values()))):
        expected = paces.get(row.engine).seconds_per_weight * compute_weight(row.seconds, row.resolution)
        seconds = max(1.0, expected - (now - row.started).total_seconds())
        for engine in {row.engine, ANY_ENGINE}:
            left[engine].append(seconds)
    queued = _count_queued(connection, slots)
    return QueueSnapshot(
        now,
        {
            engine: EngineQueue(
                paces.get(engine), _list_free_slots(left[engine], max(1, count)), queued[engine]
            )
            for engine, count in slots.items()
        },
    )


def _count_queued(connection: Connection, engines: Mapping[str, int]) -> Mapping[str, Counter[str]]:
    """Count the queued tasks of each tenant for each engine: tasks without one are before all of them."""
    found = {engine: Counter[str]() for engine in engines}
    for row in connection.execute(_QUEUED):
        for engine in {row.engine, ANY_ENGINE} if row.engine else found:
            if engine in found:
                found[engine][row.tenant] += row.tasks
    return found


def _list_free_slots(left: Sequence[float], slots: int) -> tuple[float, ...]:
    """Return in how many seconds each slot is free, by those that the running tasks still take."""
    # Tasks that gather inputs run without a slot: there may be more tasks than slots.
    return tuple(sorted([*[0.0] * (slots - len(left)), *left])[:slots])
