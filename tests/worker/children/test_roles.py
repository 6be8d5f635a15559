from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import psutil
import pytest

from keyreel.engine import Clip
from keyreel.errors import RenderFailed
from keyreel.finishing.context import FinishingContext
from keyreel.media.probe import probe_video
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from keyreel.settings.engines import EngineSpec
from keyreel.task import TaskId
from keyreel.worker.children.pool import ChildPool
from keyreel.worker.children.protocol import FinishWork, RenderWork
from keyreel.worker.children.roles import FINISHING_ROLE
from support.plant import comes_true

if TYPE_CHECKING:
    from pathlib import Path

ORDER = Order(
    Operation.IMG2VIDEO,
    "q2-pro",
    (Shot("on", 1, ImageRef("a.png")),),
    Resolution.P360,
    7,
    size=Size(64, 48),
)


def finishing_children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children() if FINISHING_ROLE in each.cmdline()]


class ForgetfulAttempt:
    """An attempt that keeps nothing."""

    def report_progress(self, fraction: float) -> None:
        """Take note of progress."""

    def show_preview(self, jpeg: bytes) -> None:
        del jpeg

    async def load_step(self, step: str) -> str | None:
        del step
        return None

    async def save_step(self, step: str, result: str) -> None:
        """Keep nothing."""


def finish_work(clip: Clip, folder: Path) -> FinishWork:
    return FinishWork(clip, ORDER, FinishingContext(TaskId("1"), folder))


def test_finishes_a_clip_in_a_child(tmp_path: Path) -> None:
    async def story() -> None:
        rendering = ChildPool.for_engine(EngineSpec("keyreel.testing:CardEngine"), 1, 60)
        async with rendering, ChildPool.for_finishing(1, 60) as finishing:
            clip = await rendering.run(RenderWork(ORDER, tmp_path), ForgetfulAttempt())
            done = await finishing.run(finish_work(clip, tmp_path), ForgetfulAttempt())
        assert (done.video, probe_video(done.video).frames) == (tmp_path / "video.mp4", 24)

    asyncio.run(story())


def test_a_clip_that_is_not_as_ordered_fails_with_its_reason(tmp_path: Path) -> None:
    async def story() -> None:
        clip = Clip(tmp_path / "nothing.mp4")
        async with ChildPool.for_finishing(1, 60) as finishing:
            with pytest.raises(RenderFailed, match="cannot be read"):
                await finishing.run(finish_work(clip, tmp_path), ForgetfulAttempt())

    asyncio.run(story())


def test_a_warm_child_that_ends_before_its_first_work_is_replaced(tmp_path: Path) -> None:
    async def story() -> None:
        rendering = ChildPool.for_engine(EngineSpec("keyreel.testing:CardEngine"), 1, 60)
        async with rendering, ChildPool.for_finishing(1, 60) as finishing:
            clip = await rendering.run(RenderWork(ORDER, tmp_path), ForgetfulAttempt())
            await finishing.warm_up()
            await comes_true(lambda: len(finishing_children()) == 1)
            (warm,) = finishing_children()
            os.kill(warm.pid, signal.SIGKILL)
            warm.wait(10)
            done = await finishing.run(finish_work(clip, tmp_path), ForgetfulAttempt())
        assert done.video.exists()

    asyncio.run(story())
