"""Clouds that drift and change over an open sky, in perspective, lit from the sun's side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import blend, resize, sample_image, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext
    from keyreel.engines.motion.scenery.view import RenderedBackground


SKY_MATERIAL: Final = 255
"""The material of open sky in a background's fourth channel."""
_COARSE_FACTOR: Final = 4
"""Pixels of the frame per pixel of the grid on which clouds are computed."""
_MIN_ELEVATION: Final = 0.16
"""Added to the elevation, in heights of the sky: at the horizon clouds would shrink to a line."""
_WIDTH_SCALE: Final = 78.0
_DEPTH_SCALE: Final = 44.0
"""Pixels of the noise tile per unit of the sky plane, across and away."""


@dataclass(frozen=True, slots=True)
class Clouds:
    """The clouds of a shot.

    `body` and `detail` are tileable noise, float32 [side, side], 0.0 … 1.0; `bright` and `shaded` are RGB 0 …
    255; `horizon` is a row as a part of the frame's height; `cover` is the part of the sky that they hide;
    `speed` is 1.0 as a rule; `sun` is -1.0 (left) or 1.0 (right).
    """

    body: FloatArray
    detail: FloatArray
    bright: FloatArray
    shaded: FloatArray
    horizon: float
    cover: float
    speed: float
    sun: float

    def draw(self, background: RenderedBackground, view: CameraView, seconds: float) -> None:
        """Composite the clouds over what shows open sky, in place."""
        bottom = _find_lowest_sky_row(background.materials)
        if bottom < _COARSE_FACTOR:
            return
        rows, columns = bottom // _COARSE_FACTOR + 1, background.frame.shape[1] // _COARSE_FACTOR + 1
        x, up = self._compute_sky_coordinates(background, view, (columns, rows))
        far = np.float32(1) / (up + np.float32(_MIN_ELEVATION))
        coordinates = np.stack((x * far * np.float32(_WIDTH_SCALE), far * np.float32(_DEPTH_SCALE)), -1)
        thick = self._sample_thickness(coordinates, seconds)
        toward = self._sample_thickness(coordinates + np.array((self.sun * 4.0, 3.0), np.float32), seconds)
        edge = 0.70 - 0.42 * self.cover
        dense = smoothstep_array(thick, edge, edge + 0.22)
        # The side towards the sun is bright, and so is what is thin.
        light = np.clip(0.74 + 2.6 * (thick - toward) - 0.7 * np.clip(thick - edge - 0.08, 0, None), 0, 1)
        colour = self.shaded + (self.bright - self.shaded) * light[..., None]
        seen = dense * smoothstep_array(up, 0.0, 0.22) * np.float32(0.94)
        self._blend(background, to_uint8(colour), np.asarray(seen, np.float32), bottom)

    def _blend(self, background: RenderedBackground, colour: Frame, dense: FloatArray, bottom: int) -> None:
        width = background.frame.shape[1]
        full = (width // _COARSE_FACTOR + 1) * _COARSE_FACTOR, (bottom // _COARSE_FACTOR + 1) * _COARSE_FACTOR
        alpha = resize(dense, *full)[:bottom, :width] * (
            background.materials[:bottom].astype(np.float32) * np.float32(1 / SKY_MATERIAL)
        )
        over = resize(colour, *full)[:bottom, :width]
        part = background.frame[:bottom]
        part[:] = blend(
            np.ascontiguousarray(over), np.ascontiguousarray(part), np.ascontiguousarray(alpha, np.float32)
        )

    def _compute_sky_coordinates(
        self, background: RenderedBackground, view: CameraView, size: tuple[int, int]
    ) -> tuple[FloatArray, FloatArray]:
        """Return how far aside and above the horizon each point of the coarse frame looks, in heights."""
        inner = np.ascontiguousarray(background.coordinates[1:-1, 1:-1])
        rows = background.frame.shape[0] // _COARSE_FACTOR + 1
        coordinates = resize(inner, size[0], rows)[: size[1]]
        tall = np.float32(2 * view.half_size[1])
        up = np.float32(self.horizon - 0.5) - coordinates[..., 1] / tall
        return coordinates[..., 0] / tall, np.asarray(
            np.clip(up / np.float32(self.horizon), 0, 1.4), np.float32
        )

    def _sample_thickness(self, coordinates: FloatArray, seconds: float) -> FloatArray:
        offset = np.float32(seconds * 3.2 * self.speed)
        large = sample_image(self.body, _shift_coordinates(coordinates, offset, 0.0, 1.0), cv2.BORDER_WRAP)
        other = sample_image(
            self.detail, _shift_coordinates(coordinates, offset * np.float32(1.6), 31.0, 2.7), cv2.BORDER_WRAP
        )
        fine = sample_image(
            self.detail, _shift_coordinates(coordinates, offset * np.float32(2.3), 77.0, 6.1), cv2.BORDER_WRAP
        )
        return np.asarray(0.50 * large + 0.30 * other + 0.20 * fine, np.float32)


def create_clouds(context: DrawingContext, horizon: float, cover: float, speed: float) -> Clouds:
    """Create the clouds of a sky. `horizon` is a row as a part of the frame's height."""
    palette = context.palette
    white = np.array(palette.cloud, np.float32)
    dark = 0.62 * white * np.float32(0.70) + 0.38 * np.array(palette.middle, np.float32)
    bright = np.clip(0.7 * white + 0.3 * np.array(palette.glow, np.float32) * max(palette.light) + 6, 0, 255)
    return Clouds(
        generate_tileable_noise(context.rng, (4, 4)),
        generate_tileable_noise(context.rng, (7, 7)),
        np.asarray(bright, np.float32),
        np.asarray(dark, np.float32),
        horizon,
        cover,
        speed,
        1.0 if palette.sun[0] > 0.5 else -1.0,
    )


def _shift_coordinates(coordinates: FloatArray, offset: np.float32, aside: float, finer: float) -> FloatArray:
    moved = coordinates * np.float32(finer)
    moved[..., 0] += offset * np.float32(finer**0.5) + np.float32(aside)
    return moved


def _find_lowest_sky_row(material: NDArray[np.uint8]) -> int:
    """Return the row below which no sky shows."""
    rows = np.flatnonzero((material[:, ::16] > SKY_MATERIAL // 2).any(axis=1))
    return min(int(rows[-1]) + 2, material.shape[0]) if rows.size else 0
