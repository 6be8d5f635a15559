"""A room with a fireplace: bricks, a mantelpiece, logs in the hearth, a rug, and an armchair in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import smoothstep_array, to_uint8
from keyreel.engines.motion.scenery.interiors.room import draw_floor

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray, UInt8Array
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext

_BREAST: Final = (0.33, 0.67)
"""The chimney breast's sides, as parts of the width."""
_MANTEL_ROW: Final = 0.47
_HEARTH_ROW: Final = 0.775
"""Rows of the mantelpiece and of the hearth's stone, as parts of the height."""
_OPENING: Final = (0.405, 0.595, 0.575)
"""The fire's opening: its sides and its top, as parts of the image's sides."""
_BRICK: Final = (0.026, 0.36)
"""A course's height, in heights of the image, and a brick's height by its width."""
_SUBPIXELS: Final = 16
"""Steps in a pixel of OpenCV's fixed-point coordinates: 4 fractional bits."""


def draw_fireplace(context: DrawingContext) -> FloatArray:
    """Draw the room towards its fireplace: float32 [height, width, 3], RGB 0 … 255."""
    width, height = context.size
    image = np.empty((height, width, 3), np.float32)
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    falloff = np.asarray(1.10 - 0.85 * np.hypot((x - 0.5) * 1.1, (y - 0.66) * 0.8), np.float32)
    image[:] = _tint(context, (168, 118, 92)) * falloff[..., None]
    draw_floor(image, context)
    board = smoothstep_array(y * height - context.horizon_row + height * 0.04, 0, 1.5) * (
        y * height < context.horizon_row
    )
    image += (_tint(context, (214, 196, 172)) * falloff[..., None] * 0.8 - image) * (board * np.ones_like(x))[
        ..., None
    ]
    _draw_bricks(image, context, falloff)
    drawn = to_uint8(image)
    _draw_rug(drawn, context)
    _draw_hearth(drawn, context)
    _draw_mantel(drawn, context)
    return np.asarray(drawn, np.float32)


def draw_armchair(canvas: ForegroundCanvas) -> None:
    """Draw the back of an armchair in the lower corner of the canvas's side."""
    unit, side = canvas.size_unit, canvas.side
    base = np.array(canvas.to_pixel(0.5 + side * 0.40, 1.16))
    leather, light = canvas.light_tone((96, 54, 38), 0.55), canvas.light_tone((150, 88, 58), 0.62)
    back = ((-0.26, 0), (-0.27, -0.44), (-0.22, -0.55), (0.0, -0.60), (0.22, -0.55), (0.27, -0.44), (0.26, 0))
    arm = ((0.20, 0), (0.22, -0.30), (0.30, -0.35), (0.40, -0.32), (0.42, -0.24), (0.40, 0))
    for outline, tone in ((back, leather), (arm, light)):
        canvas.fill_outline(base + np.array(outline) * (-side * unit, unit), tone)
    rim = base + np.array(back)[1:6] * (-side * unit, unit)
    canvas.draw_stroke(rim, [unit * 0.016] * 4, light)
    for x in (-0.13, 0.0, 0.13):
        for y in (-0.46, -0.36, -0.26):
            at = base + np.array((x, y)) * unit
            canvas.fill_outline(at + _ring(unit * 0.008), canvas.light_tone((58, 32, 24), 0.6))


def _tint(context: DrawingContext, colour: Colour) -> FloatArray:
    """Return an indoor colour: half in the light of the day outside, half in that of lamps."""
    return np.asarray(
        context.light_colour(colour) * np.float32(0.40) + np.array(colour, np.float32) * np.float32(0.46),
        np.float32,
    )


def _ring(radius: float, flat: float = 1.0) -> FloatArray:
    angle = np.linspace(0, 2 * np.pi, 25)[:-1]
    return np.asarray(np.stack((np.cos(angle), np.sin(angle) * flat), -1) * radius, np.float32)


def _draw_bricks(image: FloatArray, context: DrawingContext, falloff: FloatArray) -> None:
    """Draw the chimney breast, in place: courses of bricks, each of its own tone."""
    width, height = context.size
    left, right = (round(each * width) for each in _BREAST)
    bottom = round(_HEARTH_ROW * height)
    tall = _BRICK[0] * height
    y, x = np.mgrid[0:bottom, left:right].astype(np.float32)
    course = np.floor(y / tall)
    along = x / (tall / _BRICK[1]) + (course % 2) * 0.5
    brick = np.floor(along)
    tones = context.rng.random(1024).astype(np.float32)
    tone = 0.74 + 0.42 * tones[(brick * 37 + course * 101).astype(np.int32) % 1024]
    joint = np.maximum(
        smoothstep_array(np.abs(y / tall - course - 0.5), 0.43, 0.49),
        smoothstep_array(np.abs(along - brick - 0.5), 0.465, 0.495),
    )
    colour = _tint(context, (172, 84, 58)) * (tone * falloff[:bottom, left:right] * 1.12)[..., None]
    mortar = _tint(context, (176, 156, 138)) * falloff[:bottom, left:right, None] * 0.8
    image[:bottom, left:right] = colour + (mortar - colour) * joint[..., None]
    # The breast stands out of the wall: it throws a narrow shadow to both sides.
    reach = max(round(width * 0.014), 2)
    shade = np.linspace(0.62, 1.0, reach, dtype=np.float32)
    image[:bottom, right : right + reach] *= shade[None, :, None]
    image[:bottom, left - reach : left] *= shade[None, ::-1, None]


