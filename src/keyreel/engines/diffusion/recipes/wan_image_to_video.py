"""`WanImageToVideoPipeline`: Wan moves on from a first frame, some models to a last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def read_recipe(folder: ModelFolder) -> Recipe:
    """Read a model's recipe."""
    return Recipe(_read_abilities(folder), read_wan_rule(folder), WAN_SAMPLING, _build_arguments, WAN_MOTION)


def _read_abilities(folder: ModelFolder) -> Abilities:
    """Read what a model was trained for: the pipeline takes a last frame for all, and not all look at it.

    TI2V (`expand_timesteps`) ignores it. Of those that see images through an encoder, FLF2V alone has
    positions for two, and needs both. A14B has no such encoder, and takes one frame or two.
    """
    if folder.read_index().get("expand_timesteps"):
        return Abilities(first=True)
    transformer = folder.read_config("transformer")
    if transformer.get("image_dim") is None:
        return Abilities(first=True, first_and_last=True)
    is_trained_for_two = transformer.get("pos_embed_seq_len") is not None
    return Abilities(first=not is_trained_for_two, first_and_last=is_trained_for_two)


def _build_arguments(given: PipelineInput) -> Arguments:
    return build_common_arguments(given) | {"image": given.first, "last_image": given.last}
