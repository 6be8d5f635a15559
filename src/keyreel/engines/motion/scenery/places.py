"""The places of backdrops: what stands on the ground under each sky."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import sample_image, smoothstep_array
from keyreel.engines.motion.prompts.vocabulary import Place
from keyreel.engines.motion.scenery.cities import interiors
from keyreel.engines.motion.scenery.cities.metropolis import draw_metropolis
from keyreel.engines.motion.scenery.cities.street import draw_street
from keyreel.engines.motion.scenery.landscapes import skyline
from keyreel.engines.motion.scenery.landscapes.forest import draw_forest
from keyreel.engines.motion.scenery.landscapes.ground import draw_grass, draw_plain, project_onto_ground
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour, draw_sky, generate_noise
from keyreel.engines.motion.scenery.landscapes.terrain import TerrainSettings, draw_terrain
from keyreel.engines.motion.scenery.landscapes.underwater import draw_underwater

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext

    FloatArray = NDArray[np.float32]

_HORIZON_BY_PLACE: Final = {
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
_SNOW_TINT: Final = np.array((0.90, 0.94, 1.04))
_SNOW_SKYLIGHT_SHARE: Final = 0.6
_AERIAL_HORIZON: Final = 0.46
_HIGH_PLACES: Final = (Place.MOUNTAINS, Place.SNOWPEAKS)
SHORELINE_BY_PLACE: Final = {Place.SEA: 1.5, Place.LAKE: 1.5, Place.SKYLINE: 1.5, Place.BEACH: 0.78}
"""Where the water of a place ends in front, as a part of the height; above 1.0 where it does not."""


def get_horizon(place: Place, *, aerial: bool) -> float:
    """Return the horizon's row as a part of the height."""
    return _AERIAL_HORIZON if aerial and place in _HIGH_PLACES else _HORIZON_BY_PLACE[place]


def draw_place(place: Place, context: DrawingContext) -> FloatArray:
    """Draw a place, RGB 0 … 255."""
    return _PLACE_RENDERERS[place](context)


def _draw_meadow(context: DrawingContext) -> FloatArray:
    image = draw_sky(context)
    draw_terrain(
        image,
        context,
        TerrainSettings(1.5, 9.0, 9.0, (104, 122, 78), tree_line=0.75, is_ridged=False, haze=20),
    )
    draw_plain(image, context, far=(150, 176, 92), near=(70, 118, 44), contrast=0.34)
    draw_grass(image, context, (60, 112, 38))
    return image


def _draw_mountains(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.4)
    if context.aerial:
        draw_terrain(
            image,
            context,
            TerrainSettings(2.6, 4.4, 7.5, tree_line=0.6, snow_line=0.66, haze=20, clouds=0.26),
        )
        return image
    draw_terrain(image, context, TerrainSettings(3.3, 8.5, 8.5, tree_line=0.36, snow_line=0.62))
    skyline.draw_conifer_line(image, context, rise=0.04, colour=context.haze_colour((34, 58, 48), 0.2))
    draw_plain(image, context, far=(112, 132, 84), near=(58, 82, 46), contrast=0.4)
    draw_grass(image, context, (70, 96, 44))
    return image


def _draw_snowpeaks(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.4)
    if context.aerial:
        draw_terrain(
            image, context, TerrainSettings(2.7, 4.4, 7.5, (84, 84, 94), snow_line=0.32, haze=20, clouds=0.26)
        )
        return image
    draw_terrain(image, context, TerrainSettings(3.5, 8.5, 8.5, (84, 84, 94), snow_line=0.3))
    _draw_snow_ground(image, context)
    return image


def _draw_snowfield(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.6)
    draw_terrain(image, context, TerrainSettings(2.0, 8.0, 7.0, (112, 116, 128), snow_line=0.1, haze=18))
    skyline.draw_conifer_line(image, context, rise=0.06, colour=context.haze_colour((58, 80, 92), 0.35))
    _draw_snow_ground(image, context)
    return image


