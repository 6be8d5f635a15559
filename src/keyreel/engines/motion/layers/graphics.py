"""What was drawn or set rather than photographed: objects before a plain ground, and pages of lettering.

Images are uint8 [height, width, 3], RGB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import fit_within, resize, smoothstep_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import BinaryImage, FloatArray

_RIM_SHARE: Final = 0.02
"""The image's rim from which a plain ground is known, in parts of its shorter side."""

_MIN_PLAIN_SHARE: Final = 0.97
_MAX_RIM_DEVIATION: Final = 7.0
"""The part of the rim, and by how many levels at most it may miss a smooth ground."""

_MIN_FLAT_SHARE: Final = 0.5
_MAX_FLAT_DEVIATION: Final = 2.0
"""The same for a ground of one colour, before an object that the border cuts off."""

_GROUND_LEVELS: Final = (7.0, 26.0)
"""Levels by which a pixel differs from the ground where it begins to hide it, and where it hides it whole."""

_SOLID_DEPTH_PX: Final = 2
"""How deep within an object it is opaque, whatever its colour."""

_MIN_SPECK_PX: Final = 12

_PAGE_SIDE: Final = 1280
_STROKE_PX: Final = 9
_STROKE_CONTRAST: Final = 32
"""Pixels of the longer side at which lettering is looked for; how thin and how dark its strokes are."""

_GLYPH_SIDES: Final = (4, 60)
_MAX_GLYPH_FILL: Final = 0.85
_MAX_GLYPHS: Final = 1500
_MIN_NEIGHBOURS: Final = 5
_MIN_TEXT_GLYPHS: Final = 40
_MIN_TEXT_SHARE: Final = 0.3
"""Pixels of a glyph's sides; how much of its box it fills at most; how many are compared; how many of its
height stand beside it in a line of text; how many such glyphs, and which part of all, make a page."""


def key_plain_ground(image: Frame) -> FloatArray | None:
    """Return the opacity, float32 [height, width], 0.0 … 1.0, of what is before a plain ground; else None.

    The ground is one colour, or changes smoothly over the image; where the border cuts the object off, only
    one colour counts. All that differs from it and what that encloses is opaque, however thin: lettering,
    lines, ropes, and what an image's own transparency left.
    """
    height, width = image.shape[:2]
    small = resize(image, *fit_within(image.shape, 160))
    rim = np.ones(small.shape[:2], np.bool_)
    thick = max(round(min(small.shape[:2]) * _RIM_SHARE), 1)
    rim[thick:-thick, thick:-thick] = False
    ground = _fit_ground(small, rim)
    if ground is None:
        return None
    return _cut_out(np.asarray(np.abs(image - resize(ground, width, height)).max(axis=2), np.float32))


def _fit_ground(image: Frame, rim: NDArray[np.bool_]) -> FloatArray | None:
    """Return the ground, float32 [height, width, 3], that an image's rim shows; None if it shows none."""
    basis = _build_basis(image.shape[0], image.shape[1])
    colours = image[rim].astype(np.float32)
    weights = np.linalg.lstsq(basis[rim], colours, rcond=None)[0]
    missed = np.abs(basis[rim] @ weights - colours).max(axis=1)
    if float((missed < _MAX_RIM_DEVIATION).mean()) >= _MIN_PLAIN_SHARE:
        return np.asarray(basis @ weights, np.float32)
    colour = np.asarray(np.median(colours, axis=0), np.float32)
    is_ground = np.abs(image - colour).max(axis=2) < _MAX_FLAT_DEVIATION
    sides = is_ground[0], is_ground[-1], is_ground[:, 0], is_ground[:, -1]
    # A side without any of it is a floor's, and not an object's that the border cuts off.
    if is_ground[rim].mean() < _MIN_FLAT_SHARE or not all(side.any() for side in sides):
        return None
    return np.broadcast_to(colour, image.shape)


def _build_basis(height: int, width: int) -> FloatArray:
    """Return a quadratic's terms over an image, float32 [height, width, 6]."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    return np.asarray(np.stack((np.ones_like(x), x, y, x * y, x * x, y * y), axis=-1), np.float32)


def _cut_out(difference: FloatArray) -> FloatArray:
    """Return the opacity of what differs, by so many levels, from the ground, and of what it encloses."""
    seen = np.asarray(difference > _GROUND_LEVELS[0], np.uint8)
    enclosed = 1 - _flood_from_border(1 - seen)
    count, found, stats, _ = cv2.connectedComponentsWithStats(enclosed)
    labels = np.asarray(found, np.intp)
    kept = stats[:, cv2.CC_STAT_AREA] >= _MIN_SPECK_PX
    strong = np.bincount(labels[difference > _GROUND_LEVELS[1]], minlength=count)
    kept &= strong > 0
    kept[0] = False
    inside = np.asarray(kept[labels], np.uint8)
    deep = cv2.erode(inside, np.ones((2 * _SOLID_DEPTH_PX + 1,) * 2, np.uint8), borderValue=1)
    return np.asarray(np.maximum(smoothstep_array(difference, *_GROUND_LEVELS) * inside, deep), np.float32)


def _flood_from_border(free: BinaryImage) -> BinaryImage:
    """Return what of the free pixels is connected to the image's border."""
    around = cv2.copyMakeBorder(free, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels = cv2.connectedComponents(around, connectivity=4)
    return np.asarray(labels == labels[0, 0], np.uint8)[1:-1, 1:-1]


def is_page(image: Frame) -> bool:
    """Say whether an image is mostly lettering in lines: a page, a screen, a sheet of notes."""
    small = resize(image, *fit_within(image.shape, _PAGE_SIDE))
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    stroke = np.ones((_STROKE_PX, _STROKE_PX), np.uint8)
    return any(
        _is_text(np.asarray(cv2.morphologyEx(grey, way, stroke) > _STROKE_CONTRAST, np.uint8))
        for way in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT)
    )


def _is_text(strokes: BinaryImage) -> bool:
    _, _, stats, centres = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    wide, high, area = (stats[1:, each] for each in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    low, most = _GLYPH_SIDES
    glyphs = (high >= low) & (high <= most) & (wide <= most) & (area < _MAX_GLYPH_FILL * wide * high)
    chosen = np.flatnonzero(glyphs)
    if not chosen.size >= _MIN_TEXT_GLYPHS:
        return False
    # Neighbours in an image are neighbours in this order: a run of it is a part of the image.
    chosen = chosen[:_MAX_GLYPHS]
    heights = np.asarray(high[chosen], np.float32)
    beside = _count_neighbours(np.asarray(centres[1:][chosen], np.float32), heights) >= _MIN_NEIGHBOURS
    return bool(beside.sum() >= _MIN_TEXT_GLYPHS and beside.mean() >= _MIN_TEXT_SHARE)


def _count_neighbours(centres: FloatArray, high: FloatArray) -> NDArray[np.intp]:
    """Return for each glyph how many of about its height stand in its line, close to it."""
    across, down = (np.abs(centres[:, None, axis] - centres[None, :, axis]) for axis in (0, 1))
    ratio = high[:, None] / high[None]
    near = (across < 5 * high[:, None]) & (down < 0.45 * np.minimum(high[:, None], high[None]))
    return np.asarray((near & (ratio > 0.6) & (ratio < 1.7)).sum(axis=1) - 1, np.intp)
