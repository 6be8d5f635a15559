"""Whether a matte may be trusted: its outline has to follow the edges of its image, and not to cross them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, fit_within, resize

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, Mask

_SIDE: Final = 480
"""Pixels of the longer side at which is looked; the next two are in pixels of that size."""

_REACH_PX: Final = 2.5
_BORDER_PX: Final = 4

_MIN_SLOPE: Final = 64.0
"""What a Sobel filter gives for an edge: eight levels a pixel."""

_MAX_CROSSED_SHARE: Final = 0.2
_MAX_CROSSING: Final = 0.31
"""The part of an outline that edges cross, and the gradients along it, by those across it, from which it is
in doubt. Spokes and handlebars: 0.22, 0.34; a flower 0.09, 0.1; a bus 0.27, 0.21; fur 0.01, 0.35."""


def is_doubtful(image: Frame, alpha: FloatArray) -> bool:
    """Say whether an opacity, float32 [height, width], cuts through things of the image.

    `image` is uint8 [height, width, 3]. Such a subject is better moved in one with what is around it: there
    it bends a little, where it would tear.
    """
    size = fit_within(alpha.shape, _SIDE)
    grey = cv2.cvtColor(blur_image(resize(image, *size), 0.8), cv2.COLOR_RGB2GRAY)
    inside = np.asarray(resize(alpha, *size) > 0.5, np.float32)
    outline = _find_outline(inside)
    if not outline.any():
        return False
    normal, slope = (
        np.stack([cv2.Sobel(each, cv2.CV_32F, *way)[outline] for way in ((1, 0), (0, 1))])
        for each in (blur_image(inside, _REACH_PX), grey)
    )
    normal = normal / (np.linalg.norm(normal, axis=0) + 1e-6)
    across = np.abs((normal * slope).sum(axis=0))
    along = np.abs(normal[0] * slope[1] - normal[1] * slope[0])
    crossed = float((along > _MIN_SLOPE).mean())
    return crossed > _MAX_CROSSED_SHARE and float(along.mean()) > _MAX_CROSSING * float(across.mean())


def _find_outline(inside: FloatArray) -> Mask:
    outline = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    part = np.zeros_like(outline)
    within = slice(_BORDER_PX, -_BORDER_PX)
    part[within, within] = outline[within, within]
    return np.asarray(part, np.bool_)
