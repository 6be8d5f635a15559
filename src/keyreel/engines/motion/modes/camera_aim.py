"""What a camera that comes nearer to an image is heading for: its subject, or where its lines vanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera import parallax, path
from keyreel.engines.motion.prompts.pace_vocabulary import CameraPace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.camera.path import CameraOptions
    from keyreel.engines.motion.layers.layered_image import LayeredImage
    from keyreel.engines.motion.layers.subject_layer import SubjectLayer
    from keyreel.engines.motion.prompts.parser import CameraCue

_TALL_RATIO: Final = 1.3
_TALL_AIM: Final = 0.25
"""How much taller than wide a subject has its head above, and at which part of its height that is."""
_EDGE: Final = 0.97
"""The part of half the frame beyond which the frame cuts a subject off."""

_AIM_GAIN: Final = 1.8
_AIM_ROOM: Final = 0.85
"""How far beyond a subject's middle a camera aims, and at most, in parts of half the frame."""
_OPAQUE: Final = 127
"""The opacity above which a subject's pixels are kept within the frame."""
_MIN_ENLARGEMENT: Final = 1.02
"""Below this, a camera comes no nearer."""
_UNDIVIDED_GAIN: Final = 0.6
"""The same for what only seems to be a subject: an image that stays in one piece is approached as a whole."""


def choose_aim(
    layered_image: LayeredImage, view: CameraView, cues: Sequence[CameraCue], options: CameraOptions
) -> tuple[float, float]:
    """Return the point that stays where it is while the camera comes nearer, in units of the view.

    It lies beyond a subject that is off the middle, so that this comes towards the middle. What the frame
    shows whole of a subject stays whole, as far as it fits, its top before its foot; its sides only where
    neither is cut off.
    Hyperspeed follows the ground to the horizon.
    """
    wide, high = view.half_size
    perspective = layered_image.scene_depth.perspective
    if any(cue.pace is CameraPace.ACCELERATING for cue in cues):
        across = 0.5 if perspective.vanishing_x is None else perspective.vanishing_x
        return (2 * across - 1) * wide, (2 * perspective.horizon - 1) * high
    if layered_image.subject:
        left, top, right, foot = layered_image.subject.bounds
        # What the frame cuts off below is seen from the waist or the shoulders up.
        tall = foot - top > _TALL_RATIO * (right - left) or foot > _EDGE * high
        x = _limit_aim((left + right) / 2, wide, _AIM_GAIN)
        y = _limit_aim(top + (foot - top) * (_TALL_AIM if tall else 0.5), high, _AIM_GAIN)
        left, top, right, foot = _measure_solid_bounds(layered_image.subject, view)
        enlarged = max(
            parallax.project_point((0.0, 0.0), pose, layered_image.pivot_disparity)[2]
            for pose in path.plan_camera_path(cues, options)
        )
        if max(-left, right) < _EDGE * wide:
            x = _keep_whole(x, (left, right), wide, enlarged)
        return x, _keep_whole(y, (top, foot), high, enlarged)
    if perspective.vanishing_x is None:
        x, y = layered_image.subject_centre
        return _limit_aim((2 * x - 1) * wide, wide, _UNDIVIDED_GAIN), _limit_aim(
            (2 * y - 1) * high, high, _UNDIVIDED_GAIN
        )
    return (2 * perspective.vanishing_x - 1) * wide, (2 * perspective.horizon - 1) * high


def _limit_aim(position: float, half: float, gain: float) -> float:
    return min(max(gain * position, -_AIM_ROOM * half), _AIM_ROOM * half)


def _measure_solid_bounds(subject: SubjectLayer, view: CameraView) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom, in units, of what the resting frame shows of a subject.

    Without its matte's soft rim, and without what was painted beyond the frame.
    """
    x, y = (round(each) for each in subject.origin)
    opaque = subject.image[y : y + view.size.height, x : x + view.size.width, 3] > _OPAQUE
    rows, columns = np.flatnonzero(opaque.any(axis=1)), np.flatnonzero(opaque.any(axis=0))
    if not rows.size:
        return subject.bounds
    wide, high = view.half_size
    return (
        int(columns[0]) / view.pixels_per_unit - wide,
        int(rows[0]) / view.pixels_per_unit - high,
        (int(columns[-1]) + 1) / view.pixels_per_unit - wide,
        (int(rows[-1]) + 1) / view.pixels_per_unit - high,
    )


def _keep_whole(aim: float, subject: tuple[float, float], half: float, enlarged: float) -> float:
    """Shift an aim along one axis so that a subject, enlarged, stays within the frame from start to end.

    An end that the frame cuts off anyway is left out; of two that do not fit, the start counts.
    """
    (start, end), room = subject, _EDGE * half
    if enlarged < _MIN_ENLARGEMENT:
        return aim
    if end < room:
        aim = max(aim, (end * enlarged - room) / (enlarged - 1))
    if start > -room:
        aim = min(aim, (start * enlarged + room) / (enlarged - 1))
    return min(max(aim, -half), half)
