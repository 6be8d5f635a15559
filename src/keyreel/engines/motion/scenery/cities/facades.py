"""Facades along a street in perspective: walls, windows that mirror the sky or are lit, shops and signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.imaging.pixels import step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.scenery.landscapes.sky import Sketch

    FloatArray = NDArray[np.float32]
    Numbers = NDArray[np.floating]

EYE: Final = 0.9
"""Metres over the street, as low as the subjects that stand in it are near."""
_WALL: Final = 19.0
_FARTHEST: Final = 900.0
_STOREY: Final = 3.5
HAZE: Final = 330.0
_SHOP: Final = 4.6
# Wall colour, window width and height in parts of their cell, cell width in metres, how much it is glass.
_STYLES: Final = (
    ((176, 160, 142), 0.52, 0.58, 2.9, 0.55),
    ((146, 92, 74), 0.44, 0.56, 2.5, 0.5),
    ((128, 140, 152), 0.88, 0.80, 2.0, 1.0),
    ((206, 198, 184), 0.56, 0.62, 3.2, 0.5),
    ((96, 112, 130), 0.92, 0.68, 4.2, 1.0),
    ((158, 124, 98), 0.46, 0.66, 2.6, 0.5),
)
_SHOP_LIGHTS: Final = (
    (255, 214, 150),
    (255, 236, 200),
    (240, 190, 120),
    (210, 226, 240),
    (255, 200, 140),
    (250, 226, 180),
    (120, 110, 100),
    (255, 220, 170),
)
_SIGNS: Final = (
    (196, 44, 40),
    (30, 92, 150),
    (222, 160, 40),
    (34, 116, 84),
    (150, 50, 120),
    (230, 226, 214),
    (60, 60, 66),
    (210, 90, 40),
)


class _Wall(NamedTuple):
    """What stands on either side, for each column of the picture."""

    away: FloatArray
    tall: FloatArray
    along: FloatArray
    style: NDArray[np.intp]
    number: NDArray[np.intp]
    tone: FloatArray


class View(NamedTuple):
    """How metres become pixels: aside from the street's middle, up from the ground, away from the viewer."""

    focal: float
    middle: float
    line: float

    def at(self, aside: float, up: float, away: float) -> tuple[float, float]:
        """Return the pixel where a point in the street shows."""
        return self.middle + aside * self.focal / away, self.line - (up - EYE) * self.focal / away


class _House(NamedTuple):
    """A building: its side (-1, 1), how far away it begins and ends, its height, style and tone."""

    side: int
    start: float
    end: float
    tall: float
    style: int
    tone: float


def facades(image: FloatArray, sketch: Sketch, view: View) -> None:
    """Draw the buildings along both sides of the street, in place."""
    houses = _houses(sketch)
    # Nearer neighbours hide the fronts of what is no taller.
    overlooking = [
        house
        for house, nearer in zip(houses[1:], houses, strict=False)
        if house.side != nearer.side or house.tall > nearer.tall
    ]
    for house in sorted(overlooking, key=lambda each: -each.start):
        _front(image, sketch, view, house)
    _sides(image, sketch, view, houses)


def dusk(sketch: Sketch) -> float:
    """Return how much lamps are needed, 0.0 … 1.0."""
    light = sum(sketch.palette.light) / 3
    return float(np.clip((0.98 - light) / 0.5, 0, 1))


def _houses(sketch: Sketch) -> list[_House]:
    houses: list[_House] = []
    for side in (-1, 1):
        start = float(sketch.rng.uniform(-8, 6))
        while start < _FARTHEST:
            end = start + float(sketch.rng.uniform(15, 30))
            tall = float(sketch.rng.choice((14, 17.5, 17.5, 21, 24.5, 31.5, 42))) + 1.2
            style, tone = int(sketch.rng.integers(0, len(_STYLES))), float(sketch.rng.uniform(0.84, 1.16))
            houses.append(_House(side, start, end, tall, style, tone))
            start = end
    return houses


def _walls(sketch: Sketch, view: View, houses: list[_House]) -> _Wall:
    width = sketch.size[0]
    columns = np.arange(width, dtype=np.float32) + 0.5 - np.float32(view.middle)
    away = np.minimum(_WALL * view.focal / np.maximum(np.abs(columns), 1.0), _FARTHEST).astype(np.float32)
    tall, along, tone = (np.zeros(width, np.float32) for _ in range(3))
    style, number = np.zeros(width, np.intp), np.zeros(width, np.intp)
    for side in (-1, 1):
        row = [house for house in houses if house.side == side]
        ends = np.array([house.end for house in row])
        here = columns < 0 if side < 0 else columns >= 0
        index = np.minimum(np.searchsorted(ends, away[here]), ends.size - 1)
        tall[here] = np.array([house.tall for house in row])[index]
        style[here] = np.array([house.style for house in row])[index]
        tone[here] = np.array([house.tone for house in row])[index]
        along[here] = ends[index] - away[here]
        number[here] = index * 2 + (side > 0)
    return _Wall(away, tall, along, style, number, tone)


