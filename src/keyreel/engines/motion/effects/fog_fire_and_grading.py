"""What fills the air: fog that drifts, flames that rise, and the light of an hour."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import blend, resize, sample_image, smoothstep_array, to_uint8
from keyreel.engines.motion.prompts.vocabulary import Effect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.order import Size


_COARSE_STEP: Final = 8
_TEXTURE_SIDE: Final = 256


@dataclass(frozen=True, slots=True)
class Fog:
    """Banks of fog, densest in the distance, drifting at two depths."""

    texture: FloatArray
    colour: FloatArray
    size: Size
    strength: float
    wind: float

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Lay one depth of the fog over the frame."""
        columns, rows = self.size.width // _COARSE_STEP + 1, self.size.height // _COARSE_STEP + 1
        x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
        scale = np.float32(_TEXTURE_SIDE / max(columns, rows) * (0.7 if near else 1.1))
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
            light = resize(
                to_uint8(np.asarray(dense[..., None] * self.colour, np.float32)), *_get_size(frame)
            )
            np.copyto(frame, cv2.add(frame, light))
            return
        dense = banks * (0.30 + 0.70 * np.exp(-(((level - 0.5) / 0.26) ** 2)))
        alpha = resize(
            np.asarray(np.clip(dense * self.strength * strength, 0, 0.9), np.float32), *_get_size(frame)
        )
        over = np.empty_like(frame)
        over[:] = to_uint8(self.colour)
        frame[:] = blend(over, frame, alpha)


def create_fog(
    rest_frame: Frame, size: Size, rng: np.random.Generator, *, strength: float, wind: float
) -> Fog:
    """Make fog in the colour of the image's own bright air."""
    pale = np.percentile(rest_frame.reshape(-1, 3)[::97], 82, axis=0).astype(np.float32)
    colour = 0.55 * pale + 0.45 * np.float32(pale.mean()) + np.array((6, 10, 14), np.float32)
    return Fog(
        generate_tileable_noise(rng, (5, 5)),
        np.asarray(np.clip(colour, 30, 235), np.float32),
        size,
        0.85 * strength,
        wind,
    )


@dataclass(frozen=True, slots=True)
class Flames:
    """Fire along the lower edge, as light to be added, and its flicker on everything."""

    texture: FloatArray
    palette: NDArray[np.uint8]
    size: Size
    strength: float

    def draw(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None:
        """Add one row of flames; the far row is taller and carries the glow."""
        columns, rows = self.size.width // 4 + 1, self.size.height // 4 + 1
        x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
        scale = np.float32(_TEXTURE_SIDE / max(rows, columns / 2) * (1.0 if near else 1.35))
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
        full = cv2.resize(light, _get_size(frame), interpolation=cv2.INTER_LINEAR)
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
        np.copyto(frame, cv2.add(frame, cv2.resize(light, _get_size(frame))))


def create_flames(size: Size, rng: np.random.Generator, strength: float) -> Flames:
    """Make flames: red, orange, yellow, white by heat."""
    stops = np.array(((0, 0, 0), (60, 8, 0), (200, 62, 6), (255, 150, 34), (255, 226, 130), (255, 248, 220)))
    heat = np.linspace(0, len(stops) - 1, 256)
    ramp = np.stack([np.interp(heat, range(len(stops)), stops[:, channel]) for channel in range(3)], -1)
    return Flames(generate_tileable_noise(rng, (9, 5)), np.asarray(ramp[None], np.uint8), size, strength)


# What an hour, or wet weather, does to colours: (3 by 3 mixing matrix, gamma, added RGB).
_COLOUR_GRADES: Final = {
    Effect.NIGHT: (((0.30, 0.13, 0.05), (0.10, 0.36, 0.09), (0.08, 0.19, 0.46)), 1.42, (2, 5, 15)),
    Effect.SUNSET: (((1.04, 0.10, 0.0), (0.08, 0.82, 0.0), (0.03, 0.08, 0.60)), 1.05, (12, 3, 0)),
    Effect.RAIN: (((0.74, 0.08, 0.06), (0.07, 0.76, 0.07), (0.06, 0.10, 0.80)), 1.14, (0, 1, 3)),
    Effect.DAY: (((1.16, 0.04, 0.0), (0.02, 1.15, 0.0), (0.0, 0.03, 1.04)), 0.74, (8, 8, 4)),
}


@dataclass(frozen=True, slots=True)
class ColourGrade:
    """The light of another hour, mixed into a frame."""

    colour_matrix: FloatArray
    tone_curve: FloatArray

    def apply(self, frame: Frame, part: float) -> None:
        """Change the frame's light by this part of the way, 0.0 … 1.0."""
        plain = np.eye(3, 4, dtype=np.float32)
        matrix = plain + (self.colour_matrix - plain) * np.float32(part)
        levels = np.arange(256, dtype=np.float32)
        table = to_uint8(levels + (self.tone_curve - levels) * np.float32(part))
        np.copyto(frame, cv2.LUT(cv2.transform(frame, matrix), table))


def create_colour_grade(effect: Effect, strength: float) -> ColourGrade:
    """Return the light of night, sunset or day, or of a rainy sky."""
    mixing, gamma, added = _COLOUR_GRADES[effect]
    strength = min(strength, 1.2)
    target = np.column_stack((np.array(mixing), np.array(added)))
    plain = np.eye(3, 4)
    curve = 255 * (np.arange(256) / 255) ** (1 + (gamma - 1) * strength)
    return ColourGrade(
        np.asarray(plain + (target - plain) * strength, np.float32), np.asarray(curve, np.float32)
    )


def _get_size(frame: Frame) -> tuple[int, int]:
    return frame.shape[1], frame.shape[0]
