"""The way between two pictures that have nothing in common: push in, whip from one to the other, settle.

Both pictures hang side by side, each continued by its own mirror image; the camera moves into the first,
whips across and settles on the second. The only place where they mix passes at the whip's peak, blurred by
its own speed, so no frame shows one picture laid over the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.charts import identity, warped
from keyreel.order import FPS, Size

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.nets import FloatArray

_DOLLY: Final = 0.08 / FPS
"""How fast the middle of a picture comes nearer at its keyframe; its border stays in place."""

SEAM_SPEED: Final = 0.13 * _DOLLY
"""The mean motion a frame at both ends, in shares of the frame's sides: see InBetween.length."""

_DEEPEST: Final = 0.22
_DRIFT: Final = 0.14
_PUSH: Final = 0.06
_DISTANCE: Final = 1.6
"""From the first picture's middle to the last one's, in widths of the frame."""

_CHART_SIDE: Final = 64
_WHIP_FRAMES: Final = 16.0
_SHUTTER: Final = 0.9
"""The share of a frame's time for which a camera would expose it."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The way from one frame to another, unrelated one, in `steps` frames. `side` is 1 (right) or -1."""

    first: Frame
    last: Frame
    steps: int
    side: int = 1

    def frame(self, step: int) -> Frame:
        """Draw the frame at a step, 0 … `steps`; at both ends it is the keyframe itself."""
        if step <= 0:
            return self.first
        if step >= self.steps:
            return self.last
        travelled = self._travelled(step)
        speed = _SHUTTER * (self._travelled(step + 0.5) - self._travelled(step - 0.5))
        share = self._share_of_last(travelled, speed)
        if share.max() == 0:
            return self._leaving(step, travelled, speed)
        if share.min() == 1:
            return self._arriving(step, travelled, speed)
        weight = np.ascontiguousarray(np.broadcast_to(share, self.first.shape[:2]))
        leaving, arriving = self._leaving(step, travelled, speed), self._arriving(step, travelled, speed)
        return np.asarray(cv2.blendLinear(leaving, arriving, 1 - weight, weight), dtype=np.uint8)

    def _leaving(self, step: int, travelled: float, speed: float) -> Frame:
        done = min(2 * step / self.steps, 1.0)
        pose = _Pose(-_depth(step), self.side * _DRIFT * done**2, exp(_PUSH * done**3))
        return _seen(self.first, pose, self.side * travelled, speed)

    def _arriving(self, step: int, travelled: float, speed: float) -> Frame:
        left = min(2 - 2 * step / self.steps, 1.0)
        pose = _Pose(_depth(self.steps - step), -self.side * _DRIFT * left**2, exp(_PUSH * left**3))
        return _seen(self.last, pose, self.side * (travelled - _DISTANCE), speed)

    def _travelled(self, step: float) -> float:
        """Return the camera's way across, in widths of the frame: a quintic, still at both its ends."""
        frames = min(_WHIP_FRAMES, self.steps / 2)
        time = min(max((step - self.steps / 2) / frames + 0.5, 0.0), 1.0)
        return _DISTANCE * time**3 * (10 - 15 * time + 6 * time * time)

    def _share_of_last(self, travelled: float, speed: float) -> FloatArray:
        """Return the last picture's share in each column: all but 0 or 1, away from the pictures' border."""
        width = self.first.shape[1]
        column = (np.arange(width, dtype=np.float32) + 0.5) / width - 0.5
        soft = 0.15 + speed / 2
        place = (column * self.side + np.float32(travelled - _DISTANCE / 2)) / np.float32(2 * soft) + 0.5
        place = np.clip(place, 0, 1)
        return (place * place * (3 - 2 * place)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Pose:
    """How a still is seen: its middle farther by `depth`, aside by `drift`, all of it enlarged by `zoom`."""

    depth: float
    drift: float
    zoom: float


def _depth(frames: int) -> float:
    """Return how far the middle is pushed, that many frames from the keyframe: first evenly, then ever less."""
    return _DEEPEST * (1 - exp(-_DOLLY * frames / _DEEPEST))


def _seen(picture: Frame, pose: _Pose, across: float, speed: float) -> Frame:
    """Show a picture, mirrored outside itself, from `across` widths to the right, blurred by its speed."""
    height, width = picture.shape[:2]
    small = identity(Size(_CHART_SIDE, _CHART_SIDE))
    x, y = ((small[..., each] + 0.5) * 2 / _CHART_SIDE - 1 for each in (0, 1))
    # Nothing moves at the border, where nothing else could come in: the middle moves as if it were nearer.
    near = (1 - x * x) * (1 - y * y)
    seen_x = x / pose.zoom + near * (pose.depth * x + pose.drift) + 2 * across
    seen_y = y / pose.zoom + near * pose.depth * y
    chart = (np.dstack([seen_x, seen_y]).astype(np.float32) + 1) * np.float32(_CHART_SIDE / 2) - np.float32(
        0.5
    )
    blurred = _blurred(picture, round(speed * width))
    return warped(blurred, chart, small, identity(Size(width, height)))


def _blurred(picture: Frame, length: int) -> Frame:
    if length <= 1:
        return picture
    # Twice a box is a triangle: a shutter that opens and closes, without the streaks of a hard one.
    box = (length // 2 + 1, 1)
    once = cv2.blur(picture, box, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(cv2.blur(once, box, borderType=cv2.BORDER_REFLECT_101), dtype=np.uint8)
