"""A bamboo grove: culms with their nodes at many depths along a path, and culms close by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import smoothstep_array, to_uint8
from keyreel.engines.motion.scenery.landscapes.forest import draw_leaves
from keyreel.engines.motion.scenery.landscapes.ground import draw_plain, draw_polygons, project_onto_ground
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour, draw_sky

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext

_ROW_COUNT: Final = 9
"""Rows of culms from the horizon to the front."""
_CULM: Final[tuple[Colour, ...]] = ((104, 140, 58), (126, 154, 66), (88, 122, 62), (142, 150, 74))
_SHADED_LEAF: Final = (30, 66, 26)
_SUNNY_LEAF: Final = (164, 196, 84)
_NODE_SPACING: Final = 6.5
"""Of the nodes along a culm, in its thicknesses."""
# Strips of a culm from its dark edge to its lit one: (from, to) across, brightness.
_STRIPS: Final = (
    (-1.0, -0.55, 0.52),
    (-0.55, -0.1, 0.78),
    (-0.1, 0.45, 1.06),
    (0.45, 0.75, 1.22),
    (0.75, 1.0, 0.86),
)


def draw_bamboo_grove(context: DrawingContext) -> FloatArray:
    """Draw a path through bamboo: float32 [height, width, 3], RGB 0 … 255."""
    width, height = context.size
    haze = _get_haze_colour(context)
    image = draw_sky(context, 0.1)
    blend_colour(image, haze, np.full(image.shape[:2], 0.85, np.float32))
    draw_plain(image, context, far=(150, 168, 104), near=(86, 88, 48), contrast=0.5)
    _draw_path(image, context)
    drawn = to_uint8(image)
    for part in np.linspace(0, 1, _ROW_COUNT):
        near = float(part)
        foot = context.horizon_row + (height - context.horizon_row) * (0.01 + 0.52 * near**2.0)
        veil = 0.88 * (1 - near) ** 0.85
        count = round((84 - 66 * near) * max(width / height, 0.6) / 1.78)
        for _ in range(count):
            half = 0.015 + 0.27 * near
            side = 1 if context.rng.random() < 0.5 else -1
            x = width * (0.5 + side * (half + (0.56 - half) * context.rng.random()))
            thick = context.height_unit * (0.006 + 0.030 * near**1.5) * context.rng.uniform(0.7, 1.25)
            colour = context.light_colour(_CULM[int(context.rng.integers(len(_CULM)))])
            tone = np.asarray(colour * (1 - veil) + haze * veil, np.float32)
            at = np.array((x, foot + context.height_unit * 0.012 * context.rng.normal()))
            draw_polygons(
                drawn, *_build_culm(context.rng, at, at[1] + 4, thick, tone, _get_lit_side(context))
            )
        _draw_sprays(drawn, context, near, veil)
    return np.asarray(drawn, np.float32)


def draw_culms(canvas: ForegroundCanvas, *, count: int, thick: float) -> None:
    """Draw culms close by at both sides, `thick` size units wide, with leaves that hang in between."""
    rng, context = canvas.rng, canvas.context
    height = canvas.image.shape[0]
    for number in range(count):
        side = -1.0 if number % 2 else 1.0
        x, y = canvas.to_pixel(0.5 + side * (0.30 + 0.34 * rng.random() ** 0.8), 1.15)
        tone = canvas.light_tone(_CULM[int(rng.integers(len(_CULM)))], 0.82)
        wide = canvas.size_unit * thick * rng.uniform(0.75, 1.2)
        canvas.fill_polygons(*_build_culm(rng, np.array((x, y)), height, wide, tone, _get_lit_side(context)))
        for _ in range(4):
            at = x + rng.normal(0, canvas.size_unit * 0.08), canvas.to_pixel(0, rng.uniform(-0.1, 0.34))[1]
            draw_leaves(
                canvas.image, rng, at, spread=(canvas.size_unit * 0.10, canvas.size_unit * 0.05),
                size=canvas.size_unit * 0.020, count=34, dark=canvas.light_tone(_SHADED_LEAF, 0.8),
                bright=canvas.light_tone(_SUNNY_LEAF, 0.9), light_from=_get_lit_side(context),
            )  # fmt: skip


def _get_lit_side(context: DrawingContext) -> float:
    return 1.0 if context.palette.sun[0] > 0.5 else -1.0


def _get_haze_colour(context: DrawingContext) -> FloatArray:
    """Return the colour of the air between culms: the light, filtered by leaves."""
    low, glow = (np.array(each, np.float32) for each in (context.palette.horizon, context.palette.glow))
    strained = np.array((0.86, 1.0, 0.66), np.float32)
    return np.asarray((0.40 * low + 0.62 * glow * max(context.palette.light)) * strained, np.float32)


def _draw_path(image: FloatArray, context: DrawingContext) -> None:
    width, height = context.size
    part = np.linspace(0, 1, height - context.horizon_row, dtype=np.float32)
    rough = project_onto_ground(generate_noise((512, 512), (40, 40), context.rng, 4), part, width)
    aside = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :] / (0.05 + part[:, None])
    bend = (
        np.float32(context.rng.uniform(-0.5, 0.5))
        * np.sin(3.0 / (0.25 + part))[:, None]
        * (1 - part[:, None])
    )
    path = 1 - smoothstep_array(np.abs(aside - bend) + (rough - 0.5) * 0.35, 0.14, 0.26)
    tone = context.light_colour((178, 158, 116)) * (0.7 + 0.5 * rough)[..., None]
    below = image[context.horizon_row :]
    below += (tone - below) * (path * (0.25 + 0.6 * part[:, None]))[..., None]


def _build_culm(  # noqa: PLR0913, PLR0917 - what a culm looks like has this many sides
    rng: np.random.Generator,
    foot: FloatingArray,
    reach: float,
    thick: float,
    tone: FloatArray,
    lit: float,
) -> tuple[FloatingArray, FloatingArray]:
    """Return one culm's polygons [number, 4, 2] and tones, from its foot up by `reach` pixels."""
    lean, bow = rng.normal(0, 0.02) * reach, rng.normal(0, 0.012) * reach
    level = np.linspace(0, 1, 9)
    middle = foot[0] + lean * level + bow * np.sin(np.pi * level)
    rows = foot[1] - reach * level
    half = thick / 2 * (1 - 0.35 * level)
    parts: list[tuple[FloatingArray, FloatArray]] = []
    for start, end, bright in _STRIPS:
        left, right = middle + half * start * lit, middle + half * end * lit
        quads = _stack_quads(
            (left[:-1], rows[:-1]), (right[:-1], rows[:-1]), (right[1:], rows[1:]), (left[1:], rows[1:])
        )
        parts.append((quads, _shade(tone, bright)))
    nodes = np.arange(thick * rng.uniform(1, _NODE_SPACING), reach, thick * _NODE_SPACING) / reach
    x, y = np.interp(nodes, level, middle), foot[1] - reach * nodes
    wide, tall = thick / 2 * (1 - 0.35 * nodes) * 1.12, max(thick * 0.09, 0.7)
    for offset, bright in ((0.0, 0.42), (thick * 0.13, 1.3)):
        low, high = y - offset, y - offset - tall
        quads = _stack_quads((x - wide, low), (x + wide, low), (x + wide, high), (x - wide, high))
        parts.append((quads, _shade(tone, bright)))
    tones = [np.repeat(shade[None], len(quads), 0) for quads, shade in parts]
    return np.concatenate([quads for quads, _ in parts]), np.concatenate(tones)


