"""The foreground of a room: its wall with a wide window, curtains, plants on the sill, string lights."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize, to_uint8
from keyreel.engines.motion.scenery.landscapes.forest import draw_leaves

if TYPE_CHECKING:
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas


def draw_room_window(canvas: ForegroundCanvas) -> None:
    """Draw a room's wall around a wide window with bars, a curtain at each side and plants on its sill."""
    height, context = canvas.image.shape[0], canvas.context
    warm = np.append(context.light_colour((150, 116, 88)) * 0.40 + np.array((54, 38, 28), np.float32), 255)
    canvas.image[:] = to_uint8(np.asarray(warm, np.float32))
    falloff = np.linspace(1.1, 0.7, height, dtype=np.float32)[:, None, None]
    canvas.image[..., :3] = to_uint8(canvas.image[..., :3] * falloff)
    left, top = (round(each) for each in canvas.to_pixel(0.02, 0.0))
    right, bottom = (round(each) for each in canvas.to_pixel(0.98, 0.88))
    bar = max(round(canvas.size_unit * 0.022), 3)
    wood = canvas.light_tone((120, 84, 58), 0.45) + np.array((30, 22, 16, 0), np.float32)
    cv2.rectangle(canvas.image, (left - bar, top - bar), (right + bar, bottom + bar), wood.tolist(), -1)
    thirds = [left + round((right - left) * part / 3) for part in range(4)]
    for start, end in pairwise(thirds):
        canvas.image[top:bottom, start + bar // 2 : end - bar // 2] = 0
    sill = wood * np.float32(1.35)
    cv2.rectangle(
        canvas.image, (left - 3 * bar, bottom), (right + 3 * bar, bottom + 2 * bar), sill.tolist(), -1
    )
    _draw_curtain(canvas, left - 3 * bar, left + round((right - left) * 0.13))
    _draw_curtain(canvas, right - round((right - left) * 0.13), right + 3 * bar)
    _draw_plants(canvas, (left, right, bottom))
    _draw_string_lights(canvas, (left - 2 * bar, right + 2 * bar, top))


def _draw_plants(canvas: ForegroundCanvas, box: tuple[int, int, int]) -> None:
    """Draw pots with leafy plants on the sill."""
    left, right, bottom = box
    short, rng = canvas.size_unit, canvas.rng
    for part in (0.24, 0.78, 0.86):
        x = left + (right - left) * (part + rng.normal(0, 0.02))
        wide, high = short * rng.uniform(0.030, 0.046), short * rng.uniform(0.05, 0.07)
        pot = np.array(
            (
                (x - wide, bottom - high),
                (x + wide, bottom - high),
                (x + wide * 0.7, bottom),
                (x - wide * 0.7, bottom),
            )
        )
        canvas.fill_outline(pot, canvas.light_tone((172, 92, 60), 0.7) + np.array((20, 12, 8, 0), np.float32))
        for _ in range(16):
            spot = (x + rng.normal(0, wide * 0.9), bottom - high - abs(rng.normal(0, high * 1.1)))
            draw_leaves(
                canvas.image, rng, spot, spread=(wide * 0.8, wide * 0.8), size=short * 0.012, count=10,
                dark=canvas.light_tone((24, 44, 26), 0.8), bright=canvas.light_tone((96, 136, 70), 0.8),
            )  # fmt: skip


def _draw_string_lights(canvas: ForegroundCanvas, box: tuple[int, int, int]) -> None:
    """Hang a string of small warm lamps over the window."""
    left, right, top = box
    high, wide = canvas.image.shape[:2]
    light = np.zeros((high, wide, 3), np.float32)
    for number in range(19):
        part = number / 18
        x, y = left + (right - left) * part, top + canvas.size_unit * 0.05 * abs(np.sin(part * np.pi * 4))
        centre = round(float(x) * 16), round(float(y) * 16)
        cv2.circle(light, centre, round(canvas.size_unit * 0.007 * 16), (255, 196, 110), -1, cv2.LINE_AA, 4)
    small = resize(light, wide // 4, high // 4)
    halo = resize(blur_image(small, canvas.size_unit / 100), wide, high)
    wide_halo = resize(blur_image(small, canvas.size_unit / 24), wide, high)
    glow = light + halo * np.float32(2.2) + wide_halo * np.float32(3.6)
    canvas.image[..., :3] = to_uint8(canvas.image[..., :3] + glow)
    canvas.image[..., 3] = np.maximum(
        canvas.image[..., 3], to_uint8(np.asarray(glow.max(axis=2) * 0.6, np.float32))
    )


def _draw_curtain(canvas: ForegroundCanvas, left: int, right: int) -> None:
    height = canvas.image.shape[0]
    x = np.arange(left, right, dtype=np.float32)
    folds = (
        0.62
        + 0.24 * np.sin(x / np.float32(canvas.size_unit) * 118)
        + 0.14 * np.sin(x / np.float32(canvas.size_unit) * 53)
    )
    cloth = canvas.context.light_colour((214, 196, 170)) * np.float32(0.6) + np.array(
        (26, 20, 16), np.float32
    )
    tone = to_uint8(cloth[None, None] * folds[None, :, None])
    canvas.image[:, left:right, :3] = np.broadcast_to(tone, (height, right - left, 3))
    canvas.image[:, left:right, 3] = 255
