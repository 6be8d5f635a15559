"""A campfire: flames over one place, where the wood lies, and their light on what is around."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.fire import create_heat_palette
from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import resize, sample_image, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array

_ROWS: Final = 96
"""Rows of the grid on which flames are computed, for a fire of any size."""
_ASPECT_RATIO: Final = 0.9
"""The flames' box: width by height."""
_GLOW_REACH: Final = 4.0
"""How far the fire lights what is around it, in its own heights."""
_GLOW: Final = (112.0, 52.0, 16.0)
"""RGB, 0 … 255, of its light at the wood."""


@dataclass(frozen=True, slots=True)
class Campfire:
    """The fire. `texture` is float32 [side, side], 0.0 … 1.0, tileable; `palette` uint8 [1, 256, 3]."""

    texture: FloatArray
    palette: UInt8Array
    strength: float

    def draw(
        self, frame: Frame, seconds: float, strength: float, *, source: tuple[float, float], height: float
    ) -> None:
        """Add the fire to a frame, in place, at a time: up from the wood at `source` (x, y); in pixels."""
        self._add_glow(frame, seconds, strength, source=source, height=height)
        high, wide = round(height), round(height * _ASPECT_RATIO)
        left, top = round(source[0] - wide / 2), round(source[1] - high * 0.96)
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + wide, frame.shape[1]), min(top + high, frame.shape[0])
        if x1 - x0 < 4 or y1 - y0 < 4:
            return
        level = to_uint8(self._compute_heat(seconds) * np.float32(255 * strength))
        light = np.asarray(cv2.LUT(cv2.cvtColor(level, cv2.COLOR_GRAY2RGB), self.palette), np.uint8)
        flames = resize(light, wide, high)[y0 - top : y1 - top, x0 - left : x1 - left]
        under = np.ascontiguousarray(frame[y0:y1, x0:x1])
        # Flames hide some of what is behind them: light alone would be white before a pale wall.
        hidden = np.asarray(flames.max(axis=2), np.float32)[..., None] * np.float32(0.62 / 255)
        frame[y0:y1, x0:x1] = cv2.add(to_uint8(under * (1 - hidden)), np.ascontiguousarray(flames))

    def _compute_heat(self, seconds: float) -> FloatArray:
        """Return the heat, float32 [96, columns], 0.0 … 1.0: tongues that narrow upward and lick aside."""
        columns = round(_ROWS * _ASPECT_RATIO)
        across, up = np.meshgrid(
            np.linspace(-1, 1, columns, dtype=np.float32), np.linspace(1, 0, _ROWS, dtype=np.float32)
        )
        size = np.float32(self.texture.shape[0])
        rise = np.float32(seconds * 0.62)

        def sample(x: FloatArray, y: FloatArray) -> FloatArray:
            at = np.asarray(np.dstack((x, y)) * size, np.float32)
            return sample_image(self.texture, at, cv2.BORDER_WRAP)

        lick = sample(across * 0.16, np.asarray(rise * 0.8 - up * 0.16, np.float32)) - np.float32(0.5)
        aside = np.asarray(across + lick * up * np.float32(1.5), np.float32)
        fine = sample(aside * np.float32(0.34), np.asarray(rise - up * 0.40, np.float32))
        broad = sample(
            aside * np.float32(0.14) + np.float32(0.4), np.asarray(rise * 0.7 - up * 0.2, np.float32)
        )
        width = np.float32(0.86) * (1 - up) ** np.float32(0.55) + np.float32(0.04)
        body = smoothstep_array(1 - np.abs(aside) / width, -0.08, 0.52)
        cool = up * np.float32(0.92 / min(0.7 + 0.3 * self.strength, 1.2))
        heat = body * (np.float32(1.32) - cool) * (0.42 + 0.75 * fine) * (0.55 + 0.6 * broad) - 0.16
        return np.asarray(np.clip(heat * smoothstep_array(up, 0.0, 0.07), 0, 1), np.float32)

    def _add_glow(
        self, frame: Frame, seconds: float, strength: float, *, source: tuple[float, float], height: float
    ) -> None:
        pulse = 0.82 + 0.11 * np.sin(tau * 2.3 * seconds) + 0.07 * np.sin(tau * 5.1 * seconds + 1)
        high, wide = frame.shape[:2]
        x = (np.linspace(0, wide, 64, dtype=np.float32)[None, :] - np.float32(source[0])) / np.float32(height)
        y = (np.linspace(0, high, 36, dtype=np.float32)[:, None] - np.float32(source[1])) / np.float32(height)
        near = np.exp(-np.hypot(x, (y + 0.3) * 1.3) * np.float32(2.6 / _GLOW_REACH))
        light = near[..., None] * np.array(_GLOW, np.float32) * np.float32(pulse * strength)
        np.copyto(frame, cv2.add(frame, resize(to_uint8(light), wide, high)))


def create_campfire(rng: np.random.Generator, strength: float) -> Campfire:
    """Create a campfire of a strength, 1.0 as usual."""
    return Campfire(generate_tileable_noise(rng, (7, 7)), create_heat_palette(), strength)
