"""Flow between two images made more exact: what the network left over is measured and taken out.

Both images are warped to one time along the network's flow. Dense inverse search finds how they still
differ; its answer counts only where it agrees with the way back, and makes the images more alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.warping import create_identity_map, sample_field
from keyreel.order import Size

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, GreyImage


_COARSEST: Final = 4
_FINEST: Final = 1
_SMOOTHING_ROUNDS: Final = 3
_CONSISTENCY_PX: Final = 1.5
_SMOOTHING_PX: Final = 2.0
_SHADING_PX: Final = 12.0
"""Differences wider than this are light, not place."""

_TRUST_GAIN: Final = 3.0
_AGREEING_LEVELS: Final = 8.0
_DISAGREEING_LEVELS: Final = 24.0
"""Between these differences, in levels of 255, two images cease to be one."""


@dataclass(frozen=True, slots=True)
class RefinedFlow:
    """Rates of motion towards both images [h,w,2], and where both then show the same [h,w], 0 … 1."""

    to_first: FloatArray
    to_last: FloatArray
    agreement: FloatArray


class FlowRefiner:
    """Corrects flows between two images of one size."""

    def __init__(self, first: Frame, last: Frame) -> None:
        self._greys = [
            np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), dtype=np.float32) for each in (first, last)
        ]
        self._grid = create_identity_map(Size(first.shape[1], first.shape[0]))
        self._search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._search.setCoarsestScale(_COARSEST)
        self._search.setFinestScale(_FINEST)
        self._search.setVariationalRefinementIterations(_SMOOTHING_ROUNDS)

    def refine(self, to_first: FloatArray, to_last: FloatArray, time: float) -> RefinedFlow:
        """Correct the rates of motion from a time, 0 … 1, towards both images."""
        before = self._warp_both(to_first, to_last, time)
        left = self._estimate_residual(before)
        first, last = (to_first - left).astype(np.float32), (to_last + left).astype(np.float32)
        gained = _measure_difference(*before) - _measure_difference(*self._warp_both(first, last, time))
        trust = np.clip(_TRUST_GAIN * gained / (_measure_difference(*before) + 1), 0, 1).astype(np.float32)
        left *= trust[..., np.newaxis]
        first, last = (to_first - left).astype(np.float32), (to_last + left).astype(np.float32)
        apart = _measure_difference(*self._warp_both(first, last, time))
        agreement = np.clip((_DISAGREEING_LEVELS - apart) / (_DISAGREEING_LEVELS - _AGREEING_LEVELS), 0, 1)
        return RefinedFlow(first, last, agreement.astype(np.float32))

    def _warp_both(
        self, to_first: FloatArray, to_last: FloatArray, time: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return what both images show at a time."""
        first = np.asarray(self._grid + to_first * np.float32(time), dtype=np.float32)
        last = np.asarray(self._grid + to_last * np.float32(1 - time), dtype=np.float32)
        return sample_field(self._greys[0], first), sample_field(self._greys[1], last)

    def _estimate_residual(self, warped: tuple[FloatArray, FloatArray]) -> FloatArray:
        """Return how the second lies off the first [h,w,2], in pixels; nothing where that is doubtful."""
        one, other = (np.rint(each).astype(np.uint8) for each in warped)
        ahead, back = self._run_dis_flow(one, other), self._run_dis_flow(other, one)
        round_trip: FloatArray = ahead + sample_field(back, np.asarray(ahead + self._grid, dtype=np.float32))
        doubt = np.linalg.norm(round_trip, axis=2) / _CONSISTENCY_PX
        sure = (1 / (1 + doubt * doubt)).astype(np.float32)
        mass = cv2.GaussianBlur(sure, (0, 0), _SMOOTHING_PX) + np.float32(0.05)
        smooth = cv2.GaussianBlur(ahead * sure[..., np.newaxis], (0, 0), _SMOOTHING_PX)
        return np.asarray(smooth / mass[..., np.newaxis], dtype=np.float32)

    def _run_dis_flow(self, one: GreyImage, other: GreyImage) -> FloatArray:
        return np.asarray(self._search.calc(one, other, np.zeros((*one.shape, 2), np.float32)), np.float32)


def _measure_difference(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the local difference of two images' structures, in levels of 255."""
    plain = cv2.subtract(one, other)
    height, width = plain.shape
    small = cv2.resize(plain, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    shading = cv2.resize(cv2.GaussianBlur(small, (0, 0), _SHADING_PX / 8), (width, height))
    return np.asarray(cv2.GaussianBlur(cv2.absdiff(plain, shading), (0, 0), _SMOOTHING_PX), dtype=np.float32)
