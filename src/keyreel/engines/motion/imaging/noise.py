"""Random noise fields of several octaves: plain, and tileable. Knows nothing of what is drawn with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray

_TILE_SIDE: Final = 256
"""Pixels of a tile's side."""


def generate_noise(
    size: tuple[int, int], cells: tuple[float, float], rng: np.random.Generator, octaves: int = 4
) -> FloatArray:
    """Return value noise, float32 [height, width], 0.0 … 1.0.

    `size` is width and height in pixels; `cells` is how many of the largest waves fit across and down. Each
    octave has twice the waves of the one before and half its weight.
    """
    total = np.zeros((size[1], size[0]), np.float32)
    weight = 0.0
    for octave in range(octaves):
        across = min(round(cells[0] * 2**octave) + 3, size[0])
        down = min(round(cells[1] * 2**octave) + 3, size[1])
        small = rng.random((down, across), dtype=np.float32)
        total += cv2.resize(small, size, interpolation=cv2.INTER_CUBIC) * np.float32(0.5**octave)
        weight += 0.5**octave
    return np.asarray(np.clip(total / np.float32(weight), 0, 1), np.float32)


def generate_tileable_noise(rng: np.random.Generator, cells: tuple[float, float]) -> FloatArray:
    """Return value noise, float32 [256, 256], 0.0 … 1.0, that continues over its own edges.

    It is crossed with itself, shifted by half a tile.
    """
    tile = generate_noise((_TILE_SIDE, _TILE_SIDE), cells, rng, 5)
    ramp = np.abs(np.linspace(-1, 1, _TILE_SIDE, dtype=np.float32))
    across = tile * (1 - ramp)[None, :] + np.roll(tile, _TILE_SIDE // 2, 1) * ramp[None, :]
    both = across * (1 - ramp)[:, None] + np.roll(across, _TILE_SIDE // 2, 0) * ramp[:, None]
    low, high = np.percentile(both, (2, 98))
    return np.asarray(np.clip((both - low) / (high - low), 0, 1), np.float32)
