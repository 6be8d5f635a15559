"""Water that moves: ripples bend what it mirrors, and light glitters on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.noise import generate_tileable_noise
from keyreel.engines.motion.imaging.pixels import remap, resize, sample_image, smoothstep_array, to_uint8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.camera.parallax import CameraView
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext
    from keyreel.engines.motion.scenery.view import RenderedBackground


WATER_MATERIAL: Final = 96
"""The material of water in a background's fourth channel."""
_MATERIAL_TOLERANCE: Final = 24
"""Levels by which interpolation may change a material."""
_COARSE_FACTOR: Final = 2
"""Pixels of the frame per pixel of the grid on which waves are computed."""
_MIN_DEPTH_FRACTION: Final = 0.05
"""Added to the distance below the horizon, which waves would else shrink to nothing."""


@dataclass(frozen=True, slots=True)
class Ripples:
    """The waves of a shot: `waves` and `cross` are tileable noise, float32 [side, side], 0.0 … 1.0.

    `horizon` is a row as a part of the frame's height; `sun` is its column, in heights from the middle;
    `calm` is 0.0 for the open sea, 1.0 for a mirror.
    """

    waves: FloatArray
    cross: FloatArray
    glow: FloatArray
    horizon: float
    sun: float
    glare: float
    calm: float

    def draw(self, background: RenderedBackground, view: CameraView, seconds: float) -> None:
        """Move the water that the background shows, in place."""
        height, width = background.materials.shape
        top = _find_first_water_row(background.materials)
        if top >= height - 2 * _COARSE_FACTOR:
            return
        rows, columns = (height - top) // _COARSE_FACTOR, width // _COARSE_FACTOR
        x, part = self._compute_water_coordinates(background, view, top, (columns, rows))
        far = np.float32(1) / (part + np.float32(_MIN_DEPTH_FRACTION))
        coordinates = np.stack((x * far * np.float32(34), far * np.float32(15)), -1)
        swell = self._sample_swell(coordinates, seconds)
        wet = _mask_water(resize(background.materials[top : top + rows * _COARSE_FACTOR], columns, rows))
        reach = wet * smoothstep_array(part, 0.0, 0.05) * (np.float32(0.004) + np.float32(0.016) * part)
        self._displace_reflection(background, swell, np.asarray(reach, np.float32), top)
        self._add_glitter(background, swell, wet, path=self._compute_sun_path(x, part), top=top)

    def _compute_water_coordinates(
        self, background: RenderedBackground, view: CameraView, top: int, size: tuple[int, int]
    ) -> tuple[FloatArray, FloatArray]:
        height = background.materials.shape[0]
        coordinates = resize(
            np.ascontiguousarray(background.coordinates[1:-1, 1:-1]), size[0], height // _COARSE_FACTOR
        )
        first = min(top // _COARSE_FACTOR, coordinates.shape[0] - size[1])
        coordinates = coordinates[first : first + size[1]]
        tall = np.float32(2 * view.half_size[1])
        down = coordinates[..., 1] / tall + np.float32(0.5)
        part = np.clip((down - self.horizon) / np.float32(1 - self.horizon), 0, 1.3)
        return coordinates[..., 0] / tall, np.asarray(part, np.float32)

    def _sample_swell(self, coordinates: FloatArray, seconds: float) -> FloatArray:
        """Return the swell, around 0.0: three wave trains that run towards the viewer and across."""
        elapsed = np.float32(seconds)
        total = np.zeros(coordinates.shape[:2], np.float32)
        for finer, across, ahead, share in (
            (1.0, 2.6, -7.0, 0.5),
            (2.3, -5.5, -9.0, 0.32),
            (4.7, 8.0, -11.0, 0.18),
        ):
            moved = coordinates * np.float32(finer)
            moved[..., 0] += elapsed * np.float32(across)
            moved[..., 1] -= elapsed * np.float32(ahead)
            tile = self.waves if finer < 2 else self.cross
            total += np.float32(share) * sample_image(tile, moved, cv2.BORDER_WRAP)
        return total - np.float32(0.5)

    def _displace_reflection(
        self, background: RenderedBackground, swell: FloatArray, reach: FloatArray, top: int
    ) -> None:
        width = background.frame.shape[1]
        size = swell.shape[1] * _COARSE_FACTOR, swell.shape[0] * _COARSE_FACTOR
        reach = reach * np.float32((1.25 - self.calm) * width)
        shift = np.stack((swell * reach, swell * reach * np.float32(0.55)), -1)
        part_of = background.frame[top : top + size[1], : size[0]]
        full = resize(np.asarray(shift, np.float32), *size)
        part_of[:] = remap(np.ascontiguousarray(part_of), full, cv2.BORDER_REFLECT_101, relative=True)

    def _compute_sun_path(self, x: FloatArray, part: FloatArray) -> FloatArray:
        """Return the sun's glitter path, 0.0 … 1.0: narrow far away, wide in front."""
        aside = (x - np.float32(self.sun)) / (np.float32(0.05) + np.float32(0.22) * part)
        return np.asarray(np.exp(-(aside * aside)), np.float32)

    def _add_glitter(
        self,
        background: RenderedBackground,
        swell: FloatArray,
        wet: FloatArray,
        *,
        path: FloatArray,
        top: int,
    ) -> None:
        size = swell.shape[1] * _COARSE_FACTOR, swell.shape[0] * _COARSE_FACTOR
        crest = smoothstep_array(swell, 0.06, 0.20)
        shine = crest * (path * np.float32(self.glare) + np.float32(0.10)) * wet
        shade = np.clip(swell, -0.3, 0) * wet * np.float32(0.42)
        light = shine[..., None] * self.glow
        here = np.ascontiguousarray(background.frame[top : top + size[1], : size[0]])
        dimmed = resize(to_uint8(np.asarray(-shade * 255, np.float32)), *size)
        dark = cv2.multiply(here, cv2.cvtColor(cv2.bitwise_not(dimmed), cv2.COLOR_GRAY2RGB), scale=1 / 255)
        background.frame[top : top + size[1], : size[0]] = cv2.add(dark, resize(to_uint8(light), *size))


def create_ripples(context: DrawingContext, horizon: float, sun: float, calm: float) -> Ripples:
    """Create the ripples of a water. `horizon` is a part of the frame's height; `sun` is as in `Ripples`."""
    glow = np.array(context.palette.glow, np.float32) * np.float32(0.75)
    return Ripples(
        generate_tileable_noise(context.rng, (5, 5)),
        generate_tileable_noise(context.rng, (8, 8)),
        glow,
        horizon,
        sun,
        context.palette.glare,
        calm,
    )


def _mask_water(material: NDArray[np.uint8]) -> FloatArray:
    away = np.abs(material.astype(np.float32) - np.float32(WATER_MATERIAL))
    return np.asarray(1 - smoothstep_array(away, _MATERIAL_TOLERANCE / 2, _MATERIAL_TOLERANCE), np.float32)


def _find_first_water_row(material: NDArray[np.uint8]) -> int:
    """Return the row at which water begins."""
    sparse = np.abs(material[:, ::16].astype(np.int16) - WATER_MATERIAL) < _MATERIAL_TOLERANCE // 2
    rows = np.flatnonzero(sparse.mean(axis=1) > 0.12)
    return int(rows[0]) if rows.size else material.shape[0]
