"""The background: the image behind its subject and beyond its own borders, as far as a moving camera sees.

What the subject hides is inpainted by PatchMatch (Barnes et al. 2009). Images are uint8 [height, width, 3].
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import cv2
import numpy as np
from patchmatch import inpaint, set_random_seed

from keyreel.engines.motion.imaging.pixels import blend, blur_image, fit_within, resize, to_uint8
from keyreel.engines.motion.layers.texture_fill import add_texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask
    from keyreel.order import Size


_FILL_SIDE: Final = 192
"""Pixels of the longer side at which is inpainted; the next four are in pixels of that size."""

_FILL_BAND: Final = 21
_PATCH_SIZE: Final = 3
_LIGHT_REACH_PX: Final = 4.0
_FALLBACK_WEIGHT: Final = 1e-3
"""Weight of the mean of all that is known in the blur of a hole."""

_MAX_LIGHT_CORRECTION: Final = 40.0
"""Levels of 255 by which a fill may miss its surroundings' light: what differs by more is another thing."""
_MIN_VISIBLE_ALPHA: Final = 0.02
"""Opacity from which a subject hides the background."""

_MARGIN_SHARE: Final = 0.14
"""How far a canvas reaches beyond the frame on each side, in fractions of that side."""


class BorderReach(NamedTuple):
    """How far beyond the frame something reaches on each side, in fractions of the frame's sides."""

    left: float
    top: float
    right: float
    bottom: float


DEFAULT_REACH: Final = BorderReach(*(_MARGIN_SHARE,) * 4)


@dataclass(frozen=True, slots=True)
class FrameCanvas:
    """An image with surroundings, of which the resting frame shows the part that starts at (left, top).

    `margins` are the pixels of real image beyond the frame: left, top, right, bottom. The rest is mirrored.
    """

    image: Frame
    left: int
    top: int
    frame_size: Size
    margins: tuple[int, int, int, int]

    @property
    def rest_frame(self) -> Frame:
        """What the camera sees at rest, uint8 [height, width, 3]."""
        return self.image[
            self.top : self.top + self.frame_size.height, self.left : self.left + self.frame_size.width
        ]


def create_canvas(
    source_image: Frame, size: Size, focus: tuple[float, float], reach: BorderReach = DEFAULT_REACH
) -> FrameCanvas:
    """Scale an image to cover the frame around `focus`, x and y as fractions; mirror what lies beside.

    The canvas goes beyond the frame by `reach`.
    """
    height, width = source_image.shape[:2]
    scale = max(size.width / width, size.height / height)
    wide, high = max(size.width, round(width * scale)), max(size.height, round(height * scale))
    source_image = resize(source_image, wide, high, sharp=True)
    x = min(max(round(focus[0] * wide - size.width / 2), 0), wide - size.width)
    y = min(max(round(focus[1] * high - size.height / 2), 0), high - size.height)
    sides = (size.width, size.height) * 2
    around = [round(side * share) for side, share in zip(sides, reach, strict=True)]
    beyond = (x, y, wide - size.width - x, high - size.height - y)
    margins = (
        min(beyond[0], around[0]),
        min(beyond[1], around[1]),
        min(beyond[2], around[2]),
        min(beyond[3], around[3]),
    )
    kept = source_image[
        y - margins[1] : y + size.height + margins[3],
        x - margins[0] : x + size.width + margins[2],
    ]
    image = cv2.copyMakeBorder(
        kept,
        around[1] - margins[1],
        around[3] - margins[3],
        around[0] - margins[0],
        around[2] - margins[2],
        cv2.BORDER_REFLECT_101,
    )
    return FrameCanvas(np.asarray(image, np.uint8), around[0], around[1], size, margins)


