"""Facades along a street in perspective: walls, windows that mirror the sky or are lit, shops and signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.imaging.pixels import smoothstep_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


EYE_HEIGHT: Final = 0.9
"""The viewer's height over the street in metres: low, so that near subjects stand in it."""
_WALL_DISTANCE: Final = 19.0
"""Metres from the street's middle to its walls."""
_MAX_DISTANCE: Final = 900.0
"""Metres to the farthest house."""
_STOREY_HEIGHT: Final = 3.5
"""Metres."""
HAZE_DISTANCE: Final = 330.0
"""Metres at which haze hides 63 % of what lies behind it."""
_SHOP_HEIGHT: Final = 4.6
"""Metres from the ground to the first storey above the shops."""


class _FacadeStyle(NamedTuple):
    """A facade's look: the window's width and height are parts of a cell, the cell's width is in metres."""

    colour: tuple[int, int, int]
    share_x: float
    share_y: float
    cell_width: float
    glass: float


_FACADE_STYLES: Final = (
    _FacadeStyle((176, 160, 142), 0.52, 0.58, 2.9, 0.55),
    _FacadeStyle((146, 92, 74), 0.44, 0.56, 2.5, 0.5),
    _FacadeStyle((128, 140, 152), 0.88, 0.80, 2.0, 1.0),
    _FacadeStyle((206, 198, 184), 0.56, 0.62, 3.2, 0.5),
    _FacadeStyle((96, 112, 130), 0.92, 0.68, 4.2, 1.0),
    _FacadeStyle((158, 124, 98), 0.46, 0.66, 2.6, 0.5),
)
_SHOP_LIGHT_COLOURS: Final = (
    (255, 214, 150),
    (255, 236, 200),
    (240, 190, 120),
    (210, 226, 240),
    (255, 200, 140),
    (250, 226, 180),
    (120, 110, 100),
    (255, 220, 170),
)
_SIGN_COLOURS: Final = (
    (196, 44, 40),
    (30, 92, 150),
    (222, 160, 40),
    (34, 116, 84),
    (150, 50, 120),
    (230, 226, 214),
    (60, 60, 66),
    (210, 90, 40),
)


class _WallColumns(NamedTuple):
    """What stands on either side, for each column of the image; lengths are in metres."""

    away: FloatArray
    tall: FloatArray
    along: FloatArray
    style: NDArray[np.intp]
    number: NDArray[np.intp]
    tone: FloatArray


class _WindowCells(NamedTuple):
    """The grid of windows on the walls: cell coordinates, their pixel's size in cells, and window shares.

    `x`, `soft_x`, shares and `wide` (metres) are [columns]; `y` is [rows, columns], `soft_y` [1, columns].
    """

    x: FloatArray
    y: FloatArray
    soft_x: FloatArray
    soft_y: FloatArray
    share_x: FloatArray
    share_y: FloatArray
    wide: FloatArray


class StreetProjection(NamedTuple):
    """A pinhole projection of metres aside from the street's middle, up from the ground, and away.

    `kerb` and `wall_distance` are how far from its middle its roadway ends and its houses begin, in metres.
    """

    focal: float
    centre_column: float
    horizon_row: float
    kerb: float = 11.0
    wall_distance: float = _WALL_DISTANCE

    def project(self, aside: float, up: float, away: float) -> tuple[float, float]:
        """Return the pixel where a point in the street shows."""
        return self.centre_column + aside * self.focal / away, self.horizon_row - (
            up - EYE_HEIGHT
        ) * self.focal / away


class _Building(NamedTuple):
    """A building: its side (-1, 1), its distances and height in metres, its style and brightness."""

    side: int
    start: float
    end: float
    tall: float
    style: int
    brightness: float


def draw_facades(image: FloatArray, context: DrawingContext, view: StreetProjection) -> None:
    """Draw the buildings along both sides of the street, in place.

    `image` is float32 [height, width, 3], RGB 0 … 255.
    """
    buildings = _generate_buildings(context)
    # Nearer neighbours hide the fronts of what is no taller.
    overlooking = [
        house
        for house, nearer in zip(buildings[1:], buildings, strict=False)
        if house.side != nearer.side or house.tall > nearer.tall
    ]
    for house in sorted(overlooking, key=lambda each: -each.start):
        _draw_front(image, context, view, house)
    _draw_side_walls(image, context, view, buildings)


def compute_darkness(context: DrawingContext) -> float:
    """Return how dark a scene is, from 0.0 by day to 1.0 by night."""
    light = sum(context.palette.light) / 3
    return float(np.clip((0.98 - light) / 0.5, 0, 1))


