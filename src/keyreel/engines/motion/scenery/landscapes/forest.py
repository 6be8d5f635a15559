"""A forest: trunks, leaves and undergrowth at many depths around a clearing, and beams of light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import blur_image, resize, smoothstep_array, to_uint8
from keyreel.engines.motion.scenery.landscapes.ground import draw_polygons, project_onto_ground
from keyreel.engines.motion.scenery.landscapes.sky import blend_colour, draw_sky

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


_TREE_ROW_COUNT: Final = 9
"""Rows of trees from the horizon to the front."""
_SHADED_LEAF: Final = (32, 57, 21)
_SUNNY_LEAF: Final = (150, 176, 62)
_BARK: Final = (62, 50, 40)
_SHADED_FERN: Final = (49, 59, 28)
_MIN_BARK_WIDTH: Final = 9.0
"""Thinner trunks, in pixels, show no bark."""


class _TreeRow(NamedTuple):
    """One row of trees: nearness 0.0 … 1.0, opacity of the haze before it, and the pixel row of its feet."""

    nearness: float
    haze: float
    foot: float

    @property
    def clearing_half_width(self) -> float:
        """How far from the middle, as a part of the width, nothing stands."""
        return 0.03 + 0.36 * self.nearness


def draw_forest(context: DrawingContext) -> FloatArray:
    """Draw a clearing in a forest: float32 [height, width, 3], RGB 0 … 255."""
    height = context.size[1]
    haze = _get_haze_colour(context)
    sky = draw_sky(context, 0.2)
    blend_colour(sky, haze, np.full(sky.shape[:2], 0.62, np.float32))
    _draw_floor(sky, context)
    image = to_uint8(sky)
    _draw_fallen_leaves(image, context)
    for part in np.linspace(0, 1, _TREE_ROW_COUNT):
        foot = context.horizon_row + (height - context.horizon_row) * (0.015 + 0.60 * float(part) ** 2.1)
        depth = _TreeRow(float(part), 0.90 * (1 - float(part)) ** 0.8, foot)
        _draw_trunks(image, context, depth, haze)
        _draw_crowns(image, context, depth, haze)
        _draw_undergrowth(image, context, depth, haze)
    drawn = np.asarray(image, np.float32)
    _draw_light_beams(drawn, context)
    return drawn


def draw_leaves(  # noqa: PLR0913 - how a clump of leaves looks has this many sides
    image: Frame,
    rng: np.random.Generator,
    at: tuple[float, float],
    *,
    spread: tuple[float, float],
    size: float,
    count: int,
    dark: FloatArray,
    bright: FloatArray,
    light_from: float = 0.0,
) -> None:
    """Draw a clump of leaves around a pixel, in place: bright above and towards the light, dark below.

    `image` is uint8; `spread` and `size` are in pixels; `dark` and `bright` have the image's channels;
    `light_from` is -1.0 … 1.0.
    """
    offsets = rng.normal(0, 0.5, (count, 2)).clip(-1.3, 1.3)
    angle = rng.random(count) * np.pi
    long = size * (0.6 + 0.8 * rng.random(count))
    wide = long * (0.30 + 0.25 * rng.random(count))
    middle = np.array(at) + offsets * spread
    along = np.stack((np.cos(angle), np.sin(angle) * 0.8), axis=-1)
    across = np.stack((-along[:, 1], along[:, 0]), axis=-1)
    tip, side = along * long[:, None], across * wide[:, None]
    corners = np.stack((middle - tip, middle + side, middle + tip, middle - side), axis=1)
    shine = np.clip(0.42 - 0.40 * offsets[:, 1] + 0.28 * light_from * offsets[:, 0], 0, 1)
    shine = np.clip(shine + rng.normal(0, 0.16, count), 0, 1)[:, None]
    tones = dark * (1 - shine) + bright * shine
    # Those below are drawn first, as they hang behind.
    order = np.argsort(shine[:, 0])
    draw_polygons(image, corners[order], tones[order])


def _get_haze_colour(context: DrawingContext) -> FloatArray:
    """Return the colour of haze between trees: the light, filtered by leaves."""
    low, glow = (np.array(each, np.float32) for each in (context.palette.horizon, context.palette.glow))
    strained = np.array((0.90, 1.0, 0.72), np.float32)
    return np.asarray((0.45 * low + 0.60 * glow * max(context.palette.light)) * strained, np.float32)


def _apply_haze(
    context: DrawingContext, colour: tuple[float, float, float], depth: _TreeRow, haze: FloatArray
) -> FloatArray:
    return np.asarray(context.light_colour(colour) * (1 - depth.haze) + haze * depth.haze, np.float32)


def _draw_floor(image: FloatArray, context: DrawingContext) -> None:
    """Draw moss and leaf litter, a path, and patches of light."""
    width, height = context.size
    part = np.linspace(0, 1, height - context.horizon_row, dtype=np.float32)
    coarse, fine, dapple = (
        project_onto_ground(generate_noise((512, 512), (cells, cells), context.rng, octaves), part, width)
        for cells, octaves in ((14, 4), (120, 3), (34, 3))
    )
    moss, litter = context.light_colour((66, 82, 40)), context.light_colour((104, 78, 50))
    aside = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :] / (0.05 + part[:, None])
    bend = 0.35 * np.sin(3.2 / (0.25 + part))[:, None] * (1 - part[:, None])
    path = 1 - smoothstep_array(np.abs(aside - bend) + (coarse - 0.5) * 0.7, 0.16, 0.46)
    kind = np.clip(smoothstep_array(coarse, 0.42, 0.62) * 0.55 + 0.75 * path, 0, 1)[..., None]
    colour = (moss * (1 - kind) + litter * kind) * (0.62 + 0.76 * fine[..., None])
    below = image[context.horizon_row :]
    colour += (_get_haze_colour(context) - colour) * (0.86 * np.exp(-part * 7.0))[:, None, None]
    lit = (
        smoothstep_array(dapple, 0.50, 0.66)
        * (0.35 + 0.65 * smoothstep_array(coarse, 0.3, 0.6))
        * context.palette.glare
    )
    colour += lit[..., None] * context.light_colour((150, 132, 70)) * (0.35 + 0.65 * part[:, None, None])
    below[:] = colour


def _draw_fallen_leaves(image: Frame, context: DrawingContext) -> None:
    """Scatter fallen leaves over the floor, larger towards the viewer."""
    width, height = context.size
    count = round(2800 * max(width / height, 0.7) / 1.78)
    part = np.sort(context.rng.random(count) ** 1.3)
    positions = np.stack(
        (
            context.rng.random(count) * width,
            context.horizon_row + (height - context.horizon_row) * (0.03 + 0.97 * part),
        ),
        axis=-1,
    )
    size = (context.height_unit * (0.0014 + 0.0062 * part))[:, None]
    kinds = np.array(((124, 92, 52), (88, 62, 38), (150, 118, 60), (70, 92, 40), (96, 118, 50)))
    tones = kinds[context.rng.integers(0, len(kinds), count)] * np.array(context.palette.light)
    tones *= (0.55 + 0.6 * context.rng.random(count))[:, None]
    tones += (_get_haze_colour(context) - tones) * (0.86 * np.exp(-part * 7.0))[:, None]
    turn = context.rng.random(count) * np.pi
    along = np.stack((np.cos(turn), np.sin(turn) * 0.42), axis=-1) * size
    across = np.stack((-np.sin(turn), np.cos(turn) * 0.42), axis=-1) * size * 0.42
    corners = np.stack((positions - along, positions + across, positions + along, positions - across), axis=1)
    draw_polygons(image, corners, tones)


def _draw_trunks(image: Frame, context: DrawingContext, depth: _TreeRow, haze: FloatArray) -> None:
    width = context.size[0]
    count = round((26 - 20 * depth.nearness) * max(width / context.size[1], 0.6) / 1.78) + 1
    for _ in range(count):
        x = _pick_x_beside_clearing(context, depth)
        thick = (
            context.height_unit * (0.009 + 0.060 * depth.nearness**1.6) * (0.55 + 0.8 * context.rng.random())
        )
        foot = depth.foot + context.height_unit * 0.02 * context.rng.normal()
        _draw_trunk(image, context, (x, foot), thick=thick, colour=_apply_haze(context, _BARK, depth, haze))


def _pick_x_beside_clearing(context: DrawingContext, depth: _TreeRow) -> float:
    """Return a random column, in pixels, outside the clearing."""
    side = 1 if context.rng.random() < 0.5 else -1
    out = depth.clearing_half_width + (0.54 - depth.clearing_half_width) * context.rng.random()
    return context.size[0] * (0.5 + side * out)


def _draw_trunk(
    image: Frame, context: DrawingContext, foot: tuple[float, float], *, thick: float, colour: FloatArray
) -> None:
    """Draw one trunk up to the frame's top: round, with bark, mossy on one side, broader at its foot."""
    width = context.size[0]
    if thick < _MIN_BARK_WIDTH:
        _draw_thin_trunk(image, context, foot, thick=thick, colour=colour)
        return
    reach = thick * 1.7 + 2
    left, right = max(int(foot[0] - reach), 0), min(int(foot[0] + reach) + 1, width)
    bottom = min(int(foot[1]) + 2, image.shape[0])
    if right - left < 2 or bottom < 8:
        return
    rows = (np.arange(bottom, dtype=np.float32)[:, None] - np.float32(foot[1])) / np.float32(
        context.height_unit
    )
    lean = (context.rng.random() - 0.5) * 0.10 * context.height_unit
    bow = np.sin(rows * np.float32(3 + 3 * context.rng.random())) * np.float32(0.012 * context.height_unit)
    middle = np.float32(foot[0]) + rows * np.float32(lean) + bow
    half = np.float32(thick / 2) * (
        1 + 0.22 * rows + 0.9 * np.exp(rows / np.float32(0.022 + thick / context.height_unit * 0.2))
    )
    across = (np.arange(left, right, dtype=np.float32)[None, :] - middle) / np.maximum(half, 0.6)
    rough = generate_noise((right - left, bottom), (max(thick / 3, 3), 26), context.rng, 4) - np.float32(0.5)
    bark = 0.55 * rough + 0.9 * rough * np.abs(np.sin(across * np.float32(9) + rough * 5))
    mask = smoothstep_array((1 - np.abs(across)) * half, -0.6, 0.7)
    side = 1.0 if context.palette.sun[0] > 0.5 else -1.0
    round_light = 0.80 + 0.46 * np.clip(across * np.float32(side), -1, 1) - 0.25 * across**2
    tone = colour * (round_light + 0.75 * bark * min(thick / 10, 1))[..., None].clip(0.25, 1.7)
    moss = (
        smoothstep_array(bark - across * np.float32(side) * 0.35, 0.14, 0.34)
        * np.clip(1 + rows * 1.6, 0, 1)
        * 0.5
    )[..., None]
    tone += (colour * np.array((0.95, 1.42, 0.62), np.float32) - tone) * moss * min(thick / 14, 1)
    part = image[:bottom, left:right]
    part[:] = to_uint8(part + (tone - part) * mask[..., None])


