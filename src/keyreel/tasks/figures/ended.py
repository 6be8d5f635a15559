"""The tasks that have ended since they were last asked for: each is told once, with its times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from keyreel.task import RetentionStage, TaskState
from keyreel.tasks.database.tables import TASKS

if TYPE_CHECKING:
    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database

_OVERLAP: Final = timedelta(seconds=30)
"""How long after its `finished` a task's row may be committed, by a node whose clock is behind too."""
# By the index `tasks_kept`, which has these three columns.
_ENDED: Final = select(
    *(TASKS.c.id, TASKS.c.state, TASKS.c.engine, TASKS.c.endpoint),
    *(TASKS.c.seconds, TASKS.c.created, TASKS.c.started, TASKS.c.finished),
).where(
    TASKS.c.kept.in_(list(RetentionStage)),
    TASKS.c.state.in_([TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED]),
    TASKS.c.finished > bindparam("since"),
)


@dataclass(frozen=True, slots=True)
class EndedTask:
    """A task that has ended; times are seconds."""

    state: TaskState
    engine: str
    endpoint: str
    video_seconds: int
    waited: float | None
    """From its submit to the begin of its last attempt; None where there was none."""
    rendered: float | None
    """From there to its end."""


class EndedTasks:
    """Reads ended tasks, beginning with those that end from now on."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._since = clock.now()
        self._told: dict[int, datetime] = {}

    def read_new(self) -> tuple[EndedTask, ...]:
        """Return the tasks that ended and were not returned before; call it in a thread, one at a time.

        Raises:
            Unavailable: the database cannot be read.
        """
        now = self._clock.now()
        with self._database.reader.read() as connection:
            rows = connection.execute(_ENDED, {"since": self._since}).all()
        new = [row for row in rows if row.id not in self._told]
        self._told |= {row.id: row.finished for row in new}
        self._since = max(self._since, now - _OVERLAP)
        self._told = {number: at for number, at in self._told.items() if at > self._since}
        return tuple(
            EndedTask(
                TaskState(row.state),
                row.engine,
                row.endpoint,
                row.seconds,
                _count_seconds(row.created, row.started),
                _count_seconds(row.started, row.finished),
            )
            for row in new
        )


def _count_seconds(begin: datetime | None, end: datetime | None) -> float | None:
    if begin is None or end is None:
        return None
    return max(0.0, (end - begin).total_seconds())
