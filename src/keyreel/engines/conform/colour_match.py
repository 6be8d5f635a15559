"""The colour cast between two images of one scene, and frames relieved of it by any share.

Images are uint8 RGB [height, width, 3]. Means and deviations are compared, so nothing need lie where it lay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import fit_within, resize

if TYPE_CHECKING:
    from keyreel.engine import Frame

_REDUCED_SIDE: Final = 64
"""Pixels of the longer side at which colours are compared: what is only less sharp has the same contrast."""

_MAX_GAIN: Final = 1.25
_MAX_SHIFT: Final = 40.0
"""In contrast, and in levels of 255: images that differ by more show different things."""

_MIN_CHANGE: Final = 0.5
"""A change of no level by so much leaves the frames as they are."""


class ColourMatch:
    """What brings the colours of one image to those of another: a gain and a shift for each channel."""

    def __init__(self, image: Frame, reference: Frame) -> None:
        (mean, deviation), (target, target_deviation) = (
            cv2.meanStdDev(resize(each, *fit_within(each.shape, _REDUCED_SIDE)))
            for each in (image, reference)
        )
        gain = np.clip((target_deviation + 1) / (deviation + 1), 1 / _MAX_GAIN, _MAX_GAIN)
        shift = np.clip(target - mean, -_MAX_SHIFT, _MAX_SHIFT)
        levels = np.arange(256)
        self._change = ((levels - mean) * (gain - 1) + shift).T
        """What is added to each level, float64 [256, 3]."""

    def apply(self, frame: Frame, share: float = 1.0) -> Frame:
        """Return a frame with this share, 0 … 1, of the change."""
        change = self._change * share
        if np.abs(change).max() < _MIN_CHANGE:
            return frame
        table = np.clip(np.rint(np.arange(256)[:, np.newaxis] + change), 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(frame, table[np.newaxis]), np.uint8)
