"""Plates: the picture behind its subject, and beyond its own borders, as far as a moving camera can see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from patchmatch import inpaint, set_random_seed

from keyreel.engines.motion.raster import blended, blurred, bytes_of, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]

_FILL_SIDE: Final = 256
_FILL_BAND: Final = 28
_PATCH: Final = 3
_SEEN: Final = 0.02
_APRON: Final = 0.14
"""How far a canvas reaches beyond the frame on each side, in parts of that side."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture with surroundings. The frame's rest position starts at (left, top).

    `slack` says how many pixels of real picture lie beyond the frame: left, top, right, bottom.
    """

    image: Frame
    left: int
    top: int
    size: Size
    slack: tuple[int, int, int, int]

    @property
    def window(self) -> Frame:
        """What the camera sees at rest."""
        return self.image[self.top : self.top + self.size.height, self.left : self.left + self.size.width]


def canvas(picture: Frame, size: Size, focus: tuple[float, float]) -> Canvas:
    """Scale a picture to cover the frame around `focus`; keep what lies beside it, mirror what is missing."""
    height, width = picture.shape[:2]
    scale = max(size.width / width, size.height / height)
    wide, high = max(size.width, round(width * scale)), max(size.height, round(height * scale))
    picture = resized(picture, wide, high, sharp=True)
    x = min(max(round(focus[0] * wide - size.width / 2), 0), wide - size.width)
    y = min(max(round(focus[1] * high - size.height / 2), 0), high - size.height)
    across, down = round(size.width * _APRON), round(size.height * _APRON)
    beyond = (x, y, wide - size.width - x, high - size.height - y)
    slack = (
        min(beyond[0], across),
        min(beyond[1], down),
        min(beyond[2], across),
        min(beyond[3], down),
    )
    kept = picture[
        y - slack[1] : y + size.height + slack[3],
        x - slack[0] : x + size.width + slack[2],
    ]
    image = cv2.copyMakeBorder(
        kept,
        down - slack[1],
        down - slack[3],
        across - slack[0],
        across - slack[2],
        cv2.BORDER_REFLECT_101,
    )
    return Canvas(np.asarray(image, np.uint8), across, down, size, slack)


def behind(picture: Frame, alpha: FloatArray) -> Frame:
    """Fill the place of the subject from its surroundings.

    Only a band along the subject's edge is made anew: no camera here sees deeper behind a subject.
    """
    height, width = alpha.shape
    scale = min(_FILL_SIDE / max(height, width), 1.0)
    small_size = max(round(width * scale), 1), max(round(height * scale), 1)
    grow = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    covered = resized(alpha, *small_size)
    hole = cv2.dilate(np.asarray(covered > _SEEN, np.uint8), grow)
    if not hole.any() or hole.all():
        return picture
    deep = np.asarray(cv2.distanceTransform(hole, cv2.DIST_L2, 3) > _FILL_BAND, np.uint8)
    small = resized(picture, *small_size)
    set_random_seed(1)
    filled = inpaint(small, hole * 255, global_mask=deep * 255, patch_size=_PATCH)
    filled = _continued(np.asarray(filled, np.uint8), deep)
    fill = resized(filled, width, height)
    # The fill shows only where the subject was: what is seen beside it at rest stays the picture's own.
    reach = max(round(width / 640), 1)
    near = cv2.dilate(np.asarray(alpha > _SEEN, np.uint8), grow[1:-1, 1:-1], iterations=reach)
    soft = blurred(near.astype(np.float32), reach * 0.8)
    return blended(fill, picture, soft)


def _continued(filled: Frame, deep: NDArray[np.uint8]) -> Frame:
    """Replace the never-seen depth of a hole by a blur of its surroundings: no subject shines through."""
    if not deep.any():
        return filled
    known = 1 - deep.astype(np.float32)
    weight = blurred(known, _FILL_BAND / 2) + 1e-4
    colour = blurred(np.asarray(filled * known[..., None], np.float32), _FILL_BAND / 2) / weight[..., None]
    return np.where(deep[..., None] > 0, bytes_of(colour), filled)


def blank(size: Size) -> Canvas:
    """Return an empty canvas whose surroundings are as real as its frame."""
    across, down = round(size.width * _APRON), round(size.height * _APRON)
    image = np.zeros((size.height + 2 * down, size.width + 2 * across, 3), np.uint8)
    return Canvas(image, across, down, size, (across, down, across, down))


def painted(canvas: Canvas, image: Frame) -> Canvas:
    """Return the canvas with another image of the same size on it."""
    return replace(canvas, image=image)