def _draw_snow_ground(image: FloatArray, context: DrawingContext) -> None:
    # Snow shows the sky's light as well as the sun's: a red evening does not make it sand.
    light = np.array(context.palette.light)
    red, green, blue = (
        float(each) for each in light + (light.max() * _SNOW_TINT - light) * _SNOW_SKYLIGHT_SHARE
    )
    cool = replace(context, palette=replace(context.palette, light=(red, green, blue)))
    draw_plain(image, cool, far=(232, 238, 248), near=(204, 218, 238), contrast=0.05, relief=0.10)


def _draw_desert(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.2)
    draw_terrain(image, context, TerrainSettings(1.7, 5.0, 7.0, (222, 166, 104), is_ridged=False, haze=22))
    draw_plain(
        image,
        context,
        far=(228, 176, 112),
        near=(206, 142, 80),
        contrast=0.12,
        stretch=3.0,
        relief=0.07,
        ripples=0.05,
    )
    return image


def _draw_sea(context: DrawingContext) -> FloatArray:
    image = draw_sky(context)
    draw_terrain(image, context, TerrainSettings(0.7, 15.0, 6.0, (98, 108, 104), tree_line=0.8, haze=15))
    _draw_water(image, context)
    return image


def _draw_beach(context: DrawingContext) -> FloatArray:
    image = draw_sky(context)
    _draw_water(image, context)
    _draw_sand(image, context)
    return image


def _draw_lake(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.45)
    draw_terrain(image, context, TerrainSettings(3.1, 8.0, 8.0, tree_line=0.42, snow_line=0.66))
    _draw_water(image, context, deep=(30, 74, 92), calm=0.75)
    return image


def _draw_skyline(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.45)
    draw_metropolis(image, context)
    _draw_water(image, context, deep=(22, 44, 66), calm=0.55, has_lamps=True)
    return image


def _draw_cloud_layers(context: DrawingContext) -> FloatArray:
    image = draw_sky(context, 0.8)
    width, height = context.size
    for level, haze in ((0.74, 0.5), (0.84, 0.3), (0.94, 0.1)):
        tops = generate_noise((width, 1), (7, 1), context.rng, 5)[0] * height * 0.16
        rows = np.arange(height, dtype=np.float32)[:, None]
        edge = level * height - tops[None, :]
        puff = generate_noise((width, height), (9, 5), context.rng, 4)
        mask = smoothstep_array(rows - edge + (puff - 0.5) * height * 0.10, 0, height * 0.05)
        shade = 0.82 + 0.25 * puff
        colour = (
            np.array(context.palette.cloud, np.float32) * (1 - haze)
            + np.array(context.palette.horizon) * haze
        )
        image += (colour.astype(np.float32) * shade[..., None] - image) * mask[..., None]
    return np.asarray(image, np.float32)


