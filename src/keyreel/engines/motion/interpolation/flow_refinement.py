"""Flow between two pictures made more exact: what the network left over is measured and taken out.

Both pictures are warped to one time along the network's flow. Dense inverse search finds how they still
differ; its answer counts only where it agrees with the way back, and makes the pictures more alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.warping import identity, sampled
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import FloatArray

    Grey = NDArray[np.uint8]

_COARSEST: Final = 4
_FINEST: Final = 1
_SMOOTHING_ROUNDS: Final = 3
_RETURN_PX: Final = 1.5
_SUPPORT_PX: Final = 2.0
_SHADING_PX: Final = 12.0
"""Differences wider than this are light, not place."""

_SENSITIVITY: Final = 3.0
_ALIKE: Final = 8.0
_UNLIKE: Final = 24.0
"""Between these differences, in levels of 255, two pictures cease to be one."""


@dataclass(frozen=True, slots=True)
class Refined:
    """Rates of motion towards both pictures [h,w,2], and where both then show the same [h,w], 0 … 1."""

    to_first: FloatArray
    to_last: FloatArray
    agreement: FloatArray


class Refiner:
    """Corrects flows between two pictures of one size."""

    def __init__(self, first: Frame, last: Frame) -> None:
        self._greys = [
            np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), dtype=np.float32) for each in (first, last)
        ]
        self._grid = identity(Size(first.shape[1], first.shape[0]))
        self._search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._search.setCoarsestScale(_COARSEST)
        self._search.setFinestScale(_FINEST)
        self._search.setVariationalRefinementIterations(_SMOOTHING_ROUNDS)

    def refined(self, to_first: FloatArray, to_last: FloatArray, time: float) -> Refined:
        """Correct the rates of motion from a time, 0 … 1, towards both pictures."""
        before = self._seen(to_first, to_last, time)
        left = self._left_over(before)
        first, last = (to_first - left).astype(np.float32), (to_last + left).astype(np.float32)
        gained = _difference(*before) - _difference(*self._seen(first, last, time))
        trust = np.clip(_SENSITIVITY * gained / (_difference(*before) + 1), 0, 1).astype(np.float32)
        left *= trust[..., np.newaxis]
        first, last = (to_first - left).astype(np.float32), (to_last + left).astype(np.float32)
        apart = _difference(*self._seen(first, last, time))
        agreement = np.clip((_UNLIKE - apart) / (_UNLIKE - _ALIKE), 0, 1)
        return Refined(first, last, agreement.astype(np.float32))

    def _seen(self, to_first: FloatArray, to_last: FloatArray, time: float) -> tuple[FloatArray, FloatArray]:
        """Return what both pictures show at a time."""
        first = np.asarray(self._grid + to_first * np.float32(time), dtype=np.float32)
        last = np.asarray(self._grid + to_last * np.float32(1 - time), dtype=np.float32)
        return sampled(self._greys[0], first), sampled(self._greys[1], last)

    def _left_over(self, seen: tuple[FloatArray, FloatArray]) -> FloatArray:
        """Return how the second lies off the first [h,w,2], in pixels; nothing where that is doubtful."""
        one, other = (np.rint(each).astype(np.uint8) for each in seen)
        ahead, back = self._searched(one, other), self._searched(other, one)
        returned: FloatArray = ahead + sampled(back, np.asarray(ahead + self._grid, dtype=np.float32))
        doubt = np.linalg.norm(returned, axis=2) / _RETURN_PX
        sure = (1 / (1 + doubt * doubt)).astype(np.float32)
        mass = cv2.GaussianBlur(sure, (0, 0), _SUPPORT_PX) + np.float32(0.05)
        smooth = cv2.GaussianBlur(ahead * sure[..., np.newaxis], (0, 0), _SUPPORT_PX)
        return np.asarray(smooth / mass[..., np.newaxis], dtype=np.float32)

    def _searched(self, one: Grey, other: Grey) -> FloatArray:
        return np.asarray(self._search.calc(one, other, np.zeros((*one.shape, 2), np.float32)), np.float32)


def _difference(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the local difference of two pictures' structures, in levels of 255."""
    plain = cv2.subtract(one, other)
    height, width = plain.shape
    small = cv2.resize(plain, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    shading = cv2.resize(cv2.GaussianBlur(small, (0, 0), _SHADING_PX / 8), (width, height))
    return np.asarray(cv2.GaussianBlur(cv2.absdiff(plain, shading), (0, 0), _SUPPORT_PX), dtype=np.float32)
