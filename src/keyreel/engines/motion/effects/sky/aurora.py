"""An aurora: curtains of green and violet light that hang and wander in an open sky."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.painters import Painters
from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import resize, sample_image, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext
    from keyreel.engines.motion.imaging.arrays import FloatArray

_COLUMNS: Final = 240
"""Columns of the grid on which curtains are computed: they have no finer detail."""
_GREEN: Final = (64.0, 236.0, 138.0)
_VIOLET: Final = (148.0, 74.0, 226.0)
"""RGB, 0 … 255, at a curtain's foot and where it fades out."""
# By curtain: its foot's row and how high it reaches, in frame heights; waves; wandering; brightness.
_CURTAINS: Final = ((0.44, 0.44, 1.3, 0.060, 0.95), (0.33, 0.34, 2.1, 0.095, 0.60))


@dataclass(frozen=True, slots=True)
class Aurora:
    """The curtains; `texture` is float32 [side, side], 0.0 … 1.0, tileable; `phase` is in radians."""

    texture: FloatArray
    phase: float
    strength: float

    def draw(self, frame: Frame, seconds: float, strength: float, sky: FloatArray) -> None:
        """Add the curtains' light to the sky [rows, columns], 0.0 … 1.0, of a frame, in place, at a time."""
        height, width = frame.shape[:2]
        rows = max(round(_COLUMNS * height / width), 8)
        light = np.zeros((rows, _COLUMNS, 3), np.float32)
        y = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
        for number, (foot, tall, waves, pace, bright) in enumerate(_CURTAINS):
            shine, up = self._compute_curtain(y, seconds, number, (foot, tall, waves, pace))
            colour = np.array(_GREEN, np.float32) + np.clip(up * 1.5, 0, 1)[..., None] * np.array(
                np.subtract(_VIOLET, _GREEN), np.float32
            )
            light += colour * (shine * np.float32(bright))[..., None]
        seen = resize(sky, _COLUMNS, rows)[..., None] * np.float32(min(self.strength, 1.4) * strength)
        np.copyto(frame, cv2.add(frame, resize(to_uint8(light * seen), width, height)))

    def _compute_curtain(
        self, y: FloatArray, seconds: float, number: int, form: tuple[float, float, float, float]
    ) -> tuple[FloatArray, FloatArray]:
        """Return a curtain's brightness and the height above its foot, 0 … 1: float32 [rows, columns]."""
        foot, tall, waves, pace = form
        x = np.linspace(0, 1, _COLUMNS, dtype=np.float32)[None, :]
        turn = np.float32(tau * pace * seconds + self.phase + 2.1 * number)
        bend = np.float32(0.07) * np.sin(tau * waves * x + turn) + np.float32(0.03) * np.sin(
            tau * waves * 2.7 * x - turn * 1.7
        )
        up = (np.float32(foot) + bend - y) / np.float32(tall)
        side = np.float32(self.texture.shape[0])
        drift = np.float32(seconds * pace * 0.5)
        across = np.stack((x * 1.6 + bend * 3 + drift, np.full_like(x, 0.21 * number)), -1)
        fine = np.stack((x * 5.5 + bend * 6 - drift * 2, np.full_like(x, 0.53 + 0.2 * number)), -1)
        broad, rays = (
            sample_image(self.texture, np.asarray(each * side, np.float32), cv2.BORDER_WRAP)
            for each in (across, fine)
        )
        fall = np.exp(-np.clip(up, 0, None) * np.float32(3.0)) * smoothstep_array(up, -0.07, 0.05)
        shine = fall * smoothstep_array(broad, 0.30, 0.72) * (0.45 + 0.75 * rays)
        return np.asarray(shine, np.float32), np.asarray(np.clip(up, 0, 1), np.float32)


def create_aurora(context: EffectContext, strength: float) -> Painters:
    """Create an aurora."""
    texture = generate_tileable_noise(context.rng, (6, 6))
    return Painters(over_sky=(Aurora(texture, float(context.rng.random() * tau), strength).draw,))
