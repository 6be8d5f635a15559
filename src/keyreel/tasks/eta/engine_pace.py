"""How fast each engine has been lately, by the duration of its latest renders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from keyreel.task import RetentionStage, TaskState
from keyreel.tasks.database.tables import TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

MAX_RENDER_TIME: Final = timedelta(hours=12)
"""What seems to have taken longer was measured by a clock that was set meanwhile."""
_MEASURED_RENDERS: Final = 30
"""How many of its latest renders give an engine's pace."""
_SCANNED_RENDERS: Final = 200
"""Among how many of all engines they are looked for."""
_GUESSED_PACE: Final = 4.0
"""Seconds for one second of 720p, before anything was measured."""
_GUESSED_WEIGHT: Final = 5.0
"""Seconds of 720p of a usual task, likewise."""
_REFERENCE_LINES: Final = 720
"""Lines of the resolution whose seconds have the weight 1."""

_LATEST_RENDERS: Final = (
    select(TASKS.c.engine, TASKS.c.started, TASKS.c.finished, TASKS.c.seconds, TASKS.c.resolution)
    .where(TASKS.c.kept == RetentionStage.ALL, TASKS.c.state == TaskState.SUCCEEDED)
    .order_by(TASKS.c.finished.desc())
    .limit(_SCANNED_RENDERS)
)


@dataclass(frozen=True, slots=True)
class EnginePace:
    """How many seconds an engine takes: for a second of 720p, and for a task of its usual ones."""

    seconds_per_weight: float
    average_task_seconds: float


_GUESS: Final = EnginePace(_GUESSED_PACE, _GUESSED_PACE * _GUESSED_WEIGHT)


@dataclass(frozen=True, slots=True)
class EnginePaces:
    """The pace of each engine that has rendered lately, and of all of them together."""

    by_engine: Mapping[str, EnginePace]
    overall: EnginePace

    def get(self, engine: str) -> EnginePace:
        """Return an engine's pace; where nothing of it was measured, that of all of them."""
        return self.by_engine.get(engine, self.overall)


def measure_paces(connection: Connection) -> EnginePaces:
    """Measure the latest renders; without any, the pace is guessed."""
    measured = [
        (
            row.engine,
            (row.finished - row.started).total_seconds(),
            compute_weight(row.seconds, row.resolution),
        )
        for row in connection.execute(_LATEST_RENDERS)
        # Test tasks took no time, and what a moved clock measured is no duration.
        if timedelta(0) < row.finished - row.started < MAX_RENDER_TIME
    ]
    if not measured:
        return EnginePaces({}, _GUESS)
    renders = defaultdict[str, list[tuple[float, float]]](list)
    for engine, seconds, weight in measured:
        renders[engine].append((seconds, weight))
    return EnginePaces(
        {engine: _average(latest) for engine, latest in renders.items()},
        _average([(seconds, weight) for _, seconds, weight in measured]),
    )


def compute_weight(seconds: int, resolution: str) -> float:
    """Return the seconds of 720p that take as long to render, by the number of pixels."""
    lines = (
        int(resolution.removesuffix("p")) if resolution.removesuffix("p").isdecimal() else _REFERENCE_LINES
    )
    return max(1, seconds) * (lines / _REFERENCE_LINES) ** 2


def _average(renders: Sequence[tuple[float, float]]) -> EnginePace:
    """Return the pace of the first renders of a list of seconds and weights."""
    latest = renders[:_MEASURED_RENDERS]
    spent = sum(seconds for seconds, _ in latest)
    return EnginePace(spent / sum(weight for _, weight in latest), spent / len(latest))
