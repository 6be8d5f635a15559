"""A café: a wide shop window, lamps that hang before it, tables with chairs, and a table close by."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize, to_uint8
from keyreel.engines.motion.scenery.interiors.tableware import draw_cup, ring
from keyreel.engines.motion.scenery.landscapes.forest import draw_leaves

if TYPE_CHECKING:
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas

_WINDOW: Final = (0.02, 0.10, 0.98, 0.72)
"""The window's left, top, right and bottom, as parts of the frame."""
_PANES: Final = 4
_LAMPLIGHT: Final = (255, 196, 118)


def draw_cafe_window(canvas: ForegroundCanvas) -> None:
    """Draw the wall around a shop window of several panes, with wooden boards below."""
    height, width = canvas.image.shape[:2]
    wall = canvas.light_tone((108, 74, 54), 0.42) + np.array((46, 30, 20, 0), np.float32)
    canvas.image[:] = to_uint8(np.minimum(wall, 255))
    fall = np.linspace(1.15, 0.66, height, dtype=np.float32)[:, None, None]
    canvas.image[..., :3] = to_uint8(canvas.image[..., :3] * fall)
    left, top = (round(each) for each in canvas.to_pixel(*_WINDOW[:2]))
    right, bottom = (round(each) for each in canvas.to_pixel(*_WINDOW[2:]))
    board = max(round(canvas.size_unit * 0.05), 3)
    for x in range(0, width, board):
        dark = (canvas.image[bottom + board, x, :3] * 0.6).tolist()
        cv2.line(canvas.image, (x, bottom), (x, height), (*dark, 255), max(board // 14, 1))
    bar = max(round(canvas.size_unit * 0.020), 2)
    iron = canvas.light_tone((52, 44, 40), 0.5)
    cv2.rectangle(canvas.image, (left - bar, top - bar), (right + bar, bottom + bar), iron.tolist(), -1)
    edges = np.linspace(left, right, _PANES + 1).round().astype(int).tolist()
    transom = top + round((bottom - top) * 0.24)
    for start, end in pairwise(edges):
        canvas.image[top : transom - bar // 2, start + bar // 2 : end - bar // 2] = 0
        canvas.image[transom + bar // 2 : bottom, start + bar // 2 : end - bar // 2] = 0
    sill = canvas.light_tone((150, 104, 70), 0.6)
    cv2.rectangle(canvas.image, (left - 2 * bar, bottom), (right + 2 * bar, bottom + bar), sill.tolist(), -1)
    _draw_pot_plants(canvas, bottom)


def draw_pendant_lamps(canvas: ForegroundCanvas) -> None:
    """Draw lamps on long cords, with their glow."""
    high, wide = canvas.image.shape[:2]
    light = np.zeros((high, wide, 3), np.float32)
    shade = canvas.light_tone((46, 58, 54), 0.7)
    for x in (0.14, 0.38, 0.62, 0.86):
        down = canvas.rng.uniform(0.16, 0.24)
        at = np.array(canvas.to_pixel(x + canvas.rng.normal(0, 0.01), down))
        unit = canvas.size_unit * 0.05
        canvas.draw_stroke(np.stack((at * (1, 0), at)), [max(unit * 0.06, 1)], shade)
        canvas.fill_outline(at + np.array(((-0.2, -0.3), (0.2, -0.3), (0.9, 0.5), (-0.9, 0.5))) * unit, shade)
        bulb = tuple(round(float(each) * 16) for each in at + np.array((0, unit * 0.52)))
        cv2.circle(light, bulb, round(unit * 0.30 * 16), _LAMPLIGHT, -1, cv2.LINE_AA, 4)
    small = resize(light, wide // 4, high // 4)
    glow = light + resize(blur_image(small, canvas.size_unit / 60), wide, high) * np.float32(2.4)
    glow += resize(blur_image(small, canvas.size_unit / 18), wide, high) * np.float32(3.0)
    canvas.image[..., :3] = to_uint8(np.asarray(canvas.image[..., :3] + glow, np.float32))
    alpha = to_uint8(np.asarray(glow.max(axis=2) * 0.5, np.float32))
    canvas.image[..., 3] = np.maximum(canvas.image[..., 3], alpha)


def draw_cafe_tables(canvas: ForegroundCanvas) -> None:
    """Draw round tables with a cup each, and chairs beside them."""
    for x, row in ((0.20, 0.84), (0.79, 0.86), (0.50, 0.79)):
        unit = canvas.size_unit * (0.16 + 0.5 * (row - 0.79))
        top = np.array(canvas.to_pixel(x + canvas.rng.normal(0, 0.012), row))
        for side in (-1.0, 1.0):
            _draw_chair(canvas, top + np.array((side * unit * 1.18, unit * 0.15)), unit, side)
        iron = canvas.light_tone((44, 38, 36), 0.6)
        canvas.draw_stroke(np.stack((top, top + np.array((0, unit * 1.25)))), [unit * 0.09], iron)
        canvas.fill_outline(top + np.array((0, unit * 1.25)) + ring(unit * 0.5, 0.2), iron)
        wood = canvas.light_tone((158, 104, 64), 0.72)
        canvas.fill_outline(top + np.array((0, unit * 0.06)) + ring(unit, 0.30), wood * (0.6, 0.6, 0.6, 1))
        canvas.fill_outline(top + ring(unit, 0.30), wood)
        draw_cup(canvas, top + np.array((-0.25 * unit, 0.02 * unit)), unit * 0.26)


def draw_near_table(canvas: ForegroundCanvas) -> None:
    """Draw the edge of a table close by, with a cup, in the lower corner of the canvas's side."""
    unit = canvas.size_unit * 0.42
    at = np.array(canvas.to_pixel(0.5 + canvas.side * 0.30, 1.10))
    wood = canvas.light_tone((140, 90, 56), 0.7)
    canvas.fill_outline(at + np.array((0, unit * 0.05)) + ring(unit, 0.34), wood * (0.55, 0.55, 0.55, 1))
    canvas.fill_outline(at + ring(unit, 0.34), wood)
    draw_cup(canvas, at + np.array((-canvas.side * 0.1 * unit, -0.13 * unit)), unit * 0.26)


def _draw_chair(
    canvas: ForegroundCanvas, at: np.ndarray[tuple[int], np.dtype[np.float64]], unit: float, side: float
) -> None:
    """Draw a bentwood chair that faces a table: `side` is where it stands, -1.0 left of it."""
    tone = canvas.light_tone((72, 48, 34), 0.72)
    thick = max(unit * 0.07, 1.0)
    seat = np.array((0.0, 0.42)) * unit
    canvas.fill_outline(at + seat + ring(unit * 0.42, 0.3), canvas.light_tone((122, 82, 54), 0.7))
    for leg in (-0.32, 0.32):
        ends = np.stack((at + seat + (leg * unit, 0), at + np.array((leg * 1.2, 1.25)) * unit))
        canvas.draw_stroke(ends, [thick], tone)
    angle = np.linspace(0, np.pi, 14)
    bow = np.stack((side * 0.34 + np.cos(angle) * 0.12, 0.40 - np.sin(angle) * 0.95), -1) * unit
    canvas.draw_stroke(at + bow, [thick] * 13, tone)


def _draw_pot_plants(canvas: ForegroundCanvas, bottom: int) -> None:
    for x in (0.08, 0.33, 0.94):
        at = np.array((canvas.to_pixel(x, 0)[0], bottom))
        unit = canvas.size_unit * 0.05
        pot = np.array(((-0.5, -0.7), (0.5, -0.7), (0.36, 0), (-0.36, 0))) * unit
        canvas.fill_outline(at + pot, canvas.light_tone((178, 96, 62), 0.7))
        for _ in range(9):
            spot = at + np.array((canvas.rng.normal(0, 0.5), -0.9 - abs(canvas.rng.normal(0, 0.7)))) * unit
            draw_leaves(
                canvas.image, canvas.rng, (float(spot[0]), float(spot[1])), spread=(unit * 0.6, unit * 0.5),
                size=unit * 0.22, count=9, dark=canvas.light_tone((26, 50, 28), 0.8),
                bright=canvas.light_tone((104, 144, 72), 0.85),
            )  # fmt: skip
