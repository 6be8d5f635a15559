"""Lamps: the small warm lights of a picture that stay lit when the hour grows dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.raster import blended, blurred, bytes_of, resized, step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame

    FloatArray = NDArray[np.float32]

_SIDE: Final = 384
_MOST: Final = 0.012
"""Lamps are few: what shines on more of a picture than this part of it is daylight."""
_AROUND: Final = 0.1
_HALOS: Final = ((0.008, 0.5), (0.035, 0.9))
"""Sizes, in parts of the longer side, and strengths of the glow around a lamp."""


class Lamps:
    """The lamps of the picture that a shot shows."""

    def __init__(self, picture: Frame) -> None:
        share = float(_shining(_small(picture)).mean())
        self._trust = min(max(2 - share / (_MOST / 2), 0.0), 1.0)

    def kept_lit(self, darkened: Frame, light: Frame, part: float) -> Frame:
        """Return the darkened frame with its lamps as they are in the light, and a glow, by this part."""
        if not self._trust or not part:
            return darkened
        small = _small(light)
        mask = _shining(small) * np.float32(self._trust * part)
        if float(mask.max()) < 0.05:
            return darkened
        height, width = light.shape[:2]
        lit = blended(light, darkened, np.ascontiguousarray(resized(mask, width, height)))
        colour = np.asarray(small * mask[..., None], np.float32)
        side = max(mask.shape)
        glow = sum(blurred(colour, radius * side) * np.float32(strength) for radius, strength in _HALOS)
        return np.asarray(cv2.add(lit, resized(bytes_of(np.asarray(glow)), width, height)), np.uint8)


def _small(frame: Frame) -> Frame:
    height, width = frame.shape[:2]
    scale = min(_SIDE / max(height, width), 1.0)
    return resized(frame, max(round(width * scale), 1), max(round(height * scale), 1))


def _shining(small: Frame) -> FloatArray:
    """Return how surely each pixel is a lamp: bright, warm, brighter than its surroundings, no streak."""
    red, green, blue = (np.asarray(channel, np.float32) for channel in cv2.split(small))
    top = np.maximum(red, green)
    reach = max(round(max(top.shape) * _AROUND), 3)
    # Yellow and white-hot, not red: cloth and flowers are red.
    warm = np.minimum(step(top - blue, 45, 75), step(green / (red + 1), 0.74, 0.84))
    bright = step(top, 195, 235)
    alone = step(np.asarray(top - cv2.blur(top, (reach, reach)), np.float32), 22, 60)
    found = np.minimum(np.minimum(warm, bright), alone)
    return blurred(np.asarray(step(found, 0.1, 0.6) * _upright(top), np.float32), 0.7)


def _upright(grey: FloatArray) -> FloatArray:
    """Return 0.0 where a picture is all level streaks, as light glittering on water is."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    reach = max(round(max(grey.shape) * 0.03), 3)
    level, upright = (cv2.blur(each * each, (reach, reach)) for each in (down, across))
    return step(np.asarray(upright / (level + upright + 50), np.float32), 0.12, 0.3)
