"""Tasks on a server, as programs hold them: asked, followed, waited for, cancelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyreel.client.sansio import flows, own_api
from keyreel.client.sansio.steps import Pause
from keyreel.client.sansio.waiting import WaitOptions, wait_for
from keyreel.client.videos import AsyncVideo, Video
from keyreel.task import TaskId

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from keyreel.client.drivers import AsyncDriver, Driver
    from keyreel.client.sansio.steps import Flow, ProgressListener
    from keyreel.wire.dialects.dialect import Report


@dataclass(frozen=True, slots=True)
class TaskHandle:
    """A task that was submitted."""

    id: TaskId
    _driver: Driver = field(repr=False)

    def status(self) -> Report:
        """Ask once how it is."""
        return self._driver.run(flows.poll(self._driver.remote, self.id))

    def events(self) -> Iterator[Report]:
        """Yield a report at once and whenever something has changed, until the task has ended; polls."""
        remote, run = self._driver.remote, self._driver.run
        seen: Report | None = None
        pause = remote.patience.first_seconds
        while seen is None or not seen.state.is_final:
            report = run(flows.poll_until_answered(remote, self.id))
            if report != seen:
                seen = report
                yield report
                pause = remote.patience.first_seconds
            if not report.state.is_final:
                run(pause_for(pause))
                pause = min(pause * 1.5, remote.patience.most_seconds)

    def wait(
        self,
        *,
        timeout: float | None = None,
        cancel_on_timeout: bool = False,
        on_progress: ProgressListener | None = None,
    ) -> Video:
        """Wait for its video, at most `timeout` seconds.

        Raises:
            TaskTimedOut: it has not ended in that time; it goes on unless `cancel_on_timeout`.
            RenderFailed: it ended without a video.
            Cancelled: it was cancelled.
            RemoteError: the server stayed silent.
        """
        how = WaitOptions(timeout, cancel_on_timeout, on_progress)
        return Video(self._driver.run(wait_for(self._driver.remote, self.id, how)), self._driver)

    def result(self) -> Video:
        """Return its video now; for a task that has not ended, TaskTimedOut is raised."""
        return self.wait(timeout=0)

    def cancel(self) -> None:
        """Cancel it: what has not ended costs nothing.

        Raises:
            Refusal: it has ended.
        """
        self._driver.run(flows.cancel(self._driver.remote, self.id))


@dataclass(frozen=True, slots=True)
class AsyncTaskHandle:
    """A task that was submitted."""

    id: TaskId
    _driver: AsyncDriver = field(repr=False)

    async def status(self) -> Report:
        """Ask once how it is."""
        return await self._driver.run(flows.poll(self._driver.remote, self.id))

    async def events(self) -> AsyncIterator[Report]:
        """Yield a report at once and whenever something has changed, until the task has ended; polls."""
        remote, run = self._driver.remote, self._driver.run
        seen: Report | None = None
        pause = remote.patience.first_seconds
        while seen is None or not seen.state.is_final:
            report = await run(flows.poll_until_answered(remote, self.id))
            if report != seen:
                seen = report
                yield report
                pause = remote.patience.first_seconds
            if not report.state.is_final:
                await run(pause_for(pause))
                pause = min(pause * 1.5, remote.patience.most_seconds)

    async def wait(
        self,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the server is asked so long, whatever the loop does
        cancel_on_timeout: bool = False,
        on_progress: ProgressListener | None = None,
    ) -> AsyncVideo:
        """Wait for its video, at most `timeout` seconds.

        Raises:
            TaskTimedOut: it has not ended in that time; it goes on unless `cancel_on_timeout`.
            RenderFailed: it ended without a video.
            Cancelled: it was cancelled.
            RemoteError: the server stayed silent.
        """
        how = WaitOptions(timeout, cancel_on_timeout, on_progress)
        return AsyncVideo(await self._driver.run(wait_for(self._driver.remote, self.id, how)), self._driver)

    async def result(self) -> AsyncVideo:
        """Return its video now; for a task that has not ended, TaskTimedOut is raised."""
        return await self.wait(timeout=0)

    async def cancel(self) -> None:
        """Cancel it: what has not ended costs nothing.

        Raises:
            Refusal: it has ended.
        """
        await self._driver.run(flows.cancel(self._driver.remote, self.id))


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks of the key's tenant."""

    _driver: Driver = field(repr=False)

    def get(self, task_id: str) -> TaskHandle:
        """Return a handle of a task; the server is not asked."""
        return TaskHandle(TaskId(task_id), self._driver)

    def list(self, *, state: str | None = None, limit: int | None = None) -> Iterator[Report]:
        """Yield the tenant's tasks, newest first; of one `state`, or of several, comma-separated."""
        cursor: str | None = None
        left = limit
        while left is None or left > 0:
            flow = own_api.list_tasks(self._driver.remote, state=state, limit=_count(left), cursor=cursor)
            page = self._driver.run(flow)
            yield from page.reports
            cursor = page.next_cursor
            left = None if left is None else left - len(page.reports)
            if not cursor:
                return


@dataclass(frozen=True, slots=True)
class AsyncTasks:
    """The tasks of the key's tenant."""

    _driver: AsyncDriver = field(repr=False)

    def get(self, task_id: str) -> AsyncTaskHandle:
        """Return a handle of a task; the server is not asked."""
        return AsyncTaskHandle(TaskId(task_id), self._driver)

    async def list(self, *, state: str | None = None, limit: int | None = None) -> AsyncIterator[Report]:
        """Yield the tenant's tasks, newest first; of one `state`, or of several, comma-separated."""
        cursor: str | None = None
        left = limit
        while left is None or left > 0:
            flow = own_api.list_tasks(self._driver.remote, state=state, limit=_count(left), cursor=cursor)
            page = await self._driver.run(flow)
            for report in page.reports:
                yield report
            cursor = page.next_cursor
            left = None if left is None else left - len(page.reports)
            if not cursor:
                return


def pause_for(seconds: float) -> Flow[None]:
    """Wait."""
    yield Pause(seconds)


def _count(left: int | None) -> int | None:
    """Return how many tasks to ask for at a time, of those that are still wanted."""
    return None if left is None else min(left, own_api.MAX_LISTED)