def _generate_buildings(context: DrawingContext) -> list[_Building]:
    houses: list[_Building] = []
    for side in (-1, 1):
        start = float(context.rng.uniform(-8, 6))
        while start < _MAX_DISTANCE:
            end = start + float(context.rng.uniform(15, 30))
            tall = float(context.rng.choice((14, 17.5, 17.5, 21, 24.5, 31.5, 42))) + 1.2
            style, tone = (
                int(context.rng.integers(0, len(_FACADE_STYLES))),
                float(context.rng.uniform(0.84, 1.16)),
            )
            houses.append(_Building(side, start, end, tall, style, tone))
            start = end
    return houses


def _build_wall_columns(
    context: DrawingContext, view: StreetProjection, houses: list[_Building]
) -> _WallColumns:
    width = context.size[0]
    columns = np.arange(width, dtype=np.float32) + 0.5 - np.float32(view.centre_column)
    away = np.minimum(
        view.wall_distance * view.focal / np.maximum(np.abs(columns), 1.0), _MAX_DISTANCE
    ).astype(np.float32)
    tall, along, tone = (np.zeros(width, np.float32) for _ in range(3))
    style, number = np.zeros(width, np.intp), np.zeros(width, np.intp)
    for side in (-1, 1):
        row = [house for house in houses if house.side == side]
        ends = np.array([house.end for house in row])
        here = columns < 0 if side < 0 else columns >= 0
        index = np.minimum(np.searchsorted(ends, away[here]), ends.size - 1)
        tall[here] = np.array([house.tall for house in row])[index]
        style[here] = np.array([house.style for house in row])[index]
        tone[here] = np.array([house.brightness for house in row])[index]
        along[here] = ends[index] - away[here]
        number[here] = index * 2 + (side > 0)
    return _WallColumns(away, tall, along, style, number, tone)


def _draw_front(image: FloatArray, context: DrawingContext, view: StreetProjection, house: _Building) -> None:
    """Draw the front of a building that faces the viewer: it shows above a lower neighbour."""
    away = max(house.start, 4.0)
    metre = view.focal / away
    inner, outer = (
        view.centre_column + house.side * aside * metre
        for aside in (view.wall_distance, view.wall_distance + 17.0)
    )
    left, right = max(int(min(inner, outer)), 0), min(int(max(inner, outer)) + 1, context.size[0])
    top = max(int(view.project(0, house.tall, away)[1]), 0)
    if left >= right or top >= context.horizon_row or house.start < 8:
        return
    base, share_x, share_y, wide, _ = _FACADE_STYLES[house.style]
    up = (
        (view.horizon_row - np.arange(top, context.horizon_row, dtype=np.float32)) / np.float32(metre)
        + np.float32(EYE_HEIGHT)
    )[:, None]
    aside = np.abs(np.arange(left, right, dtype=np.float32) - np.float32(view.centre_column))[
        None, :
    ] / np.float32(metre)
    cell_x, cell_y = aside / np.float32(wide), (up - _SHOP_HEIGHT) / np.float32(_STOREY_HEIGHT)
    soft_x, soft_y = (np.float32(1 / (metre * size)) for size in (wide, _STOREY_HEIGHT))
    pane = sample_pulse_train(cell_x, np.float32(share_x * 0.8), soft_x) * sample_pulse_train(
        cell_y, np.float32(share_y), soft_y
    )
    pane *= smoothstep_array(house.tall - up, 1.4, 1.7)
    colour = context.light_colour(base) * np.float32(house.brightness * 0.80)
    drawn = np.repeat(np.broadcast_to(colour, (len(up), 1, 3)), right - left, axis=1).copy()
    table = context.rng.random((64, 64), dtype=np.float32)
    chance = table[np.floor(cell_y).astype(np.intp) % 64, np.floor(cell_x).astype(np.intp) % 64]
    drawn += (_colour_windows(context, chance, up) - drawn) * (pane * 0.9)[..., None]
    haze_opacity = 1 - np.exp(-away / HAZE_DISTANCE)
    drawn += (np.array(context.palette.horizon, np.float32) * np.float32(0.96) - drawn) * np.float32(
        haze_opacity
    )
    image[top : context.horizon_row, left:right] = drawn


