"""Lamps that stay lit when an image is darkened to night, and sunlight that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import (
    blend,
    blur_image,
    fit_within,
    resize,
    smoothstep_array,
    to_uint8,
)

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray


_DETECTION_SIDE: Final = 384
"""Pixels of the longer side at which lamps are detected."""

_MAX_TOTAL_AREA: Final = 0.012
"""Lamps are few: what shines on more of an image than this fraction of it is daylight."""

_MAX_LAMP_AREA: Final = 0.012
"""The fraction of an image beyond which a shape is no lamp."""

_MIN_LAMP_PIXELS: Final = 5, 18
"""Pixels of a lamp at that size, from the least to a sure one: smaller glints come and go."""

_GLOW_LEVELS: Final = 226, 242
"""Levels of 255 of its brighter channels between which a shape goes from being lit to glowing."""

_HALOS: Final = ((0.008, 0.5), (0.035, 0.9))
"""Radii, in parts of the longer side, and strengths of the glow around a lamp."""

_MIN_BLUR_RADIUS: Final = 3.0
"""Pixels of radius that are enough for a blur to be smooth."""

_SURROUND_RADIUS: Final = 0.12
"""Of the longer side: what is brighter than its surroundings within this radius is in sunlight."""

_REMAINING_SUNLIGHT: Final = 0.35
"""The part that night leaves of how much brighter than its surroundings something is by day."""


class NightLights:
    """Keeps the lamps of a shot lit; `image`, uint8 [height, width, 3], is its view by day.

    Holds only how surely the image shows lamps: they are detected in each frame.
    """

    def __init__(self, image: Frame) -> None:
        share = float(_detect_lamps(_downscale(image)).mean())
        self._confidence = min(max(2 - share / (_MAX_TOTAL_AREA / 2), 0.0), 1.0)

    def restore_lamps(self, darkened: Frame, ungraded: Frame, part: float) -> Frame:
        """Return the darkened frame with its lamps as in the ungraded one, and a glow, by a part of 0 … 1."""
        if not self._confidence or not part:
            return darkened
        small = _downscale(ungraded)
        mask = _detect_lamps(small) * np.float32(self._confidence * part)
        if float(mask.max()) < 0.05:
            return darkened
        height, width = ungraded.shape[:2]
        lit = darkened.copy()
        rows, columns = _find_bounds(mask, height / mask.shape[0])
        share = np.ascontiguousarray(resize(mask, width, height)[rows, columns])
        lit[rows, columns] = blend(
            np.ascontiguousarray(ungraded[rows, columns]),
            np.ascontiguousarray(darkened[rows, columns]),
            share,
        )
        colour = np.asarray(small * mask[..., None], np.float32)
        side = max(mask.shape)
        glow = sum(_blur_widely(colour, radius * side) * np.float32(strength) for radius, strength in _HALOS)
        return np.asarray(cv2.add(lit, resize(to_uint8(np.asarray(glow)), width, height)), np.uint8)


def _downscale(frame: Frame) -> Frame:
    return resize(frame, *fit_within(frame.shape, _DETECTION_SIDE))


def _find_bounds(mask: FloatArray, scale: float) -> tuple[slice, slice]:
    """Return the rows and columns, at `scale` times the mask's size, outside which it is 0."""
    spans: list[slice] = []
    for axis in (1, 0):
        found = np.flatnonzero(mask.max(axis=axis))
        first, last = max(int((found[0] - 1) * scale), 0), int((found[-1] + 2) * scale) + 1
        spans.append(slice(first, last))
    return spans[0], spans[1]


