"""Layers seen by a moving camera: displacement on a coarse grid, pixels fetched once at full size."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, cos, sin, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from keyreel.engines.motion.camera.path import Pose
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]
    Disparity = Callable[[FloatArray], FloatArray]
    """Disparity at points [rows, columns, 2] of a layer, in units from the resting frame's centre."""

STEP: Final = 16
"""Pixels between the grid's points."""
_BLEED: Final = 0.018
_KNEE: Final = 0.55
_FARTHEST: Final = 0.1
_NEAREST: Final = 1.05
_MIDDLING: Final = 0.5
_MOST_ENLARGED: Final = 1.22
_PARTS: Final = tuple(part / 20 for part in range(20, 5, -1))


@dataclass(frozen=True, slots=True)
class View:
    """The frame as the camera's window.

    `bounds` are the real picture's borders, in units: left, top, right, bottom.
    A unit is half the geometric mean of the frame's sides; (0, 0) is its centre. `squeeze` is how far beyond
    the bounds a view may reach before the camera has to zoom in: the rest is drawn from the border zone,
    compressed.
    """

    size: Size
    bounds: tuple[float, float, float, float]
    squeeze: float = 1.06

    @property
    def unit(self) -> float:
        """Pixels in a unit."""
        return sqrt(self.size.width * self.size.height) / 2

    @property
    def half(self) -> tuple[float, float]:
        """Half the frame's width and height, in units."""
        return self.size.width / 2 / self.unit, self.size.height / 2 / self.unit

    def points(self) -> FloatArray:
        """Return the grid's points, one step beyond the frame too: borders are no special case."""
        columns = np.arange(ceil(self.size.width / STEP) + 2, dtype=np.float32) * STEP - STEP / 2 - 0.5
        rows = np.arange(ceil(self.size.height / STEP) + 2, dtype=np.float32) * STEP - STEP / 2 - 0.5
        x, y = np.meshgrid(
            (columns - (self.size.width - 1) / 2) / self.unit, (rows - (self.size.height - 1) / 2) / self.unit
        )
        return _planar(x, y)


def view_of(size: Size, slack: tuple[int, int, int, int], squeeze: float) -> View:
    """Return the view of a frame with `slack` pixels of real picture beyond each side."""
    unit = sqrt(size.width * size.height) / 2
    x, y = size.width / 2, size.height / 2
    bounds = (
        (-x - slack[0]) / unit - _BLEED,
        (-y - slack[1]) / unit - _BLEED,
        (x + slack[2]) / unit + _BLEED,
        (y + slack[3]) / unit + _BLEED,
    )
    return View(size, bounds, squeeze)


def confined(pose: Pose, view: View, farthest: float = _FARTHEST) -> Pose:
    """Zoom in as far as the view needs in order not to leave its bounds by more than it may be squeezed."""
    return pose._replace(zoom=pose.zoom * _enlargement(pose, view, farthest))


def fits(poses: Sequence[Pose], view: View, most: float = _MOST_ENLARGED) -> bool:
    """Say whether a whole path stays where it has to zoom in by less than this."""
    return all(_enlargement(pose, view, _FARTHEST) < most for pose in _some(poses))


def within(poses: Sequence[Pose], view: View, most: float = _MOST_ENLARGED) -> list[Pose]:
    """Confine a whole path: one that would have to zoom in too far goes less far instead."""
    some = _some(poses)
    able = (part for part in _PARTS if fits([_shortened(pose, part) for pose in some], view, most))
    part = next(able, _PARTS[-1])
    return [confined(_shortened(pose, part), view) for pose in poses]


def _some(poses: Sequence[Pose]) -> Sequence[Pose]:
    # A dozen poses tell enough: a path is smooth.
    return poses[:: max(len(poses) // 12, 1)]


def _shortened(pose: Pose, part: float) -> Pose:
    zoom, *travel = pose
    return type(pose)(zoom**part, *(value * part for value in travel))


def _enlargement(pose: Pose, view: View, farthest: float) -> float:
    need = 1.0
    cosine, sine = abs(cos(pose.roll)), abs(sin(pose.roll))
    half = view.half
    reach = (half[0] * cosine + half[1] * sine, half[1] * cosine + half[0] * sine)
    for disparity in (farthest, _NEAREST):
        grown = (1 - pose.dolly * disparity) / pose.zoom
        for axis, centre in enumerate(
            (pose.pan + pose.truck * disparity, pose.tilt + pose.lift * disparity),
        ):
            room = min(
                view.bounds[axis + 2] * view.squeeze - centre, centre - view.bounds[axis] * view.squeeze
            )
            need = max(need, reach[axis] * grown / max(room, 0.05))
    return need


def looked_at(points: FloatArray, pose: Pose, view: View, disparity: Disparity) -> FloatArray:
    """Return the place in the layer, in units, that each point of the frame shows."""
    cosine, sine = cos(pose.roll) / pose.zoom, sin(pose.roll) / pose.zoom
    x, y = points[..., 0], points[..., 1]
    ray = _planar(x * cosine - y * sine, x * sine + y * cosine)
    aim = np.array((pose.pan, pose.tilt), np.float32)
    moved = np.array((pose.truck, pose.lift), np.float32)
    # From a middling depth two steps come as near as three from none: within 3 pixels at the largest moves.
    place = np.asarray(
        ray * np.float32(1 - pose.dolly * _MIDDLING) + aim + moved * np.float32(_MIDDLING), np.float32
    )
    for _ in range(2):
        depth = disparity(place)[..., None]
        ahead = ray * (1 - np.float32(pose.dolly) * depth)
        place = np.asarray(ahead + aim + moved * depth, np.float32)
    return _squeezed(place, view)


def _planar(x: NDArray[np.floating], y: NDArray[np.floating]) -> FloatArray:
    """Return points [rows, columns, 2] whose coordinates lie apart in memory: numpy likes them so."""
    return np.moveaxis(np.stack((x, y)).astype(np.float32, copy=False), 0, -1)


def shown_at(place: tuple[float, float], pose: Pose, disparity: float) -> tuple[float, float, float]:
    """Return where in the frame, in units, a place shows, and how much it is enlarged there."""
    nearer = max(1 - pose.dolly * disparity, 0.05)
    x = (place[0] - pose.pan - pose.truck * disparity) / nearer * pose.zoom
    y = (place[1] - pose.tilt - pose.lift * disparity) / nearer * pose.zoom
    cosine, sine = cos(pose.roll), sin(pose.roll)
    return x * cosine + y * sine, y * cosine - x * sine, pose.zoom / nearer


def _squeezed(place: FloatArray, view: View) -> FloatArray:
    """Compress what reaches beyond the bounds into the border zone, smoothly, and only as far as needed."""
    for axis in (0, 1):
        for edge, sign in ((view.bounds[axis], -1.0), (view.bounds[axis + 2], 1.0)):
            along = place[..., axis]
            part = along / abs(edge) * sign
            farthest = float(part[1:-1, 1:-1].max())
            if farthest <= 1:
                continue
            slope = (farthest - _KNEE) / (1 - _KNEE)
            beyond = np.clip((part - _KNEE) / (farthest - _KNEE), 0, None)
            pressed = _KNEE + (1 - _KNEE) * slope * beyond / (1 + (slope - 1) * beyond)
            place[..., axis] = np.where(part > _KNEE, pressed * abs(edge) * sign, along)
    return place
