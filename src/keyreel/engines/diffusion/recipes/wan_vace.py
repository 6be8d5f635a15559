"""`WanVACEPipeline`: Wan fills in what a mask leaves open of a video, with the subjects of references."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from keyreel.engines.diffusion.abilities import Abilities
from keyreel.engines.diffusion.recipes.recipe import (
    Arguments,
    PipelineInput,
    Recipe,
    build_common_arguments,
)
from keyreel.engines.diffusion.recipes.wan import WAN_MOTION, WAN_SAMPLING, read_wan_rule

if TYPE_CHECKING:
    from keyreel.engines.diffusion.model_folder import ModelFolder

_OPEN_FRAME: Final = (128, 128, 128)
_KEEP, _MAKE = 0, 255
"""The mask's values."""
_FRAMES_A_LATENT: Final = 4


def read_recipe(folder: ModelFolder) -> Recipe:
    """Read a model's recipe: it takes everything, in any combination."""
    abilities = Abilities(words=True, first=True, first_and_last=True, references=True)
    return Recipe(abilities, read_wan_rule(folder), WAN_SAMPLING, _build_arguments, WAN_MOTION)


def _build_arguments(given: PipelineInput) -> Arguments:
    # It fails where there are more references than latent frames; surplus frames are left out later.
    frames = max(given.plan.frames, _FRAMES_A_LATENT * (len(given.references) - 1) + 1)
    arguments = build_common_arguments(replace(given, plan=replace(given.plan, frames=frames)))
    if given.references:
        arguments["reference_images"] = list(given.references)
    return arguments | _build_video(given, frames)


def _build_video(given: PipelineInput, frames: int) -> Arguments:
    """Return the video whose open frames are to be made, and the mask that says which."""
    from PIL import Image

    if given.first is None and given.last is None:
        return {}
    size = (given.plan.size.width, given.plan.size.height)
    video = [Image.new("RGB", size, _OPEN_FRAME)] * frames
    mask = [Image.new("L", size, _MAKE)] * frames
    for at, keyframe in ((0, given.first), (given.plan.frames - 1, given.last)):
        if keyframe is not None:
            video[at], mask[at] = keyframe, Image.new("L", size, _KEEP)
    return {"video": video, "mask": mask}
