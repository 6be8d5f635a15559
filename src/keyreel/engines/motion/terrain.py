"""Terrain: mountains and dunes as a field of heights, lit, snowed on, seen in perspective through air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.raster import blurred, fetched, step
from keyreel.engines.motion.sky import noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.sky import Colour, Sketch

    FloatArray = NDArray[np.float32]

_SIDE: Final = 640
_FAR: Final = 34.0
_STEPS: Final = 360
_LENS: Final = 1.15
"""Focal length in geometric mean sides of the picture."""
_LEVEL: Final = 0.12
"""The viewer's height over flat ground, in the unit of distances."""


@dataclass(frozen=True, slots=True)
class Land:
    """What a terrain is like. Lengths are distances from the viewer, of which `_FAR` is the farthest.

    It begins to rise at `start`; `snow` and `wood` are the parts of its height above which snow lies and up
    to which trees grow; `sharp` makes ridges of its waves; `clouds` fills the valleys up to this part of the
    height; `mist` lies at the foot.
    """

    rise: float
    start: float
    waves: float
    colour: Colour = (124, 118, 116)
    wood: float = 0.0
    snow: float = 2.0
    sharp: bool = True
    haze: float = 24.0
    clouds: float = 0.0
    mist: float = 0.5


@dataclass(frozen=True, slots=True)
class _Lens:
    """How distances and heights become pixels."""

    focal: float
    eye: float
    line: int
    width: int

    def spread(self) -> float:
        """Return half the width of what is seen at the farthest distance."""
        return self.width / 2 / self.focal * _FAR


def terrain(image: FloatArray, sketch: Sketch, land: Land) -> None:
    """Draw the land over the sky, in place: down to the horizon, or all the way seen from the air."""
    width, height = sketch.size
    focal = _LENS * (width * height) ** 0.5
    lens = _Lens(focal, land.rise * 0.86 if sketch.aerial else _LEVEL, sketch.line, width)
    heights = _heights(sketch, land)
    surface = _surface(heights, sketch, land, lens)
    bottom = height if sketch.aerial else min(sketch.line + round(height * 0.02), height)
    distance, seen = _cast(heights, lens, bottom, near=1.1 if sketch.aerial else land.start * 0.9)
    column = (np.arange(width, dtype=np.float32) - width / 2)[None, :] / np.float32(focal)
    where = np.stack(_cells(column * distance, distance, lens), axis=-1)
    drawn = fetched(surface, where.astype(np.float32), cv2.BORDER_REPLICATE)
    # Air: what is farther is paler and takes the horizon's colour.
    air = 1 - np.exp(-((distance / np.float32(land.haze)) ** 1.3))
    pale = 0.62 * np.array(sketch.palette.low, np.float32) + 0.38 * np.array(
        sketch.palette.middle, np.float32
    )
    drawn += (pale.astype(np.float32) - drawn) * (0.9 * air)[..., None]
    mask = blurred(seen, 0.6)[..., None]
    part = image[:bottom]
    part += (drawn - part) * mask
    if not sketch.aerial:
        rows = (np.arange(bottom, dtype=np.float32) - sketch.line) / np.float32(height * 0.045)
        part += (pale.astype(np.float32) - part) * (land.mist * np.exp(-(rows**2)))[:, None, None]


def _heights(sketch: Sketch, land: Land) -> FloatArray:
    """Return the field of heights [distance, across], each row farther than the one before."""
    total = np.zeros((_SIDE, _SIDE), np.float32)
    weight, strength, above = 0.0, 1.0, np.ones((), np.float32)
    for octave in range(7 if land.sharp else 3):
        cells = land.waves * 2**octave
        wave = noise((_SIDE, _SIDE), (cells, cells), sketch.rng, 1)
        if land.sharp:
            ridge = (1 - np.abs(2 * wave - 1)) ** 2
            # Detail grows on what is high already: ridges stay rough and valleys smooth.
            total += ridge * above * np.float32(strength)
            above = np.clip(ridge * above * np.float32(2.1), 0.16, 1)
        else:
            total += (1 - np.abs(2 * wave - 1)) * np.float32(strength)
        weight += strength
        strength *= 0.56 if land.sharp else 0.22
    field = total / np.float32(weight) * np.float32(1.7) if land.sharp else total / np.float32(weight)
    distance = np.linspace(0, _FAR, _SIDE, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, _SIDE, dtype=np.float32)[None, :]
    begins = step(distance, land.start, land.start * 1.9 + 1)
    # A valley opens in the middle, where the subjects are; the farthest chain closes it.
    valley = 0.62 + 0.38 * np.clip(np.abs(across) * 2.4, 0, 1) + 0.2 * step(distance, 14, 26)
    risen = field * begins * valley
    if land.clouds:
        # A sea of clouds fills what is low.
        puff = noise((_SIDE, _SIDE), (34, 80), sketch.rng, 5)
        risen = np.maximum(risen, np.float32(land.clouds) * (0.62 + 0.8 * puff**1.5))
    return np.asarray(risen * np.float32(land.rise), np.float32)


