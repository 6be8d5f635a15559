"""Backdrops drawn from nothing: a sky for the hour, and the land, sea or walls of the place below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import to_uint8
from keyreel.engines.motion.prompts.vocabulary import Effect, Place, TimeOfDay
from keyreel.engines.motion.scenery import places
from keyreel.engines.motion.scenery.landscapes import sky

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.engines.motion.scenery.landscapes.sky import SceneLight

    FloatArray = NDArray[np.float32]

_GRAIN_SIGMA: Final = 1.6
_VIGNETTE_STRENGTH: Final = 0.16
_OVERCAST_EFFECTS: Final = (Effect.RAIN, Effect.SNOW, Effect.FOG)
_PLACES_WITHOUT_SUN: Final = (Place.ROOM, Place.UNDERWATER, Place.SPACE, Place.SKY, Place.FOREST)
_WEIGHTLESS_PLACES: Final = (Place.SPACE, Place.SKY, Place.UNDERWATER)
_PLACE_GLOSS: Final = {Place.CITY: 0.14, Place.ROOM: 0.10}
_RAIN_GLOSS: Final = 0.16


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A drawn scene. `horizon` is a part of its height.

    `shore` is where its water ends in front, above 1.0 where it does not, None without water; `gloss` is how
    much its ground mirrors.
    """

    image: Frame
    horizon: float
    light: SceneLight
    shore: float | None = None
    gloss: float = 0.0
    is_weightless: bool = False


def draw_backdrop(parsed: ParsedPrompt, size: tuple[int, int], seed: int, *, aerial: bool) -> Backdrop:
    """Draw the place and hour of a prompt, a meadow by day where it names none.

    `aerial` is for what flies: mountains are seen from as high.
    """
    place = parsed.place or Place.MEADOW
    time_of_day = parsed.time_of_day or (TimeOfDay.NIGHT if place is Place.SPACE else TimeOfDay.DAY)
    wet = any(parsed.get_effect_strength(effect) for effect in _OVERCAST_EFFECTS)
    if time_of_day is TimeOfDay.DAY and wet:
        time_of_day = TimeOfDay.OVERCAST
    rng = np.random.default_rng([seed, 23])
    horizon = places.get_horizon(place, aerial=aerial)
    context = sky.DrawingContext(
        size,
        horizon,
        sky.PALETTE_BY_TIME_OF_DAY[time_of_day],
        rng,
        aerial=aerial,
        wet=min(parsed.get_effect_strength(Effect.RAIN), 1.0),
    )
    image = places.draw_place(place, context)
    light = replace(sky.LIGHT_BY_TIME_OF_DAY[time_of_day], x=sky.PALETTE_BY_TIME_OF_DAY[time_of_day].sun[0])
    if place in _PLACES_WITHOUT_SUN:
        light = replace(
            light, x=0.25, shadow_opacity=0.0, rim=0.3, dimming=0.3 if place is Place.SPACE else 1.0
        )
    gloss = _PLACE_GLOSS.get(place, 0.0) + (
        _RAIN_GLOSS if parsed.get_effect_strength(Effect.RAIN) and place not in _PLACES_WITHOUT_SUN else 0.0
    )
    return Backdrop(
        add_vignette_and_grain(image, rng),
        horizon,
        light,
        places.SHORELINE_BY_PLACE.get(place),
        gloss,
        place in _WEIGHTLESS_PLACES,
    )


def add_vignette_and_grain(image: FloatArray, rng: np.random.Generator) -> Frame:
    """Add the lens's fall-off, and grain, which keeps gradients from banding."""
    height, width = image.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    shade = 1 - _VIGNETTE_STRENGTH * np.clip(x * x + y * y - 0.3, 0, None)
    grain = rng.normal(0, _GRAIN_SIGMA, (height, width)).astype(np.float32)
    return to_uint8(image * shade[..., None] + grain[..., None])
