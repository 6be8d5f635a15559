"""One call of a model on a server: submitted, waited for, downloaded; a later attempt takes it up again."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import uuid4

from keyreel.engines.videos.answers import VideoState
from keyreel.engines.videos.server import AnswerLost, ServerBusy, ServerUnreachable, VideoLost
from keyreel.errors import EngineUnavailable, KeyreelError, RenderFailed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from keyreel.engine import Job
    from keyreel.engines.conform.rendering import ReportFraction
    from keyreel.engines.videos.answers import VideoStatus
    from keyreel.engines.videos.flavour import Flavour, RequestBody
    from keyreel.engines.videos.server import VideoServer

_PATIENCE_SECONDS: Final = 10.0
"""How long a server may give no proper answer: longer waits are the queue's, which needs no slot for them."""
_RETRY_SECONDS: Final = 0.5
_FIRST_POLL_SECONDS: Final = 0.2
_LONGEST_POLL_SECONDS: Final = 2.0
_HALF_DONE_SECONDS: Final = 60.0
"""After which the estimated progress of a video is a half, where its server tells none."""
_PASSING_FAULTS: Final = (ServerUnreachable, ServerBusy, AnswerLost)
_REQUEST: Final = ": request"
_GIVEN_UP: Final = (
    "The video server did not respond, so it is unknown whether it received the request. It was not "
    "sent again, because the video could have been made and paid for twice."
)
_LOST_ONCE_PAID: Final = (
    "The video server lost the video. It was not requested again, because it would have been paid for twice."
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RemoteCall:
    """The call with this index in an order; the server may take `timeout_seconds` for its video.

    One that `is_paid` is made once, or fails: a server that knows no keys of requests would make, and be paid
    for, another video. For others a second one is worth more than none.
    """

    server: VideoServer
    flavour: Flavour
    job: Job
    index: int
    report: ReportFraction
    timeout_seconds: float
    is_paid: bool = False

    async def receive(self, body: RequestBody, target: Path) -> None:
        """Have the video made that a body describes, and save it.

        Raises:
            RenderFailed: the server refuses the request, failed, or took too long.
            RenderCrashed: it lost the video, or its answer to the submit was lost.
            EngineUnavailable: it cannot be had now, and nothing is left there.
            Unavailable: it cannot be had now: what is there is taken up again later.
        """
        video_id = await self.job.once(self._request_step, partial(self._submit, body))
        try:
            await self._wait(video_id)
            await self._persist(partial(self.server.download, video_id, target), _PASSING_FAULTS)
        except VideoLost as fault:
            if self.is_paid:
                raise RenderFailed(_LOST_ONCE_PAID) from fault
            await self._forget()
            raise
        except _PASSING_FAULTS as fault:
            if self.flavour.is_durable or self.index or self.is_paid:
                raise Unavailable(fault.message) from fault
            # A server that keeps its videos in memory and is gone for so long has mostly lost them.
            await self._forget()
            raise EngineUnavailable(fault.message) from fault

    @property
    def _request_step(self) -> str:
        return f"segment-{self.index}{_REQUEST}"

    @property
    def _key_step(self) -> str:
        return f"segment-{self.index}: key"

    @property
    def _is_once_only(self) -> bool:
        """Whether a request that may have arrived must not be sent again."""
        return self.is_paid and not self.flavour.is_durable

    async def _submit(self, body: RequestBody) -> str:
        is_new, key = False, ""

        async def create_key() -> str:
            nonlocal is_new
            is_new = True
            return uuid4().hex

        if self.flavour.is_durable or self.is_paid:
            key = await self.job.once(self._key_step, create_key)
            if self._is_once_only and not is_new:
                raise RenderFailed(_GIVEN_UP)
        try:
            # A server that knows no keys is not shown any.
            sent_key = key if self.flavour.is_durable else ""
            return await self._persist(partial(self._send, body, sent_key), (ServerBusy,))
        except EngineUnavailable as fault:
            await self.job.forget(self._key_step)
            if self.index:
                # The segments before are finished: no other engine goes on from them.
                raise Unavailable(fault.message) from fault
            raise

    async def _send(self, body: RequestBody, key: str) -> str:
        try:
            return await self.server.submit(body, key)
        except (AnswerLost, ServerBusy) as fault:
            if self._is_once_only and not (isinstance(fault, ServerBusy) and fault.has_refused):
                raise RenderFailed(_GIVEN_UP) from fault
            raise

    async def _forget(self) -> None:
        await self.job.forget(self._request_step)
        await self.job.forget(self._key_step)

    async def _wait(self, video_id: str) -> None:
        """Poll until the video is completed."""
        loop = asyncio.get_running_loop()
        began, pause = loop.time(), _FIRST_POLL_SECONDS
        while True:
            status = await self._persist(partial(self.server.poll, video_id), _PASSING_FAULTS)
            if status.state is VideoState.COMPLETED:
                return
            if status.state is VideoState.FAILED:
                raise RenderFailed(
                    f"The video server failed: {status.reason}"
                    if status.reason
                    else "The video server could not make the video."
                )
            seconds = loop.time() - began
            if seconds > self.timeout_seconds:
                await self._give_up(video_id)
            await self.report(self._estimate_progress(status, seconds))
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_POLL_SECONDS)

    async def _give_up(self, video_id: str) -> None:
        """Stop waiting for a video.

        Raises:
            RenderFailed: always.
        """
        if self.flavour.stops_deleted:
            with suppress(KeyreelError):
                await self.server.delete(video_id)
        raise RenderFailed(
            f"The video server did not finish the video within {self.timeout_seconds:g} seconds."
        )

    def _estimate_progress(self, status: VideoStatus, seconds: float) -> float:
        """Return the progress that a server tells, or else one by time, which stays below 1."""
        if self.flavour.has_progress or status.progress > 0:
            return status.progress
        return seconds / (seconds + _HALF_DONE_SECONDS)

    async def _persist(self, ask: Callable[[], Awaitable[T]], passing: tuple[type[KeyreelError], ...]) -> T:
        """Ask again while the answer is a passing fault, until the patience would end."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE_SECONDS
        while True:
            try:
                return await ask()
            except passing as fault:
                pause = fault.retry_after_seconds if isinstance(fault, ServerBusy) else _RETRY_SECONDS
                if loop.time() + pause > end:
                    raise
            await self.report(0.0)
            await asyncio.sleep(pause)


def list_open_videos(steps: Mapping[str, str]) -> list[str]:
    """List the ids of the videos that were asked for and are not rendered yet, by a job's steps."""
    return [
        video_id
        for step, video_id in steps.items()
        if step.endswith(_REQUEST) and step.removesuffix(_REQUEST) not in steps
    ]
