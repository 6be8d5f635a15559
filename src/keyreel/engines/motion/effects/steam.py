"""Steam: thin wisps that rise from one place and dissolve."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import blend, resize, sample_image, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, FloatingArray


_COARSE_STEP: Final = 4
"""Pixels of the frame for each one in which steam is computed."""

_ASPECT_RATIO: Final = 1.5
"""A plume's box: width by height."""

_MAX_DENSITY: Final = 1.0
"""Opacity of the densest wisps, before it is limited."""


@dataclass(frozen=True, slots=True)
class Steam:
    """A plume. `texture` is float32 [side, side], 0.0 … 1.0, tileable; `strength` is 1.0 as usual."""

    texture: FloatArray
    strength: float

    def draw(self, frame: Frame, seconds: float, *, source: tuple[float, float], height: float) -> None:
        """Draw the plume over the frame, in place, at a time: up from `source` (x, y); both in pixels."""
        high, wide = round(height), round(height * _ASPECT_RATIO)
        left, top = round(source[0] - wide / 2), round(source[1] - high)
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + wide, frame.shape[1]), min(top + high, frame.shape[0])
        if x1 - x0 < _COARSE_STEP or y1 - y0 < _COARSE_STEP:
            return
        dense = resize(
            self._compute_opacity(seconds, max(wide // _COARSE_STEP, 8), max(high // _COARSE_STEP, 8)),
            wide,
            high,
        )
        alpha = np.ascontiguousarray(dense[y0 - top : y1 - top, x0 - left : x1 - left])
        under = np.ascontiguousarray(frame[y0:y1, x0:x1])
        light = to_uint8(np.array((236.0, 238.0, 240.0)))
        over = np.empty_like(under)
        over[:] = light
        frame[y0:y1, x0:x1] = blend(over, under, alpha)

    def _compute_opacity(self, seconds: float, wide: int, high: int) -> FloatArray:
        """Return the plume's opacity, float32 [high, wide], its source in the middle of the lower edge."""
        u, up = np.meshgrid(
            np.linspace(-_ASPECT_RATIO / 2, _ASPECT_RATIO / 2, wide, dtype=np.float32),
            np.linspace(1, 0, high, dtype=np.float32),
        )
        sway = np.sin(tau * (0.17 * seconds - 0.7 * up)) + 0.5 * np.sin(tau * (0.31 * seconds - 1.6 * up) + 1)
        side = np.asarray(u - 0.10 * sway * up, np.float32)
        size = self.texture.shape[0]
        lift = np.float32(seconds * 0.30)
        slow = sample_image(
            self.texture, _to_texture_map(side * 0.5, 0.38 * up - lift * 0.4, size), cv2.BORDER_WRAP
        )
        curl = (slow - np.float32(0.5)) * np.float32(0.45)
        fine = sample_image(
            self.texture, _to_texture_map(side * 1.1 + curl, 0.5 * up - lift, size), cv2.BORDER_WRAP
        )
        wisps = np.exp(-(((fine - 0.5) / 0.12) ** 2)) * (0.2 + slow) + 0.16 * slow
        width = 0.24 + 0.14 * up
        plume = np.exp(-((side / width) ** 2)) * smoothstep_array(up, 0.0, 0.2) * (1 - up) ** 0.9
        return np.asarray(
            np.clip(wisps * plume * _MAX_DENSITY * min(self.strength, 1.5), 0, 0.75), np.float32
        )


def create_steam(rng: np.random.Generator, strength: float) -> Steam:
    """Create steam of a strength, 1.0 as usual."""
    return Steam(generate_tileable_noise(rng, (4, 4)), strength)


def _to_texture_map(x: FloatingArray, y: FloatingArray, size: int) -> FloatArray:
    return np.asarray(np.dstack((x, y)) * size, np.float32)
