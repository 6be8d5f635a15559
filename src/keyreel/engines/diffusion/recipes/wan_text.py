"""`WanPipeline`: Wan makes a video from words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.engines.diffusion.abilities import Abilities
from keyreel.engines.diffusion.recipes.recipe import Recipe, build_common_arguments
from keyreel.engines.diffusion.recipes.wan import WAN_MOTION, WAN_SAMPLING, read_wan_rule

if TYPE_CHECKING:
    from keyreel.engines.diffusion.model_folder import ModelFolder


def read_recipe(folder: ModelFolder) -> Recipe:
    """Read a model's recipe: without a first frame its calls cannot be chained."""
    return Recipe(
        Abilities(words=True), read_wan_rule(folder), WAN_SAMPLING, build_common_arguments, WAN_MOTION
    )
