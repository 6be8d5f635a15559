"""Camera paths: cues become one pose for each frame, eased, with a hand's slight shake. Knows no images."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from keyreel.engines.motion.prompts.pace_vocabulary import CameraPace
from keyreel.engines.motion.prompts.vocabulary import CameraMove
from keyreel.order import FPS, Amplitude

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keyreel.engines.motion.prompts.parser import CameraCue


AMPLITUDE_SCALES: Final[dict[Amplitude, float]] = {
    Amplitude.SMALL: 0.45,
    Amplitude.MEDIUM: 1.0,
    Amplitude.LARGE: 1.9,
    Amplitude.AUTO: 1.0,
}
"""How far moves go for each movement amplitude, in parts of their usual travel; chosen by eye."""

_REFERENCE_SECONDS: Final = 5
"""The shot length for which the travels below are given."""

# At the shot's own ends the camera already (or still) travels at this part of its full speed: an ease that
# starts from zero leaves the first frames frozen at small amplitudes.
_END_SPEED: Final = 0.5

_RUSH_START: Final = 0.3
_RUSH_SECONDS: Final = 0.7
_CREEP_SHARE: Final = 0.1
"""When a rush begins, by its cue's time; how long it lasts; the travel besides it, in parts of its own."""

_ACCELERATION: Final = 3.2
"""The logarithm of how much faster hyperspeed ends than it begins."""

_HYPERSPEED_ZOOM: Final = 0.4
"""Log zoom of a move into the depth at hyperspeed: a dolly alone hardly enlarges what is far."""

_PACE_SCALES: Final = {CameraPace.STEADY: 1.0, CameraPace.RUSHED: 1.5, CameraPace.ACCELERATING: 1.9}
"""How far moves go at each pace, in parts of their usual travel."""

_IDLE_SHAKE: Final = 0.14
_HANDHELD_SHAKE: Final = 1.0
"""How much a camera shakes that no cue moves, and a handheld one, in parts of the shake below."""


class CameraPose(NamedTuple):
    """Where the camera is. Lengths are in units: half the geometric mean of the frame's sides.

    `zoom` scales all depths alike; `pan` and `tilt` shift them alike (the view's centre, right and down);
    `truck`, `pedestal` and `dolly` move the camera right, down and forward, so near things move more;
    `roll` is in radians.
    """

    zoom: float = 1.0
    pan: float = 0.0
    tilt: float = 0.0
    truck: float = 0.0
    pedestal: float = 0.0
    dolly: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True, slots=True)
class CameraOptions:
    """What a path depends on besides its cues.

    `pivot_disparity`, 0.0 … 1.0, is the depth that stays in place in an orbit, and keeps its size
    in a dolly zoom. `aim` is where a camera that comes nearer is heading, right of the middle and below it.
    """

    frames: int
    amplitude: Amplitude
    pivot_disparity: float
    seed: int
    aim: tuple[float, float] = (0.0, 0.0)

    @property
    def travel_scale(self) -> float:
        """How far the camera goes, 1.0 as usual: further in a longer shot, but less than in proportion."""
        seconds = self.frames / FPS
        return AMPLITUDE_SCALES[self.amplitude] * float(
            np.clip((seconds / _REFERENCE_SECONDS) ** 0.6, 0.4, 1.6)
        )


