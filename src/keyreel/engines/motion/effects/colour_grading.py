"""Colour grading: how a time of day, weather or a style changes the light of a whole frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import to_uint8
from keyreel.engines.motion.prompts.vocabulary import Effect

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray

# What a time of day, or rain, does to colours: 3x3 colour matrix, gamma, added RGB levels of 255; by eye.
_COLOUR_GRADES: Final = {
    Effect.NIGHT: (((0.30, 0.13, 0.05), (0.10, 0.36, 0.09), (0.08, 0.19, 0.46)), 1.42, (2, 5, 15)),
    Effect.SUNSET: (((1.04, 0.10, 0.0), (0.08, 0.82, 0.0), (0.03, 0.08, 0.60)), 1.05, (12, 3, 0)),
    Effect.RAIN: (((0.74, 0.08, 0.06), (0.07, 0.76, 0.07), (0.06, 0.10, 0.80)), 1.14, (0, 1, 3)),
    Effect.DAWN: (((1.05, 0.07, 0.0), (0.05, 0.97, 0.02), (0.02, 0.06, 0.84)), 0.90, (12, 5, 6)),
    Effect.STORM: (((0.60, 0.10, 0.06), (0.09, 0.60, 0.09), (0.08, 0.12, 0.66)), 1.34, (0, 3, 5)),
    Effect.UNDERWATER: (((0.26, 0.08, 0.04), (0.10, 0.48, 0.10), (0.10, 0.18, 0.50)), 1.12, (0, 14, 28)),
    Effect.MONOCHROME: (((0.30, 0.59, 0.11), (0.30, 0.59, 0.11), (0.30, 0.59, 0.11)), 1.06, (0, 0, 0)),
    Effect.SEPIA: (((0.44, 0.52, 0.14), (0.36, 0.46, 0.12), (0.26, 0.36, 0.10)), 0.98, (10, 6, 2)),
    Effect.DAY: (((1.16, 0.04, 0.0), (0.02, 1.15, 0.0), (0.0, 0.03, 1.04)), 0.74, (8, 8, 4)),
}
GRADED_EFFECTS: Final = frozenset(_COLOUR_GRADES)
"""The effects that change a shot's light."""
STYLE_EFFECTS: Final = frozenset({Effect.MONOCHROME, Effect.SEPIA})
"""Those that a drawn place shows as well: the others it is painted in from the start."""

_MAX_DARKENING_GAIN: Final = 0.8
"""The mean gain of a grade up to which it darkens."""

_DARKEST_MEAN: Final = 14.0
_DARK_MEAN: Final = 84.0
_MIN_DARKENING: Final = 0.2
"""The mean level below which an image is darkened less, and the one at which only this part is left."""


@dataclass(frozen=True, slots=True)
class ColourGrade:
    """A change of a frame's light.

    `colour_matrix` is float32 [3, 4]: its 3x3 part multiplies RGB levels, its last column is
    added; `tone_curve` is float32 [256], the new level for each level.
    """

    colour_matrix: FloatArray
    tone_curve: FloatArray

    def apply(self, frame: Frame, part: float) -> None:
        """Change the frame's light, in place, by this part of the way, 0.0 … 1.0."""
        plain = np.eye(3, 4, dtype=np.float32)
        matrix = plain + (self.colour_matrix - plain) * np.float32(part)
        levels = np.arange(256, dtype=np.float32)
        table = to_uint8(levels + (self.tone_curve - levels) * np.float32(part))
        np.copyto(frame, cv2.LUT(cv2.transform(frame, matrix), table))


def create_colour_grade(effect: Effect, strength: float) -> ColourGrade:
    """Create the light of an effect of `GRADED_EFFECTS`; strengths beyond 1.2 count as that."""
    mixing, gamma, added = _COLOUR_GRADES[effect]
    strength = min(strength, 1.2)
    target = np.column_stack((np.array(mixing), np.array(added)))
    plain = np.eye(3, 4)
    curve = 255 * (np.arange(256) / 255) ** (1 + (gamma - 1) * strength)
    return ColourGrade(
        np.asarray(plain + (target - plain) * strength, np.float32), np.asarray(curve, np.float32)
    )


def limit_darkening(effect: Effect, strength: float, image: Frame) -> float:
    """Return the strength at which an effect of `GRADED_EFFECTS` suits an image, uint8 [height, width, 3].

    What darkens does so less where the image is dark.
    """
    mixing, _, _ = _COLOUR_GRADES[effect]
    if float(np.sum(mixing)) > len(mixing) * _MAX_DARKENING_GAIN:
        return strength
    light = (float(image[::4, ::4].mean()) - _DARKEST_MEAN) / (_DARK_MEAN - _DARKEST_MEAN)
    return strength * min(max(light, _MIN_DARKENING), 1.0)
