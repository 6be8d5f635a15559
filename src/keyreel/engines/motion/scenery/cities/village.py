"""A village's houses: gables, tiled roofs, chimneys, and windows that are lit when it is dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.scenery.cities.facades import compute_darkness
from keyreel.engines.motion.scenery.landscapes.forest import draw_leaves

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import Colour

_WALLS: Final[tuple[Colour, ...]] = (
    (236, 228, 210),
    (222, 200, 160),
    (206, 190, 170),
    (240, 236, 228),
    (216, 176, 140),
)
_ROOFS: Final[tuple[Colour, ...]] = ((156, 82, 56), (132, 70, 54), (98, 92, 96), (142, 108, 70))
_TIMBER: Final = (92, 62, 42)
_GLASS: Final = (78, 96, 112)
_LAMPLIGHT: Final = (255, 206, 122, 255)
_LIT_SHARE: Final = 0.75
"""The part of the windows behind which somebody is at home."""
_DARK_ENOUGH: Final = 0.22
"""From 0.0 by day to 1.0 by night: when lamps are lit."""


class _House(NamedTuple):
    """A house: its front's lower left corner and width in pixels, the side of its long wall, colours."""

    corner: FloatingArray
    wide: float
    side: float
    wall: FloatArray
    roof: FloatArray

    def place(self, across: float, up: float, along: float = 0.0) -> tuple[float, float]:
        """Return the pixel of a point: parts of the width across the front, up, and along the long wall."""
        start = self.corner[0] + self.wide * across
        return start + self.side * along * self.wide * 0.92, self.corner[1] - self.wide * (up + 0.10 * along)


