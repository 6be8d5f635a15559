"""Animation curves: how far a face blinks, looks, smiles, speaks and turns at each frame of a shot.

All begin at rest, so that the first frame is the image. Knows no pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import pi
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import smoothstep_array
from keyreel.engines.motion.prompts.act_vocabulary import Act
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engines.motion.imaging.arrays import FloatArray

_BLINK: Final = (0.45, 1.0, 0.95, 0.55, 0.2)
"""How far the lids close at the frames of a blink, which takes a fifth of a second."""

_BLINK_PAUSE_SECONDS: Final = (2.0, 5.5)
_EAGER_PAUSE_SECONDS: Final = (0.7, 1.6)
"""Between two blinks, at least and at most; the second where the prompt has somebody blink."""

_GAZE_PAUSE_SECONDS: Final = (1.1, 2.6)
_GAZE_REACH: Final = (0.06, 0.025)
"""How far eyes wander, across and down, in widths of the eye: 1.5 and 0.6 pixels in a face of 100."""

_IDLE_YAW: Final = 3.2
_IDLE_PITCH: Final = 1.4
_IDLE_ROLL: Final = 1.0
"""How far a head moves that is told nothing, in degrees."""

_TURN_DEGREES: Final = 8.0
"""The farthest turn of a head that a single image bears."""

_NOD_DEGREES: Final = 8.0
_SHAKE_DEGREES: Final = 6.0
_TILT_DEGREES: Final = 6.0
_ACT_START: Final = 0.6
_ACT_SECONDS: Final = 0.9
"""When what a prompt asks for begins, and how long a head takes for it, in seconds."""

_REPEAT_SECONDS: Final = 3.4
"""After how long a nod or a shake of the head comes again."""

_DIRECTIONS: Final = frozenset(
    (Act.LOOK_LEFT, Act.LOOK_RIGHT, Act.LOOK_UP, Act.LOOK_DOWN, Act.LOOK_AT_VIEWER)
)
_BREATH_HERTZ: Final = 0.27
_STILL_SECONDS: Final = 0.34
"""For so long nothing moves: the shot fades from the undivided image meanwhile."""


@dataclass(slots=True)
class FaceCurves:
    """One face's curves, float32 [frames] each.

    `closed`, `smile` and `jaw` are 0.0 … 1.0; gaze is in widths of the eye, right and down; the head turns by
    `yaw` (to the image's right), `pitch` (down) and `roll` (clockwise), in radians; `breath` and `sway` are
    -1.0 … 1.0.
    """

    closed: FloatArray
    gaze_x: FloatArray
    gaze_y: FloatArray
    smile: FloatArray
    jaw: FloatArray
    yaw: FloatArray
    pitch: FloatArray
    roll: FloatArray
    breath: FloatArray
    sway: FloatArray


def plan_face(
    acts: frozenset[Act], frames: int, rng: np.random.Generator, *, strength: float, facing: float
) -> FaceCurves:
    """Plan a face's curves for a shot.

    `strength` scales what nobody asked for, 1.0 as usual; `facing` is the head's yaw at rest, in degrees.
    """
    seconds = np.arange(frames, dtype=np.float32) / np.float32(FPS)
    curves = FaceCurves(*(np.zeros(frames, np.float32) for _ in fields(FaceCurves)))
    begun = smoothstep_array(seconds, _STILL_SECONDS, _STILL_SECONDS + 1.3)
    for name, degrees in (("yaw", _IDLE_YAW), ("pitch", _IDLE_PITCH), ("roll", _IDLE_ROLL)):
        idle = _drift(seconds, rng) * begun * np.float32(np.radians(degrees * strength))
        setattr(curves, name, idle)
    curves.sway = _drift(seconds, rng) * begun * np.float32(strength)
    curves.breath = np.sin(2 * pi * _BREATH_HERTZ * seconds).astype(np.float32) * begun
    _add_gaze(curves, rng, frames)
    _add_blinks(curves, rng, frames, _EAGER_PAUSE_SECONDS if Act.BLINK in acts else _BLINK_PAUSE_SECONDS)
    if acts & _DIRECTIONS:
        acts = acts - {Act.TURN_HEAD}
    for act in sorted(acts & _PERFORMERS.keys()):
        _PERFORMERS[act](curves, seconds, facing if act is Act.LOOK_AT_VIEWER else float(rng.choice((-1, 1))))
    limit = np.float32(np.radians(_TURN_DEGREES + 1))
    curves.yaw = np.clip(curves.yaw, -limit, limit)
    return curves


def _drift(seconds: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return a slow aimless movement, -1.0 … 1.0, of two periods that never meet."""
    slow, quick = rng.uniform(5.0, 7.5), rng.uniform(2.7, 3.6)
    wave = 0.7 * np.sin(2 * pi * seconds / slow + rng.uniform(0, 2 * pi))
    return np.asarray(wave + 0.3 * np.sin(2 * pi * seconds / quick + rng.uniform(0, 2 * pi)), np.float32)


def _add_blinks(
    curves: FaceCurves, rng: np.random.Generator, frames: int, pause: tuple[float, float]
) -> None:
    at = _STILL_SECONDS + rng.uniform(0.3, min(pause[1], 1.6))
    while (first := round(at * FPS)) < frames:
        length = min(len(_BLINK), frames - first)
        curves.closed[first : first + length] = _BLINK[:length]
        at += rng.uniform(*pause)


def _add_gaze(curves: FaceCurves, rng: np.random.Generator, frames: int) -> None:
    """Let the eyes rest on one point after another: they jump within two frames, and return halfway often."""
    at, here = _STILL_SECONDS + rng.uniform(0.2, 1.0), np.zeros(2)
    while (first := round(at * FPS)) < frames:
        there = rng.uniform(-1, 1, 2) * _GAZE_REACH if rng.random() < 0.7 else np.zeros(2)
        curves.gaze_x[first:], curves.gaze_y[first:] = there
        curves.gaze_x[first], curves.gaze_y[first] = (here + there) / 2
        at, here = at + rng.uniform(*_GAZE_PAUSE_SECONDS), there


def _ramp(seconds: FloatArray, start: float = _ACT_START, length: float = _ACT_SECONDS) -> FloatArray:
    return smoothstep_array(seconds, start, start + length)


def _pulse(seconds: FloatArray, length: float) -> FloatArray:
    """Return how far each moment is in an act that begins again and again: seconds, -1.0 between two."""
    since = (seconds - np.float32(_ACT_START)) % np.float32(_REPEAT_SECONDS)
    return np.where((seconds >= _ACT_START) & (since < length), since, -1.0).astype(np.float32)


def _smile(curves: FaceCurves, seconds: FloatArray, _: float) -> None:
    curves.smile = np.maximum(curves.smile, _ramp(seconds, 0.4, 1.0))


def _laugh(curves: FaceCurves, seconds: FloatArray, _: float) -> None:
    _smile(curves, seconds, _)
    shake = _ramp(seconds) * np.sin(2 * pi * 2.3 * seconds).astype(np.float32)
    curves.jaw = np.maximum(curves.jaw, _ramp(seconds) * np.float32(0.45) + shake * np.float32(0.16))
    curves.pitch = curves.pitch - shake * np.float32(np.radians(1.6))
    curves.breath = curves.breath + shake * np.float32(0.6)


def _close_eyes(curves: FaceCurves, seconds: FloatArray, _: float) -> None:
    curves.closed = np.maximum(curves.closed, _ramp(seconds, _ACT_START, 0.35))


def _nod(curves: FaceCurves, seconds: FloatArray, _: float) -> None:
    since = _pulse(seconds, 1.3)
    beats = np.where(since >= 0, np.sin(pi * since / np.float32(0.65)) ** 2, 0)
    curves.pitch = curves.pitch + np.float32(np.radians(_NOD_DEGREES)) * beats.astype(np.float32)


def _shake_head(curves: FaceCurves, seconds: FloatArray, side: float) -> None:
    since = _pulse(seconds, 1.6)
    beats = np.where(since >= 0, np.sin(2 * pi * since / 0.8) * np.sin(pi * since / 1.6), 0)
    curves.yaw = curves.yaw + np.float32(side * np.radians(_SHAKE_DEGREES)) * beats.astype(np.float32)


def _tilt_head(curves: FaceCurves, seconds: FloatArray, side: float) -> None:
    curves.roll = curves.roll + np.float32(side * np.radians(_TILT_DEGREES)) * _ramp(seconds)


def _turn(curves: FaceCurves, seconds: FloatArray, across: float, down: float = 0.0) -> None:
    """Turn head and eyes, by parts of the farthest turn; the eyes go first."""
    head, eyes = _ramp(seconds, _ACT_START + 0.1), _ramp(seconds, _ACT_START, 0.15)
    curves.yaw = curves.yaw * (1 - head / 2) + head * np.float32(np.radians(_TURN_DEGREES) * across)
    curves.pitch = curves.pitch * (1 - head / 2) + head * np.float32(np.radians(_NOD_DEGREES) * down)
    curves.gaze_x = curves.gaze_x * (1 - eyes / 2) + eyes * np.float32(0.15 * across)
    curves.gaze_y = curves.gaze_y * (1 - eyes / 2) + eyes * np.float32(0.06 * down)


def _look_at_viewer(curves: FaceCurves, seconds: FloatArray, facing: float) -> None:
    """Turn a head that faces aside towards the viewer, as far as it goes; the eyes come to rest."""
    back = min(max(-facing / _TURN_DEGREES, -1.0), 1.0)
    _turn(curves, seconds, back)
    calm = 1 - _ramp(seconds, _ACT_START, 0.15)
    curves.gaze_x, curves.gaze_y = curves.gaze_x * calm, curves.gaze_y * calm


_PERFORMERS: Final[dict[Act, Callable[[FaceCurves, FloatArray, float], None]]] = {
    Act.SMILE: _smile,
    Act.LAUGH: _laugh,
    Act.CLOSE_EYES: _close_eyes,
    Act.NOD: _nod,
    Act.SHAKE_HEAD: _shake_head,
    Act.TILT_HEAD: _tilt_head,
    Act.LOOK_LEFT: lambda curves, seconds, _: _turn(curves, seconds, -1.0),
    Act.LOOK_RIGHT: lambda curves, seconds, _: _turn(curves, seconds, 1.0),
    Act.LOOK_UP: lambda curves, seconds, _: _turn(curves, seconds, 0.0, -1.0),
    Act.LOOK_DOWN: lambda curves, seconds, _: _turn(curves, seconds, 0.0, 1.0),
    Act.LOOK_AT_VIEWER: _look_at_viewer,
    Act.TURN_HEAD: _turn,
}
"""What each act adds; blinking and breathing are in every plan."""
