"""Exposure and colour that change evenly from one image to another, whichever a pixel is taken from.

Knows levels of 0 … 255 only, and not what the images show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import Float64Array, FloatArray

_ITERATIONS: Final = 10
_TOLERANCE_LEVELS: Final = 12.0
"""Levels of 255 by which a fit may miss a pixel that still counts half."""

_MIN_MEAN_DIFFERENCE: Final = 12.0
_MIN_LOG_GAIN: Final = 0.25
"""Smaller differences of levels, and of a gain's logarithm, come from what is shown, not from light."""

_MAX_GAIN: Final = 4.0
"""Also, inverted, the smallest gain."""

_MIN_CHANGE: Final = 1.5
"""A mean change below this many levels of 255 is ignored."""


class ExposureMatch:
    """How each level of one image appears in the other: a gain and an offset for each channel.

    Fitted to both images, float32 [h, w, 3], 0 … 255, warped over each other, and to their pixels' weights
    [h, w].
    """

    def __init__(self, first: FloatArray, last: FloatArray, weights: FloatArray) -> None:
        levels = np.arange(256, dtype=np.float64)[:, np.newaxis]
        fits = [_fit_gain_and_offset(first[..., each], last[..., each], weights) for each in range(3)]
        gain, offset = np.array(fits, dtype=np.float64).T
        self._to_last = levels * gain + offset - levels
        self._to_first = (levels - offset) / gain - levels
        self.has_change = float(np.abs(self._to_last[32:224]).mean()) > _MIN_CHANGE

    def relight_first(self, frame: Frame, position: float) -> Frame:
        """Relight the warped first image, uint8 [h, w, 3], as at a position, 0 … 1."""
        return _apply_change(frame, self._to_last * position) if self.has_change else frame

    def relight_last(self, frame: Frame, position: float) -> Frame:
        """Relight the warped last image, uint8 [h, w, 3], as at a position, 0 … 1."""
        return _apply_change(frame, self._to_first * (1 - position)) if self.has_change else frame


def match_exposure(image: Frame, reference: Frame) -> Frame:
    """Give an image the mean and standard deviation of a reference's channels, for matching and flow.

    Both are uint8 [height, width, 3]; images that differ little are returned as they are.
    """
    (mean, deviation), (wanted, wanted_deviation) = (_measure_statistics(each) for each in (image, reference))
    gain = np.clip((wanted_deviation + 1) / (deviation + 1), 1 / _MAX_GAIN, _MAX_GAIN)
    levels = np.arange(256, dtype=np.float64)[:, np.newaxis]
    if np.abs(wanted - mean).max() < _MIN_MEAN_DIFFERENCE and np.abs(np.log(gain)).max() < _MIN_LOG_GAIN:
        return image
    return _apply_change(image, (levels - mean) * gain + wanted - levels)


def _measure_statistics(image: Frame) -> tuple[Float64Array, Float64Array]:
    """Return the mean and the standard deviation of each channel, float64 [3]."""
    mean, deviation = cv2.meanStdDev(image)
    return np.asarray(mean[:, 0], np.float64), np.asarray(deviation[:, 0], np.float64)


def _fit_gain_and_offset(source: FloatArray, target: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Fit gain and offset by iteratively reweighted least squares: what changed or moved counts little."""
    gain, offset = 1.0, float(np.median(target) - np.median(source))
    tolerance = 4 * _TOLERANCE_LEVELS
    for _ in range(_ITERATIONS):
        trust = weights / (1 + ((target - gain * source - offset) / tolerance) ** 2)
        total = float(trust.sum()) + 1e-6
        mean = float((trust * source).sum()) / total, float((trust * target).sum()) / total
        variance = float((trust * (source - mean[0]) ** 2).sum()) / total
        covariance = float((trust * (source - mean[0]) * (target - mean[1])).sum()) / total
        # One more level of variance keeps the gain of a flat channel at 1.
        gain = min(max((covariance + 1) / (variance + 1), 1 / _MAX_GAIN), _MAX_GAIN)
        offset = mean[1] - gain * mean[0]
        tolerance = max(tolerance * 0.75, _TOLERANCE_LEVELS)
    return gain, offset


def _apply_change(frame: Frame, change: Float64Array) -> Frame:
    curve = np.clip(np.rint(np.arange(256)[:, np.newaxis] + change), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(frame, curve.reshape(1, 256, 3)), dtype=np.uint8)
