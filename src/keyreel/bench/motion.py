"""`keyreel bench motion`: speed, memory and quality of the motion engine on the example images."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keyreel.bench import orders, quality
from keyreel.bench.timing import measure_render
from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.media.video_reader import read_frames

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterator

    from keyreel.bench.timing import Timing
    from keyreel.engine import Frame
    from keyreel.order import Order, Resolution

MAX_CPU_RATIOS: Final = {
    "image-to-video": 2.0,
    "reference": 2.5,
    "start-end": 3.5,
    "multiframe": 3.5,
    "text-to-video": 5.0,
}
"""CPU seconds over the encode-only floor at 720p that each operation must not pass."""


@dataclass(frozen=True, slots=True)
class MeasuredOrder:
    """One measured order."""

    name: str
    resolution: Resolution
    seconds: int
    timing: Timing


@dataclass(frozen=True, slots=True)
class FlightQuality:
    """What was measured on the camera flight: see `keyreel.bench.quality`."""

    pinned_error: float
    likeness: quality.SsimScores
    seam_speed: float


async def measure_speed(
    sizes: tuple[Resolution, ...],
    source: Path = orders.EXAMPLE_FOLDER,
    names: Collection[str] = orders.CASE_NAMES,
) -> AsyncIterator[MeasuredOrder]:
    """Measure the named cases at every resolution, one after the other.

    Raises:
        InvalidSetting: a name is no case's, or the images are not there.
    """
    async for case, folder in orders.iterate_cases(source, sizes, names):
        order = case.order
        timing = await measure_render(order, folder)
        yield MeasuredOrder(case.name, order.resolution, order.seconds, timing)


async def measure_flight_quality(
    resolution: Resolution, source: Path = orders.EXAMPLE_FOLDER
) -> FlightQuality:
    """Render the camera flight with every second keyframe held back, and with all of them."""
    with tempfile.TemporaryDirectory() as name:
        images = orders.ExampleImages(source, Path(name))
        order = await orders.make_keyframe_order(images, orders.FLIGHT_IMAGES[::2], (2, 2), resolution)
        clip = await _render(order, Path(name))
        size = order.frame_size
        keyframes = [load_cropped(Path(each), size) for each in await images.get_all(orders.FLIGHT_IMAGES)]
        return FlightQuality(
            quality.measure_keyframe_error(clip, order, keyframes[::2]),
            quality.compare_midframes(
                _read_first_shot(clip, order), keyframes[0], keyframes[2], keyframes[1]
            ),
            quality.measure_seam_speed(clip, order),
        )


def _read_first_shot(clip: Path, order: Order) -> Iterator[Frame]:
    return islice(read_frames(clip), order.shots[0].frames)


async def _render(order: Order, folder: Path) -> Path:
    from keyreel.engines.motion.engine import MotionEngine
    from keyreel.testing import FolderJob

    async with MotionEngine() as engine:
        return (await engine.render(order, FolderJob(folder))).path
