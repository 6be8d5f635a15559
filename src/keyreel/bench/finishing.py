"""`keyreel bench finishing`: what each finishing step costs, against rendering the clip that it finishes."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.bench import orders
from keyreel.bench.timing import timed
from keyreel.clock import SystemClock
from keyreel.engine import Clip
from keyreel.finishing.context import Workbench
from keyreel.finishing.pipeline import STEPS, finish
from keyreel.finishing.watermark import overlay_for
from keyreel.media.color import ColorConverter
from keyreel.order import Corner, Resolution, Sound, Watermark
from keyreel.provenance.signing_certificates import open_credentials
from keyreel.task import TaskId

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.order import Order

LIMIT: Final = 0.15
"""The share of a task's CPU seconds that finishing with music and ambience must not pass at 720p."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One finishing step and its CPU seconds."""

    step: str
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured: rendering a clip, its encoder included, and finishing it step by step."""

    render_seconds: float
    steps: tuple[Cost, ...]

    @property
    def finishing_seconds(self) -> float:
        """CPU seconds of all steps."""
        return sum(step.cpu_seconds for step in self.steps)

    @property
    def share(self) -> float:
        """Finishing's share of the task's CPU seconds."""
        return self.finishing_seconds / (self.render_seconds + self.finishing_seconds)


async def costs(size: Resolution = Resolution.P720, source: Path = orders.EXAMPLES) -> Costs:
    """Render one picture's clip and finish it with a mark, music, ambience, labels and a signature."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        case = (await orders.cases(orders.Pictures(source, folder), size))[0]
        timing = await timed(case.order, folder)
        shot = replace(case.order.shots[0], prompt="rain falls on a quiet street")
        order = replace(
            case.order,
            shots=(shot,),
            sound=Sound(music=True, ambience=True),
            watermark=Watermark(Corner.BOTTOM_RIGHT),
        )
        # As in a worker: the mark was laid over the frames when they were encoded.
        clip = Clip(timing.clip, fulfilled=frozenset({"watermark"}))
        bench = Workbench(
            TaskId("1"), folder, credentials=open_credentials(folder / "authority", now=SystemClock().now())
        )
        return Costs(timing.cpu_seconds, (_mark(order), *_steps(clip, order, bench)))


def _mark(order: Order) -> Cost:
    """Measure the mark's part in encoding."""
    size = order.frame_size
    picture = ColorConverter().to_yuv(np.zeros((size.height, size.width, 3), np.uint8))

    def lay() -> None:
        overlay = overlay_for(order.watermark, size)
        assert overlay is not None
        for _ in range(order.frames):
            overlay.lay(picture)

    return Cost("watermark, laid while encoding", _spent(lay))


def _steps(clip: Clip, order: Order, bench: Workbench) -> list[Cost]:
    # What a worker's child does once, importing libraries and loading instruments, is not part of a task.
    finish(clip, order, bench)
    whole = _spent(lambda: finish(clip, order, bench))
    found: list[Cost] = []
    for step in STEPS:
        began = time.process_time()
        clip = step(clip, order, bench)
        found.append(Cost(step.__name__, time.process_time() - began))
    rest = max(0.0, whole - sum(each.cpu_seconds for each in found))
    return [*found, Cost("cover, fingerprint and checks", rest)]


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
