"""Stars that come out one after another in an open sky, and twinkle."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.effects.painters import Painters
from keyreel.engines.motion.imaging.pixels import smoothstep_array

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size

_COUNT: Final = 340
_APPEARING_SECONDS: Final = 2.6
"""Seconds in which the last star has come out."""
_REFERENCE_HEIGHT: Final = 540
"""The frame's shorter side at which a bright star is three pixels wide."""


@dataclass(frozen=True, slots=True)
class Stars:
    """Stars over a frame.

    `state` is float32 [count, 6]: x and y (0 … 1), brightness (0 … 1), twinkles a second, phase in radians,
    and the second in which it comes out.
    """

    state: FloatArray
    size: Size

    def draw(self, frame: Frame, seconds: float, strength: float, sky: FloatArray) -> None:
        """Add the stars' light to the frame, in place, at a time; `sky` is [rows, columns], 0.0 … 1.0."""
        x, y, light, rate, phase, begins = self.state.T
        height, width = frame.shape[:2]
        rows, columns = (y * sky.shape[0]).astype(int), (x * sky.shape[1]).astype(int)
        shown = smoothstep_array(abs(seconds) - begins, 0.0, 0.5) * sky[rows, columns]
        twinkle = 0.72 + 0.28 * np.sin(np.float32(tau) * rate * np.float32(seconds) + phase)
        levels = 240 * strength * (0.16 + 0.84 * light) * shown * twinkle
        px, py = (x * (width - 3)).astype(int) + 1, (y * (height - 3)).astype(int) + 1
        reach = max(round(min(width, height) / _REFERENCE_HEIGHT), 1)
        for dx, dy, share in ((0, 0, 1.0), (-1, 0, 0.5), (1, 0, 0.5), (0, -1, 0.5), (0, 1, 0.5)):
            # Bright stars are wide, faint ones a single pixel.
            part = levels * (share if not (dx or dy) else share * light)
            at = np.clip(py + dy * reach, 0, height - 1), np.clip(px + dx * reach, 0, width - 1)
            lit = frame[at] + (part[:, None] * np.array((1.0, 0.98, 0.94), np.float32))
            frame[at] = np.clip(lit, 0, 255).astype(np.uint8)


def create_stars(context: EffectContext, strength: float) -> Painters:
    """Create stars; their number grows with the strength."""
    state = context.rng.random((round(_COUNT * strength), 6)).astype(np.float32)
    state[:, 1] = state[:, 1] ** 1.3 * 0.85
    state[:, 2] **= 3
    state[:, 3] = 0.3 + 1.3 * state[:, 3]
    state[:, 4] *= np.float32(tau)
    state[:, 5] *= np.float32(_APPEARING_SECONDS - 0.5)
    return Painters(over_sky=(Stars(state, context.size).draw,))
