"""Sheets of falling particles, one for each depth: drawn once as a tile of light, then shifted over frames.

Knows nothing of what falls: rain and snow give the layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sin, tau
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np

from keyreel.engines.motion.effects.painters import Painters
from keyreel.engines.motion.imaging.pixels import blur_image, to_uint8

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.painters import EffectContext, Painter
    from keyreel.engines.motion.imaging.arrays import FloatArray


_MIN_TINT: Final = 150
"""Levels, of 255, that what falls has at least: in the dark it is lit by what is outside the frame."""


class ParticleLayer(NamedTuple):
    """One depth of falling things. Lengths are in parts of the frame's height, speeds in heights a second.

    `particle_count` is that of a 16:9 frame, `brightness` 0.0 … 1.0; `near` layers lie in front of subjects.
    """

    particle_count: int
    size: float
    streak_length: float
    speed: float
    brightness: float
    blur: float
    near: bool


@dataclass(frozen=True, slots=True)
class ParticleSheet:
    """One layer as light to be added; it drifts over the frame and wraps around at its edges.

    `tile` is uint8 [height, width, 3] of the frame's size; `velocity` (right, down) is in pixels a second;
    `sway` is its amplitude in pixels, its frequency in hertz and its phase in radians.
    """

    tile: Frame
    velocity: tuple[float, float]
    sway: tuple[float, float, float]

    def draw(self, frame: Frame, seconds: float, strength: float) -> None:
        """Add the layer's light to the frame, in place, as it stands at a time; strength is 0.0 … 1.0."""
        height, width = self.tile.shape[:2]
        size, rate, phase = self.sway
        x = self.velocity[0] * seconds + size * (sin(tau * rate * seconds + phase) - sin(phase))
        left, top = round(x) % width, round(self.velocity[1] * seconds) % height
        tile = self.tile if strength >= 1 else cv2.convertScaleAbs(self.tile, alpha=strength)
        for rows, source_rows in _wrap_slices(top, height):
            for columns, source_columns in _wrap_slices(left, width):
                if frame[rows, columns].size:
                    part = cv2.add(
                        np.ascontiguousarray(frame[rows, columns]),
                        np.ascontiguousarray(tile[source_rows, source_columns]),
                    )
                    frame[rows, columns] = part


def render_sheets(
    layers: Sequence[ParticleLayer], context: EffectContext, amount: float, *, slant: float, sway: float
) -> Painters:
    """Draw every layer's sheet, in the tint of the image's own light.

    `amount` multiplies the number of particles; `slant` is how far aside they go for each length that they
    fall; `sway` is their swing in parts of the frame's height.
    """
    tint = _measure_tint(context.rest_frame)
    behind: list[Painter] = []
    in_front: list[Painter] = []
    for layer in layers:
        light = _draw_particles(layer, context, amount, slant)
        fall = layer.speed * context.size.height
        phase = context.rng.random() * tau
        amplitude = sway * context.size.height * (0.5 + layer.speed * 4)
        swing = (amplitude, 0.16 + 0.2 * context.rng.random(), phase)
        sheet = ParticleSheet(to_uint8(light[..., None] * tint), (slant * fall, fall), swing)
        (in_front if layer.near else behind).append(sheet.draw)
    return Painters(tuple(behind), tuple(in_front))


def _measure_tint(rest_frame: Frame) -> FloatArray:
    """Return the colour [3], RGB 150 … 250, that the image's brightest parts lend to what falls."""
    light = np.percentile(rest_frame.reshape(-1, 3)[::53], 88, axis=0).astype(np.float32)
    return np.asarray(np.clip(0.5 * light + 0.5 * light.mean() + 40, _MIN_TINT, 250), np.float32)


def _draw_particles(layer: ParticleLayer, context: EffectContext, amount: float, slant: float) -> FloatArray:
    """Return the brightness, float32 [height, width], 0.0 … 1.0, of a layer that wraps around."""
    width, height, rng = context.size.width, context.size.height, context.rng
    scale = min(height, 1.4 * width)
    mask = np.zeros((height, width), np.float32)
    count = round(layer.particle_count * amount * width / max(height, 1) / 1.78) + 1
    reach = layer.streak_length * scale
    for _ in range(count):
        x, y = rng.random() * width, rng.random() * height
        light = layer.brightness * (0.35 + 0.65 * rng.random())
        thick = max(layer.size * scale * (0.6 + 0.8 * rng.random()), 0.55)
        end = (x + slant * reach, y + reach)
        for dx in (-width, 0) if end[0] >= width else (0,):
            for dy in (-height, 0) if end[1] >= height else (0,):
                _draw_streak(mask, (x + dx, y + dy), (end[0] + dx, end[1] + dy), thick=thick, light=light)
    return blur_image(mask, layer.blur * scale)


def _draw_streak(
    mask: FloatArray, start: tuple[float, float], end: tuple[float, float], *, thick: float, light: float
) -> None:
    first, last = ((round(x * 16), round(y * 16)) for x, y in (start, end))
    if first == last:
        cv2.circle(mask, first, max(round(thick * 16), 8), light, -1, cv2.LINE_AA, 4)
        return
    # A drop's trail is brighter where the drop is.
    middle = ((first[0] + last[0]) // 2, (first[1] + last[1]) // 2)
    cv2.line(mask, first, last, light * 0.6, max(round(thick), 1), cv2.LINE_AA, 4)
    cv2.line(mask, middle, last, light, max(round(thick), 1), cv2.LINE_AA, 4)


def _wrap_slices(offset: int, length: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    return (slice(offset, length), slice(0, length - offset)), (
        slice(0, offset),
        slice(length - offset, length),
    )
