"""The perspective of a single image, found in its straight lines: where they vanish, and the horizon.

Positions are fractions of the image's sides. Knows nothing of depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import fit_within, resize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import Float64Array, Mask

_SIDE: Final = 480
"""Pixels of the longer side at which lines are looked for."""

_MIN_LENGTH: Final = 0.045
"""Of a line, in fractions of the longer side."""

_MIN_SLOPE: Final = 0.07
"""Sine of the angle to both axes from which a line counts as one into the depth."""

_MAX_DEVIATION: Final = 0.035
"""Sine of the angle by which a line may miss the point in which it vanishes."""

_TRIALS: Final = 1200
"""Pairs of lines whose intersections are tried."""

_MIN_SUPPORT: Final = 0.4
"""The part of the lines into the depth, by length, that vanish in one point where an image has one."""

_MIN_TOTAL_LENGTH: Final = 2.0
"""Of all lines that vanish in it, in fractions of the longer side."""

_MIN_SECTOR_SHARE: Final = 0.12
"""The part of these lines, by length, that lie on a wall or on the ground where there is one."""

_CEILING_WIDTH: Final = 0.35
"""How near to the middle, in parts of the way to the border, the lines of a ceiling are looked for."""

_VANISHING_RANGE: Final = ((0.12, 0.88), (0.15, 0.8))
_HORIZON_RANGE: Final = (0.2, 0.8)
"""Where a vanishing point (x, y) and a horizon may lie."""

_MAX_HORIZON_SLOPE: Final = 0.02
_HORIZON_BAND: Final = 0.012
_MIN_HORIZON_LENGTH: Final = 0.55
"""Of a horizon's pieces: their slope at most, how far they lie apart, and their length, by the width."""


@dataclass(frozen=True, slots=True)
class Perspective:
    """How an image's space is seen: its horizon's row, and where it has one, the point in which lines vanish.

    The sides say on which walls lines run to that point: left, right, above.
    """

    horizon: float
    vanishing_x: float | None = None
    walls: tuple[bool, bool, bool] = (False, False, False)


def find_perspective(image: Frame) -> Perspective | None:
    """Return the perspective of an image, uint8 [height, width, 3]; None where no lines tell of it."""
    small = resize(image, *fit_within(image.shape, _SIDE))
    found = cv2.createLineSegmentDetector().detect(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))[0]
    if found is None:
        return None
    lines = np.asarray(found, np.float64).reshape(-1, 4)
    size = np.array((small.shape[1], small.shape[0]), np.float64)
    lines = lines[np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]) > _MIN_LENGTH * size.max()]
    return _find_vanishing_point(lines, size) or _find_horizon(lines, size)


def _find_vanishing_point(lines: Float64Array, size: Float64Array) -> Perspective | None:
    ways = lines[:, 2:] - lines[:, :2]
    lengths = np.hypot(*ways.T)
    ways /= lengths[:, None]
    inward = np.abs(ways).min(axis=1) > _MIN_SLOPE
    lines, ways, lengths = lines[inward], ways[inward], lengths[inward]
    if len(lines) < 6:
        return None
    middles = (lines[:, :2] + lines[:, 2:]) / 2
    best, support = _vote(middles, ways, lengths, size)
    if support.sum() == 0:
        return None
    weight = lengths[support]
    if weight.sum() < _MIN_SUPPORT * lengths.sum() or weight.sum() < _MIN_TOTAL_LENGTH * size.max():
        return None
    away = (middles[support] - best) / np.where(middles[support] > best, size - best, best)
    walls = _find_walls(away, weight / float(weight.sum()))
    return Perspective(float(best[1] / size[1]), float(best[0] / size[0]), walls) if walls else None


def _find_walls(away: Float64Array, weight: Float64Array) -> tuple[bool, bool, bool] | None:
    """Return on which walls lines lie: left, right, above; None where they tell of one thing, and no space.

    `away` is how far their middles are from the vanishing point, in parts of the way to the border.
    """
    across, down = away.T
    level = np.abs(across) > np.abs(down)
    sectors = (
        level & (across < 0),
        level & (across > 0),
        # Roofs along a street lie at its sides, a ceiling overhead.
        (np.abs(across) < _CEILING_WIDTH) & (down < -_CEILING_WIDTH),
        ~level & (down > 0),
    )
    left, right, above, below = (float(weight[each].sum()) > _MIN_SECTOR_SHARE for each in sectors)
    return (left, right, above) if left + right + above + below > 1 else None


def _vote(
    middles: Float64Array, ways: Float64Array, lengths: Float64Array, size: Float64Array
) -> tuple[Float64Array, Mask]:
    """Return the point in which most of the lines' length vanishes, and which of the lines do."""
    rng = np.random.default_rng(3)
    pairs = rng.choice(len(lengths), (_TRIALS, 2), p=lengths / lengths.sum())
    one, other = pairs.T
    cross = ways[one, 0] * ways[other, 1] - ways[one, 1] * ways[other, 0]
    apart = middles[other] - middles[one]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (apart[:, 0] * ways[other, 1] - apart[:, 1] * ways[other, 0]) / cross
    points = middles[one] + along[:, None] * ways[one]
    low, high = np.array(_VANISHING_RANGE).T
    inside = np.isfinite(points).all(axis=1) & ((points > low * size) & (points < high * size)).all(axis=1)
    points = points[inside & (np.abs(cross) > 0.1)]
    if not len(points):
        return np.zeros(2), np.zeros(len(lengths), np.bool_)
    near = _find_support(points, middles, ways)
    chosen = int((near * lengths).sum(axis=1).argmax())
    return points[chosen], near[chosen]


def _find_support(points: Float64Array, middles: Float64Array, ways: Float64Array) -> NDArray[np.bool_]:
    """Return, for each point and line, whether the line runs towards the point."""
    towards = points[:, None] - middles[None]
    distance = np.hypot(towards[..., 0], towards[..., 1])
    missed = np.abs(towards[..., 0] * ways[:, 1] - towards[..., 1] * ways[:, 0])
    return np.asarray(missed < _MAX_DEVIATION * distance)


def _find_horizon(lines: Float64Array, size: Float64Array) -> Perspective | None:
    """Return the row on which the longest level line lies, put together of pieces."""
    ways = lines[:, 2:] - lines[:, :2]
    level = np.abs(ways[:, 1]) < _MAX_HORIZON_SLOPE * np.abs(ways[:, 0])
    rows = (lines[level, 1] + lines[level, 3]) / 2 / size[1]
    inside = (rows > _HORIZON_RANGE[0]) & (rows < _HORIZON_RANGE[1])
    rows, lengths = rows[inside], np.abs(ways[level, 0][inside]) / size[0]
    if not len(rows):
        return None
    sums = (np.abs(rows[:, None] - rows[None]) < _HORIZON_BAND) @ lengths
    best = int(sums.argmax())
    return Perspective(float(rows[best])) if sums[best] > _MIN_HORIZON_LENGTH else None
