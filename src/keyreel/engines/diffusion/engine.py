"""The diffusers engine: which orders its model makes, and how a render becomes calls of its pipeline.

It is imported wherever engines are looked up, so nothing heavy is imported before it is entered.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from keyreel.engine import Clip, EngineHealth
from keyreel.engines.conform.plan import plan_segments
from keyreel.engines.conform.rendering import render_conformed
from keyreel.engines.diffusion.model_folder import ModelFolder
from keyreel.engines.diffusion.model_usage import ModelUsage
from keyreel.engines.diffusion.prompt_words import list_references, word_prompt
from keyreel.engines.diffusion.recipes.recipe import PipelineInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from keyreel.engine import Job
    from keyreel.engines.conform.framing import NativeFrame
    from keyreel.engines.conform.rendering import ModelCall, ReportFraction
    from keyreel.engines.diffusion.engine_type import DiffusersTable
    from keyreel.engines.diffusion.pipeline_call import OnStep
    from keyreel.engines.diffusion.recipes.recipe import Arguments, Recipe, Sampling
    from keyreel.order import Order

_PRELOADED_MODULES: Final = ("keyreel.engines.conform.conformer", "keyreel.media.mux")
"""What a render imports besides the model."""
_SOUNDTRACK_STEP: Final = "soundtrack"


class DiffusersEngine:
    """Makes videos with an open-weight model that it keeps loaded."""

    slots = 1

    def __init__(self, name: str, table: DiffusersTable, recipe: Recipe) -> None:
        self.name = name
        self.recipe = recipe
        self.usage = ModelUsage()
        self._table = table
        self._pipeline: Any = None
        self._own_shift: float | None = None

    def accepts(self, order: Order) -> bool:
        """Say whether the model can make all segments of an order, by its configuration alone."""
        longest = self._table.max_seconds
        return (longest is None or order.seconds <= longest) and self.recipe.abilities.accept(
            order, self.recipe.rule
        )

    async def check(self) -> EngineHealth:
        """Look whether the model is still where it was."""
        try:
            pipeline = ModelFolder(self._table.model).read_pipeline()
        except ValueError as error:
            return EngineHealth(ok=False, detail=f"model: got {str(self._table.model)!r}; {error}.")
        return EngineHealth(ok=True, detail=f"{pipeline} on {self._table.device}.")

    def preload(self) -> None:
        """Import what conforms frames; the weights were loaded when the engine was entered."""
        for module in _PRELOADED_MODULES:
            import_module(module)

    async def render(self, order: Order, job: Job) -> Clip:
        """Have the pipeline make each segment, conformed to the order, and the sound if it can."""
        has_sound = self.recipe.has_sound and not order.sound.is_silent
        sound_folder = job.folder if has_sound else None
        path = await render_conformed(
            order, job, self.recipe.rule, partial(self._make_frames, order, sound_folder)
        )
        if not has_sound:
            return Clip(path)
        from keyreel.engines.diffusion.native_sound import add_sound

        segments = plan_segments(order, self.recipe.rule)
        return Clip(add_sound(path, segments, job.folder), completed_steps=frozenset({_SOUNDTRACK_STEP}))

    async def __aenter__(self) -> Self:
        from keyreel.engines.diffusion.pipeline_call import get_flow_shift
        from keyreel.engines.diffusion.pipeline_loading import load_pipeline

        self._pipeline = load_pipeline(self._table, self.recipe.float32_components)
        self._own_shift = get_flow_shift(self._pipeline)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipeline = None

    async def _make_frames(
        self, order: Order, sound_folder: Path | None, call: ModelCall, report: ReportFraction
    ) -> Iterable[NativeFrame]:
        given, loop = self._prepare_input(order, call), asyncio.get_running_loop()

        def tell(steps_done: int) -> None:
            self.usage.steps += 1
            fraction = steps_done / given.sampling.steps
            asyncio.run_coroutine_threadsafe(_report(report, fraction), loop).result()

        arguments = self.recipe.build_arguments(given) | dict(self.recipe.motion[order.amplitude].arguments)
        # In a thread of its own, so that reports leave the process while the pipeline computes.
        output = await asyncio.to_thread(self._call, given.sampling, arguments, call.seed, tell)
        if sound_folder is not None:
            from keyreel.engines.diffusion.native_sound import save_sound

            rate = self._pipeline.vocoder.config.output_sampling_rate
            save_sound(output.audio, rate, sound_folder, call.seed)
        frames: Iterable[NativeFrame] = output.frames[0][: call.plan.frames]
        return frames

    def _call(self, sampling: Sampling, arguments: Arguments, seed: int, tell: OnStep) -> Any:
        from keyreel.engines.diffusion import pipeline_call

        shift = self._own_shift if sampling.shift is None else sampling.shift
        pipeline_call.set_sampling(self._pipeline, shift, sampling.guidance)
        with self.usage.timing_call():
            output = pipeline_call.call_pipeline(self._pipeline, arguments, seed, tell)
        self.usage.peak_device_bytes = pipeline_call.measure_peak_bytes(self._table.device)
        return output

    def _prepare_input(self, order: Order, call: ModelCall) -> PipelineInput:
        from PIL import Image

        from keyreel.engines.diffusion.pipeline_loading import open_image

        motion, sampling = self.recipe.motion[order.amplitude], self.recipe.sampling
        first, last = (
            None if keyframe is None else Image.fromarray(keyframe) for keyframe in (call.first, call.last)
        )
        return PipelineInput(
            prompt=word_prompt(call.prompt, order, motion),
            plan=call.plan,
            sampling=sampling if motion.shift is None else replace(sampling, shift=motion.shift),
            first=first,
            last=last,
            references=tuple(map(open_image, list_references(order))),
        )


async def _report(report: ReportFraction, fraction: float) -> None:
    await report(fraction)
