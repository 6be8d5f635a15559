"""What a shot's own prompt adds between its keyframes: a move of the camera, and effects.

Both vanish at the keyframes themselves, position and speed alike, so that keyframes stay exact and motion is
continuous over the seams.
"""

from __future__ import annotations

from dataclasses import replace
from math import pi, sin
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.path import AMPLITUDE_SCALES
from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.imaging.warping import create_identity_map
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.vocabulary import CameraMove, Effect
from keyreel.order import FPS, Size

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import CoordinateMap, FloatArray
    from keyreel.engines.motion.prompts.parser import CameraCue
    from keyreel.order import Order

# Full reach of a move: (enlargement, right, down, turn), in fractions of the frame's sides. What goes aside
# enlarges by at least twice as much, so that nothing beyond the image comes into view.
_MOVE_REACH: Final = {
    CameraMove.PUSH_IN: (0.08, 0.0, 0.0, 0.0),
    CameraMove.PULL_OUT: (0.08, 0.0, 0.0, 0.0),
    CameraMove.ZOOM_IN: (0.10, 0.0, 0.0, 0.0),
    CameraMove.ZOOM_OUT: (0.10, 0.0, 0.0, 0.0),
    CameraMove.PAN_LEFT: (0.08, -0.035, 0.0, 0.0),
    CameraMove.PAN_RIGHT: (0.08, 0.035, 0.0, 0.0),
    CameraMove.TRACK_LEFT: (0.08, -0.035, 0.0, 0.0),
    CameraMove.TRACK_RIGHT: (0.08, 0.035, 0.0, 0.0),
    CameraMove.TILT_UP: (0.08, 0.0, -0.035, 0.0),
    CameraMove.RISE: (0.08, 0.0, -0.035, 0.0),
    CameraMove.TILT_DOWN: (0.08, 0.0, 0.035, 0.0),
    CameraMove.SINK: (0.08, 0.0, 0.035, 0.0),
    CameraMove.ORBIT_LEFT: (0.12, -0.02, 0.0, -0.06),
    CameraMove.ORBIT_RIGHT: (0.12, 0.02, 0.0, 0.06),
}
_OUTWARD_MOVES: Final = frozenset({CameraMove.PULL_OUT, CameraMove.ZOOM_OUT})
_TIMING_SKEW: Final = 1.7
"""The move itself takes two thirds of the time, and its return the rest, so that its direction is seen."""

_DOLLY_ZOOM_BULGE: Final = 0.14
_DOLLY_ZOOM_RADIUS: Final = 0.3
"""A dolly zoom holds what lies within this fraction of the frame's sides around its middle."""

_WHIP_DIRECTIONS: Final = {
    CameraMove.PAN_LEFT: (-1, 0),
    CameraMove.TRACK_LEFT: (-1, 0),
    CameraMove.ORBIT_LEFT: (-1, 0),
    CameraMove.TILT_UP: (0, -1),
    CameraMove.RISE: (0, -1),
    CameraMove.TILT_DOWN: (0, 1),
    CameraMove.SINK: (0, 1),
}
_SHAKE_AMPLITUDE: Final = 0.008
"""In fractions of the frame's sides."""

_SHAKE_WAVES: Final = ((0.31, 0.7), (0.83, 0.4), (1.9, 0.15))
"""A hand's shake as sine waves: (hertz, amplitude)."""

_CLEARING_SECONDS: Final = 0.7
"""Seconds before a keyframe in which effects fade out."""

_MOVING_KEYFRAMES: Final = (0.015, 0.05)
"""The mean motion of keyframes from which a prompt's own move goes less far, and at which it is left out."""

_FULL_REACH_SECONDS: Final = 4
"""Length of the shots from which on moves have their full reach."""

_TIME_OF_DAY_EFFECTS: Final = frozenset(
    {
        Effect.DAY,
        Effect.NIGHT,
        Effect.SUNSET,
        Effect.DAWN,
        Effect.STORM,
        Effect.MONOCHROME,
        Effect.SEPIA,
    }
)
"""Left to the keyframes: light or a style that came and went in every shot would be a pulse."""