def inpaint_background(canvas: FrameCanvas, alpha: FloatArray) -> FrameCanvas:
    """Fill what the subject, of opacity float32 [height, width], 0.0 … 1.0, hides from its surroundings.

    Only a band along the subject's edge is inpainted: no camera here sees deeper behind a subject.
    """
    image = canvas.image
    small_size = fit_within(alpha.shape, _FILL_SIDE)
    grow = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    covered = resize(alpha, *small_size)
    hole = np.asarray(cv2.dilate(np.asarray(covered > _MIN_VISIBLE_ALPHA, np.uint8), grow), np.uint8)
    deep = np.asarray(cv2.distanceTransform(hole, cv2.DIST_L2, 3) > _FILL_BAND, np.uint8)
    small = resize(image, *small_size)
    # Mirrored texture runs the other way, as the grain of wood does: nothing is copied from there.
    unfit = np.asarray((find_mirrored(canvas, small_size) & (hole == 0)) | (deep > 0), np.uint8)
    known = (hole | unfit) == 0
    if not hole.any() or not known.any():
        return canvas
    set_random_seed(1)
    filled = inpaint(small, hole * 255, global_mask=unfit * 255, patch_size=_PATCH_SIZE)
    filled = _match_light(np.asarray(filled, np.uint8), small, covered > _MIN_VISIBLE_ALPHA)
    filled = _blur_unseen_part(filled, deep)
    fill = add_texture(image, small, filled, wanted=hole > deep, known=known)
    # The fill shows only where the subject was: what is seen beside it at rest stays the image itself.
    reach = max(round(alpha.shape[1] / 640), 1)
    near = cv2.dilate(np.asarray(alpha > _MIN_VISIBLE_ALPHA, np.uint8), grow[1:-1, 1:-1], iterations=reach)
    soft = blur_image(near.astype(np.float32), reach * 0.8)
    return replace_canvas_image(canvas, blend(fill, image, soft))


def find_mirrored(canvas: FrameCanvas, size: tuple[int, int]) -> Mask:
    """Return where a canvas, scaled to this width and height, is mirrored."""
    mirrored = np.ones(canvas.image.shape[:2], np.uint8)
    left, top, right, bottom = canvas.margins
    mirrored[
        canvas.top - top : canvas.top + canvas.frame_size.height + bottom,
        canvas.left - left : canvas.left + canvas.frame_size.width + right,
    ] = 0
    return np.asarray(cv2.resize(mirrored, size, interpolation=cv2.INTER_NEAREST), bool)


def _match_light(filled: Frame, small: Frame, covered: Mask) -> Frame:
    """Give the fill, near its edge, the light beside it: a glow continues behind a lamp."""
    visible = cv2.dilate(covered.astype(np.uint8), np.ones((3, 3), np.uint8))
    beside = cv2.dilate(visible, np.ones((3, 3), np.uint8)) > visible
    difference = cv2.subtract(small, filled, dtype=cv2.CV_32F)
    light = np.clip(
        _compute_local_mean(np.asarray(difference, np.float32), beside, _LIGHT_REACH_PX),
        -_MAX_LIGHT_CORRECTION,
        _MAX_LIGHT_CORRECTION,
    )
    depth = cv2.distanceTransform(visible, cv2.DIST_L2, 3)
    fading = np.asarray(np.exp(-depth / np.float32(_LIGHT_REACH_PX)), np.float32)
    return to_uint8(filled + light * fading[..., None])


def _compute_local_mean(values: FloatArray, part: Mask, reach: float) -> FloatArray:
    """Return, around each pixel, the mean of the values in a part of the image; 0.0 where none is near."""
    weight = part.astype(np.float32)
    total = blur_image(np.asarray(values * weight[..., None], np.float32), reach)
    return np.asarray(total / (blur_image(weight, reach)[..., None] + np.float32(1e-4)), np.float32)


def _blur_unseen_part(filled: Frame, deep: NDArray[np.uint8]) -> Frame:
    """Replace the depth of a hole, which is never seen, by a blur of its surroundings without the subject."""
    if not deep.any():
        return filled
    known = 1 - deep.astype(np.float32)
    # Where nothing known is near, the mean of all that is known.
    weight = blur_image(known, _FILL_BAND / 2) + _FALLBACK_WEIGHT
    mean = np.array(cv2.mean(filled, 1 - deep)[:3], np.float32)
    near = blur_image(np.asarray(filled * known[..., None], np.float32), _FILL_BAND / 2)
    colour = (near + mean * np.float32(_FALLBACK_WEIGHT)) / weight[..., None]
    return np.where(deep[..., None] > 0, to_uint8(colour), filled)


def create_blank_canvas(size: Size) -> FrameCanvas:
    """Return a black canvas without mirrored surroundings, for a scene that is painted on all of it."""
    across, down = round(size.width * _MARGIN_SHARE), round(size.height * _MARGIN_SHARE)
    image = np.zeros((size.height + 2 * down, size.width + 2 * across, 3), np.uint8)
    return FrameCanvas(image, across, down, size, (across, down, across, down))


def replace_canvas_image(canvas: FrameCanvas, image: Frame) -> FrameCanvas:
    """Return the canvas with another image of the same size on it."""
    return replace(canvas, image=image)
