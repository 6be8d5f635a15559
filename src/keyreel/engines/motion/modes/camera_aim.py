"""What a camera that comes nearer to an image is heading for: its subject, or where its lines vanish."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING, Final

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
_EDGE: Final = 0.92
"""The part of half the frame within which a subject stays: it may move a little by itself, too."""

_AIM_GAIN: Final = 1.8
_AIM_ROOM: Final = 0.85
"""How far beyond a subject's middle a camera aims, and at most, in parts of half the frame."""
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
    neither is cut off. Hyperspeed follows the ground to the horizon.
    """
    wide, high = view.half_size
    perspective = layered_image.scene_depth.perspective
    vanishing = perspective.vanishing_x
    if any(cue.pace is CameraPace.ACCELERATING for cue in cues):
        vanishing = 0.5 if vanishing is None else vanishing
    elif layered_image.subject:
        poses = path.plan_camera_path(cues, options)
        enlarged = max(parallax.project_point((0.0, 0.0), each, options.pivot_disparity)[2] for each in poses)
        return _aim_at_subject(layered_image.subject, view, enlarged)
    if vanishing is None:
        x, y = layered_image.subject_centre
        aim = (2 * x - 1) * wide, (2 * y - 1) * high
        return _limit_aim(aim[0], wide, _UNDIVIDED_GAIN), _limit_aim(aim[1], high, _UNDIVIDED_GAIN)
    return (2 * vanishing - 1) * wide, (2 * perspective.horizon - 1) * high


def _aim_at_subject(subject: SubjectLayer, view: CameraView, enlarged: float) -> tuple[float, float]:
    """Return the aim at a subject that a path enlarges so many times at most."""
    wide, high = view.half_size
    bounds = subject.measure_frame_bounds(view.size) or subject.bounds
    left, top = max(bounds[0], -wide), max(bounds[1], -high)
    right, foot = min(bounds[2], wide), min(bounds[3], high)
    # What the frame cuts off below is seen from the waist or the shoulders up.
    tall = foot - top > _TALL_RATIO * (right - left) or isinf(bounds[3])
    x = _limit_aim((left + right) / 2, wide, _AIM_GAIN)
    y = _limit_aim(top + (foot - top) * (_TALL_AIM if tall else 0.5), high, _AIM_GAIN)
    if not (isinf(bounds[0]) or isinf(bounds[2])):
        x = _keep_whole(x, (left, right), wide, enlarged)
    return x, _keep_whole(y, (bounds[1], bounds[3]), high, enlarged)


def _limit_aim(position: float, half: float, gain: float) -> float:
    return min(max(gain * position, -_AIM_ROOM * half), _AIM_ROOM * half)


def _keep_whole(aim: float, subject: tuple[float, float], half: float, enlarged: float) -> float:
    """Shift an aim along one axis so that a subject, enlarged, stays within the frame from start to end.

    An end that the frame cuts off anyway, infinitely far away, is left out; of two that do not fit, the start
    counts.
    """
    (start, end), room = subject, _EDGE * half
    if enlarged < _MIN_ENLARGEMENT:
        return aim
    if not isinf(end):
        aim = max(aim, (end * enlarged - room) / (enlarged - 1))
    if not isinf(start):
        aim = min(aim, (start * enlarged + room) / (enlarged - 1))
    return min(max(aim, -half), half)
