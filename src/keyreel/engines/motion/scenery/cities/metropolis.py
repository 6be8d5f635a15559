"""The skyline of a city: towers at several depths, each with its own facade, top and lights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize
from keyreel.engines.motion.scenery.cities.facades import compute_darkness

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import Colour, DrawingContext


_FACE_COLOURS: Final[tuple[Colour, ...]] = (
    (70, 84, 104),
    (96, 92, 90),
    (58, 74, 96),
    (116, 104, 92),
    (84, 98, 112),
    (64, 66, 78),
)
_LAMP_COLOURS: Final[tuple[Colour, ...]] = ((255, 206, 128), (255, 230, 188), (214, 232, 255), (255, 184, 96))
_CROWN_COLOURS: Final[tuple[Colour, ...]] = (
    (80, 170, 255),
    (255, 70, 120),
    (255, 170, 60),
    (120, 255, 214),
    (190, 110, 255),
)
_WINDOW_BRIGHTNESS: Final = 1.2
"""Factor on the light of lit windows."""


class _CityImage(NamedTuple):
    """What is drawn on: the image, and separately the lights above its horizon."""

    image: FloatArray
    light: FloatArray
    context: DrawingContext


class _TowerFace(NamedTuple):
    """A tower's facade: its colour and its lamps', the share of lit windows, their size in height units."""

    face: FloatArray
    lamp: FloatArray
    lit: float
    cell: float


class _TowerRow(NamedTuple):
    """Towers at one depth: height and width, haze 0.0 … 1.0, and the windows' size in height units."""

    rise: float
    wide: float
    haze: float
    cell: float


_TOWER_ROWS: Final = (
    _TowerRow(0.46, 0.050, 0.62, 0.0052),
    _TowerRow(0.60, 0.062, 0.34, 0.0070),
    _TowerRow(0.40, 0.074, 0.08, 0.0092),
)


def draw_metropolis(image: FloatArray, context: DrawingContext) -> None:
    """Draw the towers over the sky, in place; `image` is float32 [height, width, 3], RGB 0 … 255."""
    light = np.zeros_like(image[: context.horizon_row])
    for row in _TOWER_ROWS:
        at = -context.size[0] * 0.02
        # The city is highest at its centre.
        heart = context.rng.uniform(0.34, 0.66) * context.size[0]
        while at < context.size[0]:
            wide = min(context.size[0], 1.8 * context.size[1]) * row.wide * context.rng.uniform(0.45, 1.15)
            away = (at + wide / 2 - heart) / (0.34 * context.size[0])
            tall = (
                context.height_unit
                * row.rise
                * (0.22 + 0.78 * np.exp(-away * away))
                * context.rng.uniform(0.42, 1.05)
            )
            _draw_tower(_CityImage(image, light, context), row, (at, wide, tall))
            at += wide * context.rng.uniform(0.82, 1.3)
        _add_haze(image, context, row)
    _add_lamp_light(image, light, context)


def _draw_tower(city_image: _CityImage, row: _TowerRow, box: tuple[float, float, float]) -> None:
    """Draw one tower of two or three parts, each narrower than the one below."""
    image, light, context = city_image
    rng = context.rng
    at, wide, tall = box
    face = context.haze_colour(_FACE_COLOURS[int(rng.integers(len(_FACE_COLOURS)))], row.haze)
    steps = int(rng.integers(1, 4))
    lit = rng.uniform(0.16, 0.62)
    lamp = np.array(_LAMP_COLOURS[int(rng.integers(len(_LAMP_COLOURS)))], np.float32)
    crowned = rng.random() < 0.34
    low = 0.0
    for number in range(steps):
        top = tall * (1 - 0.20 * (steps - 1 - number))
        narrow = wide * (1 - 0.22 * number)
        area = _crop_tower_part(context, at + (wide - narrow) / 2, narrow, (low, top))
        if area:
            _draw_face(
                city_image, area, _TowerFace(face, lamp * np.float32(1 - row.haze * 0.6), lit, row.cell)
            )
            if crowned and number == steps - 1:
                _light_crown(
                    light, area, _CROWN_COLOURS[int(rng.integers(len(_CROWN_COLOURS)))], 1 - row.haze
                )
        low = top
    if rng.random() < 0.4:
        spire = _crop_tower_part(context, at + wide / 2 - 1, max(wide * 0.025, 1.6), (tall, tall * 1.16))
        if spire:
            image[spire] = face * np.float32(0.8)
            light[spire[0].start : spire[0].start + 2, spire[1]] = np.array((255, 60, 40), np.float32)