def _draw_water(
    image: FloatArray,
    context: DrawingContext,
    *,
    deep: Colour = (22, 92, 122),
    calm: float = 0.4,
    has_lamps: bool = False,
) -> None:
    """Draw water: the mirrored sky and land, deeper towards the viewer, waves, the sun's path of light."""
    width, height = context.size
    line, high = context.horizon_row, height - context.horizon_row
    part = np.linspace(0, 1, high, dtype=np.float32)
    waves = project_onto_ground(
        generate_noise((512, 512), (40, 150), context.rng, 5), part * 0.8, width
    ) - np.float32(0.5)
    # A wave's face shows what lies higher or lower: the image is fetched from displaced rows.
    rows = line - 1 - np.minimum(np.arange(high, dtype=np.float32) * (line / high) * 0.9, line - 2)
    up = rows[:, None] + waves * (4 + part[:, None] * height * 0.34 * (1.25 - calm))
    across = np.arange(width, dtype=np.float32)[None, :] + waves * (2 + part[:, None] * width * 0.02)
    coordinates = np.stack(np.broadcast_arrays(across, np.clip(up, 0, line - 1)), axis=-1).astype(np.float32)
    soft = cv2.blur(image[:line], (max(width // 160, 1), max(height // 40, 1)))
    mirrored = sample_image(np.asarray(soft, np.float32), coordinates, cv2.BORDER_REPLICATE)
    if not has_lamps:
        # The sun's own image is drawn below, as its path of light.
        mirrored = np.minimum(mirrored, np.array(context.palette.horizon, np.float32) * np.float32(1.1) + 12)
    depth = context.light_colour(deep) * (1 + 0.5 * waves[..., None])
    clear = (0.82 - 0.62 * part ** (0.5 + calm))[:, None, None]
    drawn = np.asarray(depth + (mirrored * np.float32(0.94) - depth) * clear, np.float32)
    drawn *= 1 + (0.20 + 0.3 * part[:, None, None]) * waves[..., None]
    aside = (np.arange(width, dtype=np.float32) - np.float32(context.get_sun_position()[0])) / width
    path = np.exp(-((aside[None, :] / (0.04 + 0.15 * part[:, None])) ** 2))
    glitter = path * smoothstep_array(waves, 0.0, 0.24) * context.palette.glare * (1.15 - 0.5 * part[:, None])
    blend_colour(drawn, context.palette.glow, np.clip(glitter, 0, 0.9).astype(np.float32))
    shoreline = smoothstep_array(part, 0.0, 0.012)[:, None, None]
    image[line:] = drawn * (0.9 + 0.1 * shoreline)


def _draw_sand(image: FloatArray, context: DrawingContext) -> None:
    """Draw the sand in front, with the wet line and the foam where the sea ends."""
    width, height = context.size
    top = SHORELINE_BY_PLACE[Place.BEACH]
    shore = (
        height * (top + 0.03 * np.sin(np.linspace(0.3, 4.2, width)))
        - height * 0.03 * generate_noise((width, 1), (5, 1), context.rng, 3)[0]
    )
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = (rows - shore[None, :]).astype(np.float32) / height
    part = np.clip((np.arange(height) / height - top + 0.04) / 0.3, 0, 1).astype(np.float32)
    sand = 1 + 0.16 * (
        project_onto_ground(generate_noise((512, 512), (60, 60), context.rng, 4), part, width) - 0.5
    )
    wet = smoothstep_array(below, 0.012, 0.06)[..., None]
    dry = context.light_colour((232, 206, 162)) * sand[..., None]
    # Wet sand is darker and mirrors the sky.
    damp = dry * 0.62 + np.array(context.palette.middle, np.float32) * 0.26
    colour = damp + (dry - damp) * wet
    image += (colour - image) * smoothstep_array(below, 0, 0.004)[..., None]
    lace = generate_noise((width, height), (60, 60), context.rng, 2)
    foam = smoothstep_array(-np.abs(below - 0.002), -0.010, -0.002) * (0.45 + 0.55 * lace)
    foam += (
        smoothstep_array(-np.abs(below + 0.028 + 0.02 * (lace - 0.5)), -0.004, -0.001)
        * 0.5
        * smoothstep_array(lace, 0.35, 0.7)
    )
    white = np.clip(context.light_colour((250, 252, 252)) * 1.05, 0, 255)
    blend_colour(image, white, np.clip(foam * 0.85, 0, 1).astype(np.float32))


_PLACE_RENDERERS: Final[dict[Place, Callable[[DrawingContext], FloatArray]]] = {
    Place.MEADOW: _draw_meadow,
    Place.MOUNTAINS: _draw_mountains,
    Place.SNOWFIELD: _draw_snowfield,
    Place.DESERT: _draw_desert,
    Place.FOREST: draw_forest,
    Place.CITY: draw_street,
    Place.SEA: _draw_sea,
    Place.BEACH: _draw_beach,
    Place.LAKE: _draw_lake,
    Place.UNDERWATER: draw_underwater,
    Place.SNOWPEAKS: _draw_snowpeaks,
    Place.SKY: _draw_cloud_layers,
    Place.ROOM: interiors.draw_room,
    Place.SPACE: interiors.draw_space,
    Place.SKYLINE: _draw_skyline,
}
