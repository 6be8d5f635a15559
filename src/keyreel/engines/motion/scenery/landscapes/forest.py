"""Woods: trunks, leaves and undergrowth in many depths around a clearing, and light that falls into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.imaging.pixels import blurred, bytes_of, resized, step
from keyreel.engines.motion.scenery.landscapes.ground import perspective, strew
from keyreel.engines.motion.scenery.landscapes.sky import mixed, noise, painted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.scenery.landscapes.sky import Sketch

    FloatArray = NDArray[np.float32]

_DEPTHS: Final = 9
_SHADED_LEAF: Final = (32, 57, 21)
_SUNNY_LEAF: Final = (150, 176, 62)
_BARK: Final = (62, 50, 40)
_SHADED_FERN: Final = (49, 59, 28)
_SLENDER: Final = 9.0
"""Trunks that are thinner, in pixels, show no bark."""


class _Depth(NamedTuple):
    """One row of trees. `part` is 0.0 far away and 1.0 nearest; `veil` is how much air lies before it."""

    part: float
    veil: float
    foot: float

    @property
    def open_to(self) -> float:
        """How far from the middle, in parts of the width, nothing stands."""
        return 0.03 + 0.36 * self.part


def woods(sketch: Sketch) -> FloatArray:
    """Draw a clearing in a wood."""
    height = sketch.size[1]
    air = _air(sketch)
    sky = painted(sketch, 0.2)
    mixed(sky, air, np.full(sky.shape[:2], 0.62, np.float32))
    _floor(sky, sketch)
    image = bytes_of(sky)
    _litter(image, sketch)
    for part in np.linspace(0, 1, _DEPTHS):
        foot = sketch.line + (height - sketch.line) * (0.015 + 0.60 * float(part) ** 2.1)
        depth = _Depth(float(part), 0.90 * (1 - float(part)) ** 0.8, foot)
        _trunks(image, sketch, depth, air)
        _crowns(image, sketch, depth, air)
        _undergrowth(image, sketch, depth, air)
    drawn = np.asarray(image, np.float32)
    _beams(drawn, sketch)
    return drawn


def leaves(  # noqa: PLR0913 - how a clump of leaves looks has this many sides
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
    """Draw a clump of leaves, in place: bright above and towards the light, dark below."""
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
    strew(image, corners[order], tones[order])


def _air(sketch: Sketch) -> FloatArray:
    """Return the colour of far air between trees: the light, strained through leaves."""
    low, glow = (np.array(each, np.float32) for each in (sketch.palette.low, sketch.palette.glow))
    strained = np.array((0.90, 1.0, 0.72), np.float32)
    return np.asarray((0.45 * low + 0.60 * glow * max(sketch.palette.light)) * strained, np.float32)


def _veiled(sketch: Sketch, colour: tuple[float, float, float], depth: _Depth, air: FloatArray) -> FloatArray:
    return np.asarray(sketch.lit(colour) * (1 - depth.veil) + air * depth.veil, np.float32)


def _floor(image: FloatArray, sketch: Sketch) -> None:
    """Draw moss and old leaves, a path, and the patches of light that get through."""
    width, height = sketch.size
    part = np.linspace(0, 1, height - sketch.line, dtype=np.float32)
    coarse, fine, dapple = (
        perspective(noise((512, 512), (cells, cells), sketch.rng, octaves), part, width)
        for cells, octaves in ((14, 4), (120, 3), (34, 3))
    )
    moss, litter = sketch.lit((66, 82, 40)), sketch.lit((104, 78, 50))
    aside = (np.arange(width, dtype=np.float32) / width - 0.5)[None, :] / (0.05 + part[:, None])
    bend = 0.35 * np.sin(3.2 / (0.25 + part))[:, None] * (1 - part[:, None])
    path = 1 - step(np.abs(aside - bend) + (coarse - 0.5) * 0.7, 0.16, 0.46)
    kind = np.clip(step(coarse, 0.42, 0.62) * 0.55 + 0.75 * path, 0, 1)[..., None]
    colour = (moss * (1 - kind) + litter * kind) * (0.62 + 0.76 * fine[..., None])
    below = image[sketch.line :]
    colour += (_air(sketch) - colour) * (0.86 * np.exp(-part * 7.0))[:, None, None]
    lit = step(dapple, 0.50, 0.66) * (0.35 + 0.65 * step(coarse, 0.3, 0.6)) * sketch.palette.glare
    colour += lit[..., None] * sketch.lit((150, 132, 70)) * (0.35 + 0.65 * part[:, None, None])
    below[:] = colour


def _litter(image: Frame, sketch: Sketch) -> None:
    """Strew fallen leaves over the floor, larger towards the viewer."""
    width, height = sketch.size
    count = round(2800 * max(width / height, 0.7) / 1.78)
    part = np.sort(sketch.rng.random(count) ** 1.3)
    places = np.stack(
        (sketch.rng.random(count) * width, sketch.line + (height - sketch.line) * (0.03 + 0.97 * part)),
        axis=-1,
    )
    size = (sketch.tall * (0.0014 + 0.0062 * part))[:, None]
    kinds = np.array(((124, 92, 52), (88, 62, 38), (150, 118, 60), (70, 92, 40), (96, 118, 50)))
    tones = kinds[sketch.rng.integers(0, len(kinds), count)] * np.array(sketch.palette.light)
    tones *= (0.55 + 0.6 * sketch.rng.random(count))[:, None]
    tones += (_air(sketch) - tones) * (0.86 * np.exp(-part * 7.0))[:, None]
    turn = sketch.rng.random(count) * np.pi
    along = np.stack((np.cos(turn), np.sin(turn) * 0.42), axis=-1) * size
    across = np.stack((-np.sin(turn), np.cos(turn) * 0.42), axis=-1) * size * 0.42
    corners = np.stack((places - along, places + across, places + along, places - across), axis=1)
    strew(image, corners, tones)


def _trunks(image: Frame, sketch: Sketch, depth: _Depth, air: FloatArray) -> None:
    width = sketch.size[0]
    count = round((26 - 20 * depth.part) * max(width / sketch.size[1], 0.6) / 1.78) + 1
    for _ in range(count):
        x = _beside(sketch, depth)
        thick = sketch.tall * (0.009 + 0.060 * depth.part**1.6) * (0.55 + 0.8 * sketch.rng.random())
        foot = depth.foot + sketch.tall * 0.02 * sketch.rng.normal()
        _trunk(image, sketch, (x, foot), thick=thick, colour=_veiled(sketch, _BARK, depth, air))


def _beside(sketch: Sketch, depth: _Depth) -> float:
    """Return a place across, in pixels, outside the clearing."""
    side = 1 if sketch.rng.random() < 0.5 else -1
    out = depth.open_to + (0.54 - depth.open_to) * sketch.rng.random()
    return sketch.size[0] * (0.5 + side * out)


def _trunk(
    image: Frame, sketch: Sketch, foot: tuple[float, float], *, thick: float, colour: FloatArray
) -> None:
    """Draw one trunk up to the frame's top: round, rough, mossy on one side, broader at its foot."""
    width = sketch.size[0]
    if thick < _SLENDER:
        _pole(image, sketch, foot, thick=thick, colour=colour)
        return
    reach = thick * 1.7 + 2
    left, right = max(int(foot[0] - reach), 0), min(int(foot[0] + reach) + 1, width)
    bottom = min(int(foot[1]) + 2, image.shape[0])
    if right - left < 2 or bottom < 8:
        return
    rows = (np.arange(bottom, dtype=np.float32)[:, None] - np.float32(foot[1])) / np.float32(sketch.tall)
    lean = (sketch.rng.random() - 0.5) * 0.10 * sketch.tall
    bow = np.sin(rows * np.float32(3 + 3 * sketch.rng.random())) * np.float32(0.012 * sketch.tall)
    middle = np.float32(foot[0]) + rows * np.float32(lean) + bow
    half = np.float32(thick / 2) * (
        1 + 0.22 * rows + 0.9 * np.exp(rows / np.float32(0.022 + thick / sketch.tall * 0.2))
    )
    across = (np.arange(left, right, dtype=np.float32)[None, :] - middle) / np.maximum(half, 0.6)
    rough = noise((right - left, bottom), (max(thick / 3, 3), 26), sketch.rng, 4) - np.float32(0.5)
    bark = 0.55 * rough + 0.9 * rough * np.abs(np.sin(across * np.float32(9) + rough * 5))
    mask = step((1 - np.abs(across)) * half, -0.6, 0.7)
    side = 1.0 if sketch.palette.sun[0] > 0.5 else -1.0
    round_light = 0.80 + 0.46 * np.clip(across * np.float32(side), -1, 1) - 0.25 * across**2
    tone = colour * (round_light + 0.75 * bark * min(thick / 10, 1))[..., None].clip(0.25, 1.7)
    moss = (step(bark - across * np.float32(side) * 0.35, 0.14, 0.34) * np.clip(1 + rows * 1.6, 0, 1) * 0.5)[
        ..., None
    ]
    tone += (colour * np.array((0.95, 1.42, 0.62), np.float32) - tone) * moss * min(thick / 14, 1)
    part = image[:bottom, left:right]
    part[:] = bytes_of(part + (tone - part) * mask[..., None])


