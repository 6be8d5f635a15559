"""A breeze: what is soft in an image, foliage and a subject's own edges, gives way to the wind."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, resize, smoothstep_array

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray


_ANALYSIS_WIDTH: Final = 192
_MAX_DISPLACEMENT: Final = 0.011
"""How far a leaf goes, in units of half the frame's geometric mean side."""
_FADE_IN_SECONDS: Final = 1.0
# Gusts that travel across: (turns a second, waves across and down a unit, share).
_GUSTS: Final = ((0.31, 0.35, 0.2, 0.5), (0.73, 0.8, -0.5, 0.32), (1.6, 2.3, 1.4, 0.18))


@dataclass(frozen=True, slots=True)
class Wind:
    """The wind of a shot (1.0 is usual), and how softly each place of the resting frame gives way to it."""

    strength: float
    flexibility: FloatArray

    def displace_points(self, points: FloatArray, seconds: float, flexibility: FloatArray) -> FloatArray:
        """Return the places, in units, from which the wind has brought what is here at a time."""
        x, y = points[..., 0], points[..., 1]
        rising = min(seconds / _FADE_IN_SECONDS, 1.0)
        push = np.zeros_like(x)
        for rate, across, down, share in _GUSTS:
            push += np.float32(share) * np.sin(np.float32(tau) * (x * across + y * down - rate * seconds))
        bent = (
            push
            * flexibility
            * np.float32(_MAX_DISPLACEMENT * min(self.strength, 1.6) * rising * rising * (3 - 2 * rising))
        )
        # What bends aside also dips a little.
        return np.asarray(np.dstack((x - bent, y - 0.25 * bent)), np.float32)


def detect_foliage(image: Frame) -> FloatArray:
    """Return how surely each place of a small image is leaves or grass, 0.0 … 1.0: green and rough."""
    height = max(round(image.shape[0] * _ANALYSIS_WIDTH / image.shape[1]), 8)
    small = resize(image, _ANALYSIS_WIDTH, height)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    red, green, blue = cv2.split(cv2.blur(small, (5, 5)).astype(np.float32))
    leafy = smoothstep_array(np.asarray((green - blue) / (green + 20), np.float32), 0.12, 0.3)
    leafy = np.minimum(
        leafy, smoothstep_array(np.asarray((green - 0.86 * red) / (green + 20), np.float32), 0.0, 0.1)
    )
    rough = np.asarray(np.abs(grey - cv2.blur(grey, (7, 7))), np.float32)
    return blur_image(np.minimum(leafy, smoothstep_array(blur_image(rough, 3.0), 1.5, 4.0)), 2.5)
