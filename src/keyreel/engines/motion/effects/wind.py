"""Wind: gusts that bend what is soft in an image, and where an image shows foliage."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.imaging.pixels import blur_image, resize, smoothstep_array

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray


_ANALYSIS_WIDTH: Final = 192
"""Pixels of the width at which foliage is looked for."""

_MAX_DISPLACEMENT: Final = 0.011
"""How far a leaf goes, in units: half the geometric mean of the frame's sides."""

_BREEZE_STRENGTH: Final = 0.35
"""Of the air where a prompt has no wind; 1.0 is a wind."""

_MIN_FOLIAGE: Final = 0.04
"""The part of an image that is surely leaves or grass, from which a breeze moves them."""

_FADE_IN_SECONDS: Final = 1.0
# Gusts that travel across, as sine waves: (hertz, waves per unit across and down, share of the push).
_GUSTS: Final = ((0.31, 0.35, 0.2, 0.5), (0.73, 0.8, -0.5, 0.32), (1.6, 2.3, 1.4, 0.18))


@dataclass(frozen=True, slots=True)
class Wind:
    """The wind of a shot: its strength, 1.0 as usual, and how far each place of the resting frame bends.

    `flexibility` is float32 [height, width] of any size, 0.0 … 1.0. Without `bends_subject` it is too weak to
    bend anything but what that shows.
    """

    strength: float
    flexibility: FloatArray
    bends_subject: bool = True

    def displace_points(self, points: FloatArray, seconds: float, flexibility: FloatArray) -> FloatArray:
        """Return the points at rest of what the wind has brought to these points at a time.

        Points are float32 [rows, columns, 2], in units; `flexibility` [rows, columns] is theirs, 0.0 … 1.0.
        """
        x, y = points[..., 0], points[..., 1]
        fade_in = smoothstep(0, _FADE_IN_SECONDS, abs(seconds))
        push = np.zeros_like(x)
        for rate, across, down, share in _GUSTS:
            push += np.float32(share) * np.sin(np.float32(tau) * (x * across + y * down - rate * seconds))
        bent = push * flexibility * np.float32(_MAX_DISPLACEMENT * min(self.strength, 1.6) * fade_in)
        # What bends aside also dips a little.
        return np.asarray(np.dstack((x - bent, y - 0.25 * bent)), np.float32)


def find_breeze(image: Frame) -> Wind | None:
    """Return the air that moves leaves and grass where no wind is said to blow; None where few are seen.

    `image` is uint8 [height, width, 3], the resting frame.
    """
    foliage = detect_foliage(image)
    if float(foliage.mean()) < _MIN_FOLIAGE:
        return None
    return Wind(_BREEZE_STRENGTH, foliage, bends_subject=False)


def detect_foliage(image: Frame) -> FloatArray:
    """Return how surely each place of an image is leaves or grass, that is green and rough.

    The result is float32 [height, 192], 0.0 … 1.0, of the image's ratio.
    """
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