def _draw_hearth(image: UInt8Array, context: DrawingContext) -> None:
    """Draw the opening with its soot and logs, and the stone before it, in place."""
    width, height = context.size
    left, right, top = _OPENING[0] * width, _OPENING[1] * width, _OPENING[2] * height
    foot, wide = _HEARTH_ROW * height, right - left
    arch = np.linspace(np.pi, 0, 24)
    curve = np.stack(
        ((left + right) / 2 + np.cos(arch) * wide / 2, top + wide * 0.10 - np.sin(arch) * wide * 0.16), -1
    )
    outer = np.stack(
        ((left + right) / 2 + np.cos(arch) * wide * 0.58, top + wide * 0.10 - np.sin(arch) * wide * 0.26), -1
    )
    stone = _tint(context, (190, 178, 162))
    _fill(
        image,
        np.concatenate((outer, ((right + wide * 0.08, foot), (left - wide * 0.08, foot)))),
        stone * 0.72,
    )
    _fill(image, np.concatenate((curve, ((right, foot), (left, foot)))), np.array((26, 17, 14), np.float32))
    inner = np.array(
        (
            (left + wide * 0.12, foot),
            (left + wide * 0.18, top + wide * 0.2),
            (right - wide * 0.18, top + wide * 0.2),
            (right - wide * 0.12, foot),
        )
    )
    _fill(image, inner, np.array((44, 28, 21), np.float32))
    slab = np.array(
        (
            (left - wide * 0.30, foot),
            (right + wide * 0.30, foot),
            (right + wide * 0.40, foot + height * 0.045),
            (left - wide * 0.40, foot + height * 0.045),
        )
    )
    _fill(image, slab, stone * 0.9)
    _draw_logs(image, np.array(((left + right) / 2, foot - wide * 0.05)), wide)


def _draw_logs(image: UInt8Array, middle: FloatingArray, wide: float) -> None:
    """Draw four logs, one on the others, in an opening of this width in pixels, in place."""
    for aside, up, turn in ((-0.16, 0.02, 0.1), (0.16, 0.03, -0.12), (0.0, 0.10, 0.05), (0.02, 0.0, 0.0)):
        at = middle + np.array((aside, -up)) * wide
        along = np.array((np.cos(turn), np.sin(turn))) * wide * 0.24
        ends = [tuple(round(float(each) * _SUBPIXELS) for each in at + along * way) for way in (-1, 1)]
        for thick, tone in ((0.085, (58, 36, 24)), (0.03, (104, 66, 40))):
            cv2.line(image, ends[0], ends[1], tone, max(round(wide * thick), 1), cv2.LINE_AA, 4)


def _draw_mantel(image: UInt8Array, context: DrawingContext) -> None:
    """Draw the mantelpiece, what stands on it, and the picture above, in place."""
    width, height = context.size
    left, right, row = (_BREAST[0] - 0.025) * width, (_BREAST[1] + 0.025) * width, _MANTEL_ROW * height
    thick = height * 0.026
    wood = _tint(context, (132, 84, 52))
    _fill(image, _box(left, row, right, row + thick), wood)
    _fill(image, _box(left, row, right, row + thick * 0.3), wood * 1.3)
    _fill(image, _box(left + thick, row + thick, right - thick, row + thick * 1.5), wood * 0.55)
    frame = _box(0.43 * width, 0.17 * height, 0.57 * width, 0.38 * height)
    _fill(image, frame, _tint(context, (206, 164, 88)))
    middle = frame.mean(axis=0)
    _fill(image, middle + (frame - middle) * 0.88, _tint(context, (120, 150, 168)))
    hills = np.array(
        ((-0.88, 0.88), (-0.88, 0.2), (-0.3, -0.25), (0.1, 0.15), (0.5, -0.1), (0.88, 0.3), (0.88, 0.88))
    )
    _fill(image, middle + hills * (frame[1] - middle) * (1, -1), _tint(context, (92, 116, 76)))
    for x, tall in ((0.365, 0.075), (0.385, 0.055), (0.635, 0.065)):
        _fill(
            image,
            _box(x * width - thick * 0.22, row - tall * height, x * width + thick * 0.22, row),
            _tint(context, (238, 230, 210)),
        )
    clock = np.array((0.60 * width, row - height * 0.038))
    _fill(image, clock + _ring(height * 0.036), wood * 0.8)
    _fill(image, clock + _ring(height * 0.028), _tint(context, (240, 234, 220)))


def _draw_rug(image: UInt8Array, context: DrawingContext) -> None:
    width, height = context.size
    middle = np.array((width / 2, height * 0.93))
    for size, colour in (
        (1.0, (132, 44, 42)),
        (0.90, (206, 168, 112)),
        (0.84, (120, 38, 40)),
        (0.5, (188, 140, 92)),
        (0.44, (104, 34, 40)),
    ):
        _fill(image, middle + _ring(width * 0.30 * size, 0.26), _tint(context, colour))


def _box(left: float, top: float, right: float, bottom: float) -> FloatArray:
    return np.array(((left, top), (right, top), (right, bottom), (left, bottom)), np.float32)


def _fill(image: UInt8Array, outline: FloatArray, tone: FloatArray) -> None:
    points = np.round(np.asarray(outline) * _SUBPIXELS).astype(np.int32)
    cv2.fillPoly(image, [points], np.clip(tone, 0, 255).tolist(), cv2.LINE_AA, 4)
