"""What a season does to a drawn place: which place it makes of it, and how its leaves and ground turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.imaging.pixels import resized, step
from keyreel.engines.motion.prompts.vocabulary import Effect, Place, Season
from keyreel.engines.motion.scenery.landscapes.sky import noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engines.motion.scenery.landscapes.sky import Sketch

    FloatArray = NDArray[np.float32]

WINTERS: Final = {Place.MEADOW: Place.SNOWFIELD, Place.MOUNTAINS: Place.SNOWPEAKS}
"""What a place is in winter, where it is another one."""
CARRIED: Final = {
    Season.SPRING: (Effect.PETALS, 0.7),
    Season.AUTUMN: (Effect.LEAVES, 0.6),
    Season.WINTER: (Effect.SNOW, 0.7),
}
"""What the air carries in a season, and how much."""
GREEN: Final = frozenset(
    {Place.MEADOW, Place.FOREST, Place.MOUNTAINS, Place.LAKE, Place.CITY, Place.SNOWFIELD}
)
"""Where a season is in the air as well."""
_SPOTS: Final = 90
_RED: Final = (1.62, 0.62, 0.22)
_GOLD: Final = (1.50, 1.02, 0.26)


def turned(image: FloatArray, sketch: Sketch, season: Season, land: NDArray[np.bool_]) -> None:
    """Turn the leaves and the ground of a drawn place, in place; `land` is all that is not sky."""
    if season is Season.AUTUMN:
        _reddened(image, sketch)
    if season is Season.WINTER:
        _whitened(image, sketch, land.astype(np.float32))


def _greenness(image: FloatArray) -> FloatArray:
    red, green, blue = (image[..., each] for each in range(3))
    return step((green - np.maximum(red * np.float32(0.94), blue)) / (green + 12), 0.06, 0.24)


def _reddened(image: FloatArray, sketch: Sketch) -> None:
    height, width = image.shape[:2]
    rng = sketch.rng.spawn(1)[0]
    spots = resized(
        noise((width // 4, height // 4), (_SPOTS, _SPOTS * height / width), rng, 2), width, height
    )
    grey = image.mean(axis=2)
    hue = (
        np.array(_RED, np.float32)
        + (np.array(_GOLD, np.float32) - np.array(_RED, np.float32)) * step(spots, 0.32, 0.68)[..., None]
    )
    image += (np.clip(grey[..., None] * hue * 1.12, 0, 250) - image) * (0.86 * _greenness(image))[..., None]


def _whitened(image: FloatArray, sketch: Sketch, land: FloatArray) -> None:
    """Lay snow on what is green and on level ground."""
    height = image.shape[0]
    grey = image.mean(axis=2)
    rows = (np.arange(height, dtype=np.float32)[:, None] - sketch.line) / np.float32(height)
    ground = np.float32(0.62) * step(rows, 0.0, 0.05) * np.ones((1, image.shape[1]), np.float32)
    green = _greenness(image)
    # Winter light has little colour.
    image += (grey[..., None] * np.array((0.94, 0.98, 1.08), np.float32) - image) * (np.float32(0.72) * land)[
        ..., None
    ]
    snow = np.maximum(green * np.float32(0.7), ground)
    white = sketch.lit((238, 244, 255)) * (0.42 + 0.62 * np.clip(grey / 150, 0, 1))[..., None]
    image += (white - image) * snow[..., None]