def sample_pulse_train(
    at: FloatingArray, share: FloatingArray | np.floating | float, soft: FloatingArray | np.floating | float
) -> FloatArray:
    """Return the coverage, 0.0 … 1.0, of pixels by the middle share of repeated cells.

    `at` counts cells; `soft` is a pixel's size in cells; cells smaller than pixels give their mean. The
    result is float32 of their common shape.
    """
    soft = np.maximum(soft, 1e-3)
    part = at - np.floor(at)
    sharp = np.clip((share / 2 - np.abs(part - 0.5)) / soft + 0.5, 0, 1)
    blur = np.clip((soft - 0.35) / 0.5, 0, 1)
    return np.asarray(sharp * (1 - blur) + share * blur, np.float32)


def _draw_side_walls(
    image: FloatArray, context: DrawingContext, view: StreetProjection, houses: list[_Building]
) -> None:
    """Draw the walls along the street: masonry, windows, shops, then the haze before them."""
    wall = _build_wall_columns(context, view, houses)
    rows = np.arange(context.horizon_row, dtype=np.float32)[:, None]
    metre = np.float32(view.focal) / wall.away[None, :]
    up = np.asarray((np.float32(view.horizon_row) - rows) / metre + np.float32(EYE_HEIGHT), np.float32)
    cells = _measure_window_cells(wall, view, up)
    drawn = _draw_masonry(context, view, wall, up=up, cells=cells)
    _draw_side_windows(drawn, context, wall, up=up, cells=cells)
    drawn *= (1 + 0.16 * smoothstep_array(up - wall.tall[None, :], -1.2, -0.9))[..., None]
    _draw_shops(drawn, context, wall, up=up, soft_x=cells.soft_x)
    haze_opacity = 1 - np.exp(-wall.away / np.float32(HAZE_DISTANCE))
    haze = np.array(context.palette.horizon, np.float32) * np.float32(0.96)
    drawn += (haze - drawn) * haze_opacity[None, :, None]
    mask = np.clip((wall.tall[None, :] - up) * metre + 0.5, 0, 1)
    part = image[: context.horizon_row]
    part += (drawn - part) * mask[..., None]


def _measure_window_cells(wall: _WallColumns, view: StreetProjection, up: FloatArray) -> _WindowCells:
    sizes = [(style.share_x, style.share_y, style.cell_width) for style in _FACADE_STYLES]
    share_x, share_y, wide = np.array(sizes, np.float32)[wall.style].T
    metre = np.float32(view.focal) / wall.away[None, :]
    return _WindowCells(
        wall.along / wide,
        np.asarray((up - _SHOP_HEIGHT) / np.float32(_STOREY_HEIGHT), np.float32),
        wall.away**2 / np.float32(view.wall_distance * view.focal) / wide,
        np.asarray(1 / (metre * np.float32(_STOREY_HEIGHT)), np.float32),
        share_x,
        share_y,
        wide,
    )


def _draw_masonry(
    context: DrawingContext,
    view: StreetProjection,
    wall: _WallColumns,
    *,
    up: FloatArray,
    cells: _WindowCells,
) -> FloatArray:
    """Return the walls without windows: one side of the street in the sun, ledges, darker corners."""
    colour = np.array([style.colour for style in _FACADE_STYLES], np.float32)[wall.style]
    base = context.light_colour((1.14, 1.14, 1.14)) * colour * wall.tone[:, None]
    is_left = np.arange(len(wall.away)) < view.centre_column
    sunny = np.where(is_left, 1.0, 0.70) if context.palette.sun[0] > 0.5 else (np.where(is_left, 0.70, 1.0))
    base = base * np.where(context.palette.glare > 0.25, sunny, 0.86)[:, None].astype(np.float32)
    ledge = 1 - 0.22 * sample_pulse_train(
        cells.y + np.float32(0.5), np.full_like(cells.share_y, 0.10)[None, :], cells.soft_y
    )
    ends = 1 - 0.45 * np.clip(1 - wall.along / np.maximum(cells.soft_x * cells.wide * 1.5, 0.25), 0, 1)
    shade = ledge * ends[None, :] * (0.80 + 0.20 * np.clip(up / 26, 0, 1))
    return np.asarray(base[None, :, :] * shade[..., None], np.float32)