def _pole(
    image: Frame, sketch: Sketch, foot: tuple[float, float], *, thick: float, colour: FloatArray
) -> None:
    """Draw a trunk too far away for its bark to be seen: its shaded and its lit side."""
    lean = foot[1] / sketch.tall * (sketch.rng.random() - 0.5) * 0.08 * sketch.tall
    side = thick * (0.22 if sketch.palette.sun[0] > 0.5 else -0.22)
    for aside, wide, tone in ((0.0, 1.0, 0.78), (side, 0.5, 1.12)):
        ends = (foot[0] + aside - lean, -2.0), (foot[0] + aside, foot[1])
        half = max(thick * wide / 2, 0.4)
        outline = [(ends[0][0] - half * 0.8, ends[0][1]), (ends[0][0] + half * 0.8, ends[0][1])]
        outline += [(ends[1][0] + half, ends[1][1]), (ends[1][0] - half, ends[1][1])]
        strew(image, np.array([outline]), np.clip(colour[None] * tone, 0, 255))


def _crowns(image: Frame, sketch: Sketch, depth: _Depth, air: FloatArray) -> None:
    """Draw the leaves above: an arch that opens over the clearing."""
    width, height = sketch.size
    dark = _veiled(sketch, _SHADED_LEAF, depth, air)
    bright = _veiled(sketch, _SUNNY_LEAF, depth, air)
    bright += (np.array(sketch.palette.glow, np.float32) * max(sketch.palette.light) - bright) * np.float32(
        0.12
    )
    size = sketch.tall * (0.0046 + 0.0066 * depth.part)
    across = max(width / height, 0.7) / 1.78
    sun = 1.0 if sketch.palette.sun[0] > 0.5 else -1.0
    for _ in range(round((70 - 30 * depth.part) * across)):
        x = sketch.rng.random()
        aside = abs(x - 0.5) * 2
        arch = (0.52 - 0.20 * depth.part) * aside ** (0.7 + 1.8 * depth.part)
        lowest = height * (0.08 + arch + 0.9 * (1 - depth.part) ** 3)
        y = lowest * (1.08 * sketch.rng.random() ** 0.75 - 0.10)
        y = min(y, sketch.line * (0.98 - 0.2 * sketch.rng.random()))
        wide = sketch.tall * (0.045 + 0.065 * depth.part) * (0.7 + 0.6 * sketch.rng.random())
        leaves(
            image, sketch.rng, (x * width, y), spread=(wide, wide * 0.6), size=size,
            count=round(44 + 30 * depth.part), dark=dark, bright=bright, light_from=sun,
        )  # fmt: skip


