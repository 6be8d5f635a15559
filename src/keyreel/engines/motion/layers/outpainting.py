"""Surroundings for an image beyond its own borders, in place of its mirror image.

They are copied from similar parts of the image by PatchMatch (Barnes et al. 2009), at a small size, and given
its texture. Images are uint8 [height, width, 3].
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from patchmatch import inpaint, set_random_seed

from keyreel.engines.motion.imaging.pixels import blend, blur_image, fit_within, resize, to_uint8
from keyreel.engines.motion.layers.background import (
    DEFAULT_REACH,
    BorderReach,
    find_mirrored,
)
from keyreel.engines.motion.layers.texture_fill import add_texture

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask
    from keyreel.engines.motion.layers.background import FrameCanvas
    from keyreel.order import Size

MAX_OUTPAINTED_SHARE: Final = 0.2
"""How far beyond the image's border may be painted, in fractions of the frame's sides; by eye."""

_MAX_CUT_OFF_SHARE: Final = 0.06
"""The same where the border cuts the subject off."""

_MIN_CUT_SHARE: Final = 0.06
"""The part of a border, covered by the subject, from which the border cuts it off."""

_MIN_OUTPAINTED_SHARE: Final = 0.025
"""What reaches less far beyond the border is not painted: the camera zooms in instead."""

_UNPAINTED_SHARE: Final = 0.04
"""How far a canvas reaches where neither the image nor the camera goes on."""

_FILL_SIDE: Final = 192
"""Pixels of the longer side at which is painted; the next four are in pixels of that size."""

_PATCH_SIZE: Final = 3
_OVERLAP_PX: Final = 3
"""The image's own rim that is painted as well, so that patches fit."""

_LIGHT_SIGMA_PX: Final = 3.0
_LIGHT_REACH_PX: Final = 9.0
"""How coarse the light is that goes on beyond the border, and how far it does."""

_SUBJECT_RIM_PX: Final = 12
"""How far from the border a subject that it cuts off may be copied: it goes on there, and nowhere else."""

_SEAM_SHARE: Final = 0.012
"""Over which part of the frame's longer side the mirror image passes into what is painted."""

_UNSEEN_SHARE: Final = 0.012
"""The rim of a canvas, in fractions of the frame's longer side, that no view shows: see `BORDER_BLEED`."""


def limit_reach(alpha: FloatArray, size: Size, focus: tuple[float, float], reach: BorderReach) -> BorderReach:
    """Return how far a canvas goes beyond the frame: as far as the camera, within what can be shown there.

    `alpha` is the opacity of the whole image's subject, float32 [height, width], 0.0 … 1.0. Where the image,
    cropped around `focus` (x and y as fractions), goes on, there is no other limit. A border that cuts the
    subject off is hardly painted: nobody here knows its other half.
    """
    height, width = alpha.shape
    scale = max(size.width / width, size.height / height)
    limited: list[float] = []
    for axis, (image_side, side) in enumerate(((width * scale, size.width), (height * scale, size.height))):
        start = min(max(focus[axis] * image_side - side / 2, 0.0), image_side - side)
        borders = np.take(alpha, (0, -1), axis=1 - axis)
        cuts = (borders > 0.5).mean(axis=axis) > _MIN_CUT_SHARE
        for wanted, real, cut in zip(reach[axis::2], (start, image_side - side - start), cuts, strict=True):
            most = _MAX_CUT_OFF_SHARE if cut else MAX_OUTPAINTED_SHARE
            painted = real / side + most if wanted > _MIN_OUTPAINTED_SHARE else 0.0
            from_image = min(real / side, max(wanted, DEFAULT_REACH[axis]))
            limited.append(max(from_image, min(wanted + _UNSEEN_SHARE, painted), _UNPAINTED_SHARE))
    left, right, top, bottom = limited
    return BorderReach(left, top, right, bottom)


