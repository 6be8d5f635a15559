"""`keyreel bench finishing`: what each finishing step costs, against rendering the clip that it finishes."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.bench import orders
from keyreel.bench.timing import measure_render
from keyreel.clock import SystemClock
from keyreel.engine import Clip
from keyreel.finishing.context import FinishingContext
from keyreel.finishing.pipeline import STEPS, finish
from keyreel.finishing.watermark import WATERMARK_STEP, make_overlay
from keyreel.media.color import ColorConverter
from keyreel.order import Corner, Resolution, SoundOptions, Watermark
from keyreel.provenance.signing_certificates import open_credentials
from keyreel.storage.secret_files import SecretFiles
from keyreel.task import TaskId

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.order import Order

MAX_FINISHING_SHARE: Final = 0.15
"""The share of a task's CPU seconds that finishing with music and ambience must not pass at 720p."""


@dataclass(frozen=True, slots=True)
class StepCost:
    """One finishing step and its CPU seconds."""

    step: str
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class FinishingCosts:
    """What was measured: rendering a clip, its encoder included, and finishing it step by step."""

    render_seconds: float
    steps: tuple[StepCost, ...]

    @property
    def finishing_seconds(self) -> float:
        """CPU seconds of all steps."""
        return sum(step.cpu_seconds for step in self.steps)

    @property
    def share(self) -> float:
        """Finishing's share of the task's CPU seconds."""
        return self.finishing_seconds / (self.render_seconds + self.finishing_seconds)


async def measure_finishing(
    size: Resolution = Resolution.P720, source: Path = orders.EXAMPLE_FOLDER
) -> FinishingCosts:
    """Render one image's clip and finish it with a watermark, music, ambience, labels and a signature."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (case,) = await orders.make_cases(orders.ExampleImages(source, folder), size, ("image-to-video",))
        timing = await measure_render(case.order, folder)
        shot = replace(case.order.shots[0], prompt="rain falls on a quiet street")
        order = replace(
            case.order,
            shots=(shot,),
            sound=SoundOptions(music=True, ambience=True),
            watermark=Watermark(Corner.BOTTOM_RIGHT),
        )
        # As in a worker: the watermark was blended into the frames when they were encoded.
        clip = Clip(timing.clip, completed_steps=frozenset({WATERMARK_STEP}))
        context = FinishingContext(
            TaskId("1"), folder, credentials=open_credentials(SecretFiles(folder), now=SystemClock().now())
        )
        return FinishingCosts(
            timing.cpu_seconds, (_measure_watermark(order), *_measure_steps(clip, order, context))
        )


def _measure_watermark(order: Order) -> StepCost:
    """Measure what blending the watermark costs while encoding."""
    size = order.frame_size
    image = ColorConverter().to_yuv(np.zeros((size.height, size.width, 3), np.uint8))

    def blend_all() -> None:
        overlay = make_overlay(order.watermark, size)
        assert overlay is not None
        for _ in range(order.frames):
            overlay.blend(image)

    return StepCost(f"{WATERMARK_STEP}, laid while encoding", _measure_cpu_seconds(blend_all))


def _measure_steps(clip: Clip, order: Order, context: FinishingContext) -> list[StepCost]:
    # What a worker's child does once, importing libraries and loading instruments, is not part of a task.
    finish(clip, order, context)
    whole = _measure_cpu_seconds(lambda: finish(clip, order, context))
    found: list[StepCost] = []
    for name, step in STEPS:
        began = time.process_time()
        clip = step(clip, order, context)
        found.append(StepCost(name, time.process_time() - began))
    rest = max(0.0, whole - sum(each.cpu_seconds for each in found))
    return [*found, StepCost("cover, fingerprint and checks", rest)]


def _measure_cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
