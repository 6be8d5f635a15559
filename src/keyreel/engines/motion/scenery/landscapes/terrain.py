"""Terrain: mountains and dunes as a height field, lit, snowed on, seen in perspective through haze.

The field is sampled on a fan of rays from the viewer's eye: near land has as many points a pixel as far land.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize, sample_image, smoothstep_array

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext


_MAX_DISTANCE: Final = 34.0
"""In the unit of distances, of which a high mountain has about 3."""
_DEPTH_STEPS: Final = 460
"""Points along each ray."""
_MAX_RAYS: Final = 960
"""Rays of the fan: one per column in narrower images."""
_FOCAL_LENGTH: Final = 1.15
"""Focal length in geometric mean sides of the image."""
_EYE_HEIGHT: Final = 0.12
"""The viewer's height over flat ground, in the unit of distances."""
_NOISE_TABLE_SIZE: Final = 256
"""Side of the table of random values, which repeats."""
_SMOOTHED_OCTAVES: Final = 3
"""Octaves, from the largest, whose noise is interpolated smoothly."""
_OCTAVE_ROTATION: Final = np.array(((0.80, 0.60), (-0.60, 0.80)), np.float32)


@dataclass(frozen=True, slots=True)
class TerrainSettings:
    """What a terrain is like. Lengths are in the unit of distances, of which `_MAX_DISTANCE` is the farthest.

    It begins to rise at `start_distance`; `mountain_size` is the wavelength of its largest mountains; above
    the `snow_line` snow lies, and up to the `tree_line` trees grow, as parts of its height; `is_ridged` makes
    ridged noise of its waves; `haze` is a distance; `clouds` fills the valleys up to this part of the height;
    `mist` is the opacity of the haze at its foot.
    """

    rise: float
    start_distance: float
    mountain_size: float
    colour: Colour = (124, 118, 116)
    tree_line: float = 0.0
    snow_line: float = 2.0
    is_ridged: bool = True
    haze: float = 24.0
    clouds: float = 0.0
    mist: float = 0.5


@dataclass(frozen=True, slots=True)
class _RayFan:
    """The rays: the distance of their points [steps, 1], and the slope aside of each ray [1, rays]."""

    distance: FloatArray
    aside: FloatArray
    table: FloatArray

    def sample_noise(self, size: float, octave: int) -> FloatArray:
        """Return value noise of this wavelength, float32 [steps, rays], 0.0 … 1.0; octaves are rotated."""
        x, y = (
            self.aside * self.distance,
            np.broadcast_to(self.distance, (len(self.distance), self.aside.size)),
        )
        turn = np.linalg.matrix_power(_OCTAVE_ROTATION, octave) / np.float32(size)
        coordinates = np.stack((x * turn[0, 0] + y * turn[0, 1], x * turn[1, 0] + y * turn[1, 1]), axis=-1)
        coordinates += np.float32(37.7 * octave + _NOISE_TABLE_SIZE)
        if octave < _SMOOTHED_OCTAVES:
            # Between its points noise bends instead of folding: on large waves folds show as lines.
            whole = np.floor(coordinates)
            part = coordinates - whole
            coordinates = whole + part * part * (3 - 2 * part)
        found = sample_image(self.table, coordinates % np.float32(_NOISE_TABLE_SIZE), cv2.BORDER_WRAP)
        return np.asarray(np.clip(found, 0, 1), np.float32)


