"""Ground in perspective: a plain with its texture, and grass along the lower edge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import sample_image, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext


_BLADE_COUNT: Final = 7000
"""Blades of grass in a 16:9 image."""
_SNOW_TINT: Final = np.array((0.90, 0.94, 1.04))
"""Factors of red, green and blue in the light that snow gets from the sky."""
_SNOW_SKYLIGHT_SHARE: Final = 0.6
"""How much of the light on snow is the sky's."""
_FLOWER_SHARE: Final = 0.022
"""The part of the blades that carry flowers."""


def draw_plain(  # noqa: PLR0913 - a land's look has this many sides
    image: FloatArray,
    context: DrawingContext,
    *,
    far: Colour,
    near: Colour,
    contrast: float,
    stretch: float = 1.6,
    relief: float = 0.0,
    ripples: float = 0.0,
) -> None:
    """Draw a plain in perspective, in place, its texture growing towards the viewer.

    `image` is float32 [height, width, 3]; `far` and `near` are its colours at the horizon and in front, RGB
    0 … 255; `relief` is how much its bumps
    are lit from the sun's side, `ripples` how deep the wind has rippled it.
    """
    width, height = context.size
    rows = np.arange(height - context.horizon_row, dtype=np.float32)
    part = np.asarray(rows / max(height - context.horizon_row, 1), np.float32)
    tile = generate_noise((512, 512), (26, 26 * stretch), context.rng, 5)
    # What lies in front shows more detail than what lies far away.
    fine = project_onto_ground(tile[::-1], part, width, scale=5.0)
    texture = (
        project_onto_ground(tile, part, width)
        - 0.5
        + (fine - 0.5) * (0.8 * smoothstep_array(part, 0.04, 0.5))[:, None]
    )
    colours = (
        context.haze_colour(far, 0.22) * (1 - part[:, None]) + context.light_colour(near) * part[:, None]
    )
    strength = contrast * (0.35 + 0.65 * part)
    shade = 1 + strength[:, None] * texture * 2
    if relief or ripples:
        shade += _shade_relief(context, part, relief, ripples) * smoothstep_array(part, 0.02, 0.4)[:, None]
    soft = smoothstep_array(rows, -1.0, height * 0.012)
    drawn = colours[:, None, :] * shade[..., None]
    below = image[context.horizon_row :]
    below += (drawn - below) * soft[:, None, None]


def _shade_relief(context: DrawingContext, part: FloatArray, relief: float, ripples: float) -> FloatArray:
    """Return the light on drifts and ripples, around 0.0."""
    width = context.size[0]
    side = 5 if context.palette.sun[0] > 0.5 else -5
    drifts = generate_noise((512, 512), (22, 60), context.rng, 3)
    slope = np.asarray(np.roll(drifts, (4, -side), (0, 1)) - drifts, np.float32)
    lit = project_onto_ground(slope, part, width) * np.float32(5.0 * relief)
    if ripples:
        down, across = np.mgrid[:512, :512].astype(np.float32)
        warp = generate_noise((512, 512), (9, 9), context.rng, 3) * np.float32(7.0)
        comb = np.sin(2 * np.pi * (down * np.float32(36 / 512) + across * np.float32(7 / 512)) + warp * 2)
        lit += (
            project_onto_ground(comb, part, width, scale=2.4)
            * (np.float32(ripples) * smoothstep_array(part, 0.08, 0.6))[:, None]
        )
    return np.asarray(lit * np.float32(0.4 + min(context.palette.glare, 0.6)), np.float32)


def project_onto_ground(
    texture: FloatArray, part: FloatArray, width: int, *, scale: float = 1.0
) -> FloatArray:
    """Return a texture laid on the ground in perspective, float32 [rows, width].

    `part` [rows] is how far each row lies below the horizon, 0.0 … 1.0 at the lower edge.
    """
    distance = np.float32(scale * 90) / (np.float32(0.06) + part)
    x = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :] * distance[:, None] + 256
    y = np.repeat(distance[:, None], width, axis=1)
    return sample_image(texture, np.stack((x, y), axis=-1).astype(np.float32), cv2.BORDER_WRAP)