def _blur_widely(image: FloatArray, radius: float) -> FloatArray:
    """Blur; wide radii at a smaller size, which loses no detail and costs a tenth."""
    factor = 2 ** max(int(np.log2(radius / _MIN_BLUR_RADIUS)), 0)
    height, width = image.shape[:2]
    if factor == 1:
        return blur_image(image, radius)
    less = resize(image, width // factor, height // factor)
    return resize(blur_image(less, radius / factor), width, height)


def remove_sunlight(frame: Frame, part: float) -> None:
    """Remove the sun and its highlights from a frame, uint8 [h, w, 3], in place, by a part of 0 … 1."""
    small = _downscale(frame)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    around = _blur_widely(grey, _SURROUND_RADIUS * max(grey.shape))
    bright = np.clip(grey - around, 0, None) * smoothstep_array(grey, 130, 200)
    # What shines most is the sun itself and its glitter, of which nothing is left.
    removed_share = np.float32(1 - _REMAINING_SUNLIGHT) + np.float32(_REMAINING_SUNLIGHT) * smoothstep_array(
        grey, 205, 235
    )
    gain = 1 - bright / (grey + 1) * removed_share * np.float32(part)
    height, width = frame.shape[:2]
    soft = resize(to_uint8(blur_image(np.asarray(gain, np.float32), 1.0) * 255), width, height)
    cv2.multiply(frame, cv2.cvtColor(soft, cv2.COLOR_GRAY2RGB), dst=frame, scale=1 / 255)


def _detect_lamps(small: Frame) -> FloatArray:
    """Return how surely each pixel is a lamp's [h, w], 0 … 1: bright, warm shapes in darker surroundings."""
    red, green, blue = (np.asarray(channel, np.float32) for channel in cv2.split(small))
    top = np.maximum(red, green)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    # Yellow and white-hot, not red: cloth and flowers are red.
    warm = np.minimum(smoothstep_array(top - blue, 45, 75), smoothstep_array(green / (red + 1), 0.74, 0.84))
    hot = smoothstep_array(grey, 228, 240) * smoothstep_array(top - blue, 12, 30)
    found = np.minimum(np.maximum(warm, hot), smoothstep_array(top, 195, 235))
    # The bars of a window do not split a lamp into several.
    shapes = cv2.morphologyEx(np.asarray(found > 0.3, np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    glowing = np.asarray(np.maximum(warm, hot) * smoothstep_array(top, *_GLOW_LEVELS), np.float32)
    sure = _score_shapes(np.asarray(shapes, np.uint8), grey, glowing)
    return blur_image(
        np.asarray(smoothstep_array(found, 0.1, 0.6) * sure * _measure_verticality(top), np.float32), 0.7
    )


def _score_shapes(candidates: Frame, grey: FloatArray, glowing: FloatArray) -> FloatArray:
    """Return how surely the shape that each pixel belongs to is a lamp [h, w], 0 … 1; 0 outside shapes."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(candidates, connectivity=4)
    labels = np.asarray(labels, np.int32)
    left, top, wide, high, area = np.asarray(boxes, np.float32).T
    sure = smoothstep_array(area / (wide * high), 0.5, 0.7) * smoothstep_array(area, *_MIN_LAMP_PIXELS)
    sure *= 1 - smoothstep_array(area / np.float32(grey.size), _MAX_LAMP_AREA / 2, _MAX_LAMP_AREA)
    sure[0] = 0
    for label in np.flatnonzero(sure).tolist():
        x, y = int(left[label]), int(top[label])
        around = (
            slice(max(y - 3, 0), y + int(high[label]) + 3),
            slice(max(x - 3, 0), x + int(wide[label]) + 3),
        )
        shape = np.asarray(labels[around] == label, np.uint8)
        sure[label] *= _score_glow(shape, grey[around], glowing[around])
    return np.asarray(sure[labels], np.float32)


def _score_glow(shape: Frame, grey: FloatArray, glowing: FloatArray) -> float:
    """Return how surely a shape glows and all around it is darker: sunlight fades out on one side."""
    within = shape > 0
    ring = (cv2.dilate(shape, np.ones((7, 7), np.uint8)) - cv2.dilate(shape, np.ones((3, 3), np.uint8))) > 0
    if not ring.any():
        return 0.0
    darker = grey[within].mean() - np.percentile(grey[ring], 75)
    glow = glowing[within].mean()
    return float(smoothstep_array(np.array(darker), 28, 46) * smoothstep_array(np.array(glow), 0.2, 0.5))


def _measure_verticality(grey: FloatArray) -> FloatArray:
    """Return 0.0 where an image is all level streaks, as glitter on water is, and up to 1.0 elsewhere."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    reach = max(round(max(grey.shape) * 0.03), 3)
    level, upright = (cv2.blur(each * each, (reach, reach)) for each in (down, across))
    return smoothstep_array(np.asarray(upright / (level + upright + 50), np.float32), 0.12, 0.3)