def _front(image: FloatArray, sketch: Sketch, view: View, house: _House) -> None:
    """Draw the side of a building that faces the viewer: it shows over a lower neighbour."""
    away = max(house.start, 4.0)
    metre = view.focal / away
    inner, outer = (view.middle + house.side * aside * metre for aside in (_WALL, _WALL + 17.0))
    left, right = max(int(min(inner, outer)), 0), min(int(max(inner, outer)) + 1, sketch.size[0])
    top = max(int(view.at(0, house.tall, away)[1]), 0)
    if left >= right or top >= sketch.line or house.start < 8:
        return
    base, share_x, share_y, wide, _ = _STYLES[house.style]
    up = ((view.line - np.arange(top, sketch.line, dtype=np.float32)) / np.float32(metre) + np.float32(EYE))[
        :, None
    ]
    aside = np.abs(np.arange(left, right, dtype=np.float32) - np.float32(view.middle))[None, :] / np.float32(
        metre
    )
    cell_x, cell_y = aside / np.float32(wide), (up - _SHOP) / np.float32(_STOREY)
    soft_x, soft_y = (np.float32(1 / (metre * size)) for size in (wide, _STOREY))
    pane = pulse(cell_x, np.float32(share_x * 0.8), soft_x) * pulse(cell_y, np.float32(share_y), soft_y)
    pane *= step(house.tall - up, 1.4, 1.7)
    colour = sketch.lit(base) * np.float32(house.tone * 0.80)
    drawn = np.repeat(np.broadcast_to(colour, (len(up), 1, 3)), right - left, axis=1).copy()
    table = sketch.rng.random((64, 64), dtype=np.float32)
    chance = table[np.floor(cell_y).astype(np.intp) % 64, np.floor(cell_x).astype(np.intp) % 64]
    drawn += (_behind_glass(sketch, chance, up) - drawn) * (pane * 0.9)[..., None]
    veil = 1 - np.exp(-away / HAZE)
    drawn += (np.array(sketch.palette.low, np.float32) * np.float32(0.96) - drawn) * np.float32(veil)
    image[top : sketch.line, left:right] = drawn


def pulse(
    at: Numbers, share: Numbers | np.floating | float, soft: Numbers | np.floating | float
) -> FloatArray:
    """Return how much of a cell's middle share covers a pixel; too small to be seen, its mean."""
    soft = np.maximum(soft, 1e-3)
    part = at - np.floor(at)
    sharp = np.clip((share / 2 - np.abs(part - 0.5)) / soft + 0.5, 0, 1)
    blur = np.clip((soft - 0.35) / 0.5, 0, 1)
    return np.asarray(sharp * (1 - blur) + share * blur, np.float32)


def _sides(image: FloatArray, sketch: Sketch, view: View, houses: list[_House]) -> None:
    wall = _walls(sketch, view, houses)
    rows = np.arange(sketch.line, dtype=np.float32)[:, None]
    metre = np.float32(view.focal) / wall.away[None, :]
    up = np.asarray((np.float32(view.line) - rows) / metre + np.float32(EYE), np.float32)
    mask = np.clip((wall.tall[None, :] - up) * metre + 0.5, 0, 1)
    colour, share_x, share_y, wide, glass = (
        np.array(each, np.float32)[wall.style] for each in zip(*_STYLES, strict=True)
    )
    base = sketch.lit((1.14, 1.14, 1.14)) * colour * wall.tone[:, None]
    sunny = (
        np.where(np.arange(len(wall.away)) < view.middle, 1.0, 0.70)
        if sketch.palette.sun[0] > 0.5
        else (np.where(np.arange(len(wall.away)) < view.middle, 0.70, 1.0))
    )
    base = base * np.where(sketch.palette.glare > 0.25, sunny, 0.86)[:, None].astype(np.float32)
    cell_x, cell_y = wall.along / wide, np.asarray((up - _SHOP) / np.float32(_STOREY), np.float32)
    soft_x = wall.away**2 / np.float32(_WALL * view.focal) / wide
    soft_y = 1 / (metre * np.float32(_STOREY))
    pane = pulse(cell_x, share_x, soft_x)[None, :] * pulse(cell_y, share_y[None, :], soft_y)
    pane *= step(wall.tall[None, :] - up, 1.4, 1.7) * step(up, _SHOP, _SHOP + 0.3)
    ledge = 1 - 0.22 * pulse(cell_y + np.float32(0.5), np.full_like(share_y, 0.10)[None, :], soft_y)
    ends = 1 - 0.45 * np.clip(1 - wall.along / np.maximum(soft_x * wide * 1.5, 0.25), 0, 1)
    shade = ledge * ends[None, :] * (0.80 + 0.20 * np.clip(up / 26, 0, 1))
    drawn = np.asarray(base[None, :, :] * shade[..., None], np.float32)
    chance = _chance(sketch, wall, cell_x, cell_y)
    panes = _behind_glass(sketch, chance, up)
    # Bars part the panes, and a blind hangs in some.
    bars = pulse(cell_x + np.float32(0.5), np.float32(0.05), soft_x)[None, :]
    inside = cell_y - np.floor(cell_y)
    blind = step(inside - 0.42 - 0.5 * ((chance * 53) % 1), 0.0, 0.02) * 0.35
    panes *= (1 - 0.5 * bars - blind)[..., None]
    drawn += (panes * (0.55 + 0.45 * glass[None, :, None]) - drawn) * pane[..., None]
    drawn *= (1 + 0.16 * step(up - wall.tall[None, :], -1.2, -0.9))[..., None]
    _shops(drawn, sketch, wall, up=up, soft_x=soft_x)
    veil = 1 - np.exp(-wall.away / np.float32(HAZE))
    air = np.array(sketch.palette.low, np.float32) * np.float32(0.96)
    drawn += (air - drawn) * veil[None, :, None]
    part = image[: sketch.line]
    part += (drawn - part) * mask[..., None]


