"""The places of backdrops: what stands on the ground under each sky."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import fetched, step
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.cities import interiors
from keyreel.engines.motion.scenery.cities.metropolis import metropolis
from keyreel.engines.motion.scenery.cities.street import street
from keyreel.engines.motion.scenery.landscapes import skyline
from keyreel.engines.motion.scenery.landscapes.forest import woods
from keyreel.engines.motion.scenery.landscapes.ground import blades, perspective, plain
from keyreel.engines.motion.scenery.landscapes.sky import mixed, noise, painted
from keyreel.engines.motion.scenery.landscapes.terrain import Land, terrain
from keyreel.engines.motion.scenery.landscapes.underwater import underwater

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engines.motion.scenery.landscapes.sky import Colour, Sketch

    FloatArray = NDArray[np.float32]

HORIZONS: Final = {
    Place.SEA: 0.50,
    Place.BEACH: 0.46,
    Place.LAKE: 0.50,
    Place.UNDERWATER: 0.70,
    Place.MOUNTAINS: 0.56,
    Place.SNOWPEAKS: 0.56,
    Place.FOREST: 0.56,
    Place.CITY: 0.60,
    Place.DESERT: 0.52,
    Place.ROOM: 0.64,
    Place.SPACE: 0.80,
    Place.SKY: 0.86,
    Place.SNOWFIELD: 0.54,
    Place.MEADOW: 0.52,
    Place.SKYLINE: 0.58,
}
_SNOWLIGHT: Final = np.array((0.90, 0.94, 1.04))
_SKYLIT: Final = 0.6
_FROM_ABOVE: Final = 0.46
_HIGH_PLACES: Final = (Place.MOUNTAINS, Place.SNOWPEAKS)
SHORES: Final = {Place.SEA: 1.5, Place.LAKE: 1.5, Place.SKYLINE: 1.5, Place.BEACH: 0.78}
"""Where the water of a place ends in front, as a part of the height; above 1.0 where it does not."""


def horizon(place: Place, *, aerial: bool) -> float:
    """Return the horizon's row as a part of the height."""
    return _FROM_ABOVE if aerial and place in _HIGH_PLACES else HORIZONS[place]


def draw(place: Place, sketch: Sketch) -> FloatArray:
    """Draw a place, RGB 0 … 255."""
    return _PLACES[place](sketch)


def _meadow(sketch: Sketch) -> FloatArray:
    image = painted(sketch)
    terrain(image, sketch, Land(1.5, 9.0, 9.0, (104, 122, 78), wood=0.75, sharp=False, haze=20))
    plain(image, sketch, far=(150, 176, 92), near=(70, 118, 44), contrast=0.34)
    blades(image, sketch, (60, 112, 38))
    return image


def _mountains(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.4)
    if sketch.aerial:
        terrain(image, sketch, Land(2.6, 4.4, 7.5, wood=0.6, snow=0.66, haze=20, clouds=0.26))
        return image
    terrain(image, sketch, Land(3.3, 8.5, 8.5, wood=0.36, snow=0.62))
    skyline.trees(image, sketch, rise=0.04, colour=sketch.hazy((34, 58, 48), 0.2))
    plain(image, sketch, far=(112, 132, 84), near=(58, 82, 46), contrast=0.4)
    blades(image, sketch, (70, 96, 44))
    return image


def _snowpeaks(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.4)
    if sketch.aerial:
        terrain(image, sketch, Land(2.7, 4.4, 7.5, (84, 84, 94), snow=0.32, haze=20, clouds=0.26))
        return image
    terrain(image, sketch, Land(3.5, 8.5, 8.5, (84, 84, 94), snow=0.3))
    _snow(image, sketch)
    return image


def _snowfield(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.6)
    terrain(image, sketch, Land(2.0, 8.0, 7.0, (112, 116, 128), snow=0.1, haze=18))
    skyline.trees(image, sketch, rise=0.06, colour=sketch.hazy((58, 80, 92), 0.35))
    _snow(image, sketch)
    return image


def _snow(image: FloatArray, sketch: Sketch) -> None:
    # Snow shows the sky's light as well as the sun's: a red evening does not make it sand.
    light = np.array(sketch.palette.light)
    red, green, blue = (float(each) for each in light + (light.max() * _SNOWLIGHT - light) * _SKYLIT)
    cool = replace(sketch, palette=replace(sketch.palette, light=(red, green, blue)))
    plain(image, cool, far=(232, 238, 248), near=(204, 218, 238), contrast=0.05, relief=0.10)


def _desert(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.2)
    terrain(image, sketch, Land(1.7, 5.0, 7.0, (222, 166, 104), sharp=False, haze=22))
    plain(
        image,
        sketch,
        far=(228, 176, 112),
        near=(206, 142, 80),
        contrast=0.12,
        stretch=3.0,
        relief=0.07,
        ripples=0.05,
    )
    return image


def _sea(sketch: Sketch) -> FloatArray:
    image = painted(sketch)
    terrain(image, sketch, Land(0.7, 15.0, 6.0, (98, 108, 104), wood=0.8, haze=15))
    _water(image, sketch)
    return image


def _beach(sketch: Sketch) -> FloatArray:
    image = painted(sketch)
    _water(image, sketch)
    _sand(image, sketch)
    return image


def _lake(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.45)
    terrain(image, sketch, Land(3.1, 8.0, 8.0, wood=0.42, snow=0.66))
    _water(image, sketch, deep=(30, 74, 92), calm=0.75)
    return image


def _skyline(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.45)
    metropolis(image, sketch)
    _water(image, sketch, deep=(22, 44, 66), calm=0.55, lamps=True)
    return image


