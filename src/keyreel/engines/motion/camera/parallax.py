"""Where a moving camera sees the points of a layer with depth, on a coarse grid; knows no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, exp, hypot, log, sin, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from keyreel.engines.motion.camera.path import CameraPose
    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray
    from keyreel.order import Size

    DisparityFunction = Callable[[FloatArray], FloatArray]
    """Disparity [rows, columns], 0.0 far … 1.0 near, at points [rows, columns, 2] of a layer, in units."""

GRID_STEP: Final = 16
"""Pixels between the grid's points."""

BORDER_BLEED: Final = 0.018
"""Units beyond the image's border that may be seen: mirrored pixels."""

_COMPRESSION_KNEE: Final = 0.55
"""How far out, in parts of the way from the centre to the image's border, its compression begins."""

_FAR_DISPARITY: Final = 0.1
_NEAR_DISPARITY: Final = 1.05
"""Of the farthest and the nearest point that a view may show."""

_INITIAL_DISPARITY: Final = 0.5
"""The disparity from which the iteration in `unproject_points` starts."""

_MAX_ENLARGEMENT: Final = 1.22
"""The zoom by which a path may be enlarged in order to stay within the image, before it goes less far."""

_TRAVEL_FRACTIONS: Final = tuple(part / 20 for part in range(20, 5, -1))
"""Fractions of a path's travel that are tried, from the whole downwards."""


@dataclass(frozen=True, slots=True)
class CameraView:
    """The frame as the camera's window.

    A unit is half the geometric mean of the frame's sides; (0, 0) is its centre. `image_bounds` are the real
    image's borders, in units: left, top, right, bottom. `border_compression` is how far, in parts of the
    bounds, a view may reach before the camera has to zoom in: what lies beyond them is drawn from the border
    zone, compressed.
    """

    size: Size
    image_bounds: tuple[float, float, float, float]
    border_compression: float = 1.06

    @property
    def pixels_per_unit(self) -> float:
        """How many pixels a unit is long."""
        return sqrt(self.size.width * self.size.height) / 2

    @property
    def half_size(self) -> tuple[float, float]:
        """Half the frame's width and height, in units."""
        return self.size.width / 2 / self.pixels_per_unit, self.size.height / 2 / self.pixels_per_unit

    @lru_cache(maxsize=8)  # noqa: B019 - views are small values, and few
    def build_grid(self) -> FloatArray:
        """Return the grid's points, float32 [rows, columns, 2], x and y in units; read-only.

        It reaches one step beyond the frame, so that borders are no special case.
        """
        columns = (
            np.arange(ceil(self.size.width / GRID_STEP) + 2, dtype=np.float32) * GRID_STEP
            - GRID_STEP / 2
            - 0.5
        )
        rows = (
            np.arange(ceil(self.size.height / GRID_STEP) + 2, dtype=np.float32) * GRID_STEP
            - GRID_STEP / 2
            - 0.5
        )
        x, y = np.meshgrid(
            (columns - (self.size.width - 1) / 2) / self.pixels_per_unit,
            (rows - (self.size.height - 1) / 2) / self.pixels_per_unit,
        )
        grid = _stack_planar(x, y)
        grid.flags.writeable = False
        return grid


def create_camera_view(
    size: Size, margins: tuple[int, int, int, int], border_compression: float
) -> CameraView:
    """Return the view of a frame with margins of real image, in pixels: left, top, right, bottom."""
    unit = sqrt(size.width * size.height) / 2
    x, y = size.width / 2, size.height / 2
    bounds = (
        (-x - margins[0]) / unit - BORDER_BLEED,
        (-y - margins[1]) / unit - BORDER_BLEED,
        (x + margins[2]) / unit + BORDER_BLEED,
        (y + margins[3]) / unit + BORDER_BLEED,
    )
    return CameraView(size, bounds, border_compression)


def confine_pose(pose: CameraPose, view: CameraView, farthest: float = _FAR_DISPARITY) -> CameraPose:
    """Zoom in as far as it takes to leave the bounds by no more than the border may be compressed.

    `farthest` is the smallest disparity in the scene.
    """
    return pose._replace(zoom=pose.zoom * _compute_required_zoom(pose, view, farthest))


