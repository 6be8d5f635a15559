"""A room with a wooden floor and a window in its wall, as a backdrop for reference subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import blur_image, smoothstep_array
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour, draw_sky

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


def draw_room(context: DrawingContext) -> FloatArray:
    """Draw a wall with a window and a floor in its light: float32 [height, width, 3], RGB 0 … 255."""
    width, height = context.size
    image = np.empty((height, width, 3), np.float32)
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    falloff = 1.08 - 0.42 * np.hypot(x - 0.3, (y - 0.3) * 0.8)
    warm = context.light_colour((226, 214, 198)) * 0.75 + np.array((52, 44, 40), np.float32)
    image[:] = warm * falloff[..., None]
    draw_floor(image, context)
    board = smoothstep_array(y * height - context.horizon_row + height * 0.035, 0, 1.5) * smoothstep_array(
        context.horizon_row - y * height, 0, 1.5
    )
    blend_colour(image, warm * 1.06, np.repeat(board, width, axis=1))
    _draw_window(image, context)
    return image


def draw_floor(image: FloatArray, context: DrawingContext) -> None:
    """Draw floorboards below the horizon, in place; `image` is float32 [height, width, 3], RGB 0 … 255."""
    width, height = context.size
    part = np.linspace(0, 1, height - context.horizon_row, dtype=np.float32)[:, None]
    distance = 1 / (0.35 + part)
    across = (np.arange(width, dtype=np.float32)[None, :] / width - 0.5) * distance * width / height * 7
    plank = np.floor(across)
    tones = context.rng.random(512).astype(np.float32)
    tone = 0.86 + 0.22 * tones[(plank + 256).astype(np.int32) % 512]
    grain = generate_noise((width, height - context.horizon_row), (90, 8), context.rng, 3)
    gap = smoothstep_array(np.abs(across - plank - 0.5), 0.47, 0.5)
    wood = context.light_colour((168, 118, 76)) * 0.85 + np.array((22, 16, 12), np.float32)
    shade = (tone * (0.92 + 0.16 * grain) * (1 - 0.4 * gap) * (0.82 + 0.25 * part))[..., None]
    image[context.horizon_row :] = wood * shade


def _draw_window(image: FloatArray, context: DrawingContext) -> None:
    width, height = context.size
    side = min(width * 0.30, height * 0.42)
    left, top = width * 0.16, context.horizon_row * 0.22
    right, bottom = left + side, min(top + side * 1.15, context.horizon_row * 0.86)
    box = tuple(round(value) for value in (left, top, right, bottom))
    frame_width = max(round(side * 0.035), 2)
    outside = draw_sky(context, 0.5)
    view = cv2.resize(
        outside[: context.horizon_row], (box[2] - box[0], box[3] - box[1]), interpolation=cv2.INTER_AREA
    )
    white = [float(c) for c in np.clip(context.light_colour((250, 246, 240)) * 0.9 + 20, 0, 255)]
    outer = (box[0] - frame_width, box[1] - frame_width), (box[2] + frame_width, box[3] + frame_width)
    cv2.rectangle(image, *outer, white, -1, cv2.LINE_AA)
    image[box[1] : box[3], box[0] : box[2]] = view
    middle = (box[0] + box[2]) // 2
    cv2.rectangle(image, (middle - frame_width // 2, box[1]), (middle + frame_width // 2, box[3]), white, -1)
    _draw_window_light(image, context, box)


def _draw_window_light(image: FloatArray, context: DrawingContext, box: tuple[int, ...]) -> None:
    width, height = context.size
    lane = np.zeros((height, width), np.float32)
    wide, deep = box[2] - box[0], height - context.horizon_row
    start = box[0] + wide * 0.5
    for first, last in ((0.0, 0.46), (0.54, 1.0)):
        corners = [
            (start + wide * first, context.horizon_row + deep * 0.16),
            (start + wide * last, context.horizon_row + deep * 0.16),
            (start + wide * (last * 1.35 + 0.45), context.horizon_row + deep * 0.72),
            (start + wide * (first * 1.35 + 0.45), context.horizon_row + deep * 0.72),
        ]
        cv2.fillPoly(lane, [np.array(corners, np.int32)], 1.0, cv2.LINE_AA)
    blend_colour(image, context.palette.glow, blur_image(lane, height * 0.008) * np.float32(0.30))