def draw_snow_ground(image: FloatArray, context: DrawingContext) -> None:
    """Draw a plain of snow below the horizon, in place; `image` is float32 [height, width, 3]."""
    # Snow shows the sky's light as well as the sun's: a red evening does not make it sand.
    light = np.array(context.palette.light)
    red, green, blue = (
        float(each) for each in light + (light.max() * _SNOW_TINT - light) * _SNOW_SKYLIGHT_SHARE
    )
    cool = replace(context, palette=replace(context.palette, light=(red, green, blue)))
    draw_plain(image, cool, far=(232, 238, 248), near=(204, 218, 238), contrast=0.05, relief=0.10)


def draw_grass(image: FloatArray, context: DrawingContext, colour: Colour) -> None:
    """Draw grass with a few flowers towards the lower edge, in place.

    `image` is float32 [height, width, 3], RGB 0 … 255.
    """
    width, height = context.size
    rng = context.rng
    count = round(_BLADE_COUNT * max(width / height, 0.6) / 1.78)
    part = np.sort(rng.random(count) ** 0.62)
    foot = np.stack(
        (rng.random(count) * 1.04 * width - 0.02 * width, height * (0.60 + 0.44 * part**1.8)), axis=-1
    )
    tall = context.height_unit * (0.004 + 0.066 * part**2.0) * (0.45 + 0.8 * rng.random(count))
    bent = tall * rng.normal(0.12, 0.30, count)
    thick = np.maximum(tall * 0.035, 0.35)
    tip = foot + np.stack((bent, -tall), axis=-1)
    middle = foot + np.stack((bent * 0.34, -tall * 0.58), axis=-1)
    side = np.stack((thick, np.zeros(count)), axis=-1)
    corners = np.stack((foot - side, middle - side * 0.8, tip, middle + side * 0.8, foot + side), axis=1)
    tones = context.light_colour(colour) * (0.62 + 0.85 * rng.random(count)[:, None] ** 1.4)
    tones *= 1 + rng.normal(0, 0.10, (count, 1)) * np.array((1.6, 0.3, 0.6))
    drawn = to_uint8(image)
    # Far blades blend into the ground that they stand on.
    x, y = (np.clip(foot[:, axis].astype(np.intp), 0, size - 1) for axis, size in ((0, width), (1, height)))
    tones += (drawn[y, x] - tones) * np.clip(0.85 - 1.9 * part, 0, 1)[:, None]
    draw_polygons(drawn, corners, tones)
    chosen = np.flatnonzero(rng.random(count) < _FLOWER_SHARE)
    petals = np.array(((250, 246, 238), (246, 214, 92), (222, 120, 150), (170, 150, 226)))
    size = (tall[chosen] * 0.055 + 0.25)[:, None, None]
    ring = np.array(
        ((1, 0), (0.7, 0.6), (0, 0.8), (-0.7, 0.6), (-1, 0), (-0.7, -0.6), (0, -0.8), (0.7, -0.6))
    )
    shades = petals[rng.integers(0, len(petals), len(chosen))] * np.array(context.palette.light)
    draw_polygons(drawn, tip[chosen][:, None, :] + ring[None] * size, shades)
    image[:] = drawn


def draw_polygons(image: Frame, corners: NDArray[np.floating], tones: NDArray[np.floating]) -> None:
    """Draw convex polygons [number, corners, 2], in pixels, in their colours [number, channels], in place."""
    points = np.round(corners * 16).astype(np.int32)
    for outline, tone in zip(points, tones.tolist(), strict=True):
        cv2.fillConvexPoly(image, outline, tone, cv2.LINE_AA, 4)
