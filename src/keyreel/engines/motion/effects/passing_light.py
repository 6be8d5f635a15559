"""The light of a timelapse: shadows of clouds that pass over everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import resize, sample_image, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray

_COLUMNS: Final = 64
_ROWS: Final = 36
"""The grid on which shadows are computed: they have no finer detail."""
_SPEED: Final = 9.0
"""Pixels of the texture, which is 512 wide, that shadows pass in a second of the scene."""
_DEPTH: Final = 0.24
"""The part of the light that the deepest shadow takes."""


@dataclass(frozen=True, slots=True)
class PassingLight:
    """The shadows; `texture` is float32 [side, side], 0.0 … 1.0, tileable."""

    texture: FloatArray

    def draw(self, frame: Frame, seconds: float, strength: float) -> None:
        """Darken what lies in shadow at a time of the scene, in place."""
        height, width = frame.shape[:2]
        x, y = np.meshgrid(np.arange(_COLUMNS, dtype=np.float32), np.arange(_ROWS, dtype=np.float32))
        at = np.stack((x * 1.8 + np.float32(seconds * _SPEED), y * 2.6), -1)
        dark = np.clip((sample_image(self.texture, at, cv2.BORDER_WRAP) - 0.42) * 3.2, 0, 1)
        kept = to_uint8((1 - np.float32(_DEPTH * strength) * dark) * 255)
        gain = cv2.cvtColor(resize(kept, width, height), cv2.COLOR_GRAY2RGB)
        cv2.multiply(frame, gain, dst=frame, scale=1 / 255)


def create_passing_light(rng: np.random.Generator) -> PassingLight:
    """Create the shadows of a shot."""
    return PassingLight(generate_tileable_noise(rng, (6, 6)))
