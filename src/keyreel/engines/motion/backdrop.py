"""Backdrops drawn from nothing: a sky for the hour, and the land, sea or walls of the place below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion import places, sky
from keyreel.engines.motion.lexicon import Effect, Hour, Place
from keyreel.engines.motion.raster import bytes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompt import Direction

    FloatArray = NDArray[np.float32]

_GRAIN: Final = 1.6
_VIGNETTE: Final = 0.16
_OVERCAST: Final = (Effect.RAIN, Effect.SNOW, Effect.FOG)


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A drawn scene. `horizon` is a part of its height."""

    image: Frame
    horizon: float


def backdrop(direction: Direction, size: tuple[int, int], seed: int) -> Backdrop:
    """Draw the place and hour of a prompt, a meadow by day where it names none."""
    place = direction.place or Place.MEADOW
    hour = direction.hour or (Hour.NIGHT if place is Place.SPACE else Hour.DAY)
    rng = np.random.default_rng([seed, 23])
    wet = hour is Hour.DAY and any(direction.strength_of(effect) for effect in _OVERCAST)
    light = sky.OVERCAST if wet else sky.PALETTES[hour]
    horizon = places.HORIZONS[place]
    image = places.draw(place, sky.Sketch(size, horizon, light, rng))
    return Backdrop(_finished(image, rng), horizon)


def _finished(image: FloatArray, rng: np.random.Generator) -> Frame:
    """Add the lens's fall-off, and grain, which keeps gradients from banding."""
    height, width = image.shape[:2]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    shade = 1 - _VIGNETTE * np.clip(x * x + y * y - 0.3, 0, None)
    grain = rng.normal(0, _GRAIN, (height, width)).astype(np.float32)
    return bytes_of(image * shade[..., None] + grain[..., None])