def draw_terrain(image: FloatArray, context: DrawingContext, land: TerrainSettings) -> None:
    """Draw the land over the sky, in place: down to the horizon, or to the lower edge seen from the air.

    `image` is float32 [height, width, 3], RGB 0 … 255.
    """
    width, height = context.size
    focal = _FOCAL_LENGTH * (width * height) ** 0.5
    rays = min(width, _MAX_RAYS)
    near = land.start_distance * (0.42 if context.aerial else 0.95)
    fan = _RayFan(
        np.geomspace(near, _MAX_DISTANCE, _DEPTH_STEPS).astype(np.float32)[:, None],
        (((np.arange(rays) + 0.5) / rays - 0.5) * width / focal).astype(np.float32)[None, :],
        context.rng.random((_NOISE_TABLE_SIZE, _NOISE_TABLE_SIZE), dtype=np.float32),
    )
    heights = _generate_heights(fan, land, aerial=context.aerial)
    eye = land.rise * 0.80 if context.aerial else _EYE_HEIGHT
    bottom = height if context.aerial else min(context.horizon_row + round(height * 0.02), height)
    rows = np.float32(context.horizon_row) + (np.float32(eye) - heights) * (np.float32(focal) / fan.distance)
    coordinates, seen = _cast_rays(np.asarray(rows, np.float32), bottom)
    drawn = resize(
        sample_image(_shade_surface(fan, heights, context, land), coordinates, cv2.BORDER_REPLICATE),
        width,
        bottom,
    )
    mask = resize(blur_image(seen, 0.5), width, bottom)[..., None]
    part = image[:bottom]
    part += (drawn - part) * mask
    if not context.aerial:
        away = (np.arange(bottom, dtype=np.float32) - context.horizon_row) / np.float32(height * 0.045)
        part += (_get_haze_colour(context) - part) * (land.mist * np.exp(-(away**2)))[:, None, None]


def _get_haze_colour(context: DrawingContext) -> FloatArray:
    low, middle = (np.array(each, np.float32) for each in (context.palette.horizon, context.palette.middle))
    return np.asarray(0.62 * low + 0.38 * middle, np.float32)


def _generate_heights(fan: _RayFan, land: TerrainSettings, *, aerial: bool) -> FloatArray:
    """Return the height field, float32 [steps, rays], in the unit of distances."""
    total = np.zeros((_DEPTH_STEPS, fan.aside.size), np.float32)
    weight, strength, above = 0.0, 1.0, np.ones((), np.float32)
    for octave in range(9 if land.is_ridged else 3):
        wave = fan.sample_noise(land.mountain_size / 2**octave, octave)
        ridge = 1 - np.abs(2 * wave - 1)
        if land.is_ridged:
            ridge *= ridge
            # Detail grows on what is high already: ridges stay rough and valleys smooth.
            total += ridge * above * np.float32(strength)
            above = np.clip(ridge * above * np.float32(1.9), 0.10, 1)
        else:
            total += ridge * np.float32(strength)
        weight += strength
        strength *= 0.52 if land.is_ridged else 0.2
    field = total / np.float32(weight) * np.float32(1.75 if land.is_ridged else 1.0)
    # A valley opens in the middle, where the subjects are; the farthest chain closes it.
    # Rounded at its floor: a fold there would show as a line in the light.
    out = fan.aside * fan.distance
    open_to = np.clip((np.sqrt(out * out + np.float32(4.0)) - 2) / np.float32(_MAX_DISTANCE * 0.24), 0, 1)
    valley = 0.6 + 0.4 * open_to + 0.2 * smoothstep_array(fan.distance, 14, 26)
    begins = smoothstep_array(fan.distance, land.start_distance, land.start_distance * 1.9 + 1)
    risen = field * begins * valley
    if land.clouds and aerial:
        puff = (
            0.6 * fan.sample_noise(2.2, 2) + 0.28 * fan.sample_noise(0.9, 4) + 0.12 * fan.sample_noise(0.4, 6)
        )
        risen = np.maximum(risen, np.float32(land.clouds) * (0.66 + 0.6 * puff))
    return np.asarray(risen * np.float32(land.rise), np.float32)


