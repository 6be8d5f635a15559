"""What a shot's own prompt adds between its keyframes: a move of the camera, and weather.

Both are nothing at the keyframes themselves, place and speed alike, so that keyframes stay pinned and motion
runs on through the seams.
"""

from __future__ import annotations

from dataclasses import replace
from math import pi, sin
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera import AMPLITUDES
from keyreel.engines.motion.easing import smoothstep
from keyreel.engines.motion.effects import Weather
from keyreel.engines.motion.lexicon import Effect, Move
from keyreel.engines.motion.prompt import direct
from keyreel.order import FPS, Size

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.charts import Matrix
    from keyreel.order import Order

# Full reach of a move at its farthest: (enlargement, right, down), in shares of the frame's sides. What goes
# aside enlarges by twice as much and more, so that nothing beyond the picture comes into view.
_REACH: Final = {
    Move.PUSH_IN: (0.08, 0.0, 0.0),
    Move.ZOOM_IN: (0.10, 0.0, 0.0),
    Move.PAN_LEFT: (0.08, -0.035, 0.0),
    Move.PAN_RIGHT: (0.08, 0.035, 0.0),
    Move.TRACK_LEFT: (0.08, -0.035, 0.0),
    Move.TRACK_RIGHT: (0.08, 0.035, 0.0),
    Move.TILT_UP: (0.08, 0.0, -0.035),
    Move.RISE: (0.08, 0.0, -0.035),
    Move.TILT_DOWN: (0.08, 0.0, 0.035),
    Move.SINK: (0.08, 0.0, 0.035),
}
_LEFTWARDS: Final = frozenset({Move.PAN_LEFT, Move.TRACK_LEFT, Move.ORBIT_LEFT})
_SHAKE: Final = 0.008
_SHAKES: Final = ((0.31, 0.7), (0.83, 0.4), (1.9, 0.15))
_CLEARING_SECONDS: Final = 0.7
_UNHURRIED_SECONDS: Final = 4
_HOURS: Final = frozenset({Effect.DAY, Effect.NIGHT, Effect.SUNSET})
"""Between keyframes the pictures say what hour it is."""


class Excursion:
    """One shot's own camera move and weather over its frames."""

    def __init__(self, order: Order, index: int, first: Frame) -> None:
        shot = order.shots[index]
        direction = direct(shot.prompt)
        effects = tuple((effect, amount) for effect, amount in direction.effects if effect not in _HOURS)
        self._size = order.frame_size
        self._frames = shot.frames
        self._cues = direction.cues
        # There and back again in a short shot is a lurch: the shorter, the less far.
        self._amplitude = min(AMPLITUDES[order.amplitude], 1.5) * min(shot.seconds / _UNHURRIED_SECONDS, 1.0)
        self._phases = np.random.default_rng([order.seed, index, 17]).uniform(0, 2 * pi, (2, len(_SHAKES)))
        clear = replace(direction, effects=effects)
        self._weather = Weather(clear, first, self._size, order.seed, rising=True) if effects else None

    @property
    def side(self) -> int:
        """To which side a whip goes: 1 right, -1 left."""
        return -1 if any(cue.move in _LEFTWARDS for cue in self._cues) else 1

    def look(self, step: int, size: Size) -> Matrix | None:
        """Return where in the frame, in pixels of `size`, the camera looks; None straight ahead."""
        if not self._cues:
            return None
        bow = sin(pi * step / self._frames) ** 2
        enlarged, right, down = 0.0, 0.0, 0.0
        for cue in self._cues:
            reach = bow * min(cue.strength, 1.5) * self._amplitude
            if cue.move is Move.HANDHELD:
                shake = [self._shake(axis, step) * _SHAKE * reach for axis in (0, 1)]
                enlarged, right, down = enlarged + 3 * _SHAKE * reach, right + shake[0], down + shake[1]
            else:
                most = _REACH.get(cue.move, (0.0, 0.0, 0.0))
                enlarged, right, down = (
                    value + reach * part for value, part in zip((enlarged, right, down), most, strict=True)
                )
        scale = 1 / (1 + enlarged)
        aside = (0.5 + right - 0.5 * scale) * size.width, (0.5 + down - 0.5 * scale) * size.height
        return np.array([[scale, 0, aside[0]], [0, scale, aside[1]], [0, 0, 1]], dtype=np.float64)

    def weathered(self, frame: Frame, step: int) -> Frame:
        """Lay the shot's weather over a frame: it gathers after one keyframe and clears for the next."""
        if self._weather is None or step == 0:
            return frame
        stormy = frame.copy()
        self._weather.behind(stormy, step, self._frames)
        self._weather.before(stormy, step, self._frames)
        left = smoothstep(0, _CLEARING_SECONDS, (self._frames - 1 - step) / FPS)
        if left == 1:
            return stormy
        return np.asarray(cv2.addWeighted(stormy, left, frame, 1 - left, 0), dtype=np.uint8)

    def _shake(self, axis: int, step: int) -> float:
        seconds = step / FPS
        waves = zip(_SHAKES, self._phases[axis], strict=True)
        return sum(size * sin(2 * pi * rate * seconds + float(phase)) for (rate, size), phase in waves)
