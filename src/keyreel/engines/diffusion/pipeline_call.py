"""One call of a pipeline: its steps are watched, its motion and seed set, its lack of memory explained."""

# pyright: reportMissingImports=false
# torch and Diffusers are an extra, which the checks run without.
from __future__ import annotations

import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from keyreel.errors import RenderFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from keyreel.engines.diffusion.recipes.recipe import Arguments

    OnStep = Callable[[int], None]
    """Is told how many steps are done; what it raises ends the call."""

_CALLBACK: Final = "callback_on_step_end"
_ALLOCATION_WORDS: Final = ("not enough memory", "can't allocate memory", "out of memory")


def call_pipeline(pipeline: Any, arguments: Arguments, seed: int, on_step: OnStep) -> Any:
    """Call a pipeline, and return its output.

    The same seed gives the same noise on every device: it is drawn on the CPU.

    Raises:
        RenderFailed: memory ran out, with the settings to change.
    """
    import torch

    generator = torch.Generator("cpu").manual_seed(seed)
    with _explaining_lack_of_memory(), _watch_steps(pipeline, on_step) as watching, torch.inference_mode():
        return pipeline(**arguments, **watching, generator=generator)


def get_flow_shift(pipeline: Any) -> float | None:
    """Return a scheduler's flow shift: how much of the sampling goes into motion and composition."""
    shift: float | None = pipeline.scheduler.config.get(_get_shift_key(pipeline))
    return shift


def set_sampling(pipeline: Any, shift: float | None, guidance: float) -> None:
    """Set the flow shift where the scheduler knows one, and the guidance of a guider."""
    config, key = pipeline.scheduler.config, _get_shift_key(pipeline)
    if shift is not None and key in config:
        pipeline.scheduler = type(pipeline.scheduler).from_config(config, **{key: shift})
    if hasattr(pipeline, "guider"):
        pipeline.guider = pipeline.guider.new(guidance_scale=guidance)


def measure_peak_bytes(device: str) -> int:
    """Return the most memory that was allocated on a CUDA device; 0 for others."""
    import torch

    return torch.cuda.max_memory_allocated(device) if device.startswith("cuda") else 0


def _get_shift_key(pipeline: Any) -> str:
    return "flow_shift" if "flow_shift" in pipeline.scheduler.config else "shift"


@contextmanager
def _watch_steps(pipeline: Any, on_step: OnStep) -> Generator[Arguments]:
    """Have steps told by the pipeline, or by its scheduler where it cannot; yield the arguments for that."""
    if _CALLBACK in inspect.signature(type(pipeline).__call__).parameters:

        def tell(_pipeline: Any, step: int, _time: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
            on_step(step + 1)
            return {}

        yield {_CALLBACK: tell}
        return
    scheduler, done = pipeline.scheduler, 0
    make_step = scheduler.step

    def make_step_and_tell(*args: Any, **options: Any) -> Any:
        nonlocal done
        made = make_step(*args, **options)
        done += 1
        on_step(done)
        return made

    scheduler.step = make_step_and_tell
    try:
        yield {}
    finally:
        del scheduler.step


@contextmanager
def _explaining_lack_of_memory() -> Generator[None]:
    import torch

    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, torch.OutOfMemoryError | MemoryError) or _tells_of_allocation(error):
            raise RenderFailed(
                "The model ran out of memory for a video of this size. The operator can set offload = "
                '"model" or "group", or a lower max_pixels, in the engine\'s table.'
            ) from error
        raise


def _tells_of_allocation(error: Exception) -> bool:
    return any(words in str(error).lower() for words in _ALLOCATION_WORDS)