def _draw_side_windows(
    drawn: FloatArray, context: DrawingContext, wall: _WallColumns, *, up: FloatArray, cells: _WindowCells
) -> None:
    """Draw the windows above the shops, in place, with their bars and blinds."""
    pane = sample_pulse_train(cells.x, cells.share_x, cells.soft_x)[None, :] * sample_pulse_train(
        cells.y, cells.share_y[None, :], cells.soft_y
    )
    pane *= smoothstep_array(wall.tall[None, :] - up, 1.4, 1.7) * smoothstep_array(
        up, _SHOP_HEIGHT, _SHOP_HEIGHT + 0.3
    )
    chance = _assign_window_randoms(context, wall, cells.x, cells.y)
    panes = _colour_windows(context, chance, up)
    bars = sample_pulse_train(cells.x + np.float32(0.5), np.float32(0.05), cells.soft_x)[None, :]
    inside = cells.y - np.floor(cells.y)
    blind = smoothstep_array(inside - 0.42 - 0.5 * ((chance * 53) % 1), 0.0, 0.02) * 0.35
    panes *= (1 - 0.5 * bars - blind)[..., None]
    glass = np.array([style.glass for style in _FACADE_STYLES], np.float32)[wall.style]
    drawn += (panes * (0.55 + 0.45 * glass[None, :, None]) - drawn) * pane[..., None]


def _assign_window_randoms(
    context: DrawingContext, wall: _WallColumns, cell_x: FloatArray, cell_y: FloatArray
) -> FloatArray:
    """Return one random number for each window."""
    table = context.rng.random((128, 128), dtype=np.float32)
    across = (np.floor(cell_x).astype(np.intp) * 7 + wall.number * 31) % 128
    return table[np.floor(cell_y).astype(np.intp) % 128, np.broadcast_to(across[None, :], cell_y.shape)]


def _colour_windows(context: DrawingContext, chance: FloatArray, up: FloatArray) -> FloatArray:
    """Return the colour of windows: the mirrored sky, or the light inside."""
    high = np.clip(up / 45 + (chance - 0.5) * 0.5, 0, 1)[..., None]
    low, zenith = (np.array(each, np.float32) for each in (context.palette.horizon, context.palette.zenith))
    mirrored = (low * 0.72 * (1 - high) + zenith * 0.9 * high) * (0.55 + 0.5 * chance[..., None])
    dark = compute_darkness(context)
    lit = smoothstep_array(chance, 1 - 0.42 * dark - 0.01, 1 - 0.42 * dark)[..., None]
    inside = np.array((255, 206, 132), np.float32) * (0.50 + 0.55 * ((chance * 37) % 1))[..., None]
    inside[..., 2] += 70 * (((chance * 91) % 1) > 0.75)
    return np.asarray(mirrored + (inside - mirrored) * lit * (0.45 + 0.5 * dark), np.float32)


def _draw_shops(
    drawn: FloatArray, context: DrawingContext, wall: _WallColumns, *, up: FloatArray, soft_x: FloatArray
) -> None:
    """Draw the ground floors: shop windows, and signs of many colours above them."""
    dark = compute_darkness(context)
    wide = np.float32(5.2)
    at = wall.along / wide
    door = (
        sample_pulse_train(at, np.full_like(at, 0.86), soft_x * 0.5)[None, :]
        * smoothstep_array(up, 0.4, 0.6)
        * (1 - smoothstep_array(up, 3.2, 3.35))
    )
    which = (np.floor(at).astype(np.intp) * 5 + wall.number * 13) % 8
    warm = np.array(_SHOP_LIGHT_COLOURS, np.float32)[which]
    inside = warm * np.float32(0.22 + 0.70 * dark) + np.array((24, 26, 30), np.float32) * (1 - dark)
    # Goods on display, bars between the panes, light from above.
    goods = context.rng.random((24, 512), dtype=np.float32)
    shelf = goods[(up * 5).astype(np.intp) % 24, (np.floor(at * 14).astype(np.intp) % 512)[None, :]]
    wares = 1 - 0.55 * (shelf > 0.55) * (up < 2.3) * np.clip(1.4 - soft_x * 14, 0, 1)[None, :]
    bars = 1 - 0.6 * sample_pulse_train(at * 3 + np.float32(0.5), np.float32(0.06), soft_x * 3)[None, :]
    fall = ((0.50 + 0.50 * np.clip(up / 3, 0, 1)) * wares * bars)[..., None]
    drawn += (inside[None] * fall - drawn) * door[..., None]
    signs = np.array(_SIGN_COLOURS, np.float32)[which]
    light = context.light_colour((1, 1, 1)) * (1 - dark) * 0.8 + dark * 1.05
    band = (
        sample_pulse_train(at, np.full_like(at, 0.80), soft_x * 0.5)[None, :]
        * smoothstep_array(up, 3.45, 3.55)
        * (1 - smoothstep_array(up, 4.2, 4.3))
    )
    drawn += ((signs * light)[None] - drawn) * band[..., None]
