"""A great city seen across the water: towers in several depths, each with its own face, crown and lights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.imaging.pixels import blurred, resized
from keyreel.engines.motion.scenery.cities.facades import dusk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.scenery.landscapes.sky import Colour, Sketch

    FloatArray = NDArray[np.float32]

_FACES: Final[tuple[Colour, ...]] = (
    (70, 84, 104),
    (96, 92, 90),
    (58, 74, 96),
    (116, 104, 92),
    (84, 98, 112),
    (64, 66, 78),
)
_LAMPS: Final[tuple[Colour, ...]] = ((255, 206, 128), (255, 230, 188), (214, 232, 255), (255, 184, 96))
_CROWNS: Final[tuple[Colour, ...]] = (
    (80, 170, 255),
    (255, 70, 120),
    (255, 170, 60),
    (120, 255, 214),
    (190, 110, 255),
)
_AHEAD: Final = 1.2
"""Windows of a row for each of its towers, in parts of the light by which they are seen."""


class _Town(NamedTuple):
    """What is drawn on: the picture, and apart from it the lights over its horizon."""

    image: FloatArray
    light: FloatArray
    sketch: Sketch


class _Wall(NamedTuple):
    """A tower's face: its colour, its lamps', how many of its windows are lit, and how large they are."""

    face: FloatArray
    lamp: FloatArray
    lit: float
    cell: float


class _Row(NamedTuple):
    """One depth of towers: how far tops reach, how wide they are, how hazy it is, how fine its windows."""

    rise: float
    wide: float
    haze: float
    cell: float


_ROWS: Final = (
    _Row(0.46, 0.050, 0.62, 0.0052),
    _Row(0.60, 0.062, 0.34, 0.0070),
    _Row(0.40, 0.074, 0.08, 0.0092),
)


def metropolis(image: FloatArray, sketch: Sketch) -> None:
    """Draw the towers over the sky, down to the horizon, in place."""
    light = np.zeros_like(image[: sketch.line])
    for row in _ROWS:
        at = -sketch.size[0] * 0.02
        # The city's heart is higher than its ends.
        heart = sketch.rng.uniform(0.34, 0.66) * sketch.size[0]
        while at < sketch.size[0]:
            wide = min(sketch.size[0], 1.8 * sketch.size[1]) * row.wide * sketch.rng.uniform(0.45, 1.15)
            away = (at + wide / 2 - heart) / (0.34 * sketch.size[0])
            tall = (
                sketch.tall * row.rise * (0.22 + 0.78 * np.exp(-away * away)) * sketch.rng.uniform(0.42, 1.05)
            )
            _tower(_Town(image, light, sketch), row, (at, wide, tall))
            at += wide * sketch.rng.uniform(0.82, 1.3)
        _haze(image, sketch, row)
    _shine(image, light, sketch)


def _tower(town: _Town, row: _Row, box: tuple[float, float, float]) -> None:
    """Draw one tower of two or three parts, each narrower than the one below."""
    image, light, sketch = town
    rng = sketch.rng
    at, wide, tall = box
    face = sketch.hazy(_FACES[int(rng.integers(len(_FACES)))], row.haze)
    steps = int(rng.integers(1, 4))
    lit = rng.uniform(0.16, 0.62)
    lamp = np.array(_LAMPS[int(rng.integers(len(_LAMPS)))], np.float32)
    crowned = rng.random() < 0.34
    low = 0.0
    for number in range(steps):
        top = tall * (1 - 0.20 * (steps - 1 - number))
        narrow = wide * (1 - 0.22 * number)
        area = _area(sketch, at + (wide - narrow) / 2, narrow, (low, top))
        if area:
            _face(town, area, _Wall(face, lamp * np.float32(1 - row.haze * 0.6), lit, row.cell))
            if crowned and number == steps - 1:
                _crown(light, area, _CROWNS[int(rng.integers(len(_CROWNS)))], 1 - row.haze)
        low = top
    if rng.random() < 0.4:
        spire = _area(sketch, at + wide / 2 - 1, max(wide * 0.025, 1.6), (tall, tall * 1.16))
        if spire:
            image[spire] = face * np.float32(0.8)
            light[spire[0].start : spire[0].start + 2, spire[1]] = np.array((255, 60, 40), np.float32)


def _area(sketch: Sketch, left: float, wide: float, span: tuple[float, float]) -> tuple[slice, slice] | None:
    """Return the rows and columns of a part of a tower; None outside the picture."""
    x0, x1 = max(round(left), 0), min(round(left + wide), sketch.size[0])
    y0, y1 = max(round(sketch.line - span[1]), 0), min(round(sketch.line - span[0]), sketch.line)
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _face(town: _Town, area: tuple[slice, slice], wall: _Wall) -> None:
    """Draw a wall in the light, its storeys, and which of its windows are lit."""
    image, light, sketch = town
    face, lamp, lit, fine = wall
    rng = sketch.rng
    high, wide = area[0].stop - area[0].start, area[1].stop - area[1].start
    cell = max(sketch.tall * fine, 3.0)
    across, down = cell * rng.choice((0.8, 1.0, 1.6, 3.2)), cell * rng.choice((1.0, 1.2, 1.5))
    u = np.arange(wide, dtype=np.float32) / np.float32(across)
    v = np.arange(high, dtype=np.float32) / np.float32(down)
    pane = ((v % 1 < 0.55)[:, None] & (u % 1 < 0.68)[None, :]).astype(np.float32)
    side = 1.0 if sketch.palette.sun[0] > 0.5 else -1.0
    round_ = 1 + np.float32(0.16 * side) * np.linspace(-1, 1, wide, dtype=np.float32)[None, :, None]
    glass = np.array(sketch.palette.middle, np.float32) * np.float32(0.34) + face * np.float32(0.52)
    image[area] = (face + (glass - face) * pane[..., None] * np.float32(0.7)) * round_
    rows, columns = int(v[-1]) + 1, int(u[-1]) + 1
    chosen = rng.random((rows, columns), dtype=np.float32)
    floors = rng.random((rows, 1), dtype=np.float32)
    # Whole floors are lit, or dark, more often than chance has it.
    bright = np.clip((lit - 0.55 * chosen - 0.45 * floors) * 6, 0, 1) * (0.35 + 0.65 * chosen[::-1])
    seen = bright[v.astype(np.intp)][:, u.astype(np.intp)] * pane
    light[area] = seen[..., None] * lamp * np.float32(_AHEAD)


def _crown(light: FloatArray, area: tuple[slice, slice], colour: Colour, strength: float) -> None:
    """Light a tower's top from within."""
    high = max((area[0].stop - area[0].start) // 14, 2)
    light[area[0].start : area[0].start + high, area[1]] = np.array(colour, np.float32) * np.float32(strength)


def _haze(image: FloatArray, sketch: Sketch, row: _Row) -> None:
    """Lay air before a row, densest over the water."""
    up = (sketch.line - np.arange(sketch.line, dtype=np.float32)) / np.float32(sketch.tall * 0.20)
    veil = np.float32(0.20 + 0.35 * row.haze) * np.exp(-up)
    low = np.array(sketch.palette.low, np.float32)
    part = image[: sketch.line]
    part += (low - part) * veil[:, None, None]


def _shine(image: FloatArray, light: FloatArray, sketch: Sketch) -> None:
    """Add the lamps and the glow that they spread, as far as it is dark."""
    dark = max(dusk(sketch), 0.05)
    height, width = light.shape[:2]
    small = resized(light, width // 8, height // 8)
    glow = resized(blurred(small, width / 500), width, height) * np.float32(0.55)
    glow += resized(blurred(small, width / 120), width, height) * np.float32(0.9)
    image[: sketch.line] += (light + glow) * np.float32(dark)
