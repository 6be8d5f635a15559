"""Coordinate maps: for each pixel of a frame, where an image shows it.

Homographies are of pixels or of units: in units an image's sides are 1 long. Knows nothing of what moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import sample_image

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import CoordinateMap, FloatArray, Mask, Matrix
    from keyreel.order import Size


FADE_RIM: Final = 0.06
"""The fraction of an image's sides over which it fades in from its border."""


def create_identity_map(size: Size) -> CoordinateMap:
    """Return the map [height, width, 2] that finds each pixel where it is."""
    across, down = np.meshgrid(
        np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32)
    )
    return np.dstack([across, down])


def to_pixel_homography(homography: Matrix, width: int, height: int) -> Matrix:
    """Return a homography [3, 3] of units as one of the pixels of an image of this size."""
    units = np.diag([width, height, 1.0])
    return np.asarray(units @ homography @ np.linalg.inv(units), np.float64)


def to_unit_homography(homography: Matrix, width: int, height: int) -> Matrix:
    """Return a homography [3, 3] of the pixels of an image of this size as one of units."""
    units = np.diag([width, height, 1.0])
    return np.asarray(np.linalg.inv(units) @ homography @ units, np.float64)


def transform_map(coordinate_map: CoordinateMap, homography: Matrix) -> CoordinateMap:
    """Map a coordinate map's positions through a homography [3, 3] of pixels."""
    points = cv2.perspectiveTransform(coordinate_map.reshape(-1, 1, 2), homography)
    return np.asarray(points, dtype=np.float32).reshape(coordinate_map.shape)


def sample_field(field: FloatArray, coordinate_map: CoordinateMap) -> FloatArray:
    """Sample a field, float32 [height, width] or [height, width, channels]; its border continues outside."""
    return sample_image(field, coordinate_map, cv2.BORDER_REPLICATE)


def compute_border_weight(coordinate_map: CoordinateMap, rim: float = FADE_RIM) -> FloatArray:
    """Return float32 [height, width]: 0 at the image's border and outside, 1 from the rim inwards."""
    return to_border_weight(compute_border_distance(coordinate_map), rim)


def compute_border_distance(coordinate_map: CoordinateMap) -> FloatArray:
    """Return float32 [height, width]: distances inside the border, in fractions of the sides; < 0 outside."""
    distances: list[FloatArray] = []
    for axis, side in zip(
        cv2.split(coordinate_map), (coordinate_map.shape[1], coordinate_map.shape[0]), strict=True
    ):
        # The distance to the nearer border is half a side less that to the middle.
        middle = np.float32((side - 1) / 2)
        distances.append(np.asarray((middle - np.abs(axis - middle)) / np.float32(side), dtype=np.float32))
    return np.minimum(distances[0], distances[1])


def to_border_weight(distance: FloatArray, rim: float) -> FloatArray:
    """Turn distances from the border into weights: 0 at it and outside, 1 from the rim inwards."""
    return np.asarray(np.clip(distance / np.float32(rim), 0, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class RelativeBox:
    """A part of a frame, in fractions of its sides."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    def to_slices(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Return the rows and columns that it covers of an array of this shape, in whole pixels."""
        height, width = shape[:2]
        return (
            slice(floor(self.top * height), ceil(self.bottom * height)),
            slice(floor(self.left * width), ceil(self.right * width)),
        )


def find_bounding_box(needed: Mask) -> RelativeBox | None:
    """Return the box around all marked pixels and their neighbours; None where none is marked."""
    rows, columns = np.flatnonzero(needed.any(axis=1)), np.flatnonzero(needed.any(axis=0))
    if not rows.size:
        return None
    height, width = needed.shape
    return RelativeBox(
        max(int(columns[0]) - 1, 0) / width,
        max(int(rows[0]) - 1, 0) / height,
        min(int(columns[-1]) + 2, width) / width,
        min(int(rows[-1]) + 2, height) / height,
    )
