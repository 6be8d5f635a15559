"""Motion blur: the poses through which a fast camera passes while one frame is exposed. Knows no pixels."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.camera.parallax import project_point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraPose

_SHUTTER_SHARE: Final = 0.6
"""The share of a frame's time for which it is exposed."""

_SHARP_TRAVEL: Final = 0.005
"""How far a frame's content may go while it is exposed, in fractions of its longer side, without a blur."""

_MAX_EXPOSURES: Final = 10

_PROBES: Final = ((-0.8, -0.8), (0.8, -0.8), (0.0, 0.0), (-0.8, 0.8), (0.8, 0.8))
"""Where the travel is measured, in parts of half the frame's sides."""

_PROBE_DISPARITY: Final = 0.5


def list_exposures(poses: Sequence[CameraPose], index: int, view: CameraView) -> tuple[CameraPose, ...]:
    """Return the poses whose mean view is the frame at an index: one where it is slow, or the first."""
    pose = poses[index]
    if index == 0:
        return (pose,)
    before, after = poses[index - 1], poses[min(index + 1, len(poses) - 1)]
    travel = _measure_travel(before, after, view) / 2 * _SHUTTER_SHARE
    count = min(ceil(travel / _SHARP_TRAVEL), _MAX_EXPOSURES)
    if count <= 1:
        return (pose,)
    shifts = (((each + 0.5) / count - 0.5) * _SHUTTER_SHARE for each in range(count))
    return tuple(_interpolate(pose, after if shift > 0 else before, abs(shift)) for shift in shifts)


def _measure_travel(before: CameraPose, after: CameraPose, view: CameraView) -> float:
    """Return how far content goes from one pose to another, at most, in fractions of the longer side."""
    wide, high = view.half_size
    travel = 0.0
    for across, down in _PROBES:
        ends = [
            project_point((across * wide, down * high), pose, _PROBE_DISPARITY) for pose in (before, after)
        ]
        travel = max(travel, *(abs(ends[0][axis] - ends[1][axis]) for axis in (0, 1)))
    return travel / 2 / max(wide, high)


def _interpolate(one: CameraPose, other: CameraPose, part: float) -> CameraPose:
    return type(one)(*(a + (b - a) * part for a, b in zip(one, other, strict=True)))