def _shade_surface(
    fan: _RayFan, heights: FloatArray, context: DrawingContext, land: TerrainSettings
) -> FloatArray:
    """Return the land's colours in the scene's light and haze, float32 [steps, rays, 3], RGB 0 … 255."""
    spacing = float(fan.aside[0, 1] - fan.aside[0, 0])
    slope_x = np.gradient(heights, axis=1) / (fan.distance * np.float32(spacing))
    slope_z = np.gradient(heights, axis=0) / np.gradient(fan.distance, axis=0) - fan.aside * slope_x
    steep = np.sqrt(1 + slope_x**2 + slope_z**2)
    side = 1.0 if context.palette.sun[0] > 0.5 else -1.0
    ray = np.array((0.85 * side, min(0.34 + 0.5 * context.palette.sun[1], 0.66), -0.34))
    ray /= np.linalg.norm(ray)
    light = np.clip((-slope_x * ray[0] + ray[1] - slope_z * ray[2]) / steep, 0, 1)
    glow, sky = (np.array(each, np.float32) / 255 for each in (context.palette.glow, context.palette.zenith))
    tint = np.array(context.palette.light, np.float32)
    sun = (0.35 * tint + 0.65 * glow * tint.max()) * np.float32(1.05)
    shade = 0.22 * tint + 0.44 * sky + np.float32(0.02)
    lit = np.asarray(light[..., None] * sun + shade, np.float32)
    colours = np.asarray(
        _compute_albedo(fan, heights, np.asarray(1 / steep, np.float32), land) * lit, np.float32
    )
    if land.clouds:
        colours = _cover_with_clouds(fan, colours, heights, context=context, land=land)
    # Aerial perspective: what is farther is paler and takes the horizon's colour.
    haze = 1 - np.exp(-((fan.distance / np.float32(land.haze)) ** 1.3))
    colours += (_get_haze_colour(context) - colours) * (0.9 * haze)[..., None]
    return np.asarray(colours, np.float32)


def _compute_albedo(fan: _RayFan, heights: FloatArray, flat: FloatArray, land: TerrainSettings) -> FloatArray:
    level = heights / np.float32(land.rise)
    grain = 0.5 * fan.sample_noise(0.34, 3) + 0.5 * fan.sample_noise(0.09, 5) - np.float32(0.5)
    colour = np.array(land.colour, np.float32) * (1 + 0.7 * grain[..., None])
    if land.tree_line:
        trees = smoothstep_array(land.tree_line - level + grain * 0.3, 0, 0.1) * smoothstep_array(
            flat, 0.36, 0.58
        )
        tone = np.array((50, 70, 42), np.float32) * (1 + 1.1 * grain[..., None])
        colour += (tone - colour) * trees[..., None]
    if land.snow_line <= 1:
        snow = smoothstep_array(level + grain * 0.3, land.snow_line, land.snow_line + 0.1) * smoothstep_array(
            flat + grain * 0.34, 0.36, 0.54
        )
        colour += (np.array((242, 246, 255), np.float32) - colour) * snow[..., None]
    return np.asarray(colour, np.float32)


def _cover_with_clouds(
    fan: _RayFan, colours: FloatArray, heights: FloatArray, *, context: DrawingContext, land: TerrainSettings
) -> FloatArray:
    """Cover low land with clouds."""
    puff = 0.6 * fan.sample_noise(1.5, 1) + 0.4 * fan.sample_noise(0.5, 3)
    level = heights / np.float32(land.rise) + (puff - 0.5) * np.float32(0.14)
    cover = 1 - smoothstep_array(level, land.clouds * 1.05, land.clouds * 1.6)
    cloud = 0.35 * np.array(context.palette.cloud) + 0.2 * np.array(context.palette.horizon)
    cloud += 0.52 * context.light_colour((240, 238, 255))
    tone = cloud.astype(np.float32) * (0.74 + 0.46 * puff[..., None])
    return np.asarray(colours + (tone - colours) * (0.88 * cover)[..., None], np.float32)


def _cast_rays(rows: FloatArray, bottom: int) -> tuple[FloatArray, FloatArray]:
    """Return for each pixel above `bottom` its land's position in the field, and 1.0 where it shows land."""
    skyline = np.minimum.accumulate(rows, axis=0)
    pixels = np.arange(bottom, dtype=np.float32)
    first = np.empty((bottom, rows.shape[1]), np.int32)
    for ray in range(rows.shape[1]):
        first[:, ray] = np.searchsorted(-skyline[:, ray], -pixels, side="left")
    last = np.clip(first, 1, _DEPTH_STEPS - 1)
    rays = np.arange(rows.shape[1])[None, :]
    before, after = skyline[last - 1, rays], rows[last, rays]
    part = np.clip((before - pixels[:, None]) / np.maximum(before - after, 1e-3), 0, 1)
    across = np.broadcast_to(rays, last.shape)
    coordinates = np.stack((across, last - 1 + part), axis=-1).astype(np.float32)
    return coordinates, (first < _DEPTH_STEPS).astype(np.float32)
