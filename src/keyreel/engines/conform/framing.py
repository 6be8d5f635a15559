"""Images brought to a model's size, and a model's frames to the order's: one is the other's inverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.imaging.cropping import crop_to_cover
from keyreel.engines.motion.imaging.pixels import BORDER_MIRROR
from keyreel.errors import RenderFailed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.order import Size

    NativeFrame = NDArray[np.uint8] | NDArray[np.floating]
    """A model's frame, RGB [height, width, 3]: uint8, or floating point 0.0 … 1.0."""


def extend_to_native_size(image: Frame, size: Size) -> Frame:
    """Scale an image, uint8 [height, width, 3], to fit within a model's size, and mirror it into the rest.

    `to_order_size` cuts off what was added: a keyframe that goes through a model comes back where it was.
    """
    height, width = image.shape[:2]
    scale = min(size.width / width, size.height / height)
    # Borders are equal on both sides, so that the image stays in the middle.
    across = round((size.width - width * scale) / 2)
    down = round((size.height - height * scale) / 2)
    inner = (size.width - 2 * across, size.height - 2 * down)
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LANCZOS4
    scaled = cv2.resize(image, inner, interpolation=smooth)
    return np.asarray(cv2.copyMakeBorder(scaled, down, down, across, across, BORDER_MIRROR), np.uint8)


def to_order_size(frame: NativeFrame, size: Size) -> Frame:
    """Return a model's frame as uint8 [height, width, 3] of `size`: cut in the middle to its ratio, scaled.

    Raises:
        RenderFailed: it is no RGB image, or not all of it is numbers.
    """
    if frame.shape[2:] != (3,):
        raise RenderFailed(f"The model made a frame of shape {frame.shape} instead of an RGB image.")
    if frame.dtype != np.uint8:
        if not np.isfinite(frame).all():
            raise RenderFailed("The model made a frame with values that are not finite numbers.")
        frame = np.rint(np.clip(frame, 0, 1) * 255)
    return crop_to_cover(np.ascontiguousarray(frame, dtype=np.uint8), size)