def draw_houses(canvas: ForegroundCanvas, *, level: float, tall: float, count: int) -> None:
    """Draw houses at both sides of a village's way, their feet at a row, `tall` size units wide."""
    rng = canvas.rng
    for number in range(count):
        side = -1.0 if number % 2 else 1.0
        out = (
            0.12
            + 0.9 * tall
            + (0.66 - 0.9 * tall) * (number // 2 + rng.uniform(0.05, 0.5)) / max(count / 2, 1)
        )
        row = level + rng.normal(0, 0.008)
        wide = canvas.size_unit * tall * rng.uniform(0.85, 1.15)
        corner = np.array(canvas.to_pixel(0.5 + side * out, row)) - np.array((wide / 2, 0))
        wall = canvas.light_tone(_WALLS[int(rng.integers(len(_WALLS)))])
        roof = canvas.light_tone(_ROOFS[int(rng.integers(len(_ROOFS)))])
        # The long wall runs back, towards the way in the middle.
        _draw_house(canvas, _House(corner, wide, -side, wall, roof))
        _draw_garden(canvas, corner, wide)


_CHIMNEY: Final = ((0.5, 1.02, 0.62), (0.5, 1.42, 0.62), (0.66, 1.42, 0.62), (0.66, 0.98, 0.62))
_GABLE: Final = ((0, 0, 0), (0, 0.62, 0), (0.5, 1.08, 0), (1, 0.62, 0), (1, 0, 0))
"""Corners across, up and along, in widths of the front."""
_TIMBERS: Final = (
    ((-0.07, 0.55), (0.5, 1.10)),
    ((0.5, 1.10), (1.07, 0.55)),
    ((0, 0.62), (1, 0.62)),
    ((0, 0), (0, 0.62)),
    ((1, 0), (1, 0.62)),
)
"""The beams in the front: their ends across and up."""


def _draw_house(canvas: ForegroundCanvas, house: _House) -> None:
    lit = 1.0 if canvas.context.palette.sun[0] > 0.5 else -1.0
    front, flank, slope = (1.0, 0.80, 0.9) if house.side * lit < 0 else (0.82, 1.0, 1.1)
    inner, eave = (1.0, 1.07) if house.side > 0 else (0.0, -0.07)
    wall = ((inner, 0, 0), (inner, 0.62, 0), (inner, 0.62, 1), (inner, 0, 1))
    roof = ((0.5, 1.10, -0.06), (eave, 0.55, -0.06), (eave, 0.55, 1.04), (0.5, 1.10, 1.04))
    # From far to near: the chimney stands behind the ridge.
    _fill(canvas, house, _CHIMNEY, house.wall, 0.62)
    _fill(canvas, house, wall, house.wall, flank)
    _fill(canvas, house, roof, house.roof, slope)
    _draw_tiles(canvas, house, [house.place(*each) for each in roof])
    _fill(canvas, house, _GABLE, house.wall, front)
    timber = canvas.light_tone(_TIMBER, 0.9)
    for ends in _TIMBERS:
        points = np.array([house.place(*each) for each in ends])
        canvas.draw_stroke(points, [max(house.wide * 0.035, 1.0)], timber)
    _draw_openings(canvas, house, inner)


def _draw_tiles(canvas: ForegroundCanvas, house: _House, slope: list[tuple[float, float]]) -> None:
    """Draw the rows of tiles, darker lines along the slope."""
    ridge, eave, far_eave, far_ridge = (np.array(each) for each in slope)
    dark = house.roof.copy()
    dark[:3] *= np.float32(0.72)
    for part in np.linspace(0.14, 0.92, 6):
        ends = np.stack((ridge + (eave - ridge) * part, far_ridge + (far_eave - far_ridge) * part))
        canvas.draw_stroke(ends, [max(house.wide * 0.012, 1.0)], dark)


def _draw_openings(canvas: ForegroundCanvas, house: _House, inner: float) -> None:
    """Draw a door, windows in the front and in the long wall, some of them lit when it is dark."""
    door = ((0.42, 0, 0), (0.42, 0.36, 0), (0.60, 0.36, 0), (0.60, 0, 0))
    _fill(canvas, house, door, canvas.light_tone(_TIMBER, 0.75))
    for left, low, wide, tall in (
        (0.14, 0.24, 0.16, 0.22),
        (0.72, 0.24, 0.16, 0.22),
        (0.43, 0.70, 0.14, 0.16),
    ):
        corners = ((left, low), (left, low + tall), (left + wide, low + tall), (left + wide, low))
        _draw_window(canvas, [house.place(*each) for each in corners])
    for start in (0.16, 0.46, 0.76):
        end = start + 0.13
        flank = ((inner, 0.26, start), (inner, 0.46, start), (inner, 0.46, end), (inner, 0.26, end))
        _draw_window(canvas, [house.place(*each) for each in flank])


def _draw_window(canvas: ForegroundCanvas, corners: list[tuple[float, float]]) -> None:
    dark = compute_darkness(canvas.context)
    is_lit = dark > _DARK_ENOUGH and canvas.rng.random() < _LIT_SHARE
    outline = np.array(corners)
    middle = outline.mean(axis=0)
    canvas.fill_outline(middle + (outline - middle) * 1.22, canvas.light_tone((238, 232, 222)))
    tone = np.array(_LAMPLIGHT, np.float32) if is_lit else canvas.light_tone(_GLASS)
    canvas.fill_outline(outline, tone)
    bar = canvas.light_tone((226, 220, 208), 0.9)
    across = np.array(((outline[0] + outline[3]) / 2, (outline[1] + outline[2]) / 2))
    canvas.draw_stroke(across, [max(float(np.hypot(*(outline[3] - outline[0]))) * 0.09, 1.0)], bar)


def _draw_garden(canvas: ForegroundCanvas, corner: FloatingArray, wide: float) -> None:
    """Draw bushes at the foot of the walls: a house without them floats on the grass."""
    rng = canvas.rng
    for _ in range(9):
        at = corner + np.array((wide * rng.uniform(-0.45, 1.45), -wide * rng.uniform(-0.02, 0.07)))
        draw_leaves(
            canvas.image, rng, (float(at[0]), float(at[1])), spread=(wide * 0.16, wide * 0.09),
            size=wide * 0.028, count=40, dark=canvas.light_tone((34, 58, 28), 0.9),
            bright=canvas.light_tone((118, 148, 62)),
        )  # fmt: skip


def _fill(  # noqa: PLR0917 - what is filled, on which house, in which light
    canvas: ForegroundCanvas,
    house: _House,
    corners: tuple[tuple[float, float, float], ...],
    tone: FloatArray,
    light: float = 1.0,
) -> None:
    """Fill a face of a house, by its corners across, up and along."""
    shaded = tone.copy()
    shaded[:3] = np.clip(shaded[:3] * np.float32(light), 0, 255)
    canvas.fill_outline(np.array([house.place(*each) for each in corners]), shaded)