def _sky(sketch: Sketch) -> FloatArray:
    image = painted(sketch, 0.8)
    width, height = sketch.size
    for level, haze in ((0.74, 0.5), (0.84, 0.3), (0.94, 0.1)):
        tops = noise((width, 1), (7, 1), sketch.rng, 5)[0] * height * 0.16
        rows = np.arange(height, dtype=np.float32)[:, None]
        edge = level * height - tops[None, :]
        puff = noise((width, height), (9, 5), sketch.rng, 4)
        mask = step(rows - edge + (puff - 0.5) * height * 0.10, 0, height * 0.05)
        shade = 0.82 + 0.25 * puff
        colour = np.array(sketch.palette.cloud, np.float32) * (1 - haze) + np.array(sketch.palette.low) * haze
        image += (colour.astype(np.float32) * shade[..., None] - image) * mask[..., None]
    return np.asarray(image, np.float32)


def _water(
    image: FloatArray, sketch: Sketch, *, deep: Colour = (22, 92, 122), calm: float = 0.4, lamps: bool = False
) -> None:
    """Draw water: the mirrored sky and land, deeper towards the viewer, waves, the sun's path of light."""
    width, height = sketch.size
    line, high = sketch.line, height - sketch.line
    part = np.linspace(0, 1, high, dtype=np.float32)
    waves = perspective(noise((512, 512), (40, 150), sketch.rng, 5), part * 0.8, width) - np.float32(0.5)
    # A wave's face shows what lies higher or lower: the image is fetched from displaced rows.
    rows = line - 1 - np.minimum(np.arange(high, dtype=np.float32) * (line / high) * 0.9, line - 2)
    up = rows[:, None] + waves * (4 + part[:, None] * height * 0.34 * (1.25 - calm))
    across = np.arange(width, dtype=np.float32)[None, :] + waves * (2 + part[:, None] * width * 0.02)
    where = np.stack(np.broadcast_arrays(across, np.clip(up, 0, line - 1)), axis=-1).astype(np.float32)
    soft = cv2.blur(image[:line], (max(width // 160, 1), max(height // 40, 1)))
    mirrored = fetched(np.asarray(soft, np.float32), where, cv2.BORDER_REPLICATE)
    if not lamps:
        # The sun's own image is drawn below, as its path of light.
        mirrored = np.minimum(mirrored, np.array(sketch.palette.low, np.float32) * np.float32(1.1) + 12)
    depth = sketch.lit(deep) * (1 + 0.5 * waves[..., None])
    clear = (0.82 - 0.62 * part ** (0.5 + calm))[:, None, None]
    drawn = np.asarray(depth + (mirrored * np.float32(0.94) - depth) * clear, np.float32)
    drawn *= 1 + (0.20 + 0.3 * part[:, None, None]) * waves[..., None]
    aside = (np.arange(width, dtype=np.float32) - np.float32(sketch.sun_at()[0])) / width
    path = np.exp(-((aside[None, :] / (0.04 + 0.15 * part[:, None])) ** 2))
    glitter = path * step(waves, 0.0, 0.24) * sketch.palette.glare * (1.15 - 0.5 * part[:, None])
    mixed(drawn, sketch.palette.glow, np.clip(glitter, 0, 0.9).astype(np.float32))
    shoreline = step(part, 0.0, 0.012)[:, None, None]
    image[line:] = drawn * (0.9 + 0.1 * shoreline)


def _sand(image: FloatArray, sketch: Sketch) -> None:
    """Draw the sand in front, with the wet line and the foam where the sea ends."""
    width, height = sketch.size
    top = SHORES[Place.BEACH]
    shore = (
        height * (top + 0.03 * np.sin(np.linspace(0.3, 4.2, width)))
        - height * 0.03 * noise((width, 1), (5, 1), sketch.rng, 3)[0]
    )
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = (rows - shore[None, :]).astype(np.float32) / height
    part = np.clip((np.arange(height) / height - top + 0.04) / 0.3, 0, 1).astype(np.float32)
    sand = 1 + 0.16 * (perspective(noise((512, 512), (60, 60), sketch.rng, 4), part, width) - 0.5)
    wet = step(below, 0.012, 0.06)[..., None]
    dry = sketch.lit((232, 206, 162)) * sand[..., None]
    # Wet sand is darker and mirrors the sky.
    damp = dry * 0.62 + np.array(sketch.palette.middle, np.float32) * 0.26
    colour = damp + (dry - damp) * wet
    image += (colour - image) * step(below, 0, 0.004)[..., None]
    lace = noise((width, height), (60, 60), sketch.rng, 2)
    foam = step(-np.abs(below - 0.002), -0.010, -0.002) * (0.45 + 0.55 * lace)
    foam += step(-np.abs(below + 0.028 + 0.02 * (lace - 0.5)), -0.004, -0.001) * 0.5 * step(lace, 0.35, 0.7)
    white = np.clip(sketch.lit((250, 252, 252)) * 1.05, 0, 255)
    mixed(image, white, np.clip(foam * 0.85, 0, 1).astype(np.float32))


_PLACES: Final[dict[Place, Callable[[Sketch], FloatArray]]] = {
    Place.MEADOW: _meadow,
    Place.MOUNTAINS: _mountains,
    Place.SNOWFIELD: _snowfield,
    Place.DESERT: _desert,
    Place.FOREST: woods,
    Place.CITY: street,
    Place.SEA: _sea,
    Place.BEACH: _beach,
    Place.LAKE: _lake,
    Place.UNDERWATER: underwater,
    Place.SNOWPEAKS: _snowpeaks,
    Place.SKY: _sky,
    Place.ROOM: interiors.room,
    Place.SPACE: interiors.space,
    Place.SKYLINE: _skyline,
}
