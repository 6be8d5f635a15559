"""The made-up land of the flight: heights, woods and shade in metres; knows nothing of cameras."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pictures.noise import Field, eroded, fractal, gradient_noise, look_up, ridged, smoothstep

SIDE = 2048
CELL = 12.0
"""Metres a cell: the land is 24.6 km wide."""
WEST, SOUTH = -12_288.0, -3_000.0
ISLANDS = ((150.0, 560.0, 150.0, 125.0), (-20.0, 760.0, 90.0, 100.0), (-330.0, 2050.0, 210.0, 120.0))
"""East, north, reach and height above the lake's bed."""
WOOD_SIDE = 1024
WOOD_CELL = 0.8
"""The wood is one patch of 820 m that repeats."""


@dataclass(frozen=True, slots=True)
class Land:
    """Maps of the land; water lies at height 0."""

    ground: Field
    wooded: Field
    """How dense the wood stands, 0 … 1."""
    shade: Field
    """Below this height there is no direct sun."""
    hollow: Field
    """Sky that a place sees, 0 … 1."""
    wood: Field
    """A patch of tree tops, metres above the ground."""
    tint: Field
    """A patch of tree colours, -1 … 1."""
    rough: Field
    """A patch of fine ground, metres."""

    def height(self, east: Field, north: Field, *, fine: bool = True) -> Field:
        """Return the height of what stands there, trees included."""
        ground = self.of(self.ground, east, north)
        if not fine:
            return ground
        wood = self.patch(self.wood, east, north)
        dense = self.of(self.wooded, east, north)
        rough = self.patch(self.rough, east, north, 3.1) + 4 * self.patch(self.rough, east, north, 14.7)
        steep = smoothstep(0, 40, ground)
        return ground + wood * smoothstep(0.35, 0.6, dense) + rough * steep * (1 - 0.7 * dense)

    def of(self, field: Field, east: Field, north: Field) -> Field:
        """Look a map of the whole land up."""
        return look_up(field, (east - WEST) / CELL, (north - SOUTH) / CELL)

    def patch(self, field: Field, east: Field, north: Field, cell: float = WOOD_CELL) -> Field:
        """Look a repeating patch up."""
        return look_up(field, east / cell, north / cell, repeat=True)


def build(sun_azimuth: float, sun_elevation: float) -> Land:
    """Make the land, lit from there (radians; azimuth from north to east)."""
    ground = _ground()
    slope = np.hypot(*np.gradient(ground, CELL)).astype(np.float32)
    wooded = (
        smoothstep(2, 8, ground)
        * (1 - smoothstep(620, 900, ground + 90 * fractal(SIDE, 24, 5, 71)))
        * (1 - smoothstep(0.95, 1.35, slope))
        * smoothstep(-1.0, -0.5, fractal(SIDE, 40, 5, 77) + 0.45)
    )
    return Land(
        ground=ground,
        wooded=wooded,
        shade=_shade(ground + 10 * wooded, sun_azimuth, sun_elevation),
        hollow=_hollow(ground),
        wood=_wood(),
        tint=_tint(),
        rough=fractal(WOOD_SIDE, 16, 6, 91, gain=0.62) * 1.1,
    )