# Full travel of each move at a scale of 1: (log zoom, pan, tilt, truck, pedestal, dolly), by eye.
_MOVE_TRAVEL: Final = {
    CameraMove.ZOOM_IN: (0.42, 0.0, 0.0, 0.0, 0.0, 0.0),
    CameraMove.ZOOM_OUT: (-0.34, 0.0, 0.0, 0.0, 0.0, 0.0),
    CameraMove.PUSH_IN: (0.15, 0.0, 0.0, 0.0, 0.0, 0.38),
    CameraMove.PULL_OUT: (-0.25, 0.0, 0.0, 0.0, 0.0, -0.14),
    CameraMove.PAN_LEFT: (0.0, -0.45, 0.0, -0.04, 0.0, 0.0),
    CameraMove.PAN_RIGHT: (0.0, 0.45, 0.0, 0.04, 0.0, 0.0),
    CameraMove.TILT_UP: (0.0, 0.0, -0.34, 0.0, -0.02, 0.0),
    CameraMove.TILT_DOWN: (0.0, 0.0, 0.34, 0.0, 0.02, 0.0),
    CameraMove.TRACK_LEFT: (0.0, -0.15, 0.0, -0.42, 0.0, 0.0),
    CameraMove.TRACK_RIGHT: (0.0, 0.15, 0.0, 0.42, 0.0, 0.0),
    CameraMove.RISE: (0.0, 0.0, -0.14, 0.0, -0.26, 0.04),
    CameraMove.SINK: (0.0, 0.0, 0.14, 0.0, 0.26, 0.04),
}
_INWARD_MOVES: Final = frozenset({CameraMove.ZOOM_IN, CameraMove.PUSH_IN})
_ORBIT_SIGNS: Final = {CameraMove.ORBIT_LEFT: -1.0, CameraMove.ORBIT_RIGHT: 1.0}
_ORBIT_TRUCK: Final = 0.62
_ORBIT_ZOOM: Final = 0.08
_DOLLY_ZOOM_TRAVEL: Final = -0.62
"""Full travel of an orbit aside, its log zoom, and the travel of a dolly zoom forward, in units."""

_USUAL_PIVOT_DISPARITY: Final = 0.6
"""Of the subjects for which the travels above are chosen."""

_MAX_LOG_ZOOM: Final = 0.95
_MAX_DOLLY: Final = 0.62
"""What zoom and dolly approach however large the amplitude is: the image has no finer detail to show."""


def plan_camera_path(cues: Sequence[CameraCue], options: CameraOptions) -> list[CameraPose]:
    """Return one pose for each frame; the first is the camera at rest, where it shows the image itself."""
    track = np.zeros((options.frames, len(CameraPose._fields)))
    shake = _IDLE_SHAKE
    for cue in cues:
        if cue.move is CameraMove.HANDHELD:
            shake = _HANDHELD_SHAKE * cue.strength * AMPLITUDE_SCALES[options.amplitude] ** 0.5
        else:
            travel = _compute_travel(cue, options)[None, :] * _ease_cue(cue, options.frames)[:, None]
            track += _head_for_aim(travel, options.aim) if cue.move in _INWARD_MOVES else travel
    track[:, 0] = _soften_limit(track[:, 0], _MAX_LOG_ZOOM)
    track[:, 5] = _soften_limit(track[:, 5], _MAX_DOLLY)
    sway = _generate_shake(options) * shake
    track[:, (1, 2, 3, 6)] += sway
    # Zoom adds up as a logarithm, so that equal times look like equal enlargement.
    track[:, 0] = np.exp(track[:, 0])
    return [
        _compensate_dolly_zoom(CameraPose(*(float(value) for value in row)), cues, options) for row in track
    ]


def _soften_limit(travel: NDArray[np.float64], limit: float) -> NDArray[np.float64]:
    """Return travel that approaches a limit; up to half of it, nearly the travel itself."""
    return np.asarray(travel / (1 + np.abs(travel / limit) ** 3) ** (1 / 3), np.float64)


def _head_for_aim(travel: NDArray[np.float64], aim: tuple[float, float]) -> NDArray[np.float64]:
    """Return an inward move's travel, float64 [frames, 7], on which what it aims at stays where it is seen.

    All else moves away from there, and nothing beyond the image comes into view.
    """
    enlarged = 1 - np.exp(-_soften_limit(travel[:, 0], _MAX_LOG_ZOOM))
    nearer = _soften_limit(travel[:, 5], _MAX_DOLLY)
    headed = travel.copy()
    for axis, way in enumerate(aim):
        headed[:, 1 + axis] += way * enlarged
        headed[:, 3 + axis] += way * nearer
    return headed


