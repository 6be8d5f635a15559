"""Where a frame shows open sky: smooth, and joined to its upper edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray

_ANALYSIS_WIDTH: Final = 160
"""Pixels of the width at which sky is looked for."""
_SEEDS: Final = 16
"""Points along the upper edge from which it is."""
_MAX_STEP: Final = 5
"""Levels, of 255 in each channel, by which neighbouring pixels of a sky may differ."""


def detect_open_sky(frame: Frame) -> FloatArray:
    """Return how surely each place is open sky, float32 [height, 160] of the frame's ratio, 0.0 … 1.0.

    `frame` is uint8 [height, width, 3].
    """
    height = max(round(frame.shape[0] * _ANALYSIS_WIDTH / frame.shape[1]), 8)
    small = np.ascontiguousarray(cv2.blur(resize(frame, _ANALYSIS_WIDTH, height), (3, 3)))
    mask = np.zeros((height + 2, _ANALYSIS_WIDTH + 2), np.uint8)
    step = (_MAX_STEP,) * 3
    for x in np.linspace(1, _ANALYSIS_WIDTH - 2, _SEEDS).astype(int).tolist():
        if not mask[2, x + 1]:
            cv2.floodFill(small, mask, (x, 1), 0, step, step, 4 | cv2.FLOODFILL_MASK_ONLY | (255 << 8))
    found = cv2.erode(mask[1:-1, 1:-1], np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return blur_image(np.asarray(found, np.float32) / np.float32(255), 1.0)
