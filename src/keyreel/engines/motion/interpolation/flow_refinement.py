"""Optical flow made more exact: the residual that a flow leaves between two images is measured and removed.

Both images are warped to one time along the flow. Dense inverse search (Kroeger et al. 2016) finds how they
still differ; its result counts only where it passes a forward-backward check and makes the images more alike.
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
    from keyreel.engines.motion.imaging.arrays import CoordinateMap, FloatArray, GreyImage


_COARSEST: Final = 4
_FINEST: Final = 1
_SMOOTHING_ROUNDS: Final = 3
"""The search's coarsest and finest pyramid levels, and its iterations of variational refinement."""

_CONSISTENCY_PX: Final = 1.5
"""The forward-backward error at which a flow is believed by half."""

_SMOOTHING_PX: Final = 2.0
"""Sigma of the Gaussian by which residuals are smoothed."""

_SHADING_PX: Final = 12.0
"""Differences of a larger scale than this are shading, not displacement."""

_TRUST_GAIN: Final = 3.0
"""How steeply a residual is believed by the part of the difference that it removes."""

_AGREEING_LEVELS: Final = 8.0
_DISAGREEING_LEVELS: Final = 24.0
"""Differences, in levels of 255, up to which two images show the same, and from which they do not."""


@dataclass(frozen=True, slots=True)
class RefinedFlow:
    """Rates of motion towards both images, float32 [h, w, 2], in pixels for a unit of time.

    `agreement` [h, w], 0 … 1, is where both images then show the same.
    """

    to_first: FloatArray
    to_last: FloatArray
    agreement: FloatArray


class FlowRefiner:
    """Corrects flows between two images of one size, uint8 [h, w, 3]."""

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
        """Correct the rates of motion, float32 [h, w, 2], from a time, 0 … 1, towards both images."""
        before = self._warp_both(to_first, to_last, time)
        residual = self._estimate_residual(before)
        first, last = (to_first - residual).astype(np.float32), (to_last + residual).astype(np.float32)
        gained = _measure_difference(*before) - _measure_difference(*self._warp_both(first, last, time))
        trust = np.clip(_TRUST_GAIN * gained / (_measure_difference(*before) + 1), 0, 1).astype(np.float32)
        residual *= trust[..., np.newaxis]
        first, last = (to_first - residual).astype(np.float32), (to_last + residual).astype(np.float32)
        difference = _measure_difference(*self._warp_both(first, last, time))
        agreement = np.clip(
            (_DISAGREEING_LEVELS - difference) / (_DISAGREEING_LEVELS - _AGREEING_LEVELS), 0, 1
        )
        return RefinedFlow(first, last, agreement.astype(np.float32))

    def _warp_both(
        self, to_first: FloatArray, to_last: FloatArray, time: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return both grey images, float32 [h, w], warped to a time."""
        first = np.asarray(self._grid + to_first * np.float32(time), dtype=np.float32)
        last = np.asarray(self._grid + to_last * np.float32(1 - time), dtype=np.float32)
        return sample_field(self._greys[0], first), sample_field(self._greys[1], last)

    def _estimate_residual(self, warped: tuple[FloatArray, FloatArray]) -> FloatArray:
        """Return the displacement [h, w, 2] of the second image, in pixels; small where in doubt."""
        one, other = (np.rint(each).astype(np.uint8) for each in warped)
        ahead, back = self._run_dis_flow(one, other), self._run_dis_flow(other, one)
        doubt = measure_flow_inconsistency(ahead, back, self._grid) / _CONSISTENCY_PX
        sure = (1 / (1 + doubt * doubt)).astype(np.float32)
        mass = cv2.GaussianBlur(sure, (0, 0), _SMOOTHING_PX) + np.float32(0.05)
        smooth = cv2.GaussianBlur(ahead * sure[..., np.newaxis], (0, 0), _SMOOTHING_PX)
        return np.asarray(smooth / mass[..., np.newaxis], dtype=np.float32)

    def _run_dis_flow(self, one: GreyImage, other: GreyImage) -> FloatArray:
        return np.asarray(self._search.calc(one, other, np.zeros((*one.shape, 2), np.float32)), np.float32)


def measure_flow_inconsistency(ahead: FloatArray, back: FloatArray, grid: CoordinateMap) -> FloatArray:
    """Return by how many pixels [height, width] each pixel misses itself after the flow ahead and back.

    Both flows are float32 [height, width, 2], in pixels; `grid` is the identity map of their size.
    """
    round_trip = ahead + sample_field(back, np.asarray(grid + ahead, dtype=np.float32))
    return np.asarray(np.linalg.norm(round_trip, axis=2), np.float32)


def _measure_difference(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the local difference [h, w] of two grey images without their shading, in levels of 255."""
    plain = cv2.subtract(one, other)
    height, width = plain.shape
    small = cv2.resize(plain, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    shading = cv2.resize(cv2.GaussianBlur(small, (0, 0), _SHADING_PX / 8), (width, height))
    return np.asarray(cv2.GaussianBlur(cv2.absdiff(plain, shading), (0, 0), _SMOOTHING_PX), dtype=np.float32)
