"""The engine's side of a request to another server: the `keyreel.engine.RemoteJob` of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from keyreel.errors import InvalidRequest, RenderFailed, VideoUnreachable
from keyreel.worker.remote.callbacks import TaskCallbacks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from keyreel.worker.attempt import EngineAttempt
    from keyreel.worker.remote.callbacks import ReceivedCallbacks


class VideoFetcher(Protocol):
    """Fetches videos from addresses that others gave."""

    async def fetch_video(self, url: str, target: Path, *, tenant: str) -> None:
        """Save the video at a URL, by the rules for addresses of strangers."""
        ...


class AttemptRemoteJob:
    """What a remote engine works with during one attempt, for one render."""

    def __init__(
        self, attempt: EngineAttempt, folder: Path, fetcher: VideoFetcher, received: ReceivedCallbacks
    ) -> None:
        self.task_id = attempt.job_id
        self.callbacks = TaskCallbacks(attempt.task_id, received)
        self.folder = folder
        self._attempt = attempt
        self._fetcher = fetcher

    @property
    def steps(self) -> dict[str, str]:
        """The results of the steps that this job has gone through."""
        return self._attempt.steps

    async def once(self, step: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return the durable result of `step`, doing the work only if no attempt of this task did it yet."""
        result = await self._attempt.load_step(step)
        if result is None:
            result = await work()
            await self._attempt.save_step(step, result)
        return result

    async def forget(self, step: str) -> None:
        """Take back a step that turned out not to have happened."""
        await self._attempt.forget_step(step)

    async def reserve_cost(self, share: float, daily_credits: float | None) -> None:
        """Record what the task costs its operator."""
        await self._attempt.reserve_cost(share, daily_credits)

    async def cancel_cost(self) -> None:
        """Take that back."""
        await self._attempt.cancel_cost()

    async def progress(self, fraction: float) -> None:
        """Report progress."""
        self._attempt.report_progress(min(max(fraction, 0.0), 1.0))

    async def download(self, url: str, name: str) -> Path:
        """Save what is at an address that the other server gave."""
        path = self.folder / name
        try:
            await self._fetcher.fetch_video(url, path, tenant=f"engine {self._attempt.engine}")
        except (VideoUnreachable, InvalidRequest):
            raise RenderFailed(
                "The video was made by another server, but cannot be downloaded from it."
            ) from None
        return path