def outpaint_margins(canvas: FrameCanvas, alpha: FloatArray, reach: BorderReach) -> FrameCanvas:
    """Paint what is mirrored on a canvas, and count it among its margins.

    Nothing is copied from the subject, of opacity float32 [height, width], 0.0 … 1.0, but where the border
    cuts it off. A canvas beyond whose margins no camera of this `reach` looks is returned itself.
    """
    high, wide = canvas.image.shape[:2]
    mirrored = find_mirrored(canvas, (wide, high))
    sides = (canvas.frame_size.width, canvas.frame_size.height) * 2
    if all(
        each <= max(margin / side, _MIN_OUTPAINTED_SHARE)
        for each, margin, side in zip(reach, canvas.margins, sides, strict=True)
    ):
        return canvas
    size = fit_within(alpha.shape, _FILL_SIDE)
    small, beyond = resize(canvas.image, *size), find_mirrored(canvas, size)
    rim = np.ones((2 * _OVERLAP_PX + 1,) * 2, np.uint8)
    hole = np.asarray(cv2.dilate(beyond.astype(np.uint8), rim), np.uint8)
    unfit = np.asarray(_find_subject_inside(resize(alpha, *size), beyond) & (hole == 0), np.uint8)
    known = (hole | unfit) == 0
    if not known.any():
        return canvas
    set_random_seed(1)
    filled = np.asarray(inpaint(small, hole * 255, global_mask=unfit * 255, patch_size=_PATCH_SIZE), np.uint8)
    filled = _continue_light(filled, small, beyond)
    painted = add_texture(canvas.image, small, filled, wanted=hole > 0, known=known)
    return _extend_margins(replace(canvas, image=_join(canvas, painted, mirrored)))


def _continue_light(filled: Frame, mirrored: Frame, beyond: Mask) -> Frame:
    """Give what is painted, near the border, the light of the mirror image, which is continuous there."""
    difference = cv2.subtract(
        blur_image(mirrored, _LIGHT_SIGMA_PX), blur_image(filled, _LIGHT_SIGMA_PX), dtype=cv2.CV_32F
    )
    away = cv2.distanceTransform(beyond.astype(np.uint8), cv2.DIST_L2, 3)
    fading = np.asarray(np.exp(-away / np.float32(_LIGHT_REACH_PX)), np.float32)
    return to_uint8(filled + difference * fading[..., None])


def _find_subject_inside(alpha: FloatArray, beyond: Mask) -> Mask:
    """Return where a subject is, but for what lies next to the border that cuts it off."""
    near = cv2.dilate(beyond.astype(np.uint8), np.ones((2 * _SUBJECT_RIM_PX + 1,) * 2, np.uint8))
    around = cv2.dilate(np.asarray(alpha > 0.1, np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray((around > 0) & ((near == 0) | (alpha < 0.5)))


def _join(canvas: FrameCanvas, painted: Frame, mirrored: Mask) -> Frame:
    """Return the canvas with what is painted; at the border, the mirror image passes into it."""
    away = cv2.distanceTransform(mirrored.astype(np.uint8), cv2.DIST_L2, 3)
    seam = max(canvas.frame_size.width, canvas.frame_size.height) * _SEAM_SHARE
    return blend(painted, canvas.image, np.asarray(np.clip(away / seam, 0, 1), np.float32))


def _extend_margins(canvas: FrameCanvas) -> FrameCanvas:
    """Count all of the canvas among its margins, but for a rim and what is real."""
    high, wide = canvas.image.shape[:2]
    unseen = ceil(max(canvas.frame_size.width, canvas.frame_size.height) * _UNSEEN_SHARE)
    around = (
        canvas.left,
        canvas.top,
        wide - canvas.left - canvas.frame_size.width,
        high - canvas.top - canvas.frame_size.height,
    )
    left, top, right, bottom = (
        max(real, each - unseen) for real, each in zip(canvas.margins, around, strict=True)
    )
    return replace(canvas, margins=(left, top, right, bottom))
