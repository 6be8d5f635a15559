"""`keyreel bench motion`: speed, memory and quality of the motion engine on the example pictures."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.bench import orders, quality
from keyreel.bench.timing import timed
from keyreel.engines.motion.imaging.cropping import cover
from keyreel.media.video_reader import frames

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from keyreel.bench.timing import Timing
    from keyreel.engine import Frame
    from keyreel.order import Order, Resolution

LIMITS: Final = {
    "image-to-video": 2.0,
    "reference": 2.5,
    "start-end": 3.5,
    "multiframe": 3.5,
    "text-to-video": 5.0,
}
"""CPU seconds over the encode-only floor at 720p that each operation must not pass."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured order."""

    name: str
    resolution: Resolution
    seconds: int
    timing: Timing


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on the camera flight: see `keyreel.bench.quality`."""

    pinned_error: float
    likeness: quality.Likeness
    seam_speed: float


async def speed(sizes: tuple[Resolution, ...], source: Path = orders.EXAMPLES) -> AsyncIterator[Row]:
    """Measure every operation at every resolution, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        pictures = orders.Pictures(source, Path(name))
        for size in sizes:
            for case in await orders.cases(pictures, size):
                folder = Path(name) / f"{case.name}-{size}"
                folder.mkdir()
                yield Row(case.name, size, case.order.seconds, await timed(case.order, folder))


async def flight_quality(resolution: Resolution, source: Path = orders.EXAMPLES) -> Quality:
    """Render the camera flight with every second keyframe held back, and with all of them."""
    with tempfile.TemporaryDirectory() as name:
        pictures = orders.Pictures(source, Path(name))
        held = await orders.keyframes(pictures, orders.FLIGHT[::2], (2, 2), resolution)
        clip = await _rendered(held, Path(name))
        size = held.frame_size
        keyframes = [cover(Path(each), size) for each in await pictures.all(orders.FLIGHT)]
        return Quality(
            quality.pinned_error(clip, held, keyframes[::2]),
            quality.likeness(_first_shot(clip, held), keyframes[0], keyframes[2], keyframes[1]),
            quality.seam_speed(clip, held),
        )


def _first_shot(clip: Path, order: Order) -> Iterator[Frame]:
    return islice(frames(clip), order.shots[0].frames)


async def _rendered(order: Order, folder: Path) -> Path:
    from keyreel.engines.motion.engine import MotionEngine
    from keyreel.testing import FolderJob

    async with MotionEngine() as engine:
        return (await engine.render(order, FolderJob(folder))).path