def _ground() -> Field:
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    east, north = WEST + columns * CELL, SOUTH + rows * CELL
    bend = fractal(SIDE, 5, 5, 3) * 330 + fractal(SIDE, 17, 4, 9) * 110
    axis = 260 * np.sin((north - 600) / 2100) + 0.055 * np.maximum(north - 5000, 0)
    beside = np.abs(east + bend - axis)
    width = 980 + 330 * np.sin(north / 1500 + 0.6) - 800 * smoothstep(5200, 8200, north)
    sunward = 1 - 0.45 * smoothstep(200, 2500, -east)
    shore = beside - width
    rise = smoothstep(-300, 4200, shore)
    # Turned and bent, because the noise's grid would show in straight crests.
    warp = fractal(SIDE, 7, 4, 61) * 26
    across, along = columns * 0.83 + rows * 0.56 + warp, rows * 0.83 - columns * 0.56 - warp
    crests = look_up(ridged(SIDE, 6, 8, 25), across, along, repeat=True)
    hills = look_up(ridged(SIDE, 13, 7, 41), across, along, repeat=True)
    massif = np.exp(-(((east - 1500) / 4300) ** 2) - ((north - 13800) / 3300) ** 2)
    flanks = sunward * rise * (190 + 1050 * crests) + smoothstep(-80, 900, shore) * (30 + 300 * hills)
    ground = -55 + flanks + massif * (330 + 1900 * crests) * smoothstep(7500, 11500, north)
    for place_east, place_north, reach, tall in ISLANDS:
        away = np.hypot(east - place_east + 0.2 * bend, north - place_north) / reach
        ground = ground + tall * np.exp(-(away**2)) * (0.75 + 0.6 * hills)
    low = smoothstep(-200, 60, shore) * 75 + fractal(SIDE, 30, 6, 55) * 14 * smoothstep(-400, 400, shore)
    ground = ground + low - 25 * smoothstep(0, 900, -shore)
    half = cv2.resize(ground, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA)
    carved = eroded(half, CELL * 2, 5)
    change = cv2.resize(carved - half, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return (ground + change).astype(np.float32)


def _shade(ground: Field, azimuth: float, elevation: float) -> Field:
    """Sweep from the sun's side: each place's shadow height is its sunward neighbour's, one step lower."""
    turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), -np.degrees(azimuth), 1)
    # Rows of the turned map run away from the sun.
    turned = cv2.warpAffine(
        ground, turn, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    fall = CELL * np.tan(elevation)
    shade = np.empty_like(turned)
    above = np.full(SIDE, -1e4, np.float32)
    for row in range(SIDE - 1, -1, -1):
        above = np.maximum(above - fall, turned[row])
        shade[row] = above
    return cv2.warpAffine(
        shade,
        turn,
        (SIDE, SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _hollow(ground: Field) -> Field:
    """Guess the visible sky from how far a place lies under its surroundings."""
    open_sky = np.ones_like(ground)
    for metres, weight in ((60, 0.10), (200, 0.14), (700, 0.18)):
        under = cv2.GaussianBlur(ground, (0, 0), metres / CELL) - ground
        open_sky -= weight * np.clip(under / (0.25 * metres), -0.6, 1)
    return np.clip(open_sky, 0.25, 1.15)


def _trees() -> tuple[Field, Field]:
    """Place trees on a jittered grid: columns and rows."""
    rng = np.random.default_rng(101)
    count = 132
    grid = (np.indices((count, count)).reshape(2, -1) + rng.uniform(0.05, 0.95, (2, count * count))) / count
    return (grid * WOOD_SIDE).astype(np.float32), rng.uniform(0, 1, count * count).astype(np.float32)


def _wood() -> Field:
    """Draw the tops of spruces: steep cones, the highest wins."""
    top = np.zeros((WOOD_SIDE, WOOD_SIDE), np.float32)
    spots, sizes = _trees()
    reach = np.arange(-6, 7)
    for (column, row), size in zip(spots.T, sizes, strict=True):
        columns, rows = int(column) + reach, int(row) + reach
        away = np.hypot(columns[None] - column, rows[:, None] - row) * WOOD_CELL
        tall = 9 + 13 * size
        cone = tall * np.clip(1 - away / (1.6 + 1.9 * size), 0, 1) ** 0.8
        at = np.ix_(rows % WOOD_SIDE, columns % WOOD_SIDE)
        top[at] = np.maximum(top[at], cone)
    return top * (1 + 0.05 * gradient_noise(WOOD_SIDE, 256, 7))


def _tint() -> Field:
    """Give each tree a colour of its own, with a drift over the patch."""
    spots, sizes = _trees()
    nearest = np.full((WOOD_SIDE, WOOD_SIDE), 1e9, np.float32)
    tint = np.zeros_like(nearest)
    colours = np.random.default_rng(103).uniform(-1, 1, sizes.size)
    reach = np.arange(-7, 8)
    for (column, row), colour in zip(spots.T, colours, strict=True):
        columns, rows = int(column) + reach, int(row) + reach
        away = np.hypot(columns[None] - column, rows[:, None] - row)
        at = np.ix_(rows % WOOD_SIDE, columns % WOOD_SIDE)
        closer = away < nearest[at]
        tint[at] = np.where(closer, colour, tint[at])
        nearest[at] = np.minimum(nearest[at], away)
    return (0.6 * tint + 0.5 * fractal(WOOD_SIDE, 5, 4, 17)).astype(np.float32)
