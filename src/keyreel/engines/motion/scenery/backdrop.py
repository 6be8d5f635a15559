"""Backdrops drawn from nothing: a sky for the hour, and the land, sea or walls of the place below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import bytes_of
from keyreel.engines.motion.prompts.vocabulary import Effect, Hour, Place
from keyreel.engines.motion.scenery import places
from keyreel.engines.motion.scenery.landscapes import sky

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompts.parser import Direction
    from keyreel.engines.motion.scenery.landscapes.sky import Sunlight

    FloatArray = NDArray[np.float32]

_GRAIN: Final = 1.6
_VIGNETTE: Final = 0.16
_OVERCAST: Final = (Effect.RAIN, Effect.SNOW, Effect.FOG)
_SHELTERED: Final = (Place.ROOM, Place.UNDERWATER, Place.SPACE, Place.SKY, Place.FOREST)
_WEIGHTLESS: Final = (Place.SPACE, Place.SKY, Place.UNDERWATER)
_GLOSS: Final = {Place.CITY: 0.14, Place.ROOM: 0.10}
_WET: Final = 0.16


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A drawn scene. `horizon` is a part of its height.

    `shore` is where its water ends in front, above 1.0 where it does not, None without water; `gloss` is how
    much its ground mirrors.
    """

    image: Frame
    horizon: float
    light: Sunlight
    shore: float | None = None
    gloss: float = 0.0
    weightless: bool = False


def backdrop(direction: Direction, size: tuple[int, int], seed: int, *, aerial: bool) -> Backdrop:
    """Draw the place and hour of a prompt, a meadow by day where it names none.

    `aerial` is for what flies: mountains are seen from as high.
    """
    place = direction.place or Place.MEADOW
    hour = direction.hour or (Hour.NIGHT if place is Place.SPACE else Hour.DAY)
    wet = any(direction.strength_of(effect) for effect in _OVERCAST)
    if hour is Hour.DAY and wet:
        hour = Hour.OVERCAST
    rng = np.random.default_rng([seed, 23])
    horizon = places.horizon(place, aerial=aerial)
    sketch = sky.Sketch(
        size,
        horizon,
        sky.PALETTES[hour],
        rng,
        aerial=aerial,
        wet=min(direction.strength_of(Effect.RAIN), 1.0),
    )
    image = places.draw(place, sketch)
    light = replace(sky.LIGHTS[hour], x=sky.PALETTES[hour].sun[0])
    if place in _SHELTERED:
        light = replace(light, x=0.25, cast=0.0, rim=0.3, dims=0.3 if place is Place.SPACE else 1.0)
    gloss = _GLOSS.get(place, 0.0) + (
        _WET if direction.strength_of(Effect.RAIN) and place not in _SHELTERED else 0.0
    )
    return Backdrop(
        finished(image, rng), horizon, light, places.SHORES.get(place), gloss, place in _WEIGHTLESS
    )


def finished(image: FloatArray, rng: np.random.Generator) -> Frame:
    """Add the lens's fall-off, and grain, which keeps gradients from banding."""
    height, width = image.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    shade = 1 - _VIGNETTE * np.clip(x * x + y * y - 0.3, 0, None)
    grain = rng.normal(0, _GRAIN, (height, width)).astype(np.float32)
    return bytes_of(image * shade[..., None] + grain[..., None])
