"""A waterfall: a gorge of rock, the water that falls over its edge, and the spray at its foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise, generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import (
    blend,
    blur_image,
    resize,
    sample_image,
    smoothstep_array,
    to_uint8,
)
from keyreel.engines.motion.scenery.landscapes.forest import draw_leaves
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour, draw_sky
from keyreel.engines.motion.scenery.waters.water import draw_water

if TYPE_CHECKING:
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext
    from keyreel.engines.motion.scenery.view import RenderedBackground

_LIP: Final = 0.20
"""The row, as a part of the canvas's height, at which the water goes over the edge."""
_HALF_WIDTH: Final = 0.068
"""Half the fall's width at its lip, as a part of the canvas's width; at its foot it is wider by a third."""
_COARSE_STEP: Final = 2
"""Pixels of the frame for each one in which falling water is computed."""
_SPEED: Final = 0.62
"""Fall heights a second."""


def draw_gorge(context: DrawingContext) -> FloatArray:
    """Draw rock walls, a fall between them and the pool below: float32 [height, width, 3], RGB 0 … 255."""
    image = draw_sky(context, 0.3)
    edge = _draw_walls(image, context)
    drawn = to_uint8(image)
    _draw_green(drawn, context, edge)
    image[:] = drawn
    draw_water(image, context, deep=(34, 92, 88), calm=0.55)
    _draw_still_fall(image, context)
    return image