def _chance(sketch: Sketch, wall: _Wall, cell_x: FloatArray, cell_y: FloatArray) -> FloatArray:
    """Return one random number for each window."""
    table = sketch.rng.random((128, 128), dtype=np.float32)
    across = (np.floor(cell_x).astype(np.intp) * 7 + wall.number * 31) % 128
    return table[np.floor(cell_y).astype(np.intp) % 128, np.broadcast_to(across[None, :], cell_y.shape)]


def _behind_glass(sketch: Sketch, chance: FloatArray, up: FloatArray) -> FloatArray:
    """Return what windows show: the mirrored sky, or the light within."""
    high = np.clip(up / 45 + (chance - 0.5) * 0.5, 0, 1)[..., None]
    low, zenith = (np.array(each, np.float32) for each in (sketch.palette.low, sketch.palette.zenith))
    mirrored = (low * 0.72 * (1 - high) + zenith * 0.9 * high) * (0.55 + 0.5 * chance[..., None])
    dark = dusk(sketch)
    lit = step(chance, 1 - 0.42 * dark - 0.01, 1 - 0.42 * dark)[..., None]
    inside = np.array((255, 206, 132), np.float32) * (0.50 + 0.55 * ((chance * 37) % 1))[..., None]
    inside[..., 2] += 70 * (((chance * 91) % 1) > 0.75)
    return np.asarray(mirrored + (inside - mirrored) * lit * (0.45 + 0.5 * dark), np.float32)


def _shops(drawn: FloatArray, sketch: Sketch, wall: _Wall, *, up: FloatArray, soft_x: FloatArray) -> None:
    """Draw the ground floors: shop windows, and signs of many colours above them."""
    dark = dusk(sketch)
    wide = np.float32(5.2)
    at = wall.along / wide
    door = (
        pulse(at, np.full_like(at, 0.86), soft_x * 0.5)[None, :]
        * step(up, 0.4, 0.6)
        * (1 - step(up, 3.2, 3.35))
    )
    which = (np.floor(at).astype(np.intp) * 5 + wall.number * 13) % 8
    warm = np.array(_SHOP_LIGHTS, np.float32)[which]
    inside = warm * np.float32(0.22 + 0.70 * dark) + np.array((24, 26, 30), np.float32) * (1 - dark)
    # Goods on display, bars between the panes, light from above.
    goods = sketch.rng.random((24, 512), dtype=np.float32)
    shelf = goods[(up * 5).astype(np.intp) % 24, (np.floor(at * 14).astype(np.intp) % 512)[None, :]]
    wares = 1 - 0.55 * (shelf > 0.55) * (up < 2.3) * np.clip(1.4 - soft_x * 14, 0, 1)[None, :]
    bars = 1 - 0.6 * pulse(at * 3 + np.float32(0.5), np.float32(0.06), soft_x * 3)[None, :]
    fall = ((0.50 + 0.50 * np.clip(up / 3, 0, 1)) * wares * bars)[..., None]
    drawn += (inside[None] * fall - drawn) * door[..., None]
    signs = np.array(_SIGNS, np.float32)[which]
    light = sketch.lit((1, 1, 1)) * (1 - dark) * 0.8 + dark * 1.05
    band = (
        pulse(at, np.full_like(at, 0.80), soft_x * 0.5)[None, :]
        * step(up, 3.45, 3.55)
        * (1 - step(up, 4.2, 4.3))
    )
    drawn += ((signs * light)[None] - drawn) * band[..., None]
