"""Bring your own engine: keyframes as slides that fade into each other.

From this folder, `PYTHONPATH=. KEYREEL_ENGINES=own_engine:Slideshow,motion keyreel up` starts a server that
makes multiframe videos here and all others with the built-in engine. Run this file to try the engine alone.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engine import Clip
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size
from keyreel.testing import FolderJob

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Frame, Job

IMAGES = Path(__file__).parent / "pictures"


class Slideshow:
    """Fades from keyframe to keyframe."""

    name = "slideshow"
    slots = 1

    def accepts(self, order: Order) -> bool:
        """Take multiframe orders."""
        return order.operation is Operation.MULTIFRAME

    async def render(self, order: Order, job: Job) -> Clip:
        """Write every frame of every shot into one video."""
        done = 0
        with job.film("clip", order.frame_size) as writer:
            for shot in order.shots:
                first, last = (slide(image, order.frame_size) for image in (shot.first, shot.last))
                for number in range(shot.frames):
                    share = number / (shot.frames - 1)
                    writer.write(cv2.addWeighted(first, 1 - share, last, share, 0).astype(np.uint8))
                    done += 1
                    await job.progress(done / order.frames)
        return Clip(job.folder / "clip.mp4")

    async def __aenter__(self) -> Self:
        """Load what takes long, once; here it is nothing."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free it again."""


def slide(image: ImageRef | None, size: Size) -> Frame:
    """Read a keyframe in the frame's size. Engines get paths of checked PNG files."""
    bgr = cv2.imread(str(image), cv2.IMREAD_COLOR)
    scaled = cv2.resize(bgr, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(scaled[..., ::-1]).astype(np.uint8)


async def main() -> None:
    """Make a clip in a folder of its own."""
    keyframes = [ImageRef(str(IMAGES / f"flight-{number}.jpg")) for number in range(3)]
    shots = tuple(Shot("", 2, first, last) for first, last in pairwise(keyframes))
    order = Order(Operation.MULTIFRAME, "q2-pro", shots, Resolution.P540, seed=1, size=Size(960, 528))
    with tempfile.TemporaryDirectory() as folder:
        async with Slideshow() as engine:
            clip = await engine.render(order, FolderJob(Path(folder)))
        print(shutil.move(clip.path, "own_engine.mp4"))


if __name__ == "__main__":
    asyncio.run(main())