def _compute_travel(cue: CameraCue, options: CameraOptions) -> NDArray[np.float64]:
    # A rush takes its own time, and goes as far in a short shot as in a long one.
    scale = AMPLITUDE_SCALES[options.amplitude] if cue.pace is CameraPace.RUSHED else options.travel_scale
    reach = scale * cue.strength * _PACE_SCALES[cue.pace]
    if cue.move in _ORBIT_SIGNS:
        truck = _ORBIT_SIGNS[cue.move] * _ORBIT_TRUCK
        # Turning back towards the pivot while trucking past it makes the truck an orbit.
        return np.array((_ORBIT_ZOOM, -truck * options.pivot_disparity, 0.0, truck, 0.0, 0.0, 0.0)) * reach
    if cue.move is CameraMove.DOLLY_ZOOM:
        return np.array((0.0, 0.0, 0.0, 0.0, 0.0, _DOLLY_ZOOM_TRAVEL, 0.0)) * reach
    travel = np.array((*_MOVE_TRAVEL.get(cue.move, (0.0,) * 6), 0.0)) * reach
    if cue.pace is CameraPace.ACCELERATING and cue.move in _INWARD_MOVES:
        travel[0] += _HYPERSPEED_ZOOM
    # A dolly enlarges a subject seen close up by far more than one farther away.
    travel[5] *= _USUAL_PIVOT_DISPARITY / max(options.pivot_disparity, _USUAL_PIVOT_DISPARITY)
    return travel


def _compensate_dolly_zoom(pose: CameraPose, cues: Sequence[CameraCue], options: CameraOptions) -> CameraPose:
    """Zoom against the dolly in a dolly zoom, so that what lies at the pivot keeps its size."""
    if any(cue.move is CameraMove.DOLLY_ZOOM for cue in cues):
        return pose._replace(zoom=pose.zoom * (1 - pose.dolly * options.pivot_disparity))
    return pose


def _ease_cue(cue: CameraCue, frames: int) -> NDArray[np.float64]:
    """Return how much of a cue's travel is done at each frame, float64 [frames], 0.0 … 1.0."""
    if frames == 1:
        return np.zeros(1)
    along = ((np.arange(frames - 1) + 0.5) / (frames - 1) - cue.start) / (cue.end - cue.start)
    inside = (along > 0) & (along < 1)
    seconds = (cue.end - cue.start) * frames / FPS
    if cue.pace is CameraPace.STEADY:
        speed = np.sin(pi * np.clip(along, 0, 1)) ** 0.9
        at_rest_start = np.where(along < 0.5, cue.start > 0, cue.end < 1)
        floor = np.where(at_rest_start, 0.0, _END_SPEED)
        speed = floor + (1 - floor) * speed
    elif cue.pace is CameraPace.ACCELERATING:
        speed = np.exp(_ACCELERATION * along)
    else:
        rush = np.clip((along - _RUSH_START) * seconds / _RUSH_SECONDS, 0, 1)
        # Before and after the rush, which takes most of the way, the camera creeps: no frame stands still.
        speed = np.sin(pi * rush) ** 2 / (_RUSH_SECONDS / 2) + _CREEP_SHARE / seconds
    speed = np.where(inside, speed, 0.0)
    return np.concatenate(([0.0], np.cumsum(speed) / speed.sum()))


def _generate_shake(options: CameraOptions) -> NDArray[np.float64]:
    """Return a hand's slow drift, float64 [frames, 4]: pan, tilt and truck in units, roll in radians."""
    # Sums of sines: (frequency in hertz, amplitude). All start at zero.
    rng = np.random.default_rng([options.seed, 7])
    seconds = np.arange(options.frames)[:, None] / FPS
    total = np.zeros((options.frames, 4))
    for rate, size in ((0.23, 1.0), (0.61, 0.55), (1.37, 0.22), (2.9, 0.06)):
        phase = rng.uniform(0, 2 * pi, 4)
        pace = rate * rng.uniform(0.85, 1.15, 4)
        total += size * (np.sin(2 * pi * pace * seconds + phase) - np.sin(phase))
    return np.asarray(total * np.array((0.016, 0.013, 0.014, 0.0045)), np.float64)
