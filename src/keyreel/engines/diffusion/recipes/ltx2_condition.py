"""`LTX2ConditionPipeline`: LTX-2 meets keyframes at any frame, and makes the sound as well."""

# pyright: reportMissingImports=false
# Diffusers is an extra, which the checks run without.
from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.diffusion.abilities import Abilities
from keyreel.engines.diffusion.recipes.recipe import (
    Arguments,
    MotionSetting,
    MotionTable,
    PipelineInput,
    Recipe,
    Sampling,
    build_common_arguments,
)
from keyreel.order import Amplitude

if TYPE_CHECKING:
    from keyreel.engines.diffusion.model_folder import ModelFolder

_FRAMES_A_LATENT: Final = 8
_RULE: Final = FrameRule(
    fps=24,
    max_frames=241,
    frame_multiple=_FRAMES_A_LATENT,
    frame_offset=1,
    side_multiple=32,
    max_pixels=1280 * 704,
)
_SAMPLING: Final = Sampling(
    steps=30,
    guidance=3.0,
    negative_prompt="worst quality, inconsistent motion, blurry, jittery, distorted, static, muffled sound",
)
_MOTION: Final[MotionTable] = MappingProxyType(
    {
        Amplitude.AUTO: MotionSetting(),
        Amplitude.SMALL: MotionSetting(arguments=MappingProxyType({"motion_speed": 0.7})),
        Amplitude.MEDIUM: MotionSetting(arguments=MappingProxyType({"motion_speed": 1.0})),
        Amplitude.LARGE: MotionSetting(arguments=MappingProxyType({"motion_speed": 1.35})),
    }
)


def read_recipe(_folder: ModelFolder) -> Recipe:
    """Return the recipe, which is the same for every model."""
    return Recipe(
        Abilities(words=True, first=True, first_and_last=True),
        _RULE,
        _SAMPLING,
        _build_arguments,
        _MOTION,
        float32_components=(),
        terms="LTX-2 Community License",
        has_sound=True,
    )


def _build_arguments(given: PipelineInput) -> Arguments:
    from diffusers.pipelines.ltx2.pipeline_ltx2_condition import LTX2VideoCondition

    # Here an index counts latent frames.
    conditions = [
        LTX2VideoCondition(frames=image, index=at)
        for at, image in ((0, given.first), ((given.plan.frames - 1) // _FRAMES_A_LATENT, given.last))
        if image is not None
    ]
    return build_common_arguments(given) | {
        "frame_rate": float(given.plan.fps),
        "conditions": conditions or None,
    }