def _undergrowth(image: Frame, sketch: Sketch, depth: _Depth, air: FloatArray) -> None:
    """Draw bushes and ferns at the trees' feet."""
    width = sketch.size[0]
    dark = _veiled(sketch, _SHADED_FERN, depth, air)
    bright = _veiled(sketch, (124, 150, 60), depth, air)
    size = sketch.tall * (0.0035 + 0.009 * depth.part)
    for _ in range(round(26 * max(width / sketch.size[1], 0.7) / 1.78)):
        x = _beside(sketch, depth) + sketch.tall * 0.05 * sketch.rng.normal()
        wide = sketch.tall * (0.030 + 0.050 * depth.part) * (0.6 + 0.7 * sketch.rng.random())
        y = depth.foot - wide * 0.22
        leaves(
            image, sketch.rng, (x, y), spread=(wide, wide * 0.42), size=size,
            count=34, dark=dark, bright=bright, light_from=0.4,
        )  # fmt: skip


def _beams(image: FloatArray, sketch: Sketch) -> None:
    """Draw the light that falls through the leaves from where the sun is, and its glow there."""
    width, height = sketch.size
    small = max(width // 4, 8), max(height // 4, 8)
    x = np.arange(small[0], dtype=np.float32)[None, :] / small[0] - np.float32(sketch.palette.sun[0])
    y = np.arange(small[1], dtype=np.float32)[:, None] / small[1] + np.float32(0.16)
    x = x * np.float32(width / height)
    angle = np.arctan2(x, y)
    gaps = noise((1024, 1), (40, 1), sketch.rng, 3)[0]
    through = step(gaps[((angle / np.pi + 0.5) * 1023).astype(np.int32)], 0.50, 0.74)
    far = np.hypot(x, y)
    light = through * np.exp(-((far / 0.75) ** 2)) * 0.60 + np.exp(-((far / 0.46) ** 2)) * 0.55
    light *= np.float32(min(sketch.palette.glare * 1.3, 0.75))
    soft = resized(blurred(np.asarray(light, np.float32), 1.2), width, height)
    mixed(image, sketch.palette.glow, np.clip(soft, 0, 0.8))
