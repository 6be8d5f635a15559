"""Plates: the picture behind its subject, and beyond its own borders, as far as a moving camera can see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from patchmatch import inpaint, set_random_seed

from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame

    FloatArray = NDArray[np.float32]

_FILL_SIDE: Final = 288
_FILL_BAND: Final = 34
_PATCH: Final = 3
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
    if (wide, high) != (width, height):
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LANCZOS4
        picture = np.asarray(cv2.resize(picture, (wide, high), interpolation=method), np.uint8)
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
    small_size = (max(round(width * scale), 1), max(round(height * scale), 1))
    grow = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    covered = cv2.resize(alpha, small_size, interpolation=cv2.INTER_AREA)
    hole = cv2.dilate(np.asarray(covered > 0.02, np.uint8), grow)
    if not hole.any() or hole.all():
        return picture
    deep = np.asarray(cv2.distanceTransform(hole, cv2.DIST_L2, 3) > _FILL_BAND, np.uint8)
    small = cv2.resize(picture, small_size, interpolation=cv2.INTER_AREA)
    set_random_seed(1)
    filled = inpaint(small, hole * 255, global_mask=deep * 255, patch_size=_PATCH)
    filled = _continued(np.asarray(filled, np.uint8), deep)
    fill = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
    near = cv2.dilate(np.asarray(alpha > 0.02, np.uint8), grow, iterations=max(round(1 / scale), 1))
    soft = cv2.GaussianBlur(near.astype(np.float32), (0, 0), max(1 / scale, 1.0))
    return blended(fill, picture, soft)


def blended(over: Frame, under: Frame, alpha: FloatArray) -> Frame:
    """Lay `over` on `under` with this opacity."""
    return np.asarray(cv2.blendLinear(over, under, alpha, 1 - alpha), np.uint8)


def _continued(filled: Frame, deep: NDArray[np.uint8]) -> Frame:
    """Replace the never-seen depth of a hole by the blur of what surrounds it, lest the subject shine through."""
    if not deep.any():
        return filled
    known = 1 - deep.astype(np.float32)
    weight = cv2.GaussianBlur(known, (0, 0), _FILL_BAND / 2) + 1e-4
    colour = cv2.GaussianBlur(filled * known[..., None], (0, 0), _FILL_BAND / 2) / weight[..., None]
    return np.asarray(np.where(deep[..., None] > 0, np.clip(colour, 0, 255), filled), np.uint8)
