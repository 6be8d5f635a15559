"""`HunyuanVideo15ImageToVideoPipeline`: HunyuanVideo 1.5 moves on from a first frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.diffusion.abilities import Abilities
from keyreel.engines.diffusion.recipes.recipe import (
    WORDED_MOTION,
    Arguments,
    PipelineInput,
    Recipe,
    Sampling,
)

if TYPE_CHECKING:
    from keyreel.engines.diffusion.model_folder import ModelFolder


def read_recipe(folder: ModelFolder) -> Recipe:
    """Read a model's recipe; `target_size` is the side of the square whose area its frames have."""
    side = folder.read_config("transformer").get("target_size", 640)
    rule = FrameRule(fps=24, max_frames=121, frame_multiple=4, frame_offset=1, max_pixels=side * side)
    return Recipe(
        Abilities(first=True),
        rule,
        Sampling(steps=50, guidance=6.0),
        _build_arguments,
        WORDED_MOTION,
        float32_components=(),
        terms="Tencent Hunyuan Community License",
    )


def _build_arguments(given: PipelineInput) -> Arguments:
    """Build the arguments: the pipeline chooses the size by the image, and its guider has the guidance."""
    return {
        "image": given.first,
        "prompt": given.prompt,
        "negative_prompt": given.sampling.negative_prompt,
        "num_frames": given.plan.frames,
        "num_inference_steps": given.sampling.steps,
        "output_type": "np",
    }