def _surface(heights: FloatArray, sketch: Sketch, land: Land, lens: _Lens) -> FloatArray:
    """Return the land's colours in the scene's light, RGB 0 … 255."""
    down = _FAR / _SIDE
    if land.sharp:
        # Crags too small to be seen from the side still catch the light.
        crags = noise((_SIDE, _SIDE), (120, 120), sketch.rng, 2) - np.float32(0.5)
        heights = np.asarray(heights + crags * (0.10 * heights + 0.02), np.float32)
    slope_z, slope_x = np.gradient(heights, down, 2 * lens.spread() / _SIDE)
    steep = np.sqrt(1 + slope_x**2 + slope_z**2)
    side = 1.0 if sketch.palette.sun[0] > 0.5 else -1.0
    low = min(0.30 + 0.5 * sketch.palette.sun[1], 0.62)
    ray = np.array((0.85 * side, low, -0.30))
    ray /= np.linalg.norm(ray)
    light = np.clip((-slope_x * ray[0] + ray[1] - slope_z * ray[2]) / steep, 0, 1)
    hollow = np.clip((heights - blurred(heights, 7)) / land.rise * 3 + 1, 0.62, 1.2)
    glow, sky = (np.array(each, np.float32) / 255 for each in (sketch.palette.glow, sketch.palette.zenith))
    tint = np.array(sketch.palette.light, np.float32)
    sun = (0.35 * tint + 0.65 * glow * tint.max()) * np.float32(1.12)
    shade = 0.20 * tint + 0.46 * sky + np.float32(0.02)
    lit = (light[..., None] * sun + shade) * hollow[..., None]
    colours = _albedo(heights, 1 / steep, sketch, land) * lit
    if land.clouds:
        colours = _clouded(colours, heights, sketch, land)
    return np.asarray(colours, np.float32)


def _albedo(heights: FloatArray, flat: FloatArray, sketch: Sketch, land: Land) -> FloatArray:
    level = heights / np.float32(land.rise)
    grain = noise((_SIDE, _SIDE), (70, 70), sketch.rng, 3) - np.float32(0.5)
    colour = np.array(land.colour, np.float32) * (1 + 0.5 * grain[..., None])
    if land.wood:
        trees = step(land.wood - level + grain * 0.3, 0, 0.1) * step(flat, 0.42, 0.62)
        tone = np.array((46, 66, 40), np.float32) * (1 + 0.9 * grain[..., None])
        colour += (tone - colour) * trees[..., None]
    if land.snow <= 1:
        snow = step(level + grain * 0.35, land.snow, land.snow + 0.12) * step(flat + grain * 0.4, 0.40, 0.66)
        colour += (np.array((244, 247, 255), np.float32) - colour) * snow[..., None]
    return np.asarray(colour, np.float32)


def _clouded(colours: FloatArray, heights: FloatArray, sketch: Sketch, land: Land) -> FloatArray:
    puff = noise((_SIDE, _SIDE), (24, 60), sketch.rng, 5)
    level = heights / np.float32(land.rise) + (puff - 0.5) * np.float32(0.10)
    cover = 1 - step(level, land.clouds * 1.12, land.clouds * 1.5)
    cloud = (
        np.array(sketch.palette.cloud, np.float32) * 0.55 + np.array(sketch.palette.low, np.float32) * 0.45
    )
    tone = cloud * (0.66 + 0.62 * puff[..., None])
    return np.asarray(colours + (tone - colours) * (0.9 * cover)[..., None], np.float32)


def _cells(across: FloatArray, distance: FloatArray, lens: _Lens) -> tuple[FloatArray, FloatArray]:
    """Return where points lie in the field: its columns and rows."""
    column = (across / np.float32(lens.spread()) * np.float32(0.5) + np.float32(0.5)) * np.float32(_SIDE - 1)
    row = np.broadcast_to(distance * np.float32((_SIDE - 1) / _FAR), column.shape)
    return column, np.asarray(row, np.float32)


def _cast(heights: FloatArray, lens: _Lens, bottom: int, near: float) -> tuple[FloatArray, FloatArray]:
    """Return for each pixel above `bottom` how far the land is that it shows, and whether it shows any."""
    distances = np.geomspace(near, _FAR * 0.995, _STEPS).astype(np.float32)
    across = (np.arange(lens.width, dtype=np.float32) - lens.width / 2)[None, :] / np.float32(lens.focal)
    where = np.stack(_cells(across * distances[:, None], distances[:, None], lens), axis=-1)
    risen = fetched(heights, where.astype(np.float32), cv2.BORDER_REPLICATE)
    rows = lens.line + (np.float32(lens.eye) - risen) * (np.float32(lens.focal) / distances[:, None])
    skyline = np.minimum.accumulate(rows, axis=0)
    pixels = np.arange(bottom, dtype=np.float32)
    first = np.empty((bottom, lens.width), np.int32)
    for column in range(lens.width):
        first[:, column] = np.searchsorted(-skyline[:, column], -pixels, side="left")
    seen = (first < _STEPS).astype(np.float32)
    last = np.clip(first, 1, _STEPS - 1)
    columns = np.arange(lens.width)[None, :]
    before, after = skyline[last - 1, columns], rows[last, columns]
    part = np.clip((before - pixels[:, None]) / np.maximum(before - after, 1e-3), 0, 1)
    return np.asarray(distances[last - 1] * (1 - part) + distances[last] * part, np.float32), seen
