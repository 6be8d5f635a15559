"""The engines of a worker whose videos other servers make, and their being told when a task is cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.engine import RemoteCanceller, RemoteEngine
from keyreel.worker.remote.job import AttemptRemoteJob

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping
    from contextlib import AsyncExitStack
    from pathlib import Path
    from typing import Self

    from keyreel.engine import RemoteVideo
    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.order import Order
    from keyreel.worker.attempt import EngineAttempt
    from keyreel.worker.remote.callbacks import ReceivedCallbacks
    from keyreel.worker.remote.job import VideoFetcher

_CANCEL_SECONDS: Final = 10.0
"""How long another server may take to hear that its video is not wanted."""

_log = structlog.stdlib.get_logger(__name__)


class RemoteEngines:
    """The engines that only wait, by their configured names, and those that wait in a child of theirs."""

    def __init__(
        self,
        engines: Mapping[str, RemoteEngine],
        cancellers: Mapping[str, RemoteCanceller],
        fetcher: VideoFetcher,
        received: ReceivedCallbacks,
    ) -> None:
        self._engines = dict(engines)
        self._cancellers = dict(cancellers)
        self._fetcher = fetcher
        self._received = received

    @classmethod
    async def open(
        cls,
        engines: Iterable[ConfiguredEngine],
        fetcher: VideoFetcher,
        received: ReceivedCallbacks,
        stack: AsyncExitStack,
    ) -> Self:
        """Enter those of the engines that are remote; the stack leaves them."""
        configured = tuple(engines)
        remote = {each.name: each.engine for each in configured if isinstance(each.engine, RemoteEngine)}
        for engine in remote.values():
            await stack.enter_async_context(engine)
        cancellers = {
            each.name: each.engine for each in configured if isinstance(each.engine, RemoteCanceller)
        }
        return cls(remote, cancellers, fetcher, received)

    def __contains__(self, name: str) -> bool:
        return name in self._engines

    async def request_video(self, order: Order, attempt: EngineAttempt, folder: Path) -> RemoteVideo:
        """Have the server of the attempt's engine make an order's video.

        Raises:
            RenderFailed: the order cannot be made there, with a reason for people.
            Unavailable: the server cannot be had now.
        """
        engine = self._engines[attempt.engine]
        job = AttemptRemoteJob(attempt, folder, self._fetcher, self._received)
        attempt.on_cancel(lambda: _tell_cancelled(attempt, engine.cancel(job)))
        return await engine.request_video(order, job)

    def follow_child(self, attempt: EngineAttempt) -> None:
        """Have the server that an engine's child asks told, if there is one, should the task be cancelled."""
        canceller = self._cancellers.get(attempt.engine)
        if canceller is not None:
            attempt.on_cancel(lambda: _tell_cancelled(attempt, canceller.cancel_remotely(attempt.steps)))


async def _tell_cancelled(attempt: EngineAttempt, telling: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(_CANCEL_SECONDS):
            await telling
    except Exception as error:  # noqa: BLE001 - engines are anybody's code, and the task is over
        _log.warning(
            "remote video not cancelled", task=attempt.job_id, engine=attempt.engine, error=repr(error)
        )
