"""The engine's side of a running job: the `keyreel.engine.Job` of a child process."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keyreel.worker.children.protocol import (
    ForgetStep,
    LoadStep,
    PreviewFrame,
    ProgressReport,
    SaveStep,
    StepResult,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from pathlib import Path

    from keyreel.engine import VideoWriter
    from keyreel.order import Order, Size
    from keyreel.worker.children.worker_channel import WorkerChannel


class ChildJob:
    """The Job of an engine that runs in a child process.

    `wrote_watermark` tells whether the order's watermark is in the videos that were written, in this attempt
    or in an earlier one whose steps were used again.
    """

    def __init__(
        self, channel: WorkerChannel, order: Order, folder: Path, *, shows_previews: bool = True
    ) -> None:
        self.folder = folder
        self.wrote_watermark = False
        self._channel = channel
        self._order = order
        self._shows_previews = shows_previews
        self._call_lock = asyncio.Lock()

    async def once(self, step: str, work: Callable[[], Awaitable[str]]) -> str:
        """Return the durable result of `step`, doing the work only if no attempt of this task did it yet."""
        known = await self._call_worker(LoadStep(step))
        if known is not None:
            await self._recall_watermark(step)
            return known
        result = await work()
        await self._remember_watermark(step)
        await self._call_worker(SaveStep(step, result))
        return result

    async def forget(self, step: str) -> None:
        """Take a finished step back."""
        await self._call_worker(ForgetStep(step))

    async def progress(self, fraction: float) -> None:
        """Report progress. A cancelled task's child is killed, so there is nothing to wait for."""
        self._channel.send(ProgressReport(min(max(float(fraction), 0.0), 1.0)))

    @contextmanager
    def film(self, name: str, size: Size) -> Generator[VideoWriter]:
        """Open a video that is `folder / f"{name}.mp4"` once the block ends, with the watermark laid over."""
        from keyreel.finishing.watermark import make_overlay
        from keyreel.media.video_writer import open_video_writer
        from keyreel.worker.children.preview import PreviewingWriter

        overlay = make_overlay(self._order.watermark, size)
        with open_video_writer(self.folder / f"{name}.mp4", size, overlay) as video:
            yield PreviewingWriter(video, self._show_preview) if self._shows_previews else video
        self.wrote_watermark = self.wrote_watermark or overlay is not None

    def _show_preview(self, jpeg: bytes) -> None:
        self._channel.send(PreviewFrame(jpeg))

    async def _remember_watermark(self, step: str) -> None:
        """Keep beside a step, and before it, that its videos bear the watermark."""
        name = _name_watermark_step(step)
        # An attempt that ended between the two may have left it already.
        if self.wrote_watermark and await self._call_worker(LoadStep(name)) is None:
            await self._call_worker(SaveStep(name, "written"))

    async def _recall_watermark(self, step: str) -> None:
        if self._order.watermark is not None and not self.wrote_watermark:
            known = await self._call_worker(LoadStep(_name_watermark_step(step)))
            self.wrote_watermark = known is not None

    async def _call_worker(self, request: LoadStep | SaveStep | ForgetStep) -> str | None:
        async with self._call_lock:
            self._channel.send(request)
            response = await asyncio.to_thread(self._channel.receive)
        if not isinstance(response, StepResult):
            raise SystemExit  # The worker hung up in the middle of a render: the clip is not wanted.
        return response.result


def _name_watermark_step(step: str) -> str:
    return f"{step}: watermark"
