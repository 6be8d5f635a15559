"""The recipes by the pipeline's class in Diffusers."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from keyreel.engines.diffusion.recipes import (
    hunyuan15_image_to_video,
    ltx2_condition,
    ltx_condition,
    wan_image_to_video,
    wan_text,
    wan_vace,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyreel.engines.diffusion.model_folder import ModelFolder
    from keyreel.engines.diffusion.recipes.recipe import Recipe

_READERS: Final[Mapping[str, Callable[[ModelFolder], Recipe]]] = MappingProxyType(
    {
        "WanVACEPipeline": wan_vace.read_recipe,
        "WanImageToVideoPipeline": wan_image_to_video.read_recipe,
        "WanPipeline": wan_text.read_recipe,
        "LTX2ConditionPipeline": ltx2_condition.read_recipe,
        "LTXConditionPipeline": ltx_condition.read_recipe,
        "HunyuanVideo15ImageToVideoPipeline": hunyuan15_image_to_video.read_recipe,
    }
)


def read_recipe(folder: ModelFolder) -> Recipe:
    """Read the recipe of a model from its configuration.

    Raises:
        ValueError: the folder holds no model, or one whose pipeline has no recipe.
    """
    pipeline = folder.read_pipeline()
    if pipeline not in _READERS:
        raise ValueError(f"is a {pipeline[:64]}; must be one of {', '.join(_READERS)}")
    try:
        return _READERS[pipeline](folder)
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"is a {pipeline} whose configuration lacks what Diffusers saves") from error