def _draw_thin_trunk(
    image: Frame, context: DrawingContext, foot: tuple[float, float], *, thick: float, colour: FloatArray
) -> None:
    """Draw a trunk too far away for its bark to be seen: its shaded and its lit side."""
    lean = foot[1] / context.height_unit * (context.rng.random() - 0.5) * 0.08 * context.height_unit
    side = thick * (0.22 if context.palette.sun[0] > 0.5 else -0.22)
    for aside, wide, tone in ((0.0, 1.0, 0.78), (side, 0.5, 1.12)):
        ends = (foot[0] + aside - lean, -2.0), (foot[0] + aside, foot[1])
        half = max(thick * wide / 2, 0.4)
        outline = [(ends[0][0] - half * 0.8, ends[0][1]), (ends[0][0] + half * 0.8, ends[0][1])]
        outline += [(ends[1][0] + half, ends[1][1]), (ends[1][0] - half, ends[1][1])]
        draw_polygons(image, np.array([outline]), np.clip(colour[None] * tone, 0, 255))


def _draw_crowns(image: Frame, context: DrawingContext, depth: _TreeRow, haze: FloatArray) -> None:
    """Draw the leaves above: an arch that opens over the clearing."""
    width, height = context.size
    dark = _apply_haze(context, _SHADED_LEAF, depth, haze)
    bright = _apply_haze(context, _SUNNY_LEAF, depth, haze)
    bright += (np.array(context.palette.glow, np.float32) * max(context.palette.light) - bright) * np.float32(
        0.12
    )
    size = context.height_unit * (0.0046 + 0.0066 * depth.nearness)
    across = max(width / height, 0.7) / 1.78
    sun = 1.0 if context.palette.sun[0] > 0.5 else -1.0
    for _ in range(round((70 - 30 * depth.nearness) * across)):
        x = context.rng.random()
        aside = abs(x - 0.5) * 2
        arch = (0.52 - 0.20 * depth.nearness) * aside ** (0.7 + 1.8 * depth.nearness)
        lowest = height * (0.08 + arch + 0.9 * (1 - depth.nearness) ** 3)
        y = lowest * (1.08 * context.rng.random() ** 0.75 - 0.10)
        y = min(y, context.horizon_row * (0.98 - 0.2 * context.rng.random()))
        wide = context.height_unit * (0.045 + 0.065 * depth.nearness) * (0.7 + 0.6 * context.rng.random())
        draw_leaves(
            image, context.rng, (x * width, y), spread=(wide, wide * 0.6), size=size,
            count=round(44 + 30 * depth.nearness), dark=dark, bright=bright, light_from=sun,
        )  # fmt: skip


