"""A wooden table seen from where one sits, and the cup on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import blur_image, premultiply, smoothstep_array, to_uint8
from keyreel.engines.motion.scenery.interiors.room import draw_room

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext

_EDGE_ROW: Final = 0.66
"""The row of the table's far edge, as a part of the frame's height."""
CUP_SPOT: Final = (0.5, 0.86)
"""Where the cup stands, as parts of the frame's sides."""
CUP_SIZE: Final = 0.15
"""The cup's height in size units."""
_WOOD: Final = (156, 102, 62)


def draw_table_room(context: DrawingContext) -> FloatArray:
    """Draw a table before a room that is out of focus: float32 [height, width, 3], RGB 0 … 255."""
    width, height = context.size
    image = blur_image(draw_room(context), height / 90)
    image[context.horizon_row :] = _draw_wood(context, (width, height - context.horizon_row))
    return image


def draw_table_setting(canvas: ForegroundCanvas) -> None:
    """Draw the table with a cup of coffee on it."""
    height, width = canvas.image.shape[:2]
    edge = round(canvas.to_pixel(0, _EDGE_ROW)[1])
    wood = to_uint8(_draw_wood(canvas.context, (width, height - edge)))
    canvas.image[edge:] = premultiply(wood, np.ones(wood.shape[:2], np.float32))
    draw_cup(canvas, np.array(canvas.to_pixel(*CUP_SPOT)), canvas.size_unit * CUP_SIZE)


def draw_cup(canvas: ForegroundCanvas, foot: FloatingArray, tall: float) -> None:
    """Draw a cup of coffee on its saucer: `foot` is the middle of its foot, `tall` its height, in pixels."""
    china, shade = canvas.light_tone((244, 240, 232), 0.92), canvas.light_tone((198, 190, 180), 0.8)
    dark = canvas.light_tone((60, 42, 30), 0.6)
    shadow = canvas.light_tone((40, 26, 18), 0.5) * np.array((1, 1, 1, 1), np.float32)
    canvas.fill_outline(foot + np.array((0.06, 0.10)) * tall + ring(tall * 1.12, 0.30), shadow)
    canvas.fill_outline(foot + np.array((0, 0.05)) * tall + ring(tall * 1.06, 0.29), shade)
    canvas.fill_outline(foot + ring(tall * 1.04, 0.28), china)
    canvas.fill_outline(foot + ring(tall * 0.52, 0.28), shade)
    handle = np.linspace(-1.2, 1.35, 14)
    bow = np.stack((0.62 + np.cos(handle) * 0.26, -0.55 + np.sin(handle) * 0.26), -1) * tall
    canvas.draw_stroke(foot + bow, [max(tall * 0.10, 1.0)] * 13, shade)
    angle = np.linspace(0, np.pi, 20)
    under = np.stack((np.cos(angle) * 0.40, np.sin(angle) * 0.12), -1)
    body = np.concatenate((np.array(((-0.66, -0.92),)), under[::-1], np.array(((0.66, -0.92),))))
    canvas.fill_outline(foot + body * tall, china)
    lit = 1.0 if canvas.context.palette.sun[0] > 0.5 else -1.0
    away = np.array(((-0.66, -0.92), (-0.40, 0.0), (-0.22, 0.09), (-0.40, -0.9))) * (lit, 1)
    canvas.fill_outline(foot + away * tall, shade)
    rim = foot + np.array((0, -0.92)) * tall
    canvas.fill_outline(rim + ring(tall * 0.66, 0.30), china)
    canvas.fill_outline(rim + ring(tall * 0.60, 0.30), shade)
    canvas.fill_outline(rim + np.array((0, 0.05)) * tall + ring(tall * 0.54, 0.27), dark)
    canvas.fill_outline(
        rim + np.array((0.08, 0.08)) * tall + ring(tall * 0.26, 0.2), canvas.light_tone((132, 88, 52), 0.8)
    )


def ring(radius: float, flat: float) -> FloatArray:
    """Return an ellipse, float32 [24, 2]: its points around 0, `radius` wide to each side."""
    angle = np.linspace(0, 2 * np.pi, 25)[:-1]
    return np.asarray(np.stack((np.cos(angle), np.sin(angle) * flat), -1) * radius, np.float32)


def _draw_wood(context: DrawingContext, size: tuple[int, int]) -> FloatArray:
    """Draw boards that run away from the viewer: float32 [height, width, 3], RGB 0 … 255."""
    width, height = size
    part = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    away = 1 / (0.45 + part)
    across = (np.arange(width, dtype=np.float32)[None, :] / width - 0.5) * away * 6.5
    board = np.floor(across)
    tones = context.rng.random(64).astype(np.float32)
    tone = 0.86 + 0.24 * tones[(board + 32).astype(np.int32) % 64]
    lines = generate_noise((width, height), (150, 3), context.rng, 4)
    knots = generate_noise((width, height), (14, 5), context.rng, 3)
    grain = 0.84 + 0.22 * np.sin(lines * 16 + knots * 22) * 0.5 + 0.24 * (lines - 0.5)
    gap = smoothstep_array(np.abs(across - board - 0.5), 0.475, 0.497)
    lit = context.palette.sun[0]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    sheen = 0.26 * np.exp(-(((x - lit) / 0.34) ** 2)) * (1 - part) ** 1.5
    wood = context.light_colour(_WOOD) * 0.82 + np.array((26, 18, 13), np.float32)
    light = tone * grain * (1 - 0.55 * gap) * (0.80 + 0.22 * part)
    return np.asarray(
        wood * light[..., None] + np.array(context.palette.glow, np.float32) * sheen[..., None] * 0.6,
        np.float32,
    )
