"""Backdrops for reference subjects, drawn from a prompt's place and time of day; knows no subjects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import to_uint8
from keyreel.engines.motion.prompts.vocabulary import Effect, Place
from keyreel.engines.motion.scenery.landscapes import sky
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.engines.motion.scenery.scene_conditions import choose_time_of_day

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.prompts.vocabulary import TimeOfDay
    from keyreel.engines.motion.scenery.landscapes.sky import SceneLight
    from keyreel.engines.motion.scenery.place_recipe import PlaceRecipe


_GRAIN_SIGMA: Final = 1.6
"""Standard deviation of the grain, in levels of 255."""
_VIGNETTE_STRENGTH: Final = 0.16
"""Part of the light lost per squared half side beyond the middle."""
_RAIN_GLOSS: Final = 0.16
"""Gloss that rain adds to the ground."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A drawn scene: `image` is uint8 [height, width, 3], RGB; `horizon` is a row as a part of its height.

    `shore` is where its water ends in front, above 1.0 where it does not, None without water; `gloss` is how
    much its ground mirrors, 0.0 … 1.0.
    """

    image: Frame
    horizon: float
    light: SceneLight
    shore: float | None = None
    gloss: float = 0.0
    is_weightless: bool = False


def draw_backdrop(parsed: ParsedPrompt, size: tuple[int, int], seed: int, *, aerial: bool) -> Backdrop:
    """Draw the place and time of day of a prompt, a meadow by day where it names none.

    `size` is width and height in pixels. If `aerial`, places that have a look from the air
    are seen from there.
    """
    place = parsed.place or Place.MEADOW
    recipe, time_of_day = RECIPES[place], choose_time_of_day(parsed, place)
    rng = np.random.default_rng([seed, 23])
    rain = parsed.get_effect_strength(Effect.RAIN)
    horizon = recipe.horizon
    if aerial and recipe.aerial_horizon is not None:
        horizon = recipe.aerial_horizon
    palette = sky.PALETTE_BY_TIME_OF_DAY[time_of_day]
    if parsed.get_effect_strength(Effect.STORM):
        palette = sky.darken_palette(palette)
    context = sky.DrawingContext(size, horizon, palette, rng, aerial=aerial, wet=min(rain, 1.0))
    image = recipe.draw(context)
    gloss = recipe.gloss + (_RAIN_GLOSS if rain and recipe.has_direct_light else 0.0)
    return Backdrop(
        add_vignette_and_grain(image, rng),
        horizon,
        _choose_light(recipe, time_of_day),
        recipe.shoreline,
        gloss,
        recipe.is_weightless,
    )


def _choose_light(recipe: PlaceRecipe, time_of_day: TimeOfDay) -> SceneLight:
    light = sky.LIGHT_BY_TIME_OF_DAY[time_of_day]
    if recipe.has_direct_light:
        return replace(light, x=sky.PALETTE_BY_TIME_OF_DAY[time_of_day].sun[0])
    return replace(light, x=0.25, shadow_opacity=0.0, rim=0.3, dimming=recipe.dimming)


def add_vignette_and_grain(image: FloatArray, rng: np.random.Generator) -> Frame:
    """Add a vignette, and grain, which keeps gradients from banding.

    Takes float32 [height, width, 3], RGB 0 … 255, and returns it as uint8.
    """
    height, width = image.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    shade = 1 - _VIGNETTE_STRENGTH * np.clip(x * x + y * y - 0.3, 0, None)
    grain = rng.normal(0, _GRAIN_SIGMA, (height, width)).astype(np.float32)
    return to_uint8(image * shade[..., None] + grain[..., None])