def _stack_quads(*corners: tuple[FloatingArray, FloatingArray]) -> FloatingArray:
    """Return quadrilaterals [number, 4, 2] by the columns and rows of their four corners."""
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)


def _shade(tone: FloatArray, bright: float) -> FloatArray:
    """Return a tone, RGB or RGBA 0 … 255, in more or less light."""
    shaded = tone.copy()
    shaded[:3] = np.clip(shaded[:3] * np.float32(bright), 0, 255)
    return shaded


def _draw_sprays(
    image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], context: DrawingContext, near: float, veil: float
) -> None:
    """Draw the leaves of one row: they arch over the path, high up."""
    width, height = context.size
    haze = _get_haze_colour(context)
    dark, bright = (
        np.asarray(context.light_colour(each) * (1 - veil) + haze * veil, np.float32)
        for each in (_SHADED_LEAF, _SUNNY_LEAF)
    )
    for _ in range(round(46 * max(width / height, 0.7) / 1.78)):
        x = context.rng.random()
        arch = 0.50 * (abs(x - 0.5) * 2) ** (0.6 + 1.6 * near) + 0.12 + 0.34 * (1 - near) ** 2
        y = height * arch * context.rng.random() ** 0.8 - height * 0.04
        wide = context.height_unit * (0.04 + 0.06 * near) * (0.7 + 0.6 * context.rng.random())
        draw_leaves(
            image, context.rng, (x * width, min(y, context.horizon_row * 0.95)), spread=(wide, wide * 0.5),
            size=context.height_unit * (0.005 + 0.009 * near), count=30, dark=dark, bright=bright,
            light_from=_get_lit_side(context),
        )  # fmt: skip