def _draw_undergrowth(image: Frame, context: DrawingContext, depth: _TreeRow, haze: FloatArray) -> None:
    """Draw bushes and ferns at the trees' feet."""
    width = context.size[0]
    dark = _apply_haze(context, _SHADED_FERN, depth, haze)
    bright = _apply_haze(context, (124, 150, 60), depth, haze)
    size = context.height_unit * (0.0035 + 0.009 * depth.nearness)
    for _ in range(round(26 * max(width / context.size[1], 0.7) / 1.78)):
        x = _pick_x_beside_clearing(context, depth) + context.height_unit * 0.05 * context.rng.normal()
        wide = context.height_unit * (0.030 + 0.050 * depth.nearness) * (0.6 + 0.7 * context.rng.random())
        y = depth.foot - wide * 0.22
        draw_leaves(
            image, context.rng, (x, y), spread=(wide, wide * 0.42), size=size,
            count=34, dark=dark, bright=bright, light_from=0.4,
        )  # fmt: skip


def _draw_light_beams(image: FloatArray, context: DrawingContext) -> None:
    """Draw the light that falls through the leaves from where the sun is, and its glow there."""
    width, height = context.size
    small = max(width // 4, 8), max(height // 4, 8)
    x = np.arange(small[0], dtype=np.float32)[None, :] / small[0] - np.float32(context.palette.sun[0])
    y = np.arange(small[1], dtype=np.float32)[:, None] / small[1] + np.float32(0.16)
    x = x * np.float32(width / height)
    angle = np.arctan2(x, y)
    gaps = generate_noise((1024, 1), (40, 1), context.rng, 3)[0]
    through = smoothstep_array(gaps[((angle / np.pi + 0.5) * 1023).astype(np.int32)], 0.50, 0.74)
    far = np.hypot(x, y)
    light = through * np.exp(-((far / 0.75) ** 2)) * 0.60 + np.exp(-((far / 0.46) ** 2)) * 0.55
    light *= np.float32(min(context.palette.glare * 1.3, 0.75))
    soft = resize(blur_image(np.asarray(light, np.float32), 1.2), width, height)
    blend_colour(image, context.palette.glow, np.clip(soft, 0, 0.8))
