"""The subject of an image, cut out as a layer: its colours, free of the background's, and its relief."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import premultiply, resize, smoothstep_array, to_uint8
from keyreel.engines.motion.layers import depth
from keyreel.engines.motion.layers.visible_patches import OpacityGrid
from keyreel.engines.motion.networks.matting import decontaminate_edges

if TYPE_CHECKING:
    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray, UInt8Array
    from keyreel.engines.motion.layers.background import FrameCanvas
    from keyreel.order import Size

COARSE_STEP: Final = 8
"""Pixels of the canvas for each one of a subject's relief, and of the matte in which bays are filled."""

_CLOSING_SIZE: Final = 0.16
"""Width of the bays that are filled in a close-up's matte, in parts of the longer side."""

_GAP_DILATION: Final = 3
"""Pixels, of the small matte, by which filled gaps are widened."""

_SOLID_ALPHA: Final = 128
_EDGE_SHARE: Final = 0.012
"""Opacity, of 255, that counts for bounds; how near a border cuts a subject off, in parts of the side."""

_MIN_VISIBLE_ALPHA: Final = 0.01
"""Opacity from which a pixel counts for a subject's bounds."""


Bounds: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom, in units."""


@dataclass(frozen=True, slots=True)
class SubjectLayer:
    """The subject on a canvas: its colours, free of the background's, its opacity, and how near it is."""

    image: Frame
    """Premultiplied RGBA, uint8 [height, width, 4]."""
    opacity_grid: OpacityGrid
    disparity: float
    """Of its edge, 0.0 far … 1.0 near."""
    relief: FloatArray
    """By how much disparity each point is nearer than the edge, float32 at an eighth of the canvas's size."""
    bounds: tuple[float, float, float, float]
    """In units: left, top, right, bottom."""
    origin: tuple[float, float]
    """Where the resting frame starts on the canvas, in pixels."""

    def measure_frame_bounds(self, size: Size) -> Bounds | None:
        """Return `measure_bounds` of what the resting frame shows, without what was painted beyond it."""
        left, top = (round(each) for each in self.origin)
        return measure_bounds(self.image[top : top + size.height, left : left + size.width, 3])


def measure_bounds(alpha: UInt8Array) -> Bounds | None:
    """Return the bounds of a subject's opacity in the resting frame, uint8 [height, width], in units.

    A side that the frame cuts off is infinitely far away. None where nothing is solid.
    """
    height, width = alpha.shape
    rows = np.flatnonzero((alpha > _SOLID_ALPHA).any(axis=1))
    columns = np.flatnonzero((alpha > _SOLID_ALPHA).any(axis=0))
    if not rows.size:
        return None
    unit, reach = sqrt(width * height) / 2, (width * _EDGE_SHARE, height * _EDGE_SHARE)
    left, right, top, bottom = int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1
    return (
        (left - width / 2) / unit if left > reach[0] else -inf,
        (top - height / 2) / unit if top > reach[1] else -inf,
        (right - width / 2) / unit if right < width - reach[0] else inf,
        (bottom - height / 2) / unit if bottom < height - reach[1] else inf,
    )


def cut_out_subject(
    canvas: FrameCanvas, opacity: FloatArray, disparity: float, ground: FrameCanvas | None
) -> SubjectLayer:
    """Return the subject of a canvas; before a plain ground that is known, exactly what it adds to that."""
    if ground is None:
        image = premultiply(decontaminate_edges(canvas.image, opacity), opacity)
        relief = _compute_relief(opacity)
    else:
        image = _subtract_ground(canvas.image, opacity, ground.image)
        # Lettering and lines get the relief of the whole, and no domes of their own.
        relief = _compute_relief(close_matte(opacity))
    return SubjectLayer(
        image,
        OpacityGrid(np.asarray(cv2.extractChannel(image, 3), np.uint8)),
        disparity,
        relief,
        _compute_bounds(opacity, canvas),
        (float(canvas.left), float(canvas.top)),
    )


def _subtract_ground(image: Frame, opacity: FloatArray, ground: Frame) -> Frame:
    """Return premultiplied RGBA, uint8 [height, width, 4], that over the ground gives the image again."""
    alpha = to_uint8(opacity * 255)
    covered = cv2.cvtColor(alpha, cv2.COLOR_GRAY2RGB)
    through = cv2.multiply(ground, cv2.bitwise_not(covered), scale=1 / 255)
    colours = cv2.min(cv2.subtract(image, through), covered)
    return np.asarray(cv2.merge((*cv2.split(colours), alpha)), np.uint8)


def close_matte(opacity: FloatArray) -> FloatArray:
    """Fill the bays and holes of a subject seen close up, where its matte lacks what is dim or blurred."""
    height, width = opacity.shape
    small = resize(opacity, width // COARSE_STEP, height // COARSE_STEP)
    reach = max(round(max(small.shape) * _CLOSING_SIZE), 3)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    filled = cv2.morphologyEx(small, cv2.MORPH_CLOSE, around, borderType=cv2.BORDER_REPLICATE)
    gap = cv2.dilate(
        smoothstep_array(filled - small, 0.2, 0.5), np.ones((_GAP_DILATION, _GAP_DILATION), np.uint8)
    )
    return np.maximum(opacity, resize(np.asarray(gap, np.float32), width, height))


def _compute_relief(alpha: FloatArray) -> FloatArray:
    return depth.compute_relief(resize(alpha, alpha.shape[1] // COARSE_STEP, alpha.shape[0] // COARSE_STEP))


def _compute_bounds(alpha: FloatArray, canvas: FrameCanvas) -> tuple[float, float, float, float]:
    unit = sqrt(canvas.frame_size.width * canvas.frame_size.height) / 2
    rows = np.flatnonzero((alpha > _MIN_VISIBLE_ALPHA).any(axis=1))
    columns = np.flatnonzero((alpha > _MIN_VISIBLE_ALPHA).any(axis=0))
    x0, y0 = canvas.left + canvas.frame_size.width / 2, canvas.top + canvas.frame_size.height / 2
    return (
        (int(columns[0]) - x0) / unit,
        (int(rows[0]) - y0) / unit,
        (int(columns[-1]) + 1 - x0) / unit,
        (int(rows[-1]) + 1 - y0) / unit,
    )
