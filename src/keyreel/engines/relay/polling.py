"""The one poller of a service: asks about all tasks that are made there, at a bounded pace.

Where the dialect has lists, a call tells the states of up to a hundred tasks; where it has none, or a task is
not in them, one call tells one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import structlog

from keyreel.client.sansio import flows
from keyreel.errors import KeyreelError, RenderFailed, UnknownTask
from keyreel.task import TaskId
from keyreel.wire.dialects.dialect import RouteAction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence

    from keyreel.client.async_client import AsyncClient
    from keyreel.engines.relay.circuit_breaker import CircuitBreaker
    from keyreel.wire.dialects.dialect import Report

MAX_CALLS_A_SECOND: Final = 20
_ROUND_SECONDS: Final = 1.0
"""Each task is asked about this often at most."""
_SLOW_POLL_SECONDS: Final = 45.0
"""For a task of which the service calls back: a callback may be lost."""
_EAGER_SECONDS: Final = 10.0
"""After a callback: what answers polls may be behind what sends callbacks."""
_CALL_SECONDS: Final = 10.0
_PAGE_SIZE: Final = 100
"""Tasks on the longest page of every dialect that has lists."""
_MAX_LOST_POLLS: Final = 3
"""In a row that know no such task: a fresh one may be unknown to a server beside the one that took it."""


@dataclass(slots=True)
class _AwaitedTask:
    """A task that somebody waits for."""

    end: asyncio.Future[Report]
    watch: Callable[[Report], Awaitable[None]]
    hint: asyncio.Event | None = None
    """Set when the service has called back about it; None where the service calls nobody."""
    due_at: float = 0.0
    eager_until: float = 0.0
    lost_polls: int = 0

    @property
    def is_called(self) -> bool:
        """Whether the service has called back since the last poll."""
        return self.hint is not None and self.hint.is_set()

    def is_due(self, now: float) -> bool:
        """Say whether it is to be asked about now, in seconds of the event loop."""
        return self.hint is None or self.is_called or now < self.eager_until or now >= self.due_at

    def begin_poll(self, now: float, slow_seconds: float) -> None:
        """Note that it is asked about; without a call, the next time is so many seconds later."""
        if self.hint is not None and self.hint.is_set():
            self.hint.clear()
            self.eager_until = now + _EAGER_SECONDS
        self.due_at = now + slow_seconds


class UpstreamPoller:
    """Polls one service for all who wait."""

    def __init__(self, client: AsyncClient, breaker: CircuitBreaker) -> None:
        self._client = client
        self._breaker = breaker
        self._awaited: dict[TaskId, _AwaitedTask] = {}
        self._has_work = asyncio.Event()
        self._log = structlog.get_logger()

    async def wait_for_end(
        self,
        task_id: TaskId,
        watch: Callable[[Report], Awaitable[None]],
        hint: asyncio.Event | None = None,
    ) -> Report:
        """Return a task's last report; `watch` gets those before it.

        With a `hint`, which is set whenever the service has called back, it is asked little without one.

        Raises:
            RenderFailed: the service knows the task no more.
        """
        task = _AwaitedTask(asyncio.get_running_loop().create_future(), watch, hint)
        self._awaited[task_id] = task
        self._has_work.set()
        try:
            return await task.end
        finally:
            self._awaited.pop(task_id, None)

    async def run(self) -> NoReturn:
        """Poll until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._has_work.wait()
            began = loop.time()
            try:
                if not self._breaker.is_open:
                    await self._poll_all()
            except Exception:  # noqa: BLE001 - a bug in a round must not keep the next from being made
                self._log.exception("polling failed", service=self._client.remote.base_url)
            if not self._awaited:
                self._has_work.clear()
            await asyncio.sleep(max(0.0, began + _ROUND_SECONDS - loop.time()))

    async def _poll_all(self) -> None:
        dialect, now = self._client.remote.dialect, asyncio.get_running_loop().time()
        waiting = self._choose_due(now, is_listed=bool(dialect.get_path(RouteAction.LIST)))
        if not waiting:
            return
        if dialect.max_listed_ids:
            size = dialect.max_listed_ids
            parts = [waiting[start : start + size] for start in range(0, len(waiting), size)]
            seen = await _run_paced(self._list(part) for part in parts)
        elif dialect.get_path(RouteAction.LIST) and len(waiting) > 1:
            seen = [await self._list_newest(frozenset(waiting))]
        else:
            seen = []
        listed = {each for part in seen for each in part}
        await _run_paced(self._poll(each) for each in waiting if each not in listed)

    def _choose_due(self, now: float, *, is_listed: bool) -> tuple[TaskId, ...]:
        """Return the tasks of this round: where one call tells one, of those with callbacks a second's worth.

        Those that were called about come first, then those that have waited longest; half the pace is left
        to the former.
        """
        due = [(task_id, task) for task_id, task in self._awaited.items() if task.is_due(now)]
        polled = [task_id for task_id, task in due if task.hint is None]
        called = [(task_id, task) for task_id, task in due if task.hint is not None]
        called.sort(key=lambda each: (not each[1].is_called, now >= each[1].eager_until, each[1].due_at))
        chosen = called if is_listed else called[:MAX_CALLS_A_SECOND]
        slow_seconds = max(_SLOW_POLL_SECONDS, len(self._awaited) / (MAX_CALLS_A_SECOND / 2))
        for _, task in chosen:
            task.begin_poll(now, slow_seconds)
        return (*polled, *(task_id for task_id, _ in chosen))

    async def _list(self, ids: Sequence[TaskId]) -> frozenset[TaskId]:
        """Ask for tasks by their ids, and return which were told."""
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                reports, _ = await self._client.run(flows.list_tasks(self._client.remote, ids))
        except (KeyreelError, TimeoutError) as error:
            self._breaker.record_fault(f"a list failed ({type(error).__name__})")
            return frozenset()
        return await self._take(reports)

    async def _list_newest(self, wanted: frozenset[TaskId]) -> frozenset[TaskId]:
        """Read as many pages of the newest tasks as those that are awaited could fill, and one more."""
        seen, page_token = frozenset[TaskId](), ""
        try:
            for _ in range(len(wanted) // _PAGE_SIZE + 2):
                async with asyncio.timeout(_CALL_SECONDS):
                    flow = flows.list_tasks(self._client.remote, (), page_token)
                    reports, page_token = await self._client.run(flow)
                seen |= await self._take(reports)
                if not page_token or seen >= wanted:
                    break
                await asyncio.sleep(1 / MAX_CALLS_A_SECOND)
        except (KeyreelError, TimeoutError) as error:
            self._breaker.record_fault(f"a list failed ({type(error).__name__})")
        return seen

    async def _poll(self, task_id: TaskId) -> None:
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                report = await self._client.run(flows.poll(self._client.remote, task_id))
        except UnknownTask:
            self._count_lost_poll(task_id)
        except TimeoutError:
            self._breaker.record_fault("a poll got no response in time")
        except KeyreelError as error:
            # A state that the dialect does not know is not an end; the task's deadline is.
            if getattr(error, "status", 1):
                self._breaker.record_fault(error.message)
        else:
            await self._take((report,))

    def _count_lost_poll(self, task_id: TaskId) -> None:
        task = self._awaited.get(task_id)
        if task is None or task.end.done():
            return
        task.lost_polls += 1
        if task.lost_polls >= _MAX_LOST_POLLS:
            task.end.set_exception(RenderFailed("The service that makes this video has lost it."))

    async def _take(self, reports: Iterable[Report]) -> frozenset[TaskId]:
        """Hand reports to those who wait for them, and return of which tasks they are."""
        self._breaker.record_success()
        seen = set[TaskId]()
        for report in reports:
            task = self._awaited.get(report.id)
            if task is None or task.end.done():
                continue
            seen.add(report.id)
            task.lost_polls = 0
            if report.state.is_final:
                task.end.set_result(report)
            else:
                await task.watch(report)
        return frozenset(seen)


async def _run_paced(
    calls: Iterable[Coroutine[None, None, frozenset[TaskId] | None]],
) -> list[frozenset[TaskId]]:
    """Begin calls one after the other, at the pace, and return what they told once all have ended."""
    async with asyncio.TaskGroup() as group:
        begun = []
        for call in calls:
            begun.append(group.create_task(call))
            await asyncio.sleep(1 / MAX_CALLS_A_SECOND)
    return [result for task in begun if (result := task.result()) is not None]
