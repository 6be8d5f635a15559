"""A recipe: what a pipeline can make, and how it is called. It imports neither torch nor Diffusers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from keyreel.order import Amplitude

if TYPE_CHECKING:
    from PIL.Image import Image

    from keyreel.engines.conform.frame_rule import FrameRule, NativePlan
    from keyreel.engines.diffusion.abilities import Abilities

Arguments = dict[str, Any]
"""Keyword arguments of a pipeline: theirs to check."""
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a model is sampled: steps, guidance scale, flow shift (None: as its scheduler has it)."""

    steps: int
    guidance: float
    shift: float | None = None
    negative_prompt: str = ""


@dataclass(frozen=True, slots=True)
class MotionSetting:
    """What is set for an amplitude of motion: words after the prompt, the flow shift, arguments."""

    words: str = ""
    shift: float | None = None
    arguments: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


MotionTable = Mapping[Amplitude, MotionSetting]
"""What a recipe sets for each amplitude; AUTO sets nothing."""


@dataclass(frozen=True, slots=True)
class PipelineInput:
    """What a pipeline is to make in one call: `first` and `last` have the plan's size, references any."""

    prompt: str
    plan: NativePlan
    sampling: Sampling
    first: Image | None
    last: Image | None
    references: tuple[Image, ...]


class ArgumentBuilder(Protocol):
    """Builds the arguments of a pipeline's call; the generator and what watches its steps are added."""

    def __call__(self, given: PipelineInput) -> Arguments:
        """Build them; Diffusers may be imported."""
        ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a pipeline can make of which inputs, and how it is called.

    `float32_components` lose too much in half precision. `terms` names a licence that an operator must accept
    first; empty for Apache-2.0 and the like.
    """

    abilities: Abilities
    rule: FrameRule
    sampling: Sampling
    build_arguments: ArgumentBuilder
    motion: MotionTable
    float32_components: tuple[str, ...] = ("vae",)
    terms: str = ""
    has_sound: bool = False


def build_common_arguments(given: PipelineInput) -> Arguments:
    """Build the arguments that nearly all pipelines take under the same names."""
    return {
        "prompt": given.prompt,
        "negative_prompt": given.sampling.negative_prompt,
        "width": given.plan.size.width,
        "height": given.plan.size.height,
        "num_frames": given.plan.frames,
        "num_inference_steps": given.sampling.steps,
        "guidance_scale": given.sampling.guidance,
        "output_type": "np",
    }


WORDED_MOTION: Final[MotionTable] = MappingProxyType(
    {
        Amplitude.AUTO: MotionSetting(),
        Amplitude.SMALL: MotionSetting("Slow, subtle motion."),
        Amplitude.MEDIUM: MotionSetting("Natural, steady motion."),
        Amplitude.LARGE: MotionSetting("Fast, dynamic motion."),
    }
)
"""For models that know motion by words alone."""
