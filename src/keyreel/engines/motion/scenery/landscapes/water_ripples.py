"""Water that moves: ripples bend what it mirrors, and light glitters on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.effects.fog_fire_and_grading import endless
from keyreel.engines.motion.imaging.pixels import bytes_of, fetched, remapped, resized, step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.camera.parallax import View
    from keyreel.engines.motion.scenery.landscapes.sky import Sketch
    from keyreel.engines.motion.scenery.view import Look

    FloatArray = NDArray[np.float32]

WATER: Final = 96
"""The material of water in a plate's fourth channel."""
_SPREAD: Final = 24
_COARSE: Final = 2
_NEAR: Final = 0.05


@dataclass(frozen=True, slots=True)
class Ripples:
    """The waves of a shot: `calm` is 0.0 for the open sea, 1.0 for a mirror."""

    waves: FloatArray
    cross: FloatArray
    glow: FloatArray
    horizon: float
    sun: float
    glare: float
    calm: float

    def run(self, look: Look, view: View, seconds: float) -> None:
        """Move the water that a look shows, in place."""
        height, width = look.material.shape
        top = _first(look.material)
        if top >= height - 2 * _COARSE:
            return
        rows, columns = (height - top) // _COARSE, width // _COARSE
        x, part = self._below(look, view, top, (columns, rows))
        far = np.float32(1) / (part + np.float32(_NEAR))
        where = np.stack((x * far * np.float32(34), far * np.float32(15)), -1)
        swell = self._height(where, seconds)
        wet = _wet(resized(look.material[top : top + rows * _COARSE], columns, rows))
        reach = wet * step(part, 0.0, 0.05) * (np.float32(0.004) + np.float32(0.016) * part)
        self._bend(look, swell, np.asarray(reach, np.float32), top)
        self._glitter(look, swell, wet, path=self._path(x, part), top=top)

    def _below(
        self, look: Look, view: View, top: int, size: tuple[int, int]
    ) -> tuple[FloatArray, FloatArray]:
        height = look.material.shape[0]
        place = resized(np.ascontiguousarray(look.place[1:-1, 1:-1]), size[0], height // _COARSE)
        first = min(top // _COARSE, place.shape[0] - size[1])
        place = place[first : first + size[1]]
        tall = np.float32(2 * view.half[1])
        down = place[..., 1] / tall + np.float32(0.5)
        part = np.clip((down - self.horizon) / np.float32(1 - self.horizon), 0, 1.3)
        return place[..., 0] / tall, np.asarray(part, np.float32)

    def _height(self, where: FloatArray, seconds: float) -> FloatArray:
        """Return the swell, around 0.0: three trains of waves that run towards the viewer and across."""
        go = np.float32(seconds)
        total = np.zeros(where.shape[:2], np.float32)
        for finer, across, ahead, share in (
            (1.0, 2.6, -7.0, 0.5),
            (2.3, -5.5, -9.0, 0.32),
            (4.7, 8.0, -11.0, 0.18),
        ):
            moved = where * np.float32(finer)
            moved[..., 0] += go * np.float32(across)
            moved[..., 1] -= go * np.float32(ahead)
            tile = self.waves if finer < 2 else self.cross
            total += np.float32(share) * fetched(tile, moved, cv2.BORDER_WRAP)
        return total - np.float32(0.5)

    def _bend(self, look: Look, swell: FloatArray, reach: FloatArray, top: int) -> None:
        width = look.frame.shape[1]
        size = swell.shape[1] * _COARSE, swell.shape[0] * _COARSE
        reach = reach * np.float32((1.25 - self.calm) * width)
        shift = np.stack((swell * reach, swell * reach * np.float32(0.55)), -1)
        part_of = look.frame[top : top + size[1], : size[0]]
        full = resized(np.asarray(shift, np.float32), *size)
        part_of[:] = remapped(np.ascontiguousarray(part_of), full, cv2.BORDER_REFLECT_101, relative=True)

    def _path(self, x: FloatArray, part: FloatArray) -> FloatArray:
        """Return the sun's path of light, 0.0 … 1.0: narrow far away, wide in front."""
        aside = (x - np.float32(self.sun)) / (np.float32(0.05) + np.float32(0.22) * part)
        return np.asarray(np.exp(-(aside * aside)), np.float32)

    def _glitter(self, look: Look, swell: FloatArray, wet: FloatArray, *, path: FloatArray, top: int) -> None:
        size = swell.shape[1] * _COARSE, swell.shape[0] * _COARSE
        crest = step(swell, 0.06, 0.20)
        shine = crest * (path * np.float32(self.glare) + np.float32(0.10)) * wet
        shade = np.clip(swell, -0.3, 0) * wet * np.float32(0.42)
        light = shine[..., None] * self.glow
        here = np.ascontiguousarray(look.frame[top : top + size[1], : size[0]])
        dimmed = resized(bytes_of(np.asarray(-shade * 255, np.float32)), *size)
        dark = cv2.multiply(here, cv2.cvtColor(cv2.bitwise_not(dimmed), cv2.COLOR_GRAY2RGB), scale=1 / 255)
        look.frame[top : top + size[1], : size[0]] = cv2.add(dark, resized(bytes_of(light), *size))


def ripples(sketch: Sketch, horizon: float, sun: float, calm: float) -> Ripples:
    """Make the ripples of a water. `horizon` is a part of the frame's height, `sun` a place in its widths."""
    glow = np.array(sketch.palette.glow, np.float32) * np.float32(0.75)
    return Ripples(
        endless(sketch.rng, (5, 5)),
        endless(sketch.rng, (8, 8)),
        glow,
        horizon,
        sun,
        sketch.palette.glare,
        calm,
    )


def _wet(material: NDArray[np.uint8]) -> FloatArray:
    away = np.abs(material.astype(np.float32) - np.float32(WATER))
    return np.asarray(1 - step(away, _SPREAD / 2, _SPREAD), np.float32)


def _first(material: NDArray[np.uint8]) -> int:
    """Return the row at which water begins."""
    sparse = np.abs(material[:, ::16].astype(np.int16) - WATER) < _SPREAD // 2
    rows = np.flatnonzero(sparse.mean(axis=1) > 0.12)
    return int(rows[0]) if rows.size else material.shape[0]
