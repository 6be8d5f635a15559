"""Watching tasks: one reader of their rows for all who watch, in whatever process the tasks run."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

import structlog

from keyreel.errors import RateLimited, Unavailable
from keyreel.task import TaskFilter

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from keyreel.task import Task, TaskId
    from keyreel.tasks.eta.estimator import EtaEstimator, TaskEta
    from keyreel.tasks.store import TaskStore

MAX_WATCHERS: Final = 200
"""At a time; each holds a connection."""
MAX_WATCHERS_OF_TENANT: Final = 50
_LOOK_SECONDS: Final = 0.25
"""Between two reads: as often as a worker saves progress."""
_RETRY_SECONDS: Final = 30

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A task as it was seen, without its request; `eta` is what may be expected of it while it is queued."""

    task: Task
    eta: TaskEta | None


@dataclass(eq=False, slots=True)
class _WatchedTask:
    watchers: int = 0
    latest: Sighting | None = None
    """None before the first look."""
    is_gone: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def update(self, latest: Sighting | None) -> None:
        if latest != self.latest:
            self.latest, self.is_gone = latest, latest is None
            self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class TaskWatch:
    """Looks at all watched tasks together, some four times a second, while there are any.

    However many watch, a look is one query for the rows and at most one for places in the queue. `run` does
    it, once in a process.
    """

    def __init__(self, store: TaskStore, forecast: EtaEstimator) -> None:
        self._store = store
        self.forecast = forecast
        self._watched: dict[TaskId, _WatchedTask] = {}
        self._watchers_by_tenant = Counter[str]()
        self._is_watching = asyncio.Event()
        self._is_closed = False

    @asynccontextmanager
    async def lifespan(self, app: object) -> AsyncGenerator[None]:
        """Look while an application runs."""
        del app
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self.run())
            yield
            running.cancel()

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        while True:
            await self._is_watching.wait()
            try:
                await self._look()
            except Unavailable:
                pass  # The next look may succeed: until then nothing has changed, as far as anybody can tell.
            except Exception:  # noqa: BLE001 - what gets here is a bug; it must not end all other requests
                _log.exception("watched tasks could not be read")
            await asyncio.sleep(_LOOK_SECONDS)

    def close(self) -> None:
        """Let all who watch stop, and nobody begin: the server ends. Call it from the event loop's thread."""
        self._is_closed = True
        for each in self._watched.values():
            each.wake()

    def begin(self, tenant: str, task: Task) -> Watcher:
        """Begin to watch a task that was just read.

        Raises:
            RateLimited: the tenant watches as many as it may.
            Unavailable: so many are watched that the server has no place left, or it ends.
        """
        if self._watchers_by_tenant[tenant] >= MAX_WATCHERS_OF_TENANT:
            raise RateLimited(
                f"This tenant already follows {MAX_WATCHERS_OF_TENANT} tasks, the maximum: poll "
                "instead, or try again when one of them has ended.",
                retry_after_seconds=_RETRY_SECONDS,
            )
        if self._is_closed or self._watchers_by_tenant.total() >= MAX_WATCHERS:
            raise Unavailable(
                "The server cannot follow more tasks right now: poll instead, or try again soon.",
                retry_after_seconds=_RETRY_SECONDS,
            )
        self._watchers_by_tenant[tenant] += 1
        watched = self._watched.setdefault(task.id, _WatchedTask())
        watched.watchers += 1
        self._is_watching.set()
        return Watcher(self, watched, tenant, task.id)

    def end(self, tenant: str, task_id: TaskId) -> None:
        """Watch a task once less."""
        self._watchers_by_tenant[tenant] -= 1
        if not self._watchers_by_tenant[tenant]:
            del self._watchers_by_tenant[tenant]
        self._watched[task_id].watchers -= 1
        if not self._watched[task_id].watchers:
            del self._watched[task_id]
        if not self._watched:
            self._is_watching.clear()

    @property
    def is_closed(self) -> bool:
        """Whether the server ends."""
        return self._is_closed

    async def _look(self) -> None:
        ids = tuple(self._watched)
        wanted = TaskFilter(ids=ids, limit=len(ids))
        found = await asyncio.to_thread(self._store.list, task_filter=wanted)
        etas = self.forecast.estimate_tasks(found)
        sightings = {task.id: Sighting(task, etas.get(task.id)) for task in found}
        for task_id in ids:
            if task_id in self._watched:
                self._watched[task_id].update(sightings.get(task_id))


class Watcher:
    """One who watches a task; to be closed at the end."""

    def __init__(self, watch: TaskWatch, watched: _WatchedTask, tenant: str, task_id: TaskId) -> None:
        self._watch = watch
        self._watched = watched
        self._tenant = tenant
        self._task_id = task_id
        # What was read before this one began may be older than what it knows of the task.
        self._seen = watched.latest

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be seen: the task's record is gone, or the server ends."""
        return self._watched.is_gone or self._watch.is_closed

    async def wait(self, seconds: float) -> Sighting | None:
        """Wait until something has changed since the last call; None if nothing has for so many seconds."""
        if not self.is_over and self._watched.latest is self._seen:
            try:
                async with asyncio.timeout(seconds):
                    await self._watched.changed.wait()
            except TimeoutError:
                return None
        self._seen = self._watched.latest
        return self._seen

    def close(self) -> None:
        """Stop watching."""
        self._watch.end(self._tenant, self._task_id)