def is_path_within_view(
    poses: Sequence[CameraPose], view: CameraView, max_enlargement: float = _MAX_ENLARGEMENT
) -> bool:
    """Say whether a whole path can be confined by zooming in by less than `max_enlargement`."""
    return all(
        _compute_required_zoom(pose, view, _FAR_DISPARITY) < max_enlargement for pose in _sample_poses(poses)
    )


def confine_path(
    poses: Sequence[CameraPose], view: CameraView, max_enlargement: float = _MAX_ENLARGEMENT
) -> list[CameraPose]:
    """Confine a whole path; one that would have to zoom in too far travels less far instead.

    What has to be zoomed in is spread over the way, so that the camera's speed has no kink at the border.
    """
    some = _sample_poses(poses)
    able = (
        part
        for part in _TRAVEL_FRACTIONS
        if is_path_within_view(
            [_recentre(_scale_travel(pose, part), view) for pose in some], view, max_enlargement
        )
    )
    part = next(able, _TRAVEL_FRACTIONS[-1])
    kept = [_recentre(_scale_travel(pose, part), view) for pose in poses]
    needed = [log(_compute_required_zoom(pose, view, _FAR_DISPARITY)) for pose in kept]
    away = [_measure_displacement(pose) for pose in kept]
    spread = max(needed) / max(*away, 1e-6)
    return [
        pose._replace(zoom=pose.zoom * exp(max(need, spread * way)))
        for pose, need, way in zip(kept, needed, away, strict=True)
    ]


def measure_reach(poses: Sequence[CameraPose], size: Size) -> tuple[float, float, float, float]:
    """Return how far beyond the frame a path looks: left, top, right, bottom, in fractions of its sides."""
    view = create_camera_view(size, (0, 0, 0, 0), 1.0)
    reach = [0.0] * 4
    for pose in _sample_poses(poses):
        for disparity in (_FAR_DISPARITY, _NEAR_DISPARITY):
            for axis, (centre, half) in enumerate(_compute_window(pose, view, disparity)):
                side = view.half_size[axis]
                reach[axis] = max(reach[axis], (half - centre - side) / side / 2)
                reach[axis + 2] = max(reach[axis + 2], (half + centre - side) / side / 2)
    left, top, right, bottom = reach
    return left, top, right, bottom


def _recentre(pose: CameraPose, view: CameraView) -> CameraPose:
    """Move a view that is wider than at rest aside, where one side has less room than the other."""
    shift = [0.0, 0.0]
    for disparity in (_FAR_DISPARITY, _NEAR_DISPARITY):
        for axis, (centre, half) in enumerate(_compute_window(pose, view, disparity)):
            low, high = (view.image_bounds[axis + end] * view.border_compression for end in (0, 2))
            wider = half - view.half_size[axis]
            over, under = centre + half - high, low - (centre - half)
            if wider > 0 and over * under < 0:
                way = min(max(over, under), -min(over, under), wider)
                if abs(way) > abs(shift[axis]):
                    shift[axis] = -way if over > 0 else way
    return pose._replace(pan=pose.pan + shift[0], tilt=pose.tilt + shift[1])


def _measure_displacement(pose: CameraPose) -> float:
    """Return about how far from rest a view's middle is, in units."""
    return hypot(
        pose.pan + pose.truck * _INITIAL_DISPARITY, pose.tilt + pose.pedestal * _INITIAL_DISPARITY
    ) + abs(pose.roll)


