"""Drawn scenes for keyframes, orders over them, and what is measured in the clips made from them."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.engine import MotionEngine
from keyreel.media.video_reader import read_frames
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.testing import FolderJob

SIZE = Size(256, 144)


def terrain(seed: int) -> Frame:
    """Draw a large colourful texture with edges at every scale, 900 x 500; another seed is another place."""
    random = np.random.default_rng(seed)
    height = np.zeros((500, 900, 3), dtype=np.float32)
    for cell in (160, 64, 24, 9):
        coarse = random.random((500 // cell + 3, 900 // cell + 3, 3), dtype=np.float32)
        fine = cv2.resize(coarse, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
        height += fine[:500, :900] * np.float32(cell**0.55)
    for _ in range(60):
        x, y, radius = (int(value) for value in random.integers((0, 0, 8), (900, 500, 45)))
        colour = tuple(float(value) for value in random.random(3) * 14)
        cv2.circle(height, (x, y), radius, colour, -1, cv2.LINE_AA)
    low, high = np.percentile(height, (2, 98))
    return np.asarray(np.clip((height - low) / (high - low), 0, 1) * 255, dtype=np.uint8)


def view(place: Frame, left: float, top: float, scale: float = 1.0) -> Frame:
    """Look at a place through a window of the frame's size; a larger scale shows more of it."""
    window = np.array([[scale, 0, left], [0, scale, top]], dtype=np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(place, window, (SIZE.width, SIZE.height), flags=flags), dtype=np.uint8)


def saved(folder: Path, *images: Frame) -> list[ImageRef]:
    """Write images as PNG files."""
    paths = [folder / f"keyframe-{index}.png" for index in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        cv2.imwrite(str(path), image[..., ::-1])
    return [ImageRef(str(path)) for path in paths]


def multiframe(images: list[ImageRef], *seconds: int, seed: int = 1) -> Order:
    """Order a video through all the images."""
    ends = zip(images[:-1], images[1:], seconds, strict=True)
    shots = tuple(Shot("", length, first, last) for first, last, length in ends)
    return Order(Operation.MULTIFRAME, "test", shots, Resolution.P360, seed, size=SIZE)


def rendered(order: Order, job: FolderJob) -> Path:
    """Render an order by a fresh motion engine."""

    async def render() -> Path:
        async with MotionEngine() as engine:
            return (await engine.render(order, job)).path

    return asyncio.run(render())


def seen(path: Path) -> list[Frame]:
    """Read all frames of a clip."""
    return list(read_frames(path))


def error(one: Frame, other: Frame) -> float:
    """Return the mean absolute difference of two frames, where 1.0 is black against white."""
    return float(np.abs(one.astype(np.float32) - other).mean()) / 255


def speeds(clip: list[Frame]) -> NDArray[np.float32]:
    """Measure the mean motion from each frame to the next, in pixels."""
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in clip]
    fields = [
        flow.calc(before, after, np.zeros((*before.shape, 2), np.float32))
        for before, after in pairwise(greys)
    ]
    return np.array([np.linalg.norm(field, axis=2).mean() for field in fields], dtype=np.float32)
