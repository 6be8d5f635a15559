"""Fog: banks that drift at two depths, a veil in the distance and wisps close by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.painters import split_by_depth
from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import blend, resize, sample_image, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext, Painters
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size

_COARSE_STEP: Final = 8
"""Pixels of the frame for each one in which fog is computed: it has no finer detail."""


@dataclass(frozen=True, slots=True)
class Fog:
    """Banks of fog, densest in the distance, drifting at two depths.

    `texture` is float32 [side, side], 0.0 … 1.0, tileable; `colour` float32 [3], RGB 0 … 255; usual `wind` is
    1.0.
    """

    texture: FloatArray
    colour: FloatArray
    size: Size
    strength: float
    wind: float

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Draw one depth of the fog over the frame, in place, as it stands at a time."""
        height, width = frame.shape[:2]
        columns, rows = self.size.width // _COARSE_STEP + 1, self.size.height // _COARSE_STEP + 1
        x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
        scale = np.float32(self.texture.shape[0] / max(columns, rows) * (0.7 if near else 1.1))
        speed = (16.0 if near else 7.0) * (1 + 2.5 * self.wind)
        shift = np.float32(seconds * speed)
        first = sample_image(
            self.texture, np.stack((x * scale - shift, y * scale * 1.7), -1), cv2.BORDER_WRAP
        )
        other = np.stack((x * scale * 0.6 + shift * 0.5 + 90, y * scale + 40 + shift * 0.12), -1)
        banks = 0.35 + 0.9 * first * sample_image(self.texture, other, cv2.BORDER_WRAP) ** 0.7
        level = np.arange(rows, dtype=np.float32)[:, None] / np.float32(rows)
        if near:
            dense = banks * smoothstep_array(level, 0.45, 1.0) * 0.3 * min(self.strength * strength, 1.0)
            light = resize(to_uint8(np.asarray(dense[..., None] * self.colour, np.float32)), width, height)
            np.copyto(frame, cv2.add(frame, light))
            return
        dense = banks * (0.30 + 0.70 * np.exp(-(((level - 0.5) / 0.26) ** 2)))
        alpha = np.asarray(np.clip(dense * self.strength * strength, 0, 0.9), np.float32)
        over = np.empty_like(frame)
        over[:] = to_uint8(self.colour)
        frame[:] = blend(over, frame, resize(alpha, width, height))


def create_fog(context: EffectContext, strength: float) -> Painters:
    """Create fog in the colour of the image's own bright air; wind makes it drift faster."""
    pale = np.percentile(context.rest_frame.reshape(-1, 3)[::97], 82, axis=0).astype(np.float32)
    colour = 0.55 * pale + 0.45 * np.float32(pale.mean()) + np.array((6, 10, 14), np.float32)
    fog = Fog(
        generate_tileable_noise(context.rng, (5, 5)),
        np.asarray(np.clip(colour, 30, 235), np.float32),
        context.size,
        0.85 * strength,
        context.wind_strength,
    )
    return split_by_depth(fog.draw)
