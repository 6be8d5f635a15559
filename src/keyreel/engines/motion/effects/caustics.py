"""Under water: bands of light that the waves above focus, and bubbles that rise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.painters import Painters
from keyreel.engines.motion.effects.particles.particle_sheet import ParticleLayer, render_sheets
from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import resize, sample_image, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size

_COARSE_STEP: Final = 4
"""Pixels of the frame for each one in which the light is computed."""
_SHARPNESS: Final = 9.0
"""How narrow the bands are; by eye."""
_LIGHT: Final = (44.0, 92.0, 88.0)
"""RGB, 0 … 255, of the brightest band."""
# Bubbles rise, the near ones large and fast; by eye.
_BUBBLES: Final = (
    ParticleLayer(46, 0.0030, 0.0, -0.10, 0.34, 0.0006, near=False),
    ParticleLayer(20, 0.0058, 0.0, -0.17, 0.42, 0.0009, near=True),
)


@dataclass(frozen=True, slots=True)
class Caustics:
    """The bands; `texture` is float32 [side, side], 0.0 … 1.0, tileable."""

    texture: FloatArray
    size: Size
    strength: float

    def draw(self, frame: Frame, seconds: float, strength: float) -> None:
        """Add the bands' light to the frame, in place, at a time."""
        height, width = frame.shape[:2]
        columns, rows = width // _COARSE_STEP + 1, height // _COARSE_STEP + 1
        x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
        scale = np.float32(self.texture.shape[0] / max(columns, rows) * 1.5)
        # On the ground below they lie in perspective.
        down = y * scale * (1.6 - 0.7 * y / np.float32(rows))
        run = np.float32(seconds * 15)
        one = sample_image(self.texture, np.stack((x * scale + run, down - run * 0.4), -1), cv2.BORDER_WRAP)
        other = sample_image(
            self.texture,
            np.stack((x * scale * 1.15 - run * 0.8 + 50, down * 1.1 + run * 0.5), -1),
            cv2.BORDER_WRAP,
        )
        bands = np.exp(-np.abs(one - other) * np.float32(_SHARPNESS * 2)) * (
            0.35 + 0.65 * y / np.float32(rows)
        )
        light = (
            bands[..., None] ** 2
            * np.array(_LIGHT, np.float32)
            * np.float32(strength * min(self.strength, 1.4))
        )
        np.copyto(frame, cv2.add(frame, resize(to_uint8(light), width, height)))


def create_caustics(context: EffectContext, strength: float) -> Painters:
    """Create the light and the bubbles of a scene under water."""
    caustics = Caustics(generate_tileable_noise(context.rng, (9, 9)), context.size, strength)
    bubbles = render_sheets(_BUBBLES, context, strength, slant=0.0, sway=0.012)
    return Painters((caustics.draw, *bubbles.behind), bubbles.in_front)
