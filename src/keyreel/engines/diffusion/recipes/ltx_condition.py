"""`LTXConditionPipeline`: LTX-Video meets keyframes at any frame."""

# pyright: reportMissingImports=false
# Diffusers is an extra, which the checks run without.
from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.diffusion.abilities import Abilities
from keyreel.engines.diffusion.recipes.recipe import (
    WORDED_MOTION,
    Arguments,
    PipelineInput,
    Recipe,
    Sampling,
    build_common_arguments,
)

if TYPE_CHECKING:
    from keyreel.engines.diffusion.model_folder import ModelFolder

_RULE: Final = FrameRule(
    fps=24, max_frames=161, frame_multiple=8, frame_offset=1, side_multiple=32, max_pixels=1216 * 704
)
_SAMPLING: Final = Sampling(
    steps=40, guidance=3.0, negative_prompt="worst quality, inconsistent motion, blurry, jittery, distorted"
)


def read_recipe(_folder: ModelFolder) -> Recipe:
    """Return the recipe, which is the same for every model."""
    return Recipe(
        Abilities(words=True, first=True, first_and_last=True),
        _RULE,
        _SAMPLING,
        _build_arguments,
        WORDED_MOTION,
        float32_components=(),
        terms="LTX-Video Open Weights License",
    )


def _build_arguments(given: PipelineInput) -> Arguments:
    from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition

    # Here an index counts frames of the video.
    conditions = [
        LTXVideoCondition(image=image, frame_index=at)
        for at, image in ((0, given.first), (given.plan.frames - 1, given.last))
        if image is not None
    ]
    return build_common_arguments(given) | {
        "frame_rate": given.plan.fps,
        "conditions": conditions or None,
    }
