"""Fire: two rows of flames along the lower edge, and their glow. Its sparks have a module of their own."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.painters import split_by_depth
from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import sample_image, to_uint8

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext, Painters
    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array
    from keyreel.order import Size

_COARSE_STEP: Final = 4
"""Pixels of the frame for each one in which flames are computed."""

_LIT_MEAN: Final = 110.0
_MIN_EXPOSURE: Final = 0.62
"""The mean, 0 … 255, above which a camera dims what it sees beside a fire; and how far it does at most."""

_HEAT_COLOURS: Final = ((0, 0, 0), (60, 8, 0), (200, 62, 6), (255, 150, 34), (255, 226, 130), (255, 248, 220))
"""RGB, 0 … 255, from no heat to white heat."""


@dataclass(frozen=True, slots=True)
class Flames:
    """Fire along the lower edge, as light to be added, and its flicker on everything.

    `texture` is float32 [side, side], 0.0 … 1.0, tileable; `palette` uint8 [1, 256, 3], RGB by heat.
    """

    texture: FloatArray
    palette: UInt8Array
    size: Size
    strength: float
    exposure: float
    """By how much what is lit already is dimmed, so that flames before it are seen."""

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Add one row of flames to the frame, in place; the far row is taller and carries the glow."""
        if not near and self.exposure < 1:
            cv2.convertScaleAbs(frame, dst=frame, alpha=1 - (1 - self.exposure) * strength)
        columns, rows = self.size.width // _COARSE_STEP + 1, self.size.height // _COARSE_STEP + 1
        x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
        scale = np.float32(self.texture.shape[0] / max(rows, columns / 2) * (1.0 if near else 1.35))
        rise = np.float32(seconds * (150 if near else 110))
        first = sample_image(
            self.texture,
            np.stack((x * scale + (31 if near else 0), y * scale * 0.62 + rise), -1),
            cv2.BORDER_WRAP,
        )
        sway = first * 26 - 13
        other = np.stack((x * scale * 0.8 + sway + 77, y * scale * 0.5 + rise * 1.35), -1)
        second = sample_image(self.texture, np.asarray(other, np.float32), cv2.BORDER_WRAP)
        up = 1 - np.arange(rows, dtype=np.float32)[:, None] / rows
        tall = (0.20 if near else 0.42) * min(0.6 + 0.4 * self.strength, 1.3)
        heat = np.clip(0.62 * first + 0.62 * second - up / tall * 0.95 + 0.12, 0, 1)
        level = to_uint8(heat * 255 * strength)
        light = cv2.LUT(cv2.cvtColor(level, cv2.COLOR_GRAY2RGB), self.palette)
        full = cv2.resize(light, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR)
        np.copyto(frame, cv2.add(frame, full))
        if not near:
            self._add_glow(frame, seconds, strength)

    def _add_glow(self, frame: Frame, seconds: float, strength: float) -> None:
        pulse = 0.8 + 0.12 * np.sin(tau * 2.3 * seconds) + 0.08 * np.sin(tau * 5.1 * seconds + 1)
        up = np.linspace(1, 0, 32, dtype=np.float32)
        column = (
            np.exp(-up * 1.6)[:, None, None] * np.array((74, 30, 6), np.float32) * float(pulse * strength)
        )
        light = to_uint8(np.repeat(column * min(self.strength, 1.3), 2, axis=1))
        np.copyto(frame, cv2.add(frame, cv2.resize(light, (frame.shape[1], frame.shape[0]))))


def create_flames(context: EffectContext, strength: float) -> Painters:
    """Create flames: red, orange, yellow and white by heat."""
    texture = generate_tileable_noise(context.rng, (9, 5))
    exposure = min(max(_LIT_MEAN / max(float(context.rest_frame.mean()), 1.0), _MIN_EXPOSURE), 1.0)
    return split_by_depth(Flames(texture, create_heat_palette(), context.size, strength, exposure).draw)


def create_heat_palette() -> UInt8Array:
    """Return the colours of flames by their heat, uint8 [1, 256, 3], RGB."""
    stops = np.array(_HEAT_COLOURS)
    heat = np.linspace(0, len(stops) - 1, 256)
    ramp = np.stack([np.interp(heat, range(len(stops)), stops[:, channel]) for channel in range(3)], -1)
    return np.asarray(ramp[None], np.uint8)