def _sample_poses(poses: Sequence[CameraPose]) -> Sequence[CameraPose]:
    # A dozen poses are enough: a path is smooth.
    return poses[:: max(len(poses) // 12, 1)]


def _scale_travel(pose: CameraPose, part: float) -> CameraPose:
    zoom, *travel = pose
    return type(pose)(zoom**part, *(value * part for value in travel))


def _compute_required_zoom(pose: CameraPose, view: CameraView, farthest: float) -> float:
    need = 1.0
    for disparity in (farthest, _NEAR_DISPARITY):
        for axis, (centre, half) in enumerate(_compute_window(pose, view, disparity)):
            room = min(
                view.image_bounds[axis + 2] * view.border_compression - centre,
                centre - view.image_bounds[axis] * view.border_compression,
            )
            need = max(need, half / max(room, 0.05))
    return need


def _compute_window(
    pose: CameraPose, view: CameraView, disparity: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return which part of a plane a pose shows: across and down, its middle and half its size, in units."""
    cosine, sine = abs(cos(pose.roll)), abs(sin(pose.roll))
    half, scale = view.half_size, (1 - pose.dolly * disparity) / pose.zoom
    return (
        (pose.pan + pose.truck * disparity, (half[0] * cosine + half[1] * sine) * scale),
        (pose.tilt + pose.pedestal * disparity, (half[1] * cosine + half[0] * sine) * scale),
    )


def unproject_points(
    points: FloatArray, pose: CameraPose, view: CameraView, disparity: DisparityFunction
) -> FloatArray:
    """Return the point of the layer that each point of the frame shows; both [rows, columns, 2], in units."""
    cosine, sine = cos(pose.roll) / pose.zoom, sin(pose.roll) / pose.zoom
    x, y = points[..., 0], points[..., 1]
    rays = x * cosine - y * sine, x * sine + y * cosine
    # Fixed-point iteration: from a middling depth two steps come as near as three from none, within 3 pixels
    # at the largest moves.
    layer_points = _follow_rays(rays, pose, _INITIAL_DISPARITY)
    for _ in range(2):
        layer_points = _follow_rays(rays, pose, disparity(layer_points))
    return _compress_borders(layer_points, view)


def _follow_rays(
    rays: tuple[FloatingArray, FloatingArray], pose: CameraPose, disparity: FloatArray | float
) -> FloatArray:
    """Return the points [rows, columns, 2] that rays, x and y, meet at these disparities, in units."""
    ahead = 1 - pose.dolly * disparity
    # Each coordinate by itself: NumPy takes twice as long for pairs.
    return _stack_planar(
        rays[0] * ahead + (pose.pan + pose.truck * disparity),
        rays[1] * ahead + (pose.tilt + pose.pedestal * disparity),
    )


def _stack_planar(x: NDArray[np.floating], y: NDArray[np.floating]) -> FloatArray:
    """Return points [rows, columns, 2] stored as two planes, which NumPy computes with faster."""
    return np.moveaxis(np.stack((x, y)).astype(np.float32, copy=False), 0, -1)


def project_point(
    point: tuple[float, float], pose: CameraPose, disparity: float
) -> tuple[float, float, float]:
    """Return where the frame shows a layer's point, x and y in units, and how much it is enlarged there."""
    nearer = max(1 - pose.dolly * disparity, 0.05)
    x = (point[0] - pose.pan - pose.truck * disparity) / nearer * pose.zoom
    y = (point[1] - pose.tilt - pose.pedestal * disparity) / nearer * pose.zoom
    cosine, sine = cos(pose.roll), sin(pose.roll)
    return x * cosine + y * sine, y * cosine - x * sine, pose.zoom / nearer


def _compress_borders(points: FloatArray, view: CameraView) -> FloatArray:
    """Compress, in place, what reaches beyond the bounds into the border zone, as little as needed."""
    for axis in (0, 1):
        for edge, sign in ((view.image_bounds[axis], -1.0), (view.image_bounds[axis + 2], 1.0)):
            along = points[..., axis]
            part = along / abs(edge) * sign
            farthest = float(part[1:-1, 1:-1].max())
            if farthest <= 1:
                continue
            slope = (farthest - _COMPRESSION_KNEE) / (1 - _COMPRESSION_KNEE)
            beyond = np.clip((part - _COMPRESSION_KNEE) / (farthest - _COMPRESSION_KNEE), 0, None)
            pressed = _COMPRESSION_KNEE + (1 - _COMPRESSION_KNEE) * slope * beyond / (
                1 + (slope - 1) * beyond
            )
            points[..., axis] = np.where(part > _COMPRESSION_KNEE, pressed * abs(edge) * sign, along)
    return points
