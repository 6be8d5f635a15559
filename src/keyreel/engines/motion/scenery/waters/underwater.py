"""Under water: beams of light from the waves above, reefs in the distance, seaweed, fish and sand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import blur_image, resize, smoothstep_array, to_uint8
from keyreel.engines.motion.scenery.landscapes.ground import draw_polygons, project_onto_ground
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


_WATER_COLOURS: Final = ((150, 226, 228), (30, 132, 176), (6, 58, 104))
_WEED_COLOURS: Final = ((34, 84, 56), (66, 100, 48), (96, 62, 70), (40, 98, 86), (52, 92, 40))
_LEAVES_PER_WEED: Final = 30
"""On each side of a stem."""


def draw_underwater(context: DrawingContext) -> FloatArray:
    """Draw the sea below its surface: float32 [height, width, 3], RGB 0 … 255."""
    width, height = context.size
    rows = np.linspace(0, 1, height, dtype=np.float32)
    stops = np.array(_WATER_COLOURS, np.float32) * np.float32(max(context.palette.light))
    column = np.stack([np.interp(rows, (0.0, 0.38, 1.0), stops[:, each]) for each in range(3)], -1)
    image = np.repeat(column[:, None, :].astype(np.float32), width, axis=1)
    water = image[context.horizon_row, 0].copy()
    for rise, near in ((0.34, 0.12), (0.26, 0.30), (0.17, 0.52)):
        _draw_reef(image, context, rise, colour=water * np.float32(1 - near * 0.75), near=near)
    _draw_sea_bed(image, context, stops)
    _draw_light_beams(image, context)
    drawn = to_uint8(image)
    _draw_shoal(drawn, context, water)
    for _ in range(round(54 * max(width / height, 0.7) / 1.78)):
        _draw_weed(drawn, context, water)
    return np.asarray(drawn, np.float32)


def _draw_reef(
    image: FloatArray, context: DrawingContext, rise: float, *, colour: FloatArray, near: float
) -> None:
    """Draw a reef: a rough outline with terraces, lit from above."""
    width, height = context.size
    broad = generate_noise((width, 1), (5, 1), context.rng, 2)[0]
    fine = generate_noise((width, 1), (40, 1), context.rng, 4)[0]
    line = (smoothstep_array(broad, 0.36, 0.66) * (0.55 + 0.45 * broad) + 0.16 * fine) * np.float32(
        rise * context.height_unit
    )
    above = (np.float32(context.horizon_row) - np.arange(height, dtype=np.float32))[:, None]
    mask = smoothstep_array(line[None, :] - above, -0.8, 0.8) * (above >= -2)
    rough = generate_noise((width, height), (60, 44), context.rng, 5) - np.float32(0.5)
    ledge = np.exp(-np.clip(line[None, :] - above, 0, None) / np.float32(0.03 * context.height_unit))
    shade = 1 + (1.3 * rough + 0.55 * ledge) * np.float32(0.25 + near)
    image += (colour * shade[..., None] - image) * mask[..., None]


def _draw_sea_bed(image: FloatArray, context: DrawingContext, stops: FloatArray) -> None:
    """Draw sand with ripples and the caustics of the waves."""
    width, height = context.size
    part = np.linspace(0, 1, height - context.horizon_row, dtype=np.float32)
    grain = project_onto_ground(generate_noise((512, 512), (60, 90), context.rng, 4), part, width)
    fine = project_onto_ground(generate_noise((512, 512), (70, 140), context.rng, 3), part, width, scale=4.0)
    first, second = (
        smoothstep_array(
            -np.abs(
                project_onto_ground(generate_noise((512, 512), (cells, cells), context.rng, 2), part, width)
                - 0.5
            ),
            -0.035,
            0,
        )
        for cells in (46, 64)
    )
    net = np.clip(first * 0.7 + second * 0.5, 0, 1) * (0.25 + min(context.palette.glare, 0.8))
    sand = np.array((186, 176, 132), np.float32) * np.float32(max(context.palette.light))
    bed = stops[1] * (0.75 - 0.45 * part[:, None]) + sand * (0.12 + 0.48 * part[:, None])
    shade = 0.80 + 0.22 * grain + 0.22 * (fine - 0.5) + 0.42 * net * part[:, None]
    below = image[context.horizon_row :]
    below += (bed[:, None, :] * shade[..., None] - below) * smoothstep_array(part, -0.08, 0.5)[:, None, None]


def _draw_light_beams(image: FloatArray, context: DrawingContext) -> None:
    """Draw the beams of light from above, and the bright surface that they come through."""
    width, height = context.size
    small = max(width // 4, 8), max(height // 4, 8)
    x = np.arange(small[0], dtype=np.float32)[None, :] / small[0] - np.float32(
        0.30 + 0.4 * context.palette.sun[0] * 0.6
    )
    y = np.arange(small[1], dtype=np.float32)[:, None] / small[1] + np.float32(0.30)
    x = x * np.float32(width / height)
    gaps = generate_noise((1024, 1), (64, 1), context.rng, 4)[0]
    fan = smoothstep_array(gaps[((np.arctan2(x, y) / np.pi + 0.5) * 1023).astype(np.int32)], 0.46, 0.76)
    fade = np.exp(-((np.hypot(x * 0.75, y - 0.3) / 0.62) ** 2))
    shimmer = smoothstep_array(generate_noise(small, (22, 40), context.rng, 3), 0.46, 0.7) * np.exp(
        -(y - 0.3) * 14
    )
    light = (fan * 0.62 + 0.42) * fade * 0.85 + 0.55 * shimmer * np.exp(-(x * x) * 0.9)
    light *= np.float32(0.30 + 0.7 * min(context.palette.glare, 0.7))
    glow = np.array((206, 250, 244), np.float32) * 0.6 + np.array(context.palette.glow, np.float32) * 0.4
    soft = resize(blur_image(np.asarray(light, np.float32), 1.0), width, height)
    blend_colour(image, np.asarray(glow * max(context.palette.light), np.float32), np.clip(soft, 0, 0.75))


def _draw_shoal(image: Frame, context: DrawingContext, water: FloatArray) -> None:
    """Draw a shoal of small fish in the distance."""
    count = 46
    centre = np.array((context.size[0] * (0.14 + 0.16 * context.rng.random()), context.horizon_row * 0.46))
    along = context.rng.normal(0, 1, (count, 2)) * np.array((0.085, 0.045)) * context.height_unit
    at = centre + along + np.stack((np.zeros(count), 0.25 * along[:, 0]), axis=-1)
    size = context.height_unit * 0.0065 * (0.6 + 0.7 * context.rng.random(count))
    shape = np.array(((-1, 0), (-0.3, -0.36), (0.6, -0.20), (1.0, 0), (0.6, 0.20), (-0.3, 0.36)))
    tail = np.array(((0.8, 0), (1.5, -0.42), (1.35, 0), (1.5, 0.42)))
    tones = np.repeat(water[None] * 0.80, count, axis=0) * (0.8 + 0.4 * context.rng.random((count, 1)))
    for part in (tail, shape):
        draw_polygons(image, at[:, None, :] + part[None] * size[:, None, None], tones)


def _draw_weed(image: Frame, context: DrawingContext, water: FloatArray) -> None:
    """Draw one tall weed at either side: a bent stem with leaves on both sides."""
    rng = context.rng
    width, height = context.size
    near = rng.random()
    side = 1 if rng.random() < 0.5 else -1
    clump = int(rng.integers(0, 3))
    x = (
        width * (0.5 + side * (0.30 + 0.085 * clump + 0.03 * near))
        + context.height_unit * 0.035 * rng.normal()
    )
    foot = context.horizon_row + (height - context.horizon_row) * (0.10 + 0.85 * near**1.5)
    tall = context.height_unit * (0.09 + 0.21 * near) * (0.6 + 0.7 * rng.random())
    up = np.linspace(0, 1, _LEAVES_PER_WEED)
    bend = np.sin(up * (2.4 + 2 * rng.random()) + rng.random() * 6) * tall * 0.16 * up
    stem = np.stack((x + bend, foot - up * tall), axis=-1)
    reach = tall * 0.070 * np.sin(np.pi * (0.16 + 0.80 * up))
    hue = np.array(_WEED_COLOURS[int(rng.integers(0, len(_WEED_COLOURS)))]) * max(context.palette.light)
    veil = 0.22 + 0.45 * (1 - near)
    for direction in (-1, 1):
        tip = stem + np.stack((direction * reach, -reach * 1.25), axis=-1)
        middle = (stem + tip) / 2
        side_step = np.stack((reach * 0.16, reach * 0.34 * direction), axis=-1)
        corners = np.stack((stem, middle - side_step, tip, middle + side_step), axis=1)
        shine = (0.55 + 0.6 * up + 0.18 * direction * (1 if context.palette.sun[0] > 0.5 else -1))[:, None]
        draw_polygons(image, corners, (hue[None] * shine) * (1 - veil) + water[None] * veil)
