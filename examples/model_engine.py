"""An engine around a model that has a frame rate, lengths and sizes of its own: here, a zoom at 16 a second.

Keyreel makes its frames the order's. From this folder, `PYTHONPATH=. KEYREEL_ENGINES=model_engine:Zoom,motion
keyreel up` starts a server that makes videos of one image with it. Run this file to try the engine alone.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engine import Clip
from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.conform.rendering import render_conformed
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from keyreel.testing import FolderJob

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Frame, Job
    from keyreel.engines.conform.rendering import ModelCall, ReportFraction

IMAGE = Path(__file__).parent / "pictures" / "lighthouse.jpg"


class Zoom:
    """Zooms into an image."""

    name = "zoom"
    slots = 1
    rule = FrameRule(fps=16, max_frames=81, frame_multiple=4, frame_offset=1, max_pixels=832 * 480)
    """What the model makes in one call: 4n + 1 frames, at most 81, 16 a second, sides multiples of 16."""

    def accepts(self, order: Order) -> bool:
        """Take orders of one image."""
        return order.operation is Operation.IMG2VIDEO

    async def render(self, order: Order, job: Job) -> Clip:
        """Have each call's frames made, and conformed to the order."""
        return Clip(await render_conformed(order, job, self.rule, self.make))

    async def make(self, call: ModelCall, report: ReportFraction) -> Iterable[Frame]:
        """Make the frames of one call, as a model would; it also has a prompt and a seed."""
        frames: list[Frame] = []
        for number in range(call.plan.frames):
            frames.append(enlarge(call.first, 1 + number / 200))
            await report(len(frames) / call.plan.frames)
        return frames

    async def __aenter__(self) -> Self:
        """Load the model; here there is none."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free it again."""


def enlarge(image: Frame, scale: float) -> Frame:
    """Enlarge what an image, uint8 [height, width, 3], shows around its middle."""
    height, width = image.shape[:2]
    zoom = cv2.getRotationMatrix2D((width / 2, height / 2), 0, scale)
    return np.asarray(cv2.warpAffine(image, zoom, (width, height), flags=cv2.INTER_CUBIC), np.uint8)


async def main() -> None:
    """Make a clip in a folder of its own."""
    shot = Shot("the lighthouse comes nearer", 2, ImageRef(str(IMAGE)))
    order = Order(Operation.IMG2VIDEO, "q2-pro", (shot,), Resolution.P360, seed=1, size=Size(640, 352))
    with tempfile.TemporaryDirectory() as folder:
        async with Zoom() as engine:
            clip = await engine.render(order, FolderJob(Path(folder)))
        print(shutil.move(clip.path, "model_engine.mp4"))


if __name__ == "__main__":
    asyncio.run(main())
