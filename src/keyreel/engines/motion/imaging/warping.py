"""Charts: for each pixel of a frame, where it is found in an image. Small ones steer full-size warps."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.imaging.pixels import BORDER_MIRROR, resize, sample_image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import CoordinateMap, FloatArray, Matrix
    from keyreel.order import Size


FADE_RIM: Final = 0.06
"""The share of an image's sides over which it fades in from its border."""


def create_identity_map(size: Size) -> CoordinateMap:
    """Return the chart that finds each pixel where it is."""
    across, down = np.meshgrid(
        np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32)
    )
    return np.dstack([across, down])


def transform_map(coordinate_map: CoordinateMap, homography: Matrix) -> CoordinateMap:
    """Send the chart's places through a homography of pixels."""
    points = cv2.perspectiveTransform(coordinate_map.reshape(-1, 1, 2), homography)
    return np.asarray(points, dtype=np.float32).reshape(coordinate_map.shape)


def sample_field(field: FloatArray, coordinate_map: CoordinateMap) -> FloatArray:
    """Look a field of any depth up along a chart; its rim goes on outside."""
    return sample_image(field, coordinate_map, cv2.BORDER_REPLICATE)


def compute_border_weight(coordinate_map: CoordinateMap, rim: float = FADE_RIM) -> FloatArray:
    """Tell how far inside an image each place lies: 0 at its border and outside, 1 from the rim inwards."""
    return to_border_weight(compute_border_distance(coordinate_map), rim)


def compute_border_distance(coordinate_map: CoordinateMap) -> FloatArray:
    """Return how far inside an image each place lies, in shares of its sides; outside it is negative."""
    distances: list[FloatArray] = []
    for axis, side in zip(
        cv2.split(coordinate_map), (coordinate_map.shape[1], coordinate_map.shape[0]), strict=True
    ):
        # The distance to the nearer border is half a side less that to the middle.
        middle = np.float32((side - 1) / 2)
        distances.append(np.asarray((middle - np.abs(axis - middle)) / np.float32(side), dtype=np.float32))
    return np.minimum(distances[0], distances[1])


def to_border_weight(distance: FloatArray, rim: float) -> FloatArray:
    """Turn distances from the border into 0 at it and outside, 1 from the rim inwards."""
    return np.asarray(np.clip(distance / np.float32(rim), 0, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class RelativeBox:
    """A part of a frame, as shares of its sides."""

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    @property
    def area(self) -> float:
        """Its share of the frame."""
        return (self.right - self.left) * (self.bottom - self.top)

    def to_slices(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Return the rows and columns of an array that it covers, whole pixels."""
        height, width = shape[:2]
        return (
            slice(floor(self.top * height), ceil(self.bottom * height)),
            slice(floor(self.left * width), ceil(self.right * width)),
        )


def find_bounding_box(needed: NDArray[np.bool_]) -> RelativeBox | None:
    """Return the box around all that is needed, and the pixels next to it; None where nothing is."""
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


def warp_image(frame: Frame, displacement: FloatArray, box: RelativeBox) -> Frame:
    """Warp a box of a full-size frame along small shifts, in its pixels. Outside it is mirrored."""
    height, width = frame.shape[:2]
    rows, columns = box.to_slices(frame.shape)
    # Shifts are enlarged, not places: nothing moves exactly where they are 0.
    full = (
        resize(np.asarray(each, np.float32), width, height)[rows, columns] for each in cv2.split(displacement)
    )
    across, down = (
        each + np.float32(start) if start else np.ascontiguousarray(each)
        for each, start in zip(full, (columns.start, rows.start), strict=True)
    )
    # OpenCV 5 fetches four channels in half the time of three.
    four = cv2.cvtColor(frame, cv2.COLOR_RGB2RGBA)
    flags = cv2.INTER_LINEAR | cv2.WARP_RELATIVE_MAP
    seen = cv2.remap(four, across, down, flags, borderMode=BORDER_MIRROR)
    return np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB), dtype=np.uint8)


def blend_8bit(one: Frame, other: Frame, share: FloatArray) -> Frame:
    """Mix two images of one size by the first one's share [h,w], 0 … 1, as large as they are."""
    # Bytes mix in a third of the time that cv2.blendLinear takes for floats.
    weight = cv2.cvtColor(cv2.convertScaleAbs(share, alpha=255), cv2.COLOR_GRAY2RGB)
    near = cv2.multiply(one, weight, scale=1 / 255)
    far = cv2.multiply(other, cv2.bitwise_not(weight), scale=1 / 255)
    return np.asarray(cv2.add(near, far), dtype=np.uint8)