def _compute_fall_mask(
    u: FloatArray, v: FloatArray, foot: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the fall's opacity, and the place across, -1 … 1, and down it, 0 … 1, at parts of the canvas."""
    down = (v - np.float32(_LIP)) / np.float32(foot - _LIP)
    half = np.float32(_HALF_WIDTH) * (1 + 0.33 * np.clip(down, 0, 1) ** 1.4)
    across = (u - np.float32(0.5)) / half
    mask = smoothstep_array(1 - np.abs(across), 0.0, 0.28) * smoothstep_array(down, -0.02, 0.015)
    return (
        np.asarray(mask * (down < 1.01), np.float32),
        np.asarray(across, np.float32),
        np.asarray(down, np.float32),
    )


def _draw_walls(image: FloatArray, context: DrawingContext) -> FloatArray:
    """Draw the rock, in place; return the row of its upper edge in each column."""
    width, height = context.size
    rng = context.rng
    x = np.arange(width, dtype=np.float32) / width
    rough = generate_noise((width, 1), (9, 1), rng, 5)[0] - np.float32(0.5)
    aside = np.abs(x - 0.5)
    edge = height * (
        _LIP
        - 0.02
        + 0.16 * rough * smoothstep_array(aside, 0.07, 0.25)
        - 0.30 * smoothstep_array(aside, 0.05, 0.50)
    )
    rows = np.arange(height, dtype=np.float32)[:, None]
    # Rock breaks along steep faces: noise drawn out downward, lit from the side.
    faces = generate_noise((width, height), (26, 5), rng, 5)
    ledges = generate_noise((width, height), (9, 22), rng, 4)
    relief = faces + 0.35 * ledges
    lit = 1.0 if context.palette.sun[0] > 0.5 else -1.0
    light = np.clip(
        0.66 + 1.15 * lit * np.gradient(relief, axis=1) * width / 26 * 0.5 + 0.5 * (ledges - 0.5), 0.22, 1.35
    )
    # The gorge's sides come nearer than its end, and shade it.
    depth = smoothstep_array(aside, 0.08, 0.5)[None, :]
    wet = smoothstep_array(-aside, -0.17, -0.07)[None, :] * np.float32(0.35)
    rock = context.light_colour((128, 122, 112)) * (light * (0.74 + 0.30 * depth) * (1 - wet))[..., None]
    moss = smoothstep_array(ledges + 0.4 * faces, 0.66, 0.92)[..., None] * np.float32(0.66)
    rock += (context.light_colour((74, 108, 48)) * light[..., None] - rock) * moss
    haze = np.array(context.palette.horizon, np.float32)
    rock += (haze - rock) * ((0.30 * (1 - depth)) * np.ones_like(light))[..., None]
    mask = smoothstep_array(rows - edge[None, :], 0.0, 3.0)
    blend_colour(image, np.asarray(rock, np.float32), mask)
    return np.asarray(edge, np.float32)


def _draw_green(image: UInt8Array, context: DrawingContext, edge: FloatArray) -> None:
    """Draw trees along the upper edge and bushes on the ledges."""
    width, height = context.size
    rng = context.rng
    dark, bright = context.light_colour((30, 58, 26)), context.light_colour((122, 156, 66))
    lit = 1.0 if context.palette.sun[0] > 0.5 else -1.0
    for number in range(round(190 * max(width / height, 0.7) / 1.78)):
        x = rng.random()
        if abs(x - 0.5) < _HALF_WIDTH * 1.25:
            continue
        top = float(edge[min(int(x * width), width - 1)])
        on_edge = number % 3 != 0
        y = top + height * rng.normal(-0.015, 0.02) if on_edge else rng.uniform(top, context.horizon_row)
        wide = context.height_unit * (0.05 if on_edge else 0.028) * rng.uniform(0.6, 1.3)
        draw_leaves(
            image, rng, (x * width, y), spread=(wide, wide * 0.66), size=context.height_unit * 0.007,
            count=44, dark=dark, bright=bright, light_from=lit,
        )  # fmt: skip


def _draw_still_fall(image: FloatArray, context: DrawingContext) -> None:
    """Draw the falling water as it stands, with the mist at its foot."""
    width, height = context.size
    u = np.tile((np.arange(width, dtype=np.float32) / np.float32(width))[None, :], (height, 1))
    v = np.tile((np.arange(height, dtype=np.float32) / np.float32(height))[:, None], (1, width))
    mask, _, _ = _compute_fall_mask(u, v, context.horizon + 0.012)
    streaks = generate_noise((width, height), (190, 4), context.rng, 4)
    white = context.light_colour((236, 244, 250)) * (0.62 + 0.5 * streaks)[..., None]
    blend_colour(image, np.asarray(white, np.float32), mask * (0.72 + 0.28 * streaks))
    far = np.hypot((u - 0.5) * width, (v - context.horizon) * height * 1.5) / height
    blend_colour(
        image,
        context.light_colour((240, 246, 250)),
        np.asarray(0.62 * np.exp(-((far / 0.15) ** 2)), np.float32),
    )


@dataclass(frozen=True, slots=True)
class FallingWater:
    """The moving water of a fall. `texture` is float32 [side, side], 0.0 … 1.0, tileable.

    `light` is RGB 0 … 255; `foot` is the row of its foot, and `canvas` how much larger the canvas is than the
    frame, across and down, in parts.
    """

    texture: FloatArray
    light: FloatArray
    foot: float
    canvas: tuple[float, float]

    def draw(self, background: RenderedBackground, view: CameraView, seconds: float) -> None:
        """Draw the fall over a background, in place, at a time."""
        height, width = background.frame.shape[:2]
        columns, rows = width // _COARSE_STEP, height // _COARSE_STEP
        at = resize(np.ascontiguousarray(background.coordinates[1:-1, 1:-1]), columns, rows)
        u = at[..., 0] / np.float32(2 * view.half_size[0] * self.canvas[0]) + np.float32(0.5)
        v = at[..., 1] / np.float32(2 * view.half_size[1] * self.canvas[1]) + np.float32(0.5)
        mask, across, down = _compute_fall_mask(u, v, self.foot)
        spray = self._compute_spray(u, v, seconds)
        shown = np.flatnonzero((mask + spray > 0.02).any(axis=0))
        if not shown.size:
            return
        span = slice(int(shown[0]), int(shown[-1]) + 1)
        across, down, mask, spray = (each[:, span] for each in (across, down, mask, spray))
        size = np.float32(self.texture.shape[0])
        # Water falls ever faster: what is far down is drawn out.
        run = np.sign(down) * np.abs(down) ** np.float32(0.62)
        one, other = (
            sample_image(
                self.texture,
                np.asarray(
                    np.dstack((across * wide + aside, run * long - np.float32(seconds * _SPEED * pace)))
                    * size,
                    np.float32,
                ),
                cv2.BORDER_WRAP,
            )
            for wide, aside, long, pace in ((0.55, 0.0, 0.20, 0.55), (1.25, 0.37, 0.34, 0.95))
        )
        streaks = np.clip(0.5 + 1.5 * (0.55 * one + 0.45 * other - 0.5), 0, 1)
        over = self.light * (0.55 + 0.55 * streaks)[..., None]
        alpha = np.clip(mask * (0.45 + 0.55 * streaks) + spray, 0, 0.96)
        left, right = span.start * _COARSE_STEP, span.stop * _COARSE_STEP
        part = np.ascontiguousarray(background.frame[: rows * _COARSE_STEP, left:right])
        background.frame[: rows * _COARSE_STEP, left:right] = blend(
            resize(to_uint8(over), right - left, rows * _COARSE_STEP),
            part,
            resize(np.asarray(alpha, np.float32), right - left, rows * _COARSE_STEP),
        )

    def _compute_spray(self, u: FloatArray, v: FloatArray, seconds: float) -> FloatArray:
        """Return the opacity of the spray that rises at the foot."""
        x, up = (u - np.float32(0.5)) / np.float32(0.16), (np.float32(self.foot) - v) / np.float32(0.15)
        size = np.float32(self.texture.shape[0])
        at = np.dstack((x * 0.22 + np.float32(0.03 * seconds), -up * 0.2 - np.float32(0.10 * seconds)))
        puffs = sample_image(self.texture, np.asarray(at * size, np.float32), cv2.BORDER_WRAP)
        return np.asarray(
            np.exp(-(x * x) - (up - 0.15) ** 2 * 2.2) * smoothstep_array(puffs, 0.3, 0.75) * 0.6, np.float32
        )


def create_falling_water(context: DrawingContext, canvas: tuple[float, float]) -> FallingWater:
    """Create the moving water of a gorge drawn with this context; see `FallingWater.canvas`."""
    rng = context.rng.spawn(1)[0]
    texture = blur_image(generate_tileable_noise(rng, (12, 5)), 0.6)
    light = np.asarray(context.light_colour((244, 249, 253)), np.float32)
    return FallingWater(np.asarray(texture, np.float32), light, context.horizon + 0.012, canvas)
