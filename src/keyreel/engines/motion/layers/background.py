"""Plates: the picture behind its subject, and beyond its own borders, as far as a moving camera can see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from patchmatch import inpaint, set_random_seed

from keyreel.engines.motion.imaging.pixels import blended, blurred, bytes_of, resized
from keyreel.engines.motion.layers.texture_fill import grained

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.order import Size

    FloatArray = NDArray[np.float32]
    Mask = NDArray[np.bool_]

_FILL_SIDE: Final = 192
_FILL_BAND: Final = 21
_PATCH: Final = 3
_FARAWAY: Final = 1e-3
_EVENED: Final = 4.0
_MOST_EVENED: Final = 40.0
"""Levels of 255 by which a fill may miss the light of its surroundings: more is another thing, not light."""
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


def behind(canvas: Canvas, alpha: FloatArray) -> Canvas:
    """Fill the place of the subject from its surroundings.

    Only a band along the subject's edge is made anew: no camera here sees deeper behind a subject.
    """
    picture = canvas.image
    height, width = alpha.shape
    scale = min(_FILL_SIDE / max(height, width), 1.0)
    small_size = max(round(width * scale), 1), max(round(height * scale), 1)
    grow = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    covered = resized(alpha, *small_size)
    hole = np.asarray(cv2.dilate(np.asarray(covered > _SEEN, np.uint8), grow), np.uint8)
    deep = np.asarray(cv2.distanceTransform(hole, cv2.DIST_L2, 3) > _FILL_BAND, np.uint8)
    small = resized(picture, *small_size)
    # What is mirrored runs the other way, as the grain of wood does: nothing is taken from there.
    unfit = np.asarray((_mirrored(canvas, small_size) & (hole == 0)) | (deep > 0), np.uint8)
    known = (hole | unfit) == 0
    if not hole.any() or not known.any():
        return canvas
    set_random_seed(1)
    filled = inpaint(small, hole * 255, global_mask=unfit * 255, patch_size=_PATCH)
    filled = _evened(np.asarray(filled, np.uint8), small, covered > _SEEN)
    filled = _continued(filled, deep)
    fill = grained(picture, small, filled, wanted=hole > deep, known=known)
    # The fill shows only where the subject was: what is seen beside it at rest stays the picture's own.
    reach = max(round(width / 640), 1)
    near = cv2.dilate(np.asarray(alpha > _SEEN, np.uint8), grow[1:-1, 1:-1], iterations=reach)
    soft = blurred(near.astype(np.float32), reach * 0.8)
    return painted(canvas, blended(fill, picture, soft))


def _mirrored(canvas: Canvas, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where a canvas, scaled to this width and height, is made of mirror images."""
    mirrored = np.ones(canvas.image.shape[:2], np.uint8)
    left, top, right, bottom = canvas.slack
    mirrored[
        canvas.top - top : canvas.top + canvas.size.height + bottom,
        canvas.left - left : canvas.left + canvas.size.width + right,
    ] = 0
    return np.asarray(cv2.resize(mirrored, size, interpolation=cv2.INTER_NEAREST), bool)


def _evened(filled: Frame, small: Frame, covered: Mask) -> Frame:
    """Let the fill, where it is shown, begin with the light beside it: a glow goes on behind a lamp."""
    shown = cv2.dilate(covered.astype(np.uint8), np.ones((3, 3), np.uint8))
    beside = cv2.dilate(shown, np.ones((3, 3), np.uint8)) > shown
    missed = cv2.subtract(small, filled, dtype=cv2.CV_32F)
    light = np.clip(_mean_of(np.asarray(missed, np.float32), beside, _EVENED), -_MOST_EVENED, _MOST_EVENED)
    depth = cv2.distanceTransform(shown, cv2.DIST_L2, 3)
    fading = np.asarray(np.exp(-depth / np.float32(_EVENED)), np.float32)
    return bytes_of(filled + light * fading[..., None])


def _mean_of(values: FloatArray, part: Mask, reach: float) -> FloatArray:
    """Return the mean around each pixel of the values in a part of the picture, 0.0 where none is near."""
    weight = part.astype(np.float32)
    total = blurred(np.asarray(values * weight[..., None], np.float32), reach)
    return np.asarray(total / (blurred(weight, reach)[..., None] + np.float32(1e-4)), np.float32)


def _continued(filled: Frame, deep: NDArray[np.uint8]) -> Frame:
    """Replace the never-seen depth of a hole by a blur of its surroundings: no subject shines through."""
    if not deep.any():
        return filled
    known = 1 - deep.astype(np.float32)
    # Where nothing known is near, the mean of all that is.
    weight = blurred(known, _FILL_BAND / 2) + _FARAWAY
    mean = np.array(cv2.mean(filled, 1 - deep)[:3], np.float32)
    near = blurred(np.asarray(filled * known[..., None], np.float32), _FILL_BAND / 2)
    colour = (near + mean * np.float32(_FARAWAY)) / weight[..., None]
    return np.where(deep[..., None] > 0, bytes_of(colour), filled)


def blank(size: Size) -> Canvas:
    """Return an empty canvas whose surroundings are as real as its frame."""
    across, down = round(size.width * _APRON), round(size.height * _APRON)
    image = np.zeros((size.height + 2 * down, size.width + 2 * across, 3), np.uint8)
    return Canvas(image, across, down, size, (across, down, across, down))


def painted(canvas: Canvas, image: Frame) -> Canvas:
    """Return the canvas with another image of the same size on it."""
    return replace(canvas, image=image)
