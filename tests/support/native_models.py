"""Models with a frame rate, sizes and habits of their own, as engines that conform what these make."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engine import Clip
from keyreel.engines.conform.rendering import render_conformed
from keyreel.media.video_reader import read_frames
from keyreel.order import Operation, Order, Resolution, Shot, Size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Frame, Job
    from keyreel.engines.conform.frame_rule import FrameRule
    from keyreel.engines.conform.framing import NativeFrame
    from keyreel.engines.conform.rendering import ModelCall, ReportFraction


class NativeModelEngine:
    """An engine around a function that makes the frames of a call; it keeps the calls."""

    name = "native-model"
    slots = 1

    def __init__(self, rule: FrameRule, make_frames: Callable[[ModelCall], Iterable[NativeFrame]]) -> None:
        self.rule = rule
        self.calls: list[ModelCall] = []
        self._make_frames = make_frames

    def accepts(self, order: Order) -> bool:
        """Accept every order."""
        del order
        return True

    async def render(self, order: Order, job: Job) -> Clip:
        """Render by segments."""
        return Clip(await render_conformed(order, job, self.rule, self._make))

    async def _make(self, call: ModelCall, report: ReportFraction) -> Iterable[NativeFrame]:
        self.calls.append(call)
        for step in (1, 2, 3):
            await report(step / 3)
        return self._make_frames(call)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def text_order(size: Size, seconds: int = 1, seed: int = 1) -> Order:
    """Order a video of one shot without keyframes."""
    shot = Shot("a street", seconds)
    return Order(Operation.TEXT2VIDEO, "test", (shot,), Resolution.P360, seed, size=size)


def conformed(engine: NativeModelEngine, order: Order, job: Job) -> list[Frame]:
    """Render an order and return the video's frames."""

    async def render() -> list[Frame]:
        async with engine:
            return list(read_frames((await engine.render(order, job)).path))

    return asyncio.run(render())


def shifted(frame: Frame, right: float, down: float = 0.0) -> Frame:
    """Move what a frame shows by so many pixels; its border is mirrored."""
    move = np.array([[1, 0, right], [0, 1, down]], np.float64)
    height, width = frame.shape[:2]
    return np.asarray(cv2.warpAffine(frame, move, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)