def _crop_tower_part(
    context: DrawingContext, left: float, wide: float, span: tuple[float, float]
) -> tuple[slice, slice] | None:
    """Return the rows and columns of a part of a tower; None outside the image."""
    x0, x1 = max(round(left), 0), min(round(left + wide), context.size[0])
    y0, y1 = (
        max(round(context.horizon_row - span[1]), 0),
        min(round(context.horizon_row - span[0]), context.horizon_row),
    )
    return (slice(y0, y1), slice(x0, x1)) if x0 < x1 and y0 < y1 else None


def _draw_face(city_image: _CityImage, area: tuple[slice, slice], wall: _TowerFace) -> None:
    """Draw a facade in the light, its storeys, and the windows that are lit."""
    image, light, context = city_image
    face, lamp, lit, fine = wall
    rng = context.rng
    high, wide = area[0].stop - area[0].start, area[1].stop - area[1].start
    cell = max(context.height_unit * fine, 3.0)
    across, down = cell * rng.choice((0.8, 1.0, 1.6, 3.2)), cell * rng.choice((1.0, 1.2, 1.5))
    u = np.arange(wide, dtype=np.float32) / np.float32(across)
    v = np.arange(high, dtype=np.float32) / np.float32(down)
    pane = ((v % 1 < 0.55)[:, None] & (u % 1 < 0.68)[None, :]).astype(np.float32)
    side = 1.0 if context.palette.sun[0] > 0.5 else -1.0
    round_ = 1 + np.float32(0.16 * side) * np.linspace(-1, 1, wide, dtype=np.float32)[None, :, None]
    glass = np.array(context.palette.middle, np.float32) * np.float32(0.34) + face * np.float32(0.52)
    image[area] = (face + (glass - face) * pane[..., None] * np.float32(0.7)) * round_
    rows, columns = int(v[-1]) + 1, int(u[-1]) + 1
    chosen = rng.random((rows, columns), dtype=np.float32)
    floors = rng.random((rows, 1), dtype=np.float32)
    # Whole floors are lit, or dark, more often than chance would have it.
    bright = np.clip((lit - 0.55 * chosen - 0.45 * floors) * 6, 0, 1) * (0.35 + 0.65 * chosen[::-1])
    seen = bright[v.astype(np.intp)][:, u.astype(np.intp)] * pane
    light[area] = seen[..., None] * lamp * np.float32(_WINDOW_BRIGHTNESS)


def _light_crown(light: FloatArray, area: tuple[slice, slice], colour: Colour, strength: float) -> None:
    """Light a tower's top from within."""
    high = max((area[0].stop - area[0].start) // 14, 2)
    light[area[0].start : area[0].start + high, area[1]] = np.array(colour, np.float32) * np.float32(strength)


def _add_haze(image: FloatArray, context: DrawingContext, row: _TowerRow) -> None:
    """Add haze in front of a row of towers, densest over the water."""
    up = (context.horizon_row - np.arange(context.horizon_row, dtype=np.float32)) / np.float32(
        context.height_unit * 0.20
    )
    veil = np.float32(0.20 + 0.35 * row.haze) * np.exp(-up)
    low = np.array(context.palette.horizon, np.float32)
    part = image[: context.horizon_row]
    part += (low - part) * veil[:, None, None]


def _add_lamp_light(image: FloatArray, light: FloatArray, context: DrawingContext) -> None:
    """Add the lamps and their glow, the stronger the darker it is."""
    dark = max(compute_darkness(context), 0.05)
    height, width = light.shape[:2]
    small = resize(light, width // 8, height // 8)
    glow = resize(blur_image(small, width / 500), width, height) * np.float32(0.55)
    glow += resize(blur_image(small, width / 120), width, height) * np.float32(0.9)
    image[: context.horizon_row] += (light + glow) * np.float32(dark)
