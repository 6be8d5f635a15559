"""Charts: for each pixel of a frame, where it is found in a picture. Small ones steer full-size warps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.engines.motion.raster import fetched, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.nets import FloatArray
    from keyreel.order import Size

    Matrix = NDArray[np.float64]
    Chart = FloatArray
    """[h,w,2]: x and y in pixels of a picture that has the chart's size."""

RIM: Final = 0.06
"""The share of a picture's sides over which it fades in from its border."""


def identity(size: Size) -> Chart:
    """Return the chart that finds each pixel where it is."""
    across, down = np.meshgrid(
        np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32)
    )
    return np.dstack([across, down])


def moved(chart: Chart, matrix: Matrix) -> Chart:
    """Send the chart's places through a homography of pixels."""
    places = cv2.perspectiveTransform(chart.reshape(-1, 1, 2), matrix)
    return np.asarray(places, dtype=np.float32).reshape(chart.shape)


def sampled(field: FloatArray, chart: Chart) -> FloatArray:
    """Look a field of any depth up along a chart; its rim goes on outside."""
    return fetched(field, chart, cv2.BORDER_REPLICATE)


def inside(chart: Chart, rim: float = RIM) -> FloatArray:
    """Tell how far inside a picture each place lies: 0 at its border and outside, 1 from the rim inwards."""
    height, width = chart.shape[:2]
    x, y = chart[..., 0], chart[..., 1]
    across = np.minimum(x, (width - 1) - x) / np.float32(rim * width)
    down = np.minimum(y, (height - 1) - y) / np.float32(rim * height)
    return np.asarray(np.clip(np.minimum(across, down), 0, 1), dtype=np.float32)


def warped(frame: Frame, chart: Chart, grid: Chart, full_grid: Chart) -> Frame:
    """Warp a full-size frame along a small chart, given both sizes' identities. Outside it is mirrored."""
    height, width = frame.shape[:2]
    scale = np.array([width / chart.shape[1], height / chart.shape[0]], dtype=np.float32)
    # Displacements are enlarged, not places: nothing moves exactly where the chart says that nothing does.
    full = resized(np.asarray((chart - grid) * scale, dtype=np.float32), width, height)
    return fetched(frame, np.asarray(cv2.add(full, full_grid), dtype=np.float32))
