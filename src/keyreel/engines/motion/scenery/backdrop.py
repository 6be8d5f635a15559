"""Backdrops for reference subjects, drawn from a prompt's place and time of day; knows no subjects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import resize, to_uint8
from keyreel.engines.motion.prompts.vocabulary import Effect, Place, Season
from keyreel.engines.motion.scenery.canvas import create_canvas
from keyreel.engines.motion.scenery.landscapes import sky
from keyreel.engines.motion.scenery.landscapes.foreground import draw_firewood
from keyreel.engines.motion.scenery.place_recipe import EffectSpot, ForegroundElement
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.engines.motion.scenery.scene_conditions import choose_time_of_day
from keyreel.engines.motion.scenery.view import get_canvas_scale
from keyreel.order import Size

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.prompts.vocabulary import TimeOfDay
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext, SceneLight
    from keyreel.engines.motion.scenery.place_recipe import PlaceRecipe


_GRAIN_SIGMA: Final = 1.6
"""Standard deviation of the grain, in levels of 255."""
_VIGNETTE_STRENGTH: Final = 0.16
"""Part of the light lost per squared half side beyond the middle."""
_MAX_FAR_DISPARITY: Final = 0.40
"""The disparity up to which what frames a place is drawn behind all subjects; the rest would hide them."""
_CAMPFIRE_DEPTH: Final = 0.6
"""How far down from the horizon a campfire burns, as a part of the ground."""
_CAMPFIRE_HEIGHT: Final = 0.24
"""How high its flames are, in size units."""
_RAIN_GLOSS: Final = 0.16
"""Gloss that rain adds to the ground."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A drawn scene: `image` is uint8 [height, width, 3], RGB; `horizon` is a row as a part of its height.

    `shore` is where its water ends in front, above 1.0 where it does not, None without water; `gloss` is how
    much its ground mirrors, 0.0 … 1.0; `hearth` is where a fire burns, in parts of its sides.
    """

    image: Frame
    horizon: float
    light: SceneLight
    shore: float | None = None
    gloss: float = 0.0
    is_weightless: bool = False
    hearth: EffectSpot | None = None


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
    hearth, elements = _choose_hearth(parsed, recipe, seed), _list_far_elements(recipe, time_of_day)
    if hearth and recipe.hearth is None:
        elements.append(
            ForegroundElement(partial(draw_firewood, x=hearth.x, row=hearth.row), hearth.disparity)
        )
    season = Season.WINTER if recipe.is_snowy else parsed.season or Season.SUMMER
    for element in elements:
        _composite_element(image, element, context, season)
    gloss = recipe.gloss + (_RAIN_GLOSS if rain and recipe.has_direct_light else 0.0)
    return Backdrop(
        add_vignette_and_grain(image, rng),
        horizon,
        _choose_light(recipe, time_of_day),
        recipe.shoreline,
        gloss,
        recipe.is_weightless,
        _to_canvas_parts(hearth) if hearth else None,
    )


def _list_far_elements(recipe: PlaceRecipe, time_of_day: TimeOfDay) -> list[ForegroundElement]:
    """List what stands so far off in a place that no subject stands behind it."""
    return [
        element
        for element in recipe.foreground
        if element.disparity <= _MAX_FAR_DISPARITY and time_of_day in element.times_of_day
    ]


def _composite_element(
    image: FloatArray, element: ForegroundElement, context: DrawingContext, season: Season
) -> None:
    """Draw what stands at one depth over a backdrop, float32 [height, width, 3], in place."""
    height, width = image.shape[:2]
    across, down = get_canvas_scale()
    size = Size(max(round(width / across), 1), max(round(height / down), 1))
    side = 1.0 if context.rng.random() < 0.5 else -1.0
    canvas = create_canvas(size, context, season, -side if element.is_on_other_side else side)
    element.draw(canvas)
    over = resize(canvas.image, width, height).astype(np.float32)
    image *= 1 - over[..., 3:] / np.float32(255)
    image += over[..., :3]


def _choose_hearth(parsed: ParsedPrompt, recipe: PlaceRecipe, seed: int) -> EffectSpot | None:
    """Choose where a fire burns: in the place's own hearth, else beside the middle, if a prompt has one."""
    if recipe.hearth or not parsed.get_effect_strength(Effect.CAMPFIRE):
        return recipe.hearth
    rng = np.random.default_rng([seed, 59])
    x = 0.5 + float(rng.choice((-1.0, 1.0)) * rng.uniform(0.24, 0.30))
    row = recipe.horizon + _CAMPFIRE_DEPTH * (1 - recipe.horizon)
    return EffectSpot(x, row, _CAMPFIRE_HEIGHT, _CAMPFIRE_DEPTH)


def _to_canvas_parts(spot: EffectSpot) -> EffectSpot:
    """Return a spot given in parts of the frame in parts of the canvas around it."""
    across, down = get_canvas_scale()
    return spot._replace(x=0.5 + (spot.x - 0.5) / across, row=0.5 + (spot.row - 0.5) / down)


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
