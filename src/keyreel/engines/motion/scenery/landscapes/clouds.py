"""Clouds that drift and change over an open sky, in perspective, lit from the sun's side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.fog_fire_and_grading import endless
from keyreel.engines.motion.imaging.pixels import blended, bytes_of, fetched, resized, step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.scenery.landscapes.sky import Sketch
    from keyreel.engines.motion.scenery.view import Look

    FloatArray = NDArray[np.float32]

SKY: Final = 255
"""The material of open sky in a plate's fourth channel."""
_COARSE: Final = 4
_LOW: Final = 0.16
"""How far over the horizon clouds end, in units of the sky's height: below they would only be a line."""
_WIDE: Final = 78.0
_DEEP: Final = 44.0


@dataclass(frozen=True, slots=True)
class Clouds:
    """The clouds of a shot: `cover` is how much of the sky they hide, `speed` is 1.0 as a rule."""

    body: FloatArray
    detail: FloatArray
    bright: FloatArray
    shaded: FloatArray
    horizon: float
    cover: float
    speed: float
    sun: float

    def drift(self, look: Look, view: View, seconds: float) -> None:
        """Lay the clouds over what shows open sky, in place."""
        bottom = _lowest(look.material)
        if bottom < _COARSE:
            return
        rows, columns = bottom // _COARSE + 1, look.frame.shape[1] // _COARSE + 1
        x, up = self._overhead(look, view, (columns, rows))
        far = np.float32(1) / (up + np.float32(_LOW))
        where = np.stack((x * far * np.float32(_WIDE), far * np.float32(_DEEP)), -1)
        thick = self._thickness(where, seconds)
        toward = self._thickness(where + np.array((self.sun * 4.0, 3.0), np.float32), seconds)
        edge = 0.70 - 0.42 * self.cover
        dense = step(thick, edge, edge + 0.22)
        # The side towards the sun is bright, and so is what is thin.
        light = np.clip(0.74 + 2.6 * (thick - toward) - 0.7 * np.clip(thick - edge - 0.08, 0, None), 0, 1)
        colour = self.shaded + (self.bright - self.shaded) * light[..., None]
        seen = dense * step(up, 0.0, 0.22) * np.float32(0.94)
        self._lay(look, bytes_of(colour), np.asarray(seen, np.float32), bottom)

    def _lay(self, look: Look, colour: Frame, dense: FloatArray, bottom: int) -> None:
        width = look.frame.shape[1]
        full = (width // _COARSE + 1) * _COARSE, (bottom // _COARSE + 1) * _COARSE
        alpha = resized(dense, *full)[:bottom, :width] * (
            look.material[:bottom].astype(np.float32) * np.float32(1 / SKY)
        )
        over = resized(colour, *full)[:bottom, :width]
        part = look.frame[:bottom]
        part[:] = blended(
            np.ascontiguousarray(over), np.ascontiguousarray(part), np.ascontiguousarray(alpha, np.float32)
        )

    def _overhead(self, look: Look, view: View, size: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
        """Return how far aside, and how far over the horizon each point of the coarse frame looks."""
        inner = np.ascontiguousarray(look.place[1:-1, 1:-1])
        rows = look.frame.shape[0] // _COARSE + 1
        place = resized(inner, size[0], rows)[: size[1]]
        tall = np.float32(2 * view.half[1])
        up = np.float32(self.horizon - 0.5) - place[..., 1] / tall
        return place[..., 0] / tall, np.asarray(np.clip(up / np.float32(self.horizon), 0, 1.4), np.float32)

    def _thickness(self, where: FloatArray, seconds: float) -> FloatArray:
        go = np.float32(seconds * 3.2 * self.speed)
        large = fetched(self.body, _at(where, go, 0.0, 1.0), cv2.BORDER_WRAP)
        other = fetched(self.detail, _at(where, go * np.float32(1.6), 31.0, 2.7), cv2.BORDER_WRAP)
        fine = fetched(self.detail, _at(where, go * np.float32(2.3), 77.0, 6.1), cv2.BORDER_WRAP)
        return np.asarray(0.50 * large + 0.30 * other + 0.20 * fine, np.float32)


def clouds(sketch: Sketch, horizon: float, cover: float, speed: float) -> Clouds:
    """Make the clouds of a sky. `horizon` is a part of the frame's height."""
    palette = sketch.palette
    white = np.array(palette.cloud, np.float32)
    dark = 0.62 * white * np.float32(0.70) + 0.38 * np.array(palette.middle, np.float32)
    bright = np.clip(0.7 * white + 0.3 * np.array(palette.glow, np.float32) * max(palette.light) + 6, 0, 255)
    return Clouds(
        endless(sketch.rng, (4, 4)),
        endless(sketch.rng, (7, 7)),
        np.asarray(bright, np.float32),
        np.asarray(dark, np.float32),
        horizon,
        cover,
        speed,
        1.0 if palette.sun[0] > 0.5 else -1.0,
    )


def _at(where: FloatArray, go: np.float32, aside: float, finer: float) -> FloatArray:
    moved = where * np.float32(finer)
    moved[..., 0] += go * np.float32(finer**0.5) + np.float32(aside)
    return moved


def _lowest(material: NDArray[np.uint8]) -> int:
    """Return the row below which no sky shows."""
    rows = np.flatnonzero((material[:, ::16] > SKY // 2).any(axis=1))
    return min(int(rows[-1]) + 2, material.shape[0]) if rows.size else 0
