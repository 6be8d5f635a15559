"""The depth of a single image as disparity, 0.0 infinitely far … 1.0 nearest: ground, walls, sky and subject.

It follows from the image's perspective and the layout of outdoor images; pixels are not judged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import blur_image, fit_within, resize, sample_image

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.layers.perspective import Perspective


DEFAULT_HORIZON: Final = 0.42
"""The horizon, where nothing tells of it: a fraction of the image's height, from the top."""

_HORIZON_DISPARITY: Final = 0.10
_NEAREST_DISPARITY: Final = 0.85
"""Of the horizon, and by how much the ground at the frame's lower border is nearer."""

_MAX_SUBJECT_DISPARITY: Final = 0.95
_MIN_SUBJECT_DISPARITY: Final = 0.32
"""Of any subject, however high its foot is in the image."""

_FLAT_DISPARITY: Final = 0.5

_RELIEF_SIDE: Final = 160
_RELIEF_SOFTNESS: Final = 0.04
_MAX_SOFT_RELIEF: Final = 0.22
"""Pixels of a subject's relief; how soft it is, by the longer side; how high: steeper, it would fold over."""

MAX_RELIEF: Final = 0.10
"""By how much disparity the middle of a subject is nearer than its edge; by eye."""


def compute_ground_disparity(rows: FloatArray, horizon: float = DEFAULT_HORIZON) -> FloatArray:
    """Return the disparity of ground and sky at rows of any shape, 0.0 top … 1.0 bottom of the image."""
    below = np.clip((rows - horizon) / (1 - horizon), 0, 1)
    above = np.clip((horizon - rows) / horizon, 0, 1)
    return np.asarray(_HORIZON_DISPARITY + _NEAREST_DISPARITY * below**1.15 + 0.06 * above, np.float32)


@dataclass(frozen=True, slots=True)
class SceneDepth:
    """The depth of what is behind a subject: a ground to the horizon, and walls where lines tell of them.

    `relief` is by how much a subject that is moved in one with it is nearer, float32 [height, width] over the
    resting frame; what `is_flat`, a page, is as near everywhere.
    """

    perspective: Perspective
    relief: FloatArray | None = None
    is_flat: bool = False

    def compute_disparity(self, across: FloatArray, down: FloatArray) -> FloatArray:
        """Return the disparity at positions of any shape, in fractions of the frame's sides."""
        if self.is_flat:
            return np.full_like(down, _FLAT_DISPARITY)
        ground = self._compute_box_disparity(across, down)
        if self.relief is None:
            return ground
        height, width = self.relief.shape
        at = np.stack((across * width, down * height), axis=-1) - np.float32(0.5)
        return ground + sample_image(self.relief, np.asarray(at, np.float32), cv2.BORDER_REPLICATE)

    def _compute_box_disparity(self, across: FloatArray, down: FloatArray) -> FloatArray:
        ground = compute_ground_disparity(down, self.perspective.horizon)
        middle, horizon = self.perspective.vanishing_x, self.perspective.horizon
        if middle is None:
            return ground
        left, right = (middle - across) / middle, (across - middle) / (1 - middle)
        above = (horizon - down) / horizon
        for wall, part in zip(self.perspective.walls, (left, right, above), strict=True):
            if wall:
                near = _HORIZON_DISPARITY + _NEAREST_DISPARITY * np.clip(part, 0, 1)
                ground = np.maximum(ground, near.astype(np.float32))
        return ground


def add_subject_relief(scene_depth: SceneDepth, alpha: FloatArray, disparity: float) -> SceneDepth:
    """Return the depth with a subject, of opacity [height, width] and disparity, raised softly out of it."""
    size = fit_within(alpha.shape, _RELIEF_SIDE)
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    behind = scene_depth.compute_disparity((x + 0.5) / size[0], (y + 0.5) / size[1])
    raised = np.clip(disparity - behind, 0, _MAX_SOFT_RELIEF) * resize(alpha, *size)
    return replace(
        scene_depth, relief=blur_image(np.asarray(raised, np.float32), _RELIEF_SOFTNESS * max(size))
    )


def estimate_subject_disparity(alpha: FloatArray, horizon: float = DEFAULT_HORIZON) -> float:
    """Return the disparity of a subject that stands where its opacity [height, width] ends below."""
    rows = np.flatnonzero((alpha > 0.5).any(axis=1))
    foot = (rows[-1] + 1) / alpha.shape[0] if rows.size else 1.0
    here = float(compute_ground_disparity(np.array([foot], np.float32), horizon)[0])
    return min(max(here, _MIN_SUBJECT_DISPARITY), _MAX_SUBJECT_DISPARITY)


def compute_relief(alpha: FloatArray) -> FloatArray:
    """Return by how much disparity each pixel of an opacity [height, width] is nearer than its edge."""
    inside = np.asarray(alpha > 0.5, np.uint8)
    inner = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    peak = max(float(inner.max()), 1.0)
    dome = np.sqrt(np.clip(inner / peak, 0, 1)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(dome, (0, 0), max(alpha.shape[1] / 60, 1.0)) * MAX_RELIEF, np.float32)
