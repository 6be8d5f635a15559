"""What a season does to a drawn place: how its leaves and its ground change colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.noise import generate_noise
from keyreel.engines.motion.imaging.pixels import resize, smoothstep_array
from keyreel.engines.motion.prompts.vocabulary import Season

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext


_COLOUR_PATCHES: Final = 90
"""Patches of one autumn colour across the image."""
_RED_GAIN: Final = (1.62, 0.62, 0.22)
_GOLD_GAIN: Final = (1.50, 1.02, 0.26)
"""Factors of red, green and blue that make a leaf of its lightness."""


def apply_season(image: FloatArray, context: DrawingContext, season: Season, land: NDArray[np.bool_]) -> None:
    """Change the colours of leaves and ground in place.

    `image` is float32 [height, width, 3], RGB 0 … 255; `land` is true [height, width] for all but the sky.
    """
    if season is Season.AUTUMN:
        _redden(image, context)
    if season is Season.WINTER:
        _whiten(image, context, land.astype(np.float32))


def _measure_greenness(image: FloatArray) -> FloatArray:
    red, green, blue = (image[..., each] for each in range(3))
    return smoothstep_array((green - np.maximum(red * np.float32(0.94), blue)) / (green + 12), 0.06, 0.24)


def _redden(image: FloatArray, context: DrawingContext) -> None:
    height, width = image.shape[:2]
    rng = context.rng.spawn(1)[0]
    spots = resize(
        generate_noise(
            (width // 4, height // 4), (_COLOUR_PATCHES, _COLOUR_PATCHES * height / width), rng, 2
        ),
        width,
        height,
    )
    grey = image.mean(axis=2)
    hue = (
        np.array(_RED_GAIN, np.float32)
        + (np.array(_GOLD_GAIN, np.float32) - np.array(_RED_GAIN, np.float32))
        * smoothstep_array(spots, 0.32, 0.68)[..., None]
    )
    image += (np.clip(grey[..., None] * hue * 1.12, 0, 250) - image) * (0.86 * _measure_greenness(image))[
        ..., None
    ]


def _whiten(image: FloatArray, context: DrawingContext, land: FloatArray) -> None:
    """Cover what is green, and level ground, with snow."""
    height = image.shape[0]
    grey = image.mean(axis=2)
    rows = (np.arange(height, dtype=np.float32)[:, None] - context.horizon_row) / np.float32(height)
    ground = np.float32(0.62) * smoothstep_array(rows, 0.0, 0.05) * np.ones((1, image.shape[1]), np.float32)
    green = _measure_greenness(image)
    # Winter light has little colour.
    image += (grey[..., None] * np.array((0.94, 0.98, 1.08), np.float32) - image) * (np.float32(0.72) * land)[
        ..., None
    ]
    snow = np.maximum(green * np.float32(0.7), ground)
    white = context.light_colour((238, 244, 255)) * (0.42 + 0.62 * np.clip(grey / 150, 0, 1))[..., None]
    image += (white - image) * snow[..., None]