class ShotMotion:
    """One shot's own camera move and effects over its frames.

    `first` is its first keyframe, uint8 [height, width, 3]; `mean_motion` is how far the keyframes move by
    themselves, in fractions of the sides. Where they travel, a move there and back on top would only pulse.
    """

    def __init__(self, order: Order, index: int, first: Frame, mean_motion: float) -> None:
        shot = order.shots[index]
        direction = parse_prompt(shot.prompt)
        effects = tuple(
            (effect, amount) for effect, amount in direction.effects if effect not in _TIME_OF_DAY_EFFECTS
        )
        self._frames = shot.frames
        still = 1 - smoothstep(*_MOVING_KEYFRAMES, mean_motion)
        self._cues = tuple(
            cue if cue.move is CameraMove.HANDHELD else replace(cue, strength=cue.strength * still)
            for cue in direction.cues
        )
        # A move there and back in a short shot is a jerk: the shorter, the less far.
        self._amplitude = min(AMPLITUDE_SCALES[order.amplitude], 1.5) * min(
            shot.seconds / _FULL_REACH_SECONDS, 1.0
        )
        self._phases = np.random.default_rng([order.seed, index, 17]).uniform(
            0, 2 * pi, (2, len(_SHAKE_WAVES))
        )
        direction = replace(direction, effects=effects, playback=None)
        self._effects = (
            ShotEffects(direction, first, order.frame_size, order.seed, fade_in=True) if effects else None
        )

    @property
    def whip_direction(self) -> tuple[int, int]:
        """The direction of a whip pan: right and down, each -1, 0 or 1."""
        return next(
            (_WHIP_DIRECTIONS[cue.move] for cue in self._cues if cue.move in _WHIP_DIRECTIONS), (1, 0)
        )

    def compute_view_map(self, step: int, size: Size) -> CoordinateMap | None:
        """Return where each pixel looks at a step, in pixels of `size`; None is straight ahead."""
        if not self._cues:
            return None
        total = np.zeros(4)
        bulge = 0.0
        for cue in self._cues:
            reach = self._compute_progress(cue, step) * min(cue.strength, 1.5) * self._amplitude
            if cue.move is CameraMove.HANDHELD:
                shake = [self._compute_shake(axis, step) * _SHAKE_AMPLITUDE for axis in (0, 1)]
                total += np.array([3 * _SHAKE_AMPLITUDE, *shake, 0.0]) * reach
            elif cue.move is CameraMove.DOLLY_ZOOM:
                bulge += _DOLLY_ZOOM_BULGE * reach
            else:
                total += np.array(_MOVE_REACH.get(cue.move, (0.0,) * 4)) * reach
        return _build_view_map(size, total.astype(np.float32), np.float32(bulge))

    def _compute_progress(self, cue: CameraCue, step: int) -> float:
        """Return how much of a cue's reach is reached, 0 … 1: none at either end, where it is at rest."""
        time = min(max((step / self._frames - cue.start) / (cue.end - cue.start), 0.0), 1.0)
        skewed = 1 - (1 - time) ** _TIMING_SKEW if cue.move in _OUTWARD_MOVES else time**_TIMING_SKEW
        return sin(pi * skewed) ** 2

    def apply_effects(self, frame: Frame, step: int) -> Frame:
        """Return a frame with the shot's effects; they fade in after a keyframe and out before the next."""
        if self._effects is None or step == 0:
            return frame
        with_effects = frame.copy()
        self._effects.draw_behind(with_effects, step, self._frames)
        self._effects.draw_in_front(with_effects, step, self._frames)
        remaining = smoothstep(0, _CLEARING_SECONDS, (self._frames - 1 - step) / FPS)
        if remaining == 1:
            return with_effects
        return np.asarray(cv2.addWeighted(with_effects, remaining, frame, 1 - remaining, 0), dtype=np.uint8)

    def _compute_shake(self, axis: int, step: int) -> float:
        seconds = step / FPS
        waves = zip(_SHAKE_WAVES, self._phases[axis], strict=True)
        return sum(size * sin(2 * pi * rate * seconds + float(phase)) for (rate, size), phase in waves)


def _build_view_map(size: Size, reached: FloatArray, bulge: np.float32) -> CoordinateMap:
    """Return where each pixel looks when the view is enlarged, moved aside, turned and bulged."""
    enlargement, right, down, turn = reached
    sides = np.array([size.width, size.height], dtype=np.float32)
    away = create_identity_map(size) / sides - np.float32(0.5)
    if bulge:
        far = 1 - np.exp(-(away**2).sum(axis=2, keepdims=True) / np.float32(_DOLLY_ZOOM_RADIUS**2))
        away = away * (1 - bulge * far)
    away = away / ((1 + turn * away[..., :1]) * (1 + enlargement))
    centre = np.array([0.5 + right, 0.5 + down], dtype=np.float32)
    return np.asarray((away + centre) * sides, dtype=np.float32)
