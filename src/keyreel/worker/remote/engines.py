"""The remote engines of a worker: entered while it runs, and told when a task of theirs is cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.engine import RemoteEngine
from keyreel.worker.remote.job import AttemptRemoteJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AsyncExitStack
    from pathlib import Path
    from typing import Self

    from keyreel.engine import RemoteVideo
    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.order import Order
    from keyreel.worker.attempt import EngineAttempt
    from keyreel.worker.remote.job import VideoFetcher

_CANCEL_SECONDS: Final = 10.0
"""How long another server may take to hear that its video is not wanted."""

_log = structlog.stdlib.get_logger(__name__)


class RemoteEngines:
    """The engines that only wait, by their configured names."""

    def __init__(self, engines: Mapping[str, RemoteEngine], fetcher: VideoFetcher) -> None:
        self._engines = dict(engines)
        self._fetcher = fetcher

    @classmethod
    async def open(
        cls, engines: Iterable[ConfiguredEngine], fetcher: VideoFetcher, stack: AsyncExitStack
    ) -> Self:
        """Enter those of the engines that are remote; the stack leaves them."""
        remote = {each.name: each.engine for each in engines if isinstance(each.engine, RemoteEngine)}
        for engine in remote.values():
            await stack.enter_async_context(engine)
        return cls(remote, fetcher)

    def __contains__(self, name: str) -> bool:
        return name in self._engines

    async def request_video(self, order: Order, attempt: EngineAttempt, folder: Path) -> RemoteVideo:
        """Have the server of the attempt's engine make an order's video.

        Raises:
            RenderFailed: the order cannot be made there, with a reason for people.
            Unavailable: the server cannot be had now.
        """
        engine = self._engines[attempt.engine]
        job = AttemptRemoteJob(attempt, folder, self._fetcher)
        attempt.on_cancel(lambda: _tell_cancelled(engine, job))
        return await engine.request_video(order, job)


async def _tell_cancelled(engine: RemoteEngine, job: AttemptRemoteJob) -> None:
    try:
        async with asyncio.timeout(_CANCEL_SECONDS):
            await engine.cancel(job)
    except Exception as error:  # noqa: BLE001 - engines are anybody's code, and the task is over
        _log.warning("remote video not cancelled", task=job.task_id, engine=engine.name, error=repr(error))
